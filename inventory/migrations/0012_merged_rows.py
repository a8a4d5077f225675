"""The rows of one merged pole are found together."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("inventory", "0011_rows_to_mend")]
    operations = [
        migrations.AddIndex(
            model_name="camerarow",
            index=models.Index(
                fields=["source_file", "merge_group"], condition=Q(merge_group__isnull=False), name="camerarow_merged"
            ),
        ),
    ]
