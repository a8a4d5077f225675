"""An original is kept for ever, whether a report still shows it or not."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER files_storedfile_kept BEFORE DELETE ON files_storedfile
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = "DROP TRIGGER files_storedfile_kept ON files_storedfile;"


class Migration(migrations.Migration):
    dependencies = [("files", "0002_immutable"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
