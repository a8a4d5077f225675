"""The open version of cameras and poles is the identity's own row; tables of former versions, and a view of both.

Written after inventory 0017 because triggers of earlier ones stand on the tables that go.
"""

from typing import Any

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from registry import keeping

KINDS = ("pole", "camera")


def move(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for kept in keeping.KEPT:
            if kept.kind in KINDS:
                keeping.move(cursor, kept)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0017_change_requests"),
        ("agencies", "0003_password_history"),
        ("cameras", "0008_cards"),
        ("platforms", "0002_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="CameraFormer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="版本")),
                (
                    "life",
                    models.CharField(
                        choices=[("live", "在册"), ("retired", "已注销"), ("withdrawn", "已撤回")],
                        default="live",
                        max_length=10,
                    ),
                ),
                ("reporting_agency_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField()),
                ("supervisor_id", models.BigIntegerField(null=True)),
                ("maintainer_id", models.BigIntegerField(null=True)),
                ("recorded_from", models.DateTimeField(verbose_name="记录起")),
                ("recorded_to", models.DateTimeField(null=True, verbose_name="记录止")),
                ("ledger_entry_id", models.BigIntegerField()),
                ("source_row_id", models.BigIntegerField(null=True)),
                ("pole_built", models.CharField(blank=True, default="", max_length=7, verbose_name="杆件建设时间")),
                ("pole_number", models.CharField(blank=True, default="", max_length=100, verbose_name="杆件编号")),
                (
                    "pole_height",
                    models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="高度（米）"),
                ),
                ("pole_arms", models.IntegerField(null=True, verbose_name="横臂数量")),
                ("pole_condition", models.CharField(blank=True, default="", max_length=40, verbose_name="杆件状况")),
                ("township", models.CharField(blank=True, default="", max_length=9, verbose_name="所在乡镇（街道）")),
                ("longitude", models.DecimalField(decimal_places=8, max_digits=11, null=True, verbose_name="经度")),
                ("latitude", models.DecimalField(decimal_places=8, max_digits=11, null=True, verbose_name="纬度")),
                ("datum", models.CharField(blank=True, default="", max_length=10, verbose_name="坐标系")),
                ("wgs_longitude", models.FloatField(null=True, verbose_name="经度（WGS-84）")),
                ("wgs_latitude", models.FloatField(null=True, verbose_name="纬度（WGS-84）")),
                ("code", models.CharField(max_length=20, null=True, verbose_name="20位编码")),
                ("name", models.CharField(max_length=100, null=True, verbose_name="位置名称")),
                (
                    "platform_name",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="管理平台名称"),
                ),
                ("brand", models.CharField(blank=True, default="", max_length=100, verbose_name="品牌")),
                ("police_station", models.CharField(blank=True, default="", max_length=100, verbose_name="所属派出所")),
                ("built", models.CharField(blank=True, default="", max_length=7, verbose_name="建设时间")),
                ("label", models.TextField(blank=True, default="", verbose_name="视频图像命名及视频图像文字标注")),
                ("label_state", models.CharField(blank=True, default="", max_length=10, verbose_name="文字标注")),
                ("leased", models.BooleanField(null=True, verbose_name="是否以租代建")),
                ("status", models.CharField(blank=True, default="", max_length=40, verbose_name="状态")),
                ("measure", models.CharField(blank=True, default="", max_length=40, verbose_name="计划整合方式")),
                ("place_kind", models.CharField(blank=True, default="", max_length=30, verbose_name="场所类别")),
                ("funding", models.CharField(blank=True, default="", max_length=20, verbose_name="资金来源")),
                ("mobility", models.CharField(blank=True, default="", max_length=10, verbose_name="固定或移动")),
                ("vehicle", models.CharField(blank=True, default="", max_length=100, verbose_name="车辆或线路")),
                ("platform_id", models.BigIntegerField(null=True)),
                ("pole_id", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PoleFormer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField(verbose_name="版本")),
                (
                    "life",
                    models.CharField(
                        choices=[("live", "在册"), ("retired", "已注销"), ("withdrawn", "已撤回")],
                        default="live",
                        max_length=10,
                    ),
                ),
                ("reporting_agency_id", models.BigIntegerField()),
                ("owner_id", models.BigIntegerField()),
                ("supervisor_id", models.BigIntegerField(null=True)),
                ("maintainer_id", models.BigIntegerField(null=True)),
                ("recorded_from", models.DateTimeField(verbose_name="记录起")),
                ("recorded_to", models.DateTimeField(null=True, verbose_name="记录止")),
                ("ledger_entry_id", models.BigIntegerField()),
                ("source_row_id", models.BigIntegerField(null=True)),
                ("pole_built", models.CharField(blank=True, default="", max_length=7, verbose_name="杆件建设时间")),
                ("pole_number", models.CharField(blank=True, default="", max_length=100, verbose_name="杆件编号")),
                (
                    "pole_height",
                    models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="高度（米）"),
                ),
                ("pole_arms", models.IntegerField(null=True, verbose_name="横臂数量")),
                ("pole_condition", models.CharField(blank=True, default="", max_length=40, verbose_name="杆件状况")),
                ("township", models.CharField(blank=True, default="", max_length=9, verbose_name="所在乡镇（街道）")),
                ("longitude", models.DecimalField(decimal_places=8, max_digits=11, null=True, verbose_name="经度")),
                ("latitude", models.DecimalField(decimal_places=8, max_digits=11, null=True, verbose_name="纬度")),
                ("datum", models.CharField(blank=True, default="", max_length=10, verbose_name="坐标系")),
                ("wgs_longitude", models.FloatField(null=True, verbose_name="经度（WGS-84）")),
                ("wgs_latitude", models.FloatField(null=True, verbose_name="纬度（WGS-84）")),
                ("place_kind", models.CharField(blank=True, default="", max_length=30, verbose_name="场所类别")),
            ],
        ),
        migrations.AlterModelOptions(
            name="cameraversion",
            options={"managed": False, "ordering": ["-number"]},
        ),
        migrations.AlterModelOptions(
            name="poleversion",
            options={"managed": False, "ordering": ["-number"]},
        ),
        migrations.AddField(
            model_name="camera",
            name="ledger_entry_id",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="camera",
            name="source_row_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="pole",
            name="ledger_entry_id",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pole",
            name="source_row_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="camera",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="camera_batch"),
        ),
        migrations.AddIndex(
            model_name="pole",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="pole_batch"),
        ),
        migrations.AddConstraint(
            model_name="camera",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="camera_row_once"),
        ),
        migrations.AddConstraint(
            model_name="pole",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="pole_row_once"),
        ),
        migrations.AddField(
            model_name="cameraformer",
            name="camera",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cameras.camera",
            ),
        ),
        migrations.AddField(
            model_name="poleformer",
            name="pole",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cameras.pole",
            ),
        ),
        migrations.AddIndex(
            model_name="cameraformer",
            index=models.Index(fields=["code"], name="cameraformer_code"),
        ),
        migrations.AddIndex(
            model_name="cameraformer",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="cameraformer_batch"),
        ),
        migrations.AddConstraint(
            model_name="cameraformer",
            constraint=models.UniqueConstraint(fields=("camera", "number"), name="cameraformer_number_once"),
        ),
        migrations.AddConstraint(
            model_name="cameraformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_to__isnull", False)), name="cameraformer_is_over"
            ),
        ),
        migrations.AddConstraint(
            model_name="cameraformer",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="cameraformer_row_once"),
        ),
        migrations.AddIndex(
            model_name="poleformer",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="poleformer_batch"),
        ),
        migrations.AddConstraint(
            model_name="poleformer",
            constraint=models.UniqueConstraint(fields=("pole", "number"), name="poleformer_number_once"),
        ),
        migrations.AddConstraint(
            model_name="poleformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_to__isnull", False)), name="poleformer_is_over"
            ),
        ),
        migrations.AddConstraint(
            model_name="poleformer",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="poleformer_row_once"),
        ),
        migrations.RunPython(move),
    ]
