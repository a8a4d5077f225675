import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0003_password_history"),
        ("inventory", "0012_merged_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="scan_code",
            field=models.CharField(
                choices=[
                    ("unread", "未识别"),
                    ("match", "与本版一致"),
                    ("other", "是另一版的"),
                    ("absent", "没有二维码"),
                ],
                db_default="unread",
                max_length=10,
                verbose_name="扫描件上的二维码",
            ),
        ),
        migrations.AddField(
            model_name="version",
            name="scan_code_hash",
            field=models.CharField(db_default="", max_length=64, verbose_name="二维码里的校验值"),
        ),
        migrations.CreateModel(
            name="CoReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("camera", "摄像机"), ("platform", "平台")], max_length=10)),
                ("thing_id", models.BigIntegerField()),
                ("source_row_id", models.BigIntegerField()),
                (
                    "settled_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="合并时间"),
                ),
                ("ended_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "ledger_entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="co_reports",
                        to="inventory.ledgerentry",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("kind", "thing_id", "agency"),
                        name="one_co_report",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScanTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("data", "数据局"), ("police", "公安局")], max_length=10)),
                ("note", models.TextField(db_default="", verbose_name="说明")),
                (
                    "ticked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="核对时间"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="scan_ticks", to="inventory.version"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "side"), name="one_scan_tick_a_side"),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["data", "police"])), name="scan_tick_of_a_side"
                    ),
                ],
            },
        ),
    ]
