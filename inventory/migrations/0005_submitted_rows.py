"""What was handed in stays as it was: files and rows of a submitted version; and what was registered: its versions.

Checked statement by statement, from the transition tables, so that a hundred thousand rows cost one look.
"""

from django.db import migrations

ROWS = ("inventory_camerarow", "inventory_platformrow")
VERSIONS = ("cameras_cameraversion", "cameras_poleversion", "platforms_platformversion")
EVENTS = ("UPDATE", "DELETE")

FUNCTIONS = """
CREATE FUNCTION keep_submitted_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM inventory_version v
               WHERE v.id = OLD.version_id AND v.submitted_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the files of a submitted version are never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER inventory_sourcefile_kept BEFORE UPDATE OR DELETE ON inventory_sourcefile
    FOR EACH ROW EXECUTE FUNCTION keep_submitted_files();

CREATE FUNCTION keep_submitted_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM inventory_sourcefile f JOIN inventory_version v ON v.id = f.version_id
               WHERE v.submitted_at IS NOT NULL AND f.id IN (SELECT source_file_id FROM touched)) THEN
        RAISE EXCEPTION 'the rows of a submitted version are never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION keep_submitted_rows();
DROP TRIGGER inventory_sourcefile_kept ON inventory_sourcefile;
DROP FUNCTION keep_submitted_files();
"""


def rows(table: str) -> tuple[str, str]:
    """(forward, backward) SQL for a table of staged rows."""
    forward = "".join(
        f"CREATE TRIGGER {table}_{event.lower()}_kept AFTER {event} ON {table}"
        f" REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_submitted_rows();\n"
        for event in EVENTS
    )
    return forward, "".join(f"DROP TRIGGER {table}_{event.lower()}_kept ON {table};\n" for event in EVENTS)


def append_only(table: str) -> tuple[str, str]:
    """(forward, backward) SQL for a table of versions: an open one may be closed, nothing else is ever set."""
    forward = f"""
DO $$
BEGIN
    EXECUTE (SELECT format('CREATE TRIGGER {table}_append_only BEFORE UPDATE OF %s ON {table}
                            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', string_agg(quote_ident(attname), ', '))
             FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped
               AND attname <> 'recorded_to');
END $$;
CREATE TRIGGER {table}_closed BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.recorded_to IS NOT NULL OR NEW.recorded_to IS NULL) EXECUTE FUNCTION refuse_change();
"""
    return forward, f"DROP TRIGGER {table}_closed ON {table};\nDROP TRIGGER {table}_append_only ON {table};\n"


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0004_staged_keys"),
        ("audit", "0002_append_only"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(migrations.RunSQL(*rows(table)) for table in ROWS),
        *(migrations.RunSQL(*append_only(table)) for table in VERSIONS),
    ]
