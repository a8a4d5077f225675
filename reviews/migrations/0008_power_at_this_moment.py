"""Whether power is lent is asked at the moment of the statement, as the services do: a wait may go past midnight."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_power_not_lent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT side, person_id, for_person_id FROM said WHERE for_person_id IS NOT NULL) one
        WHERE NOT EXISTS (
            SELECT FROM reviews_delegation d
            WHERE d.side = one.side AND d.deputy_id = one.person_id AND d.delegator_id = one.for_person_id
              AND d.revoked_at IS NULL
              AND (%s AT TIME ZONE 'Asia/Shanghai')::date BETWEEN d.starts_on AND d.ends_on)) THEN
        RAISE EXCEPTION 'this power is not lent today' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_power_lent")]
    operations = [migrations.RunSQL(FUNCTION % "statement_timestamp()", FUNCTION % "now()")]
