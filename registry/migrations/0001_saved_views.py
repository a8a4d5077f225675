import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("listing", models.CharField(max_length=10, verbose_name="台账")),
                ("name", models.CharField(max_length=20, verbose_name="名称")),
                ("query", models.TextField(blank=True, verbose_name="条件")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "视图",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "listing", "name"), name="saved_view_name_once")
                ],
            },
        ),
    ]
