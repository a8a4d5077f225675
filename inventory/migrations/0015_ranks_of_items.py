"""Items of rounds opened before know the part they stand in, and a rank by what the staged rows tell cheaply.

The bits are those of inventory.risk.Sign as they were then: 256 warned, 128 reactivated, 64 changed, 2 new.
"""

from django.db import migrations

OF_ROWS = """
UPDATE reviews_item i SET part = '{kind}', risk = CASE r.fate WHEN 'changed' THEN 64 WHEN 'reactivated' THEN 128
         WHEN 'unchanged' THEN 0 ELSE 2 END | CASE WHEN r.warnings > 0 THEN 256 ELSE 0 END
FROM reviews_round d JOIN reviews_case c ON c.id = d.case_id AND c.kind = 'submission'
JOIN inventory_version v ON v.submission_id = c.subject_id AND v.number = d.number
JOIN inventory_sourcefile f ON f.version_id = v.id
JOIN inventory_{kind}row r ON r.source_file_id = f.id
WHERE i.round_id = d.id AND i.key = r.key AND i.part = '';
"""
OF_MARKS = """
UPDATE reviews_item i SET part = 'left_out', risk = CASE m.mark WHEN 'transferred' THEN 3 WHEN 'removed' THEN 2
         WHEN 'elsewhere' THEN 1 ELSE 0 END
FROM reviews_round d JOIN reviews_case c ON c.id = d.case_id AND c.kind = 'submission'
JOIN inventory_version v ON v.submission_id = c.subject_id AND v.number = d.number
JOIN inventory_missingmark m ON m.version_id = v.id
WHERE i.round_id = d.id AND i.key = m.item_key AND i.part = '';
"""
OF_ZERO = "UPDATE reviews_item SET part = 'zero' WHERE part = '' AND key = 0;"
FORWARD = OF_ROWS.format(kind="platform") + OF_ROWS.format(kind="camera") + OF_MARKS + OF_ZERO


class Migration(migrations.Migration):
    dependencies = [("inventory", "0014_scan_ticks_kept"), ("reviews", "0005_acts_kept")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
