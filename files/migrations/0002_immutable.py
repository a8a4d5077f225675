"""What was handed in stays as it was: only the preview, made later, may be filled in."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION keep_original() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.kind, OLD.name, OLD.path, OLD.media_type, OLD.sha256, OLD.size, OLD.agency_id, OLD.uploaded_by_id)
        IS DISTINCT FROM
       (NEW.kind, NEW.name, NEW.path, NEW.media_type, NEW.sha256, NEW.size, NEW.agency_id, NEW.uploaded_by_id) THEN
        RAISE EXCEPTION 'a stored original is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER files_storedfile_immutable BEFORE UPDATE ON files_storedfile
    FOR EACH ROW EXECUTE FUNCTION keep_original();
"""
BACKWARD = """
DROP TRIGGER files_storedfile_immutable ON files_storedfile;
DROP FUNCTION keep_original();
"""


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
