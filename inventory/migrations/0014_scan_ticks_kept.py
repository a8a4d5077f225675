"""What a scan's code says in full; a side's word on a scan is kept, and given only by who has that part in the case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER inventory_scantick_append_only BEFORE UPDATE OR DELETE ON inventory_scantick
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION tick_by_a_reviewer_of_the_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM inventory_version v
        JOIN reviews_case c ON c.kind = 'submission' AND c.subject_id = v.submission_id
        JOIN reviews_participation p ON p.case_id = c.id AND p.part = NEW.side
             AND p.person_id IN (NEW.person_id, NEW.for_person_id)
        WHERE v.id = NEW.version_id) < num_nonnulls(NEW.person_id, NEW.for_person_id) THEN
        RAISE EXCEPTION 'a scan is ticked by a reviewer of the side' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_scantick_four_eyes BEFORE INSERT ON inventory_scantick
    FOR EACH ROW EXECUTE FUNCTION tick_by_a_reviewer_of_the_side();
"""
BACKWARD = """
DROP TRIGGER inventory_scantick_four_eyes ON inventory_scantick;
DROP FUNCTION tick_by_a_reviewer_of_the_side();
DROP TRIGGER inventory_scantick_append_only ON inventory_scantick;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0013_paper_and_co_reports"),
        ("reviews", "0005_acts_kept"),
        ("audit", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="version",
            name="scan_code_text",
            field=models.CharField(db_default="", max_length=100, verbose_name="二维码内容"),
        ),
        migrations.AddField(
            model_name="scantick",
            name="for_person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
