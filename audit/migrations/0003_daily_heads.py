"""The daily heads, append-only as the journal itself; the auditor filters by agency."""

import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER audit_dailyhead_append_only BEFORE UPDATE OR DELETE ON audit_dailyhead
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_dailyhead_no_truncate BEFORE TRUNCATE ON audit_dailyhead
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER audit_dailyhead_no_truncate ON audit_dailyhead;
DROP TRIGGER audit_dailyhead_append_only ON audit_dailyhead;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyHead",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("seq", models.BigIntegerField(verbose_name="序号")),
                ("hash", models.CharField(max_length=64, verbose_name="校验值")),
                ("entries", models.PositiveIntegerField(verbose_name="当日条数")),
                ("written_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"ordering": ["-day"]},
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["agency_id", "seq"], name="audit_by_agency"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
