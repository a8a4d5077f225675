"""Staged rows and findings are of a source file, checked statement by statement; a file goes only after its rows."""

from django.db import migrations

from registry import keys

FILE = {"source_file_id": "inventory_sourcefile"}
TABLES = ("inventory_camerarow", "inventory_platformrow", "inventory_rowfinding")
ROWS_FIRST = """
CREATE FUNCTION rows_go_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM inventory_camerarow WHERE source_file_id = OLD.id)
       OR EXISTS (SELECT 1 FROM inventory_platformrow WHERE source_file_id = OLD.id)
       OR EXISTS (SELECT 1 FROM inventory_rowfinding WHERE source_file_id = OLD.id) THEN
        RAISE EXCEPTION 'source file % still has rows', OLD.id USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER inventory_sourcefile_rows_first BEFORE DELETE ON inventory_sourcefile
    FOR EACH ROW EXECUTE FUNCTION rows_go_first();
"""
FILES_FIRST = """
DROP TRIGGER inventory_sourcefile_rows_first ON inventory_sourcefile;
DROP FUNCTION rows_go_first();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_ledger_keys")]
    operations = [
        *(migrations.RunSQL(*keys.refers(table, FILE, events=("INSERT",))) for table in TABLES),
        migrations.RunSQL(ROWS_FIRST, FILES_FIRST),
    ]
