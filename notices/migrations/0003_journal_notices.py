"""A further kind of notice: what concerns the journal itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_digests")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("to_review", "待审核"),
                    ("returned", "退回"),
                    ("accepted", "通过"),
                    ("question", "疑问"),
                    ("answered", "答复"),
                    ("motion", "动议"),
                    ("delegated", "委托"),
                    ("due_soon", "快到期"),
                    ("overdue", "逾期"),
                    ("scan", "扫描件"),
                    ("journal", "审计日志"),
                ],
                max_length=12,
                verbose_name="类别",
            ),
        )
    ]
