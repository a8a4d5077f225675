"""What was changed on screen stays on record, and what was found about a submitted version stays as it was."""

from django.db import migrations

APPEND_ONLY = ("inventory_changeset", "inventory_change")
FINDINGS = "inventory_rowfinding"
EVENTS = ("UPDATE", "DELETE")


def append_only(table: str) -> tuple[str, str]:
    forward = f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
    return forward, f"DROP TRIGGER {table}_append_only ON {table};\n"


def kept(table: str) -> tuple[str, str]:
    forward = "".join(
        f"CREATE TRIGGER {table}_{event.lower()}_kept AFTER {event} ON {table}"
        f" REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_submitted_rows();\n"
        for event in EVENTS
    )
    return forward, "".join(f"DROP TRIGGER {table}_{event.lower()}_kept ON {table};\n" for event in EVENTS)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0006_mending"), ("audit", "0002_append_only")]
    operations = [
        *(migrations.RunSQL(*append_only(table)) for table in APPEND_ONLY),
        migrations.RunSQL(*kept(FINDINGS)),
    ]
