"""Rules that need the registry: what a staged row means beside what other units, or this one, have registered."""

from __future__ import annotations

from django.db import connection

from cameras.sheet import CAMERA as CAMERA_SHEET
from platforms.sheet import PLATFORM as PLATFORM_SHEET
from sheets.declare import Sheet
from sheets.rules import ERROR, WARNING, Issue, RuleInfo, rule_info

from .matching import matches
from .targets import CAMERA, PLATFORM, Target

DECLARATIONS: dict[str, Sheet] = {"camera": CAMERA_SHEET, "platform": PLATFORM_SHEET}

TAKEN = Issue(
    title="编码已由其他单位登记",
    says="该编码已由其他单位登记",
    fix="请核对编码是否抄错。确属本单位的设备，可以提交，由数据局和公安在审核时协调。",
    severity=WARNING,
)
TWICE = Issue(
    title="两行对应同一条登记记录",
    says="这一行与另一行对应同一条已登记的记录",
    fix="请核对“登记编号”和“20位编码”，每条登记记录只保留一行。",
    severity=ERROR,
)


def _rule(code: str, issue: Issue, sheet: Sheet) -> RuleInfo:
    return rule_info(code, issue, sheet=sheet.key, clause="", columns=[("code", sheet.by_key["code"].label)])


REGISTRY_RULES: dict[str, tuple[RuleInfo, RuleInfo]] = {
    "camera": (_rule("C401", TAKEN, CAMERA_SHEET), _rule("C402", TWICE, CAMERA_SHEET)),
    "platform": (_rule("P401", TAKEN, PLATFORM_SHEET), _rule("P402", TWICE, PLATFORM_SHEET)),
}


def check_registry(source_file_id: int, version_id: int, agency_id: int) -> None:
    """Write the findings of one staged file against the registry, and count them on its rows."""
    for target in (PLATFORM, CAMERA):
        taken, twice = REGISTRY_RULES[target.kind]
        params = {"file": source_file_id, "version": version_id, "agency": agency_id}
        _note(
            target,
            taken,
            f"""SELECT r.id AS row_id FROM {target.rows} r JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
                WHERE r.source_file_id = %(file)s AND t.reporting_agency_id <> %(agency)s""",
            params,
        )
        _note(
            target,
            twice,
            f"""WITH m AS MATERIALIZED ({matches(target)})
                SELECT m.row_id FROM m WHERE m.thing_id IN (SELECT thing_id FROM m GROUP BY 1 HAVING count(*) > 1)""",
            params,
        )


def _note(target: Target, rule: RuleInfo, hits: str, params: dict[str, int]) -> None:
    """Insert one finding for each hit row of the file, at its code's cell."""
    counter = "errors" if rule.severity is ERROR else "warnings"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH hit AS (
                    UPDATE {target.rows} r SET {counter} = {counter} + 1
                    FROM ({hits}) h WHERE r.id = h.row_id AND r.source_file_id = %(file)s
                    RETURNING r.sheet, r.row, r.code
                )
                INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title,
                                                  code, severity, value, message, fix, related)
                SELECT %(file)s, %(kind)s, hit.sheet, hit.row, coalesce(place.letter || hit.row, ''), 'code', %(title)s,
                       %(rule)s, %(severity)s, coalesce(hit.code, ''), %(says)s, %(fix)s, '[]'
                FROM hit LEFT JOIN (
                    SELECT s->>'name' AS sheet, s->'columns'->>'code' AS letter
                    FROM inventory_sourcefile f, jsonb_array_elements(f.summary->'sheets') s WHERE f.id = %(file)s
                ) place ON place.sheet = hit.sheet""",
            params
            | {
                "kind": target.kind,
                "title": rule.columns[0],
                "rule": rule.code,
                "severity": rule.severity.value,
                "says": rule.says,
                "fix": rule.fix,
            },
        )
