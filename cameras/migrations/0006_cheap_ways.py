"""One block index in place of three trees: to the cameras of an agency, and to those around a place.

A tree over names or places grows at random places with every camera accepted, which cost more than writing the camera.
Reports come a township at a time, so blocks of the table lie together by agency and by place, and a block index tells
most of them apart for next to nothing (docs/performance.md). Rules that compare whole reports with the registry join by
cells instead of probing (inventory/registering/near.py).
"""

from django.db import migrations

FORWARD = """
DROP INDEX camera_live_by_name;
DROP INDEX camera_live_by_place;
DROP INDEX camera_live_of_agency;
CREATE INDEX camera_by_place ON cameras_camera USING brin (reporting_agency_id, wgs_latitude, wgs_longitude)
    WITH (pages_per_range = 16);
"""
BACKWARD = r"""
DROP INDEX camera_by_place;
CREATE INDEX camera_live_of_agency ON cameras_camera (reporting_agency_id) WHERE life = 'live';
CREATE INDEX camera_live_by_name ON cameras_camera (lower(regexp_replace(name, '\s+', '', 'g')), wgs_longitude)
    WHERE life = 'live' AND wgs_longitude IS NOT NULL;
CREATE INDEX camera_live_by_place ON cameras_camera (wgs_latitude, wgs_longitude)
    WHERE life = 'live' AND wgs_longitude IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("cameras", "0005_live_by_place")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
