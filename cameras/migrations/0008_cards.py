"""Cards: what the list of cameras asks for, written a moment after the cameras, with all the indexes it needs."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from registry import cards


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0003_password_history"),
        ("cameras", "0007_map_cells"),
        ("platforms", "0002_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="CameraStale",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("fresh", models.BooleanField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CameraCard",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "life",
                    models.CharField(
                        choices=[("live", "在册"), ("retired", "已注销"), ("withdrawn", "已撤回")], max_length=10
                    ),
                ),
                ("place_kind", models.CharField(max_length=30)),
                ("text", models.TextField()),
                ("words", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
                ("township", models.CharField(max_length=9)),
                ("status", models.CharField(max_length=40)),
                ("measure", models.CharField(max_length=40)),
                ("leased", models.BooleanField(null=True)),
                ("funding", models.CharField(max_length=20)),
                ("mobility", models.CharField(max_length=10)),
                ("label_state", models.CharField(max_length=10)),
                ("code", models.CharField(max_length=20, null=True)),
                ("platform_name", models.CharField(max_length=100)),
                ("brand", models.CharField(max_length=100)),
                ("built", models.CharField(max_length=7)),
                ("wgs_longitude", models.FloatField(null=True)),
                ("wgs_latitude", models.FloatField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "platform",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="platforms.platform",
                    ),
                ),
                (
                    "pole",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cameras.pole",
                    ),
                ),
                (
                    "reporting_agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "supervisor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["reporting_agency", "id"], name="cameracard_reporting_agency"),
                    models.Index(fields=["owner", "id"], name="cameracard_owner"),
                    models.Index(fields=["township", "id"], name="cameracard_township"),
                    models.Index(fields=["place_kind", "id"], name="cameracard_place_kind"),
                    models.Index(fields=["status", "id"], name="cameracard_status"),
                    models.Index(fields=["measure", "id"], name="cameracard_measure"),
                    models.Index(fields=["platform", "id"], name="cameracard_platform"),
                    models.Index(fields=["pole", "id"], name="cameracard_pole"),
                    models.Index(fields=["code", "id"], name="cameracard_code"),
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="cameracard_words"),
                    models.Index(fields=["wgs_latitude", "wgs_longitude"], name="cameracard_place"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CameraTally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("life", models.CharField(max_length=10)),
                ("place_kind", models.CharField(max_length=30)),
                ("things", models.BigIntegerField()),
                (
                    "reporting_agency",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("life", "reporting_agency", "place_kind"), name="cameratally_once")
                ],
            },
        ),
        migrations.RunSQL(cards.STALE_FUNCTION, cards.DROP_STALE_FUNCTION),
        migrations.RunSQL(*cards.noted("cameras_camera", "cameras_camerastale")),
        # Cards come and go by the hundred thousand while the registry is filled: their statistics must not lag behind.
        migrations.RunSQL(
            "ALTER TABLE cameras_cameracard ALTER COLUMN words SET STATISTICS 1000",
            "ALTER TABLE cameras_cameracard ALTER COLUMN words SET STATISTICS -1",
        ),
    ]
