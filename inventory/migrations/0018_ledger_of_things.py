"""What is registered stands on an entry of the ledger; its former versions are never changed."""

from django.db import migrations

from registry import keys

LEDGER = {"ledger_entry_id": "inventory_ledgerentry"}
THINGS = {
    "platforms_platform": keys.AGENCIES,
    "cameras_pole": keys.AGENCIES,
    "cameras_camera": {"platform_id": "platforms_platform", "pole_id": "cameras_pole"} | keys.AGENCIES,
}
FORMER = ("platforms_platformformer", "cameras_poleformer", "cameras_cameraformer")


def _anew(table: str, references: dict[str, str]) -> tuple[str, str]:
    """One look at a statement's rows for all that they refer to."""
    before, after = keys.refers(table, references), keys.refers(table, references | LEDGER)
    return before[1] + after[0], after[1] + before[0]


def _kept(table: str) -> tuple[str, str]:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();\n",
        f"DROP TRIGGER {table}_append_only ON {table};\n",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0017_change_requests"),
        ("cameras", "0009_former_versions"),
        ("platforms", "0003_former_versions"),
    ]
    operations = [
        *(migrations.RunSQL(*_anew(table, references)) for table, references in THINGS.items()),
        *(migrations.RunSQL(*_kept(table)) for table in FORMER),
    ]
