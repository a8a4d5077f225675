"""Rows with errors, and rows with anything to mend, are found without reading the others."""

from django.db import migrations, models
from django.db.models import Q

TO_MEND = Q(errors__gt=0) | Q(warnings__gt=0)


def indexes(name: str) -> list[migrations.AddIndex]:
    wrong = models.Index(fields=["source_file"], condition=Q(errors__gt=0), name=f"{name}_wrong")
    to_mend = models.Index(fields=["source_file", "sheet", "row"], condition=TO_MEND, name=f"{name}_to_mend")
    return [migrations.AddIndex(model_name=name, index=index) for index in (wrong, to_mend)]


class Migration(migrations.Migration):
    dependencies = [("inventory", "0010_map_way")]
    operations = [*indexes("camerarow"), *indexes("platformrow")]
