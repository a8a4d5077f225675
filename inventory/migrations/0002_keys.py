"""What declarations cannot say: rows or zero but not both, and one sequence of row identities."""

from django.db import migrations

FORWARD = """
ALTER TABLE inventory_submission ADD CONSTRAINT zero_and_rows_exclude_each_other
    FOREIGN KEY (obligation_id, live_kind) REFERENCES inventory_obligation (id, answer);

CREATE SEQUENCE inventory_row_key;
ALTER TABLE inventory_camerarow ALTER COLUMN key SET DEFAULT nextval('inventory_row_key');
ALTER TABLE inventory_platformrow ALTER COLUMN key SET DEFAULT nextval('inventory_row_key');


CREATE FUNCTION keep_submitted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a submitted version is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER inventory_version_immutable BEFORE UPDATE OR DELETE ON inventory_version
    FOR EACH ROW EXECUTE FUNCTION keep_submitted();
"""
BACKWARD = """
DROP TRIGGER inventory_version_immutable ON inventory_version;
DROP FUNCTION keep_submitted();
ALTER TABLE inventory_platformrow ALTER COLUMN key DROP DEFAULT;
ALTER TABLE inventory_camerarow ALTER COLUMN key DROP DEFAULT;
DROP SEQUENCE inventory_row_key;
ALTER TABLE inventory_submission DROP CONSTRAINT zero_and_rows_exclude_each_other;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
