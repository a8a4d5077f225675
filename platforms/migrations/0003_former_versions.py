"""The open version of platforms is the identity's own row; tables of former versions, and a view of both.

Written after inventory 0017 because triggers of earlier ones stand on the tables that go.
"""

from typing import Any

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from registry import keeping

KINDS = ("platform",)


def move(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        for kept in keeping.KEPT:
            if kept.kind in KINDS:
                keeping.move(cursor, kept)


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0017_change_requests"),
        ("agencies", "0003_password_history"),
        ("platforms", "0002_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformFormer",
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
                ("code", models.CharField(max_length=20, null=True, verbose_name="20位编码")),
                ("name", models.CharField(max_length=100, null=True, verbose_name="项目名称")),
                ("vendor", models.CharField(blank=True, default="", max_length=100, verbose_name="平台厂家（品牌）")),
                (
                    "gbt28181",
                    models.CharField(blank=True, default="", max_length=10, verbose_name="是否符合GB/T 28181"),
                ),
                ("gbt28181_remark", models.TextField(blank=True, default="", verbose_name="GB/T 28181 说明")),
                ("gat1400", models.TextField(blank=True, default="", verbose_name="是否符合GA/T 1400")),
                ("address", models.TextField(blank=True, default="", verbose_name="单位地址")),
                ("network", models.TextField(blank=True, default="", verbose_name="联网方式")),
                ("protection", models.TextField(blank=True, default="", verbose_name="视频监控网络安全防护")),
                ("retention_days", models.IntegerField(null=True, verbose_name="视频存储时长（天）")),
                ("description", models.TextField(blank=True, default="", verbose_name="平台描述")),
                ("version", models.TextField(blank=True, default="", verbose_name="品牌型号/系统版本")),
                ("sharing", models.TextField(blank=True, default="", verbose_name="平台共享和转发能力")),
                (
                    "connected",
                    models.CharField(blank=True, default="", max_length=10, verbose_name="是否对接本级雪亮平台"),
                ),
                ("cascade", models.TextField(blank=True, default="", verbose_name="省市县级联情况")),
                ("built", models.CharField(blank=True, default="", max_length=7, verbose_name="建设时间")),
                (
                    "cost",
                    models.DecimalField(decimal_places=4, max_digits=14, null=True, verbose_name="建设费用（万元）"),
                ),
                (
                    "upkeep",
                    models.DecimalField(decimal_places=4, max_digits=14, null=True, verbose_name="运维费用（万元/年）"),
                ),
                ("place_kind", models.CharField(blank=True, default="", max_length=30, verbose_name="场所类别")),
                ("funding", models.CharField(blank=True, default="", max_length=20, verbose_name="资金来源")),
            ],
        ),
        migrations.AlterModelOptions(
            name="platformversion",
            options={"managed": False, "ordering": ["-number"]},
        ),
        migrations.AddField(
            model_name="platform",
            name="ledger_entry_id",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="platform",
            name="source_row_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="platform",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="platform_batch"),
        ),
        migrations.AddConstraint(
            model_name="platform",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="platform_row_once"),
        ),
        migrations.AddField(
            model_name="platformformer",
            name="platform",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="platforms.platform",
            ),
        ),
        migrations.AddIndex(
            model_name="platformformer",
            index=models.Index(fields=["code"], name="platformformer_code"),
        ),
        migrations.AddIndex(
            model_name="platformformer",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["ledger_entry_id"], name="platformformer_batch"),
        ),
        migrations.AddConstraint(
            model_name="platformformer",
            constraint=models.UniqueConstraint(fields=("platform", "number"), name="platformformer_number_once"),
        ),
        migrations.AddConstraint(
            model_name="platformformer",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_to__isnull", False)), name="platformformer_is_over"
            ),
        ),
        migrations.AddConstraint(
            model_name="platformformer",
            constraint=models.UniqueConstraint(fields=("source_row_id",), name="platformformer_row_once"),
        ),
        migrations.RunPython(move),
    ]
