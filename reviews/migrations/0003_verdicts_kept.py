"""A verdict's content never changes: it may only be superseded, once; and its round is one of its case."""

from django.db import migrations

FORWARD = """
ALTER TABLE reviews_verdict ADD CONSTRAINT verdict_round_of_its_case
    FOREIGN KEY (round_id, case_id) REFERENCES reviews_round (id, case_id);

CREATE FUNCTION keep_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL
       OR (NEW.id, NEW.case_id, NEW.round_id, NEW.item_key, NEW.item_hash, NEW.side, NEW.person_id, NEW.decision,
           NEW.reason, NEW.decided_at)
          IS DISTINCT FROM
          (OLD.id, OLD.case_id, OLD.round_id, OLD.item_key, OLD.item_hash, OLD.side, OLD.person_id, OLD.decision,
           OLD.reason, OLD.decided_at) THEN
        RAISE EXCEPTION 'a verdict is only ever superseded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_verdict_kept BEFORE UPDATE OR DELETE ON reviews_verdict
    FOR EACH ROW EXECUTE FUNCTION keep_verdict();
"""
BACKWARD = """
DROP TRIGGER reviews_verdict_kept ON reviews_verdict;
DROP FUNCTION keep_verdict();
ALTER TABLE reviews_verdict DROP CONSTRAINT verdict_round_of_its_case;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_four_eyes")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
