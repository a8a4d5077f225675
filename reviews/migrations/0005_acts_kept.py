"""Borrowed power, motions and answers stand under the same four eyes as verdicts; none of them ever changes.

Who acts for a side, and whose power it was, both have their part in the case on that very side. A delegated power is
never delegated on: neither may the delegator be somebody's deputy, nor the deputy delegate, in overlapping terms.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE reviews_verdict ADD CONSTRAINT verdict_for_a_reviewer_of_the_side
    FOREIGN KEY (case_id, for_person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_closing ADD CONSTRAINT closing_for_a_reviewer_of_the_side
    FOREIGN KEY (case_id, for_person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_motion ADD CONSTRAINT motion_by_a_reviewer_of_the_side
    FOREIGN KEY (case_id, person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_motion ADD CONSTRAINT motion_for_a_reviewer_of_the_side
    FOREIGN KEY (case_id, for_person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_motion ADD CONSTRAINT motion_answered_by_the_other_side
    FOREIGN KEY (case_id, answered_by_id, answered_side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_motion ADD CONSTRAINT motion_answered_for_the_other_side
    FOREIGN KEY (case_id, answered_for_id, answered_side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_motion ADD CONSTRAINT motion_round_of_its_case
    FOREIGN KEY (round_id, case_id) REFERENCES reviews_round (id, case_id);

CREATE TRIGGER reviews_answer_append_only BEFORE UPDATE OR DELETE ON reviews_answer
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reviews_sample_append_only BEFORE UPDATE OR DELETE ON reviews_sample
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION keep_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL
       OR (NEW.id, NEW.case_id, NEW.round_id, NEW.item_key, NEW.item_hash, NEW.side, NEW.person_id, NEW.for_person_id,
           NEW.decision, NEW.choice, NEW.reason, NEW.decided_at)
          IS DISTINCT FROM
          (OLD.id, OLD.case_id, OLD.round_id, OLD.item_key, OLD.item_hash, OLD.side, OLD.person_id, OLD.for_person_id,
           OLD.decision, OLD.choice, OLD.reason, OLD.decided_at) THEN
        RAISE EXCEPTION 'a verdict is only ever superseded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_motion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.answer <> '' OR NEW.answer = ''
       OR (NEW.id, NEW.case_id, NEW.round_id, NEW.kind, NEW.reason, NEW.side, NEW.person_id, NEW.for_person_id,
           NEW.moved_at)
          IS DISTINCT FROM
          (OLD.id, OLD.case_id, OLD.round_id, OLD.kind, OLD.reason, OLD.side, OLD.person_id, OLD.for_person_id,
           OLD.moved_at) THEN
        RAISE EXCEPTION 'a motion is only ever answered' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_motion_kept BEFORE UPDATE OR DELETE ON reviews_motion
    FOR EACH ROW EXECUTE FUNCTION keep_motion();

CREATE FUNCTION keep_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
       OR (NEW.id, NEW.side, NEW.delegator_id, NEW.deputy_id, NEW.starts_on, NEW.ends_on, NEW.reason, NEW.made_at)
          IS DISTINCT FROM
          (OLD.id, OLD.side, OLD.delegator_id, OLD.deputy_id, OLD.starts_on, OLD.ends_on, OLD.reason, OLD.made_at) THEN
        RAISE EXCEPTION 'a delegation is only ever revoked' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_delegation_kept BEFORE UPDATE OR DELETE ON reviews_delegation
    FOR EACH ROW EXECUTE FUNCTION keep_delegation();

CREATE FUNCTION refuse_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM agencies_person WHERE id IN (NEW.delegator_id, NEW.deputy_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM reviews_delegation d
               WHERE d.revoked_at IS NULL AND d.starts_on <= NEW.ends_on AND d.ends_on >= NEW.starts_on
                 AND (d.deputy_id = NEW.delegator_id OR d.delegator_id = NEW.deputy_id)) THEN
        RAISE EXCEPTION 'a delegated power is never delegated on' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_delegation_one_level BEFORE INSERT ON reviews_delegation
    FOR EACH ROW EXECUTE FUNCTION refuse_chain();

INSERT INTO reviews_desk (round_id, side, passed, returned, questioned)
SELECT r.id, s.side, count(v.id) FILTER (WHERE v.decision = 'pass'), count(v.id) FILTER (WHERE v.decision = 'return'),
       count(v.id) FILTER (WHERE v.decision = 'question')
FROM reviews_round r CROSS JOIN (VALUES ('data'), ('police')) AS s (side)
JOIN reviews_item i ON i.round_id = r.id
LEFT JOIN reviews_verdict v ON v.case_id = r.case_id AND v.side = s.side AND v.item_key = i.key
     AND v.item_hash = i.hash AND v.superseded_at IS NULL
GROUP BY r.id, s.side;
UPDATE reviews_item i SET returned = true FROM reviews_round r
WHERE r.id = i.round_id AND r.outcome = 'returned';
"""
BACKWARD = """
DROP TRIGGER reviews_delegation_one_level ON reviews_delegation;
DROP FUNCTION refuse_chain();
DROP TRIGGER reviews_delegation_kept ON reviews_delegation;
DROP FUNCTION keep_delegation();
DROP TRIGGER reviews_motion_kept ON reviews_motion;
DROP FUNCTION keep_motion();
DROP TRIGGER reviews_sample_append_only ON reviews_sample;
DROP TRIGGER reviews_answer_append_only ON reviews_answer;
ALTER TABLE reviews_motion DROP CONSTRAINT motion_round_of_its_case,
    DROP CONSTRAINT motion_answered_for_the_other_side, DROP CONSTRAINT motion_answered_by_the_other_side,
    DROP CONSTRAINT motion_for_a_reviewer_of_the_side, DROP CONSTRAINT motion_by_a_reviewer_of_the_side;
ALTER TABLE reviews_closing DROP CONSTRAINT closing_for_a_reviewer_of_the_side;
ALTER TABLE reviews_verdict DROP CONSTRAINT verdict_for_a_reviewer_of_the_side;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_desks_and_acts"), ("agencies", "0003_password_history")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
