"""The map counts from indexes alone: they hold what its cells are summed of, and what a street is coloured by."""

from django.db import migrations, models

DROP = "DROP INDEX camera_by_cell;"
BARE = "CREATE INDEX camera_by_cell ON cameras_camera (map_cell(wgs_longitude, wgs_latitude))"
TOLD = "INCLUDE (wgs_longitude, wgs_latitude, owner_id, place_kind, status, measure)"
LIVE = "WHERE life = 'live' AND wgs_longitude IS NOT NULL;"


class Migration(migrations.Migration):
    dependencies = [("cameras", "0009_former_versions")]
    operations = [
        migrations.RunSQL(f"{DROP} {BARE} {TOLD} {LIVE}", f"{DROP} {BARE} {LIVE}"),
        migrations.RemoveConstraint(model_name="mapcell", name="mapcell_once"),
        migrations.AddConstraint(
            model_name="mapcell",
            constraint=models.UniqueConstraint(
                fields=(
                    "level",
                    "dim",
                    "x",
                    "y",
                    "reporting_agency",
                    "owner",
                    "township",
                    "place_kind",
                    "status",
                    "measure",
                ),
                include=("n", "east", "north"),
                name="mapcell_once",
            ),
        ),
    ]
