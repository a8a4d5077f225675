"""Every version in the registry stands on an entry of the ledger."""

from django.db import migrations

from registry import keys

LEDGER = {"ledger_entry_id": "inventory_ledgerentry"}
TABLES = ("cameras_cameraversion", "cameras_poleversion", "platforms_platformversion")


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_keys"),
        ("cameras", "0003_keys"),
        ("platforms", "0002_keys"),
    ]
    operations = [
        *(migrations.RunSQL(*keys.refers(table, LEDGER, "ledger")) for table in TABLES),
        migrations.RunSQL(*keys.keeps("inventory_ledgerentry")),
    ]
