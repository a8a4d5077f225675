"""Rules that need the database: what a staged row means beside the registry, and beside the report's other files."""

from __future__ import annotations

from typing import Any

from django.db import connection

from cameras.sheet import CAMERA as CAMERA_SHEET
from platforms.sheet import PLATFORM as PLATFORM_SHEET
from sheets.declare import Sheet
from sheets.rules import ERROR, WARNING, Issue, RuleInfo, rule_info

from . import missing, waivers
from .export_rules import note_export
from .matching import NAME_KEY, match_version
from .targets import CAMERA, TARGETS, Target

DECLARATIONS: dict[str, Sheet] = {"camera": CAMERA_SHEET, "platform": PLATFORM_SHEET}

TAKEN = Issue(
    title="编码已由其他单位登记",
    says="该编码已由其他单位登记",
    fix="请核对编码是否抄错。确属本单位的设备，可以提交，由数据局和公安局在审核时协调。",
    severity=WARNING,
)
TWICE = Issue(
    title="两行对应同一条登记记录",
    says="这一行与另一行对应同一条已登记的记录",
    fix="请核对“登记编号”和“20位编码”，每条登记记录只保留一行。",
    severity=ERROR,
)
ELSEWHERE = Issue(
    title="另一份表格里也有",
    says="本次报送的另一份表格里也有这一条",
    fix="同一台设备只报一行：请在其中一份表格里删去它，再重新上传那份表格。",
    severity=ERROR,
)
AT_ODDS = Issue(
    title="登记编号与编码对不上",
    says="这个编码登记在本单位的另一条记录上，与这一行的登记编号对不上",
    fix="请核对“登记编号”和“20位编码”：编码抄错的改编码；确是那一条记录的，清空这一行的登记编号。",
    severity=ERROR,
)
ISSUES = {"401": TAKEN, "402": TWICE, "403": ELSEWHERE, "404": AT_ODDS}


def _rules(letter: str, sheet: Sheet) -> tuple[RuleInfo, ...]:
    columns = [("code", sheet.by_key["code"].label)]
    return tuple(
        rule_info(f"{letter}{number}", issue, sheet=sheet.key, clause="", columns=columns)
        for number, issue in ISSUES.items()
    )


REGISTRY_RULES: dict[str, tuple[RuleInfo, ...]] = {
    "camera": _rules("C", CAMERA_SHEET),
    "platform": _rules("P", PLATFORM_SHEET),
}
OURS = "^[CP]4"
"""Codes of the findings that are written here; the others are the reader's."""


def check_registry(version_id: int, agency_id: int) -> int:
    """Match a draft version's rows with the registry and write anew what that finds, with the counts of rows and files.

    To be called whenever a file came or went, and before submitting: what was found earlier may no longer be true.
    Returns how many marks on things that the survey had left out are void now, so that the content hash is another.
    """
    params = {"version": version_id, "agency": agency_id}
    match_version(version_id, agency_id)
    voided = missing.void(version_id, agency_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM inventory_rowfinding o
                 WHERE o.source_file_id = f.id AND o.code ~ %(ours)s))
               FROM inventory_sourcefile f WHERE f.version_id = %(version)s AND f.state = 'read'""",
            params | {"ours": OURS},
        )
        files, noted = cursor.fetchone()
    if noted:
        _forget(params)
    for target in TARGETS:
        taken, twice, elsewhere, at_odds = REGISTRY_RULES[target.kind]
        _note(target, taken, _taken(target), params)
        _note(target, twice, _twice(target), params)
        _note(target, at_odds, _at_odds(target), params)
        if files > 1:
            _note(target, elsewhere, _elsewhere(target), params)
    note_export(version_id)
    _count(params, "+")
    waivers.apply(version_id)
    return voided


def _staged(target: Target, alias: str = "r") -> str:
    return f"""{target.rows} {alias} JOIN inventory_sourcefile f_{alias}
               ON f_{alias}.id = {alias}.source_file_id AND f_{alias}.version_id = %(version)s"""


def _taken(target: Target) -> str:
    return f"""SELECT r.id AS row_id, '[]'::jsonb AS related FROM {_staged(target)}
               JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
               WHERE t.reporting_agency_id <> %(agency)s"""


def _twice(target: Target) -> str:
    return f"""SELECT row_id, '[]'::jsonb AS related FROM (
                 SELECT r.id AS row_id, count(*) OVER (PARTITION BY r.match_id) AS rows FROM {_staged(target)}
                 WHERE r.match_id IS NOT NULL) counted WHERE rows > 1"""


def _at_odds(target: Target) -> str:
    """The row's number leads to one thing, its code to another that does not give it up in this version."""
    return f"""SELECT r.id AS row_id, '[]'::jsonb AS related FROM {_staged(target)}
               JOIN {target.things} u ON u.code = r.code AND u.life = 'live' AND u.id <> r.match_id
               WHERE u.reporting_agency_id = %(agency)s AND NOT EXISTS (
                 SELECT FROM {_staged(target)} JOIN {target.things} t ON t.id = r.match_id
                 WHERE t.id = u.id AND {target.stated("code")} IS DISTINCT FROM t.code)"""


def _elsewhere(target: Target) -> str:
    """A code in two files of the version; for platforms also a name, unless each of the two has its code."""
    where = "o_file.name || ' ' || o.sheet || ' 第' || o.row || '行'"
    ways = ["o.code = r.code"]
    if target is not CAMERA:
        ways.append(f"{NAME_KEY.format('o.name')} = {NAME_KEY.format('r.name')} AND (o.code IS NULL OR r.code IS NULL)")
    return " UNION ".join(
        f"""(SELECT DISTINCT ON (r.id) r.id AS row_id, jsonb_build_array({where}) AS related
             FROM {_staged(target)} JOIN {_staged(target, "o")} ON {way} AND o.source_file_id <> r.source_file_id
             JOIN files_storedfile o_file ON o_file.id = f_o.file_id ORDER BY r.id, o.id)"""
        for way in ways
    )


def _note(target: Target, rule: RuleInfo, hits: str, params: dict[str, int]) -> None:
    """Insert one finding for each hit row, at its code's cell, and count it on the row."""
    counter = "errors" if rule.severity is ERROR else "warnings"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH hit AS (
                    UPDATE {target.rows} r SET {counter} = {counter} + 1
                    FROM (SELECT DISTINCT ON (row_id) row_id, related FROM ({hits}) found ORDER BY row_id) h
                    WHERE r.id = h.row_id
                    RETURNING r.source_file_id, r.sheet, r.row, r.code, h.related
                )
                INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title,
                                                  code, severity, value, message, fix, related)
                SELECT hit.source_file_id, %(kind)s, hit.sheet, hit.row, coalesce(place.letter || hit.row, ''), 'code',
                       %(title)s, %(rule)s, %(severity)s, coalesce(hit.code, ''), %(says)s, %(fix)s, hit.related
                FROM hit LEFT JOIN (
                    SELECT f.id, s->>'name' AS sheet, s->'columns'->>'code' AS letter
                    FROM inventory_sourcefile f, jsonb_array_elements(f.summary->'sheets') s
                    WHERE f.version_id = %(version)s
                ) place ON place.id = hit.source_file_id AND place.sheet = hit.sheet""",
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


def _forget(params: dict[str, Any]) -> None:
    """Take back what was found before, with its counts."""
    _count(params, "-")
    told = f"""SELECT o.source_file_id, o.sheet, o.row, {COUNTED} FROM inventory_rowfinding o
               JOIN inventory_sourcefile f ON f.id = o.source_file_id AND f.version_id = %(version)s
               WHERE o.code ~ %(ours)s AND o.kind = %(kind)s GROUP BY 1, 2, 3"""
    with connection.cursor() as cursor:
        for target in TARGETS:
            cursor.execute(
                f"""UPDATE {target.rows} r SET errors = r.errors - told.errors, warnings = r.warnings - told.warnings
                    FROM ({told}) told
                    WHERE (r.source_file_id, r.sheet, r.row) = (told.source_file_id, told.sheet, told.row)""",
                params | {"ours": OURS, "kind": target.kind},
            )
        cursor.execute(
            """DELETE FROM inventory_rowfinding o USING inventory_sourcefile f
               WHERE f.id = o.source_file_id AND f.version_id = %(version)s AND o.code ~ %(ours)s""",
            params | {"ours": OURS},
        )


COUNTED = """count(*) FILTER (WHERE o.severity = 'error' AND NOT o.waived) AS errors,
             count(*) FILTER (WHERE o.severity <> 'error' AND NOT o.waived) AS warnings"""


def _count(params: dict[str, Any], sign: str) -> None:
    """Add our findings to the files' counts, or take them off."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE inventory_sourcefile f SET errors = f.errors {sign} told.errors,
                       warnings = f.warnings {sign} told.warnings
                FROM (SELECT o.source_file_id, {COUNTED} FROM inventory_rowfinding o WHERE o.code ~ %(ours)s
                      AND o.source_file_id IN (SELECT id FROM inventory_sourcefile WHERE version_id = %(version)s)
                      GROUP BY 1) told
                WHERE f.id = told.source_file_id""",
            params | {"ours": OURS},
        )
