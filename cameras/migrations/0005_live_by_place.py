"""The way to the live cameras around a place: what reviewers see on the map beside a row (inventory/nearby.py)."""

from django.db import migrations

FORWARD = """
CREATE INDEX camera_live_by_place ON cameras_camera (wgs_latitude, wgs_longitude)
    WHERE life = 'live' AND wgs_longitude IS NOT NULL;
"""
BACKWARD = "DROP INDEX camera_live_by_place;"


class Migration(migrations.Migration):
    dependencies = [("cameras", "0004_by_agency_and_name")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
