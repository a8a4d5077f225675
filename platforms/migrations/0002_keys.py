"""References of platforms and their versions, checked statement by statement; what is referred to stays."""

from django.db import migrations

from registry import keys

STEPS = [
    (keys.FUNCTION, keys.DROP_FUNCTION),
    keys.keeps("agencies_agency"),
    keys.refers("platforms_platform", keys.AGENCIES),
    keys.keeps("platforms_platform"),
    keys.keeps("platforms_platformversion"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("platforms", "0001_initial"),
        ("agencies", "0002_separation_of_duties"),
        ("audit", "0002_append_only"),
    ]
    operations = [migrations.RunSQL(forward, backward) for forward, backward in STEPS]
