"""Ways to a camera for the survey: the live ones of an agency, and those of a name near a place.

The name stands as inventory/proposals.py compares it: without white space, case folded.
"""

from django.db import migrations

FORWARD = r"""
CREATE INDEX camera_live_of_agency ON cameras_camera (reporting_agency_id) WHERE life = 'live';
CREATE INDEX camera_live_by_name ON cameras_camera (lower(regexp_replace(name, '\s+', '', 'g')), wgs_longitude)
    WHERE life = 'live' AND wgs_longitude IS NOT NULL;
"""
BACKWARD = """
DROP INDEX camera_live_by_name;
DROP INDEX camera_live_of_agency;
"""


class Migration(migrations.Migration):
    dependencies = [("cameras", "0003_keys")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
