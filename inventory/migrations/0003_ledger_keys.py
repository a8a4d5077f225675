"""Every version in the registry is of a registered thing and stands on an entry of the ledger.

Its other references are those of the thing itself, which were checked there.
"""

from django.db import migrations

from registry import keys

LEDGER = {"ledger_entry_id": "inventory_ledgerentry"}
VERSIONS = {
    "platforms_platformversion": {"platform_id": "platforms_platform"},
    "cameras_poleversion": {"pole_id": "cameras_pole"},
    "cameras_cameraversion": {"camera_id": "cameras_camera"},
}


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_keys"),
        ("cameras", "0003_keys"),
        ("platforms", "0002_keys"),
    ]
    operations = [
        *(migrations.RunSQL(*keys.refers(table, identity, each=True)) for table, identity in VERSIONS.items()),
        *(migrations.RunSQL(*keys.refers(table, LEDGER, name="ledger")) for table in VERSIONS),
        migrations.RunSQL(*keys.keeps("inventory_ledgerentry")),
    ]
