"""Power is lent between colleagues only, to one who has none; and nobody uses power that is not lent to him today.

The day is the county's, as in `reviews.permissions.in_force`. Looked at when something is said, in one pass over what
the statement wrote; what becomes of roles and terms later changes nothing of what was said.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION lend_to_a_colleague() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM agencies_person lender
        JOIN agencies_agency a ON a.id = lender.agency_id
             AND a.kind = CASE NEW.side WHEN 'data' THEN 'data_bureau' ELSE 'police' END
        JOIN agencies_personrole r ON r.person_id = lender.id
             AND r.role = CASE NEW.side WHEN 'data' THEN 'data_reviewer' ELSE 'police_reviewer' END
        JOIN agencies_person deputy ON deputy.id = NEW.deputy_id AND deputy.agency_id = lender.agency_id
             AND deputy.is_active AND deputy.duty_class = 'business'
        WHERE lender.id = NEW.delegator_id AND lender.is_active
          AND NOT EXISTS (SELECT FROM agencies_personrole held WHERE held.person_id = deputy.id
                          AND held.role IN ('data_reviewer', 'police_reviewer'))) THEN
        RAISE EXCEPTION 'power is lent to a colleague who has none' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_delegation_to_a_colleague BEFORE INSERT ON reviews_delegation
    FOR EACH ROW EXECUTE FUNCTION lend_to_a_colleague();

CREATE FUNCTION refuse_power_not_lent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT side, person_id, for_person_id FROM said WHERE for_person_id IS NOT NULL) one
        WHERE NOT EXISTS (
            SELECT FROM reviews_delegation d
            WHERE d.side = one.side AND d.deputy_id = one.person_id AND d.delegator_id = one.for_person_id
              AND d.revoked_at IS NULL
              AND (now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN d.starts_on AND d.ends_on)) THEN
        RAISE EXCEPTION 'this power is not lent today' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER reviews_verdict_power_lent AFTER INSERT ON reviews_verdict
    REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION refuse_power_not_lent();
CREATE TRIGGER reviews_closing_power_lent AFTER INSERT ON reviews_closing
    REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION refuse_power_not_lent();
CREATE TRIGGER reviews_motion_power_lent AFTER INSERT ON reviews_motion
    REFERENCING NEW TABLE AS said FOR EACH STATEMENT EXECUTE FUNCTION refuse_power_not_lent();
"""
BACKWARD = """
DROP TRIGGER reviews_motion_power_lent ON reviews_motion;
DROP TRIGGER reviews_closing_power_lent ON reviews_closing;
DROP TRIGGER reviews_verdict_power_lent ON reviews_verdict;
DROP FUNCTION refuse_power_not_lent();
DROP TRIGGER reviews_delegation_to_a_colleague ON reviews_delegation;
DROP FUNCTION lend_to_a_colleague();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_superseded_verdicts"), ("agencies", "0003_password_history")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
