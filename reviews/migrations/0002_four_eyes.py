"""Four eyes in the database.

A verdict or a closing needs its person's participation in the case on that very side. A person has one part in a case,
so an author can never judge and nobody acts for both sides. A verdict's content never changes; it can only be superseded.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE reviews_verdict ADD CONSTRAINT verdict_by_a_reviewer_of_the_side
    FOREIGN KEY (case_id, person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_closing ADD CONSTRAINT closing_by_a_reviewer_of_the_side
    FOREIGN KEY (case_id, person_id, side) REFERENCES reviews_participation (case_id, person_id, part);
ALTER TABLE reviews_round ADD CONSTRAINT round_of_case UNIQUE (id, case_id);
ALTER TABLE reviews_closing ADD CONSTRAINT closing_round_of_its_case
    FOREIGN KEY (round_id, case_id) REFERENCES reviews_round (id, case_id);
CREATE TRIGGER reviews_closing_append_only BEFORE UPDATE OR DELETE ON reviews_closing
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reviews_participation_append_only BEFORE UPDATE OR DELETE ON reviews_participation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER reviews_participation_append_only ON reviews_participation;
DROP TRIGGER reviews_closing_append_only ON reviews_closing;
ALTER TABLE reviews_closing DROP CONSTRAINT closing_round_of_its_case;
ALTER TABLE reviews_round DROP CONSTRAINT round_of_case;
ALTER TABLE reviews_closing DROP CONSTRAINT closing_by_a_reviewer_of_the_side;
ALTER TABLE reviews_verdict DROP CONSTRAINT verdict_by_a_reviewer_of_the_side;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial"), ("audit", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
