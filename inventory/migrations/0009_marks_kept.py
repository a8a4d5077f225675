"""What the unit said of what its survey does not mention stays as it was handed in."""

from django.db import migrations

TABLE = "inventory_missingmark"
EVENTS = {"INSERT": "NEW", "UPDATE": "OLD", "DELETE": "OLD"}

FUNCTION = """
CREATE FUNCTION keep_submitted_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM inventory_version v
               WHERE v.submitted_at IS NOT NULL AND v.id IN (SELECT version_id FROM touched)) THEN
        RAISE EXCEPTION 'the marks of a submitted version are never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""
FORWARD = FUNCTION + "".join(
    f"CREATE TRIGGER {TABLE}_{event.lower()}_kept AFTER {event} ON {TABLE}"
    f" REFERENCING {side} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION keep_submitted_marks();\n"
    for event, side in EVENTS.items()
)
BACKWARD = "".join(f"DROP TRIGGER {TABLE}_{event.lower()}_kept ON {TABLE};\n" for event in EVENTS) + (
    "DROP FUNCTION keep_submitted_marks();"
)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0008_waivers_end")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
