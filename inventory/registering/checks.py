"""Rules that need the database: what a staged row means beside the registry, and beside the report's other files."""

from __future__ import annotations

from typing import Any

from django.db import connection

from sheets.rules import ERROR, RuleInfo, placeholders

from ..exported.export_rules import note_export
from ..leftout import missing
from ..waiving import waivers
from . import near, platform_links, proposals
from .matching import NAME_KEY, match_version, shared
from .registry_rules import C405, C406, C407, C408, C409, DECLARATIONS, REGISTRY_RULES
from .targets import CAMERA, LETTER, PLATFORM, TARGETS, Target

__all__ = ["DECLARATIONS", "REGISTRY_RULES", "check_registry"]

OURS = "^[CP]4"
"""Codes of the findings that are written here; the others are the reader's."""


def check_registry(version_id: int, agency_id: int, *, fresh: bool = False) -> int:
    """Match a draft version's rows with the registry and write anew what that finds, with the counts of rows and files.

    To be called whenever a file came or went, and before submitting: what was found earlier may no longer be true.
    Returns how many marks on things that the survey had left out are void now, so that the content hash is another.
    `fresh`: all its rows were stored just now.
    """
    params = {"version": version_id, "agency": agency_id}
    match_version(version_id, agency_id, fresh=fresh)
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
    registered = {target.kind: _registered(target, agency_id) for target in TARGETS}
    for target in TARGETS:
        taken, twice, elsewhere, at_odds, *_ = REGISTRY_RULES[target.kind]
        own, others = registered[target.kind]
        if others:
            _note(target, taken, _bare(_taken(target)), params)
        if own:
            _note(target, twice, _bare(_twice(target)), params)
            _note(target, at_odds, _bare(_at_odds(target)), params)
        if files > 1:
            _note(target, elsewhere, _bare(_elsewhere(target)), params)
    _note(CAMERA, C409, _code_of_platform(), params)
    _note_likely(params, *registered[CAMERA.kind])
    _note_platforms(params)
    note_export(version_id)
    _count(params, "+")
    waivers.apply(version_id)
    return voided


def _registered(target: Target, agency_id: int) -> tuple[bool, bool]:
    """Whether the agency has ever registered anything of the kind, and whether others have anything live: without, the
    rules that look for it need not go through the rows."""
    things = f"SELECT FROM {target.things} WHERE"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT EXISTS ({things} reporting_agency_id = %(agency)s),
                       EXISTS ({things} life = 'live' AND reporting_agency_id <> %(agency)s)""",
            {"agency": agency_id},
        )
        own, others = cursor.fetchone()
    return bool(own), bool(others)


def _note_likely(params: dict[str, Any], own: bool, others: bool) -> None:
    """Proposals: what is left out of the survey, and what others have registered, where there is any of it."""
    if own:
        with connection.cursor() as cursor:
            likely = proposals.draw_up(cursor, params)
        if likely:
            _note(CAMERA, C405, proposals.OWN, params)
    if others:
        with connection.cursor() as cursor:
            namesakes = near.draw_namesakes(cursor, params)
        if namesakes:
            _note(CAMERA, C408, near.NAMESAKES, params)


def _note_platforms(params: dict[str, Any]) -> None:
    unknown, ambiguous, told = platform_links.hits(params["version"], params["agency"])
    for rule, hits in ((C406, unknown), (C407, ambiguous)):
        if hits:
            _note(CAMERA, rule, hits, params | told)


def _bare(hits: str) -> str:
    """Hits without details or fixes."""
    return f"SELECT row_id, related, '{{}}'::jsonb AS details, '{{}}'::jsonb AS fixes FROM ({hits}) bare"


def _staged(target: Target, alias: str = "r") -> str:
    return f"""{target.rows} {alias} JOIN inventory_sourcefile f_{alias}
               ON f_{alias}.id = {alias}.source_file_id AND f_{alias}.version_id = %(version)s"""


def _taken(target: Target) -> str:
    return f"""SELECT r.id AS row_id, '[]'::jsonb AS related FROM {_staged(target)}
               JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
               WHERE t.reporting_agency_id <> %(agency)s AND NOT {shared(target)}"""


def _twice(target: Target) -> str:
    return f"""SELECT row_id, '[]'::jsonb AS related FROM (
                 SELECT r.id AS row_id, count(*) OVER (PARTITION BY r.match_id) AS rows FROM {_staged(target)}
                 WHERE r.match_id IS NOT NULL) counted WHERE rows > 1"""


def _at_odds(target: Target) -> str:
    """The row's number leads to one thing, its code to another that does not give it up in this version."""
    return f"""SELECT r.id AS row_id, '[]'::jsonb AS related FROM {_staged(target)}
               JOIN {target.things} u ON u.code = r.code AND u.life = 'live' AND u.id <> r.match_id
               WHERE u.reporting_agency_id = %(agency)s AND u.id NOT IN (
                 SELECT t.id FROM {_staged(target)} JOIN {target.things} t ON t.id = r.match_id
                 WHERE {target.stated("code")} IS DISTINCT FROM t.code)"""


def _elsewhere(target: Target) -> str:
    """A code in two files of the version; for platforms also a name, unless each of the two has its code.

    Each row is told the first one of another file: where its code stands first, or, in that file, where it stands first
    outside. Said with windows, for a join of a hundred thousand rows with themselves is at the planner's mercy.
    """
    where = "o_file.name || ' ' || o.sheet || ' 第' || o.row || '行'"
    by_code = f"""SELECT hit.id AS row_id, jsonb_build_array({where}) AS related
                  FROM (SELECT id, CASE WHEN source_file_id <> first_file THEN first
                                        ELSE min(id) FILTER (WHERE source_file_id <> first_file)
                                             OVER (PARTITION BY code) END AS other
                        FROM (SELECT r.id, r.code, r.source_file_id, first_value(r.id) OVER told AS first,
                                     first_value(r.source_file_id) OVER told AS first_file
                              FROM {_staged(target)} WHERE r.code IS NOT NULL
                              WINDOW told AS (PARTITION BY r.code ORDER BY r.id)) coded) hit
                  JOIN {target.rows} o ON o.id = hit.other JOIN inventory_sourcefile f_o ON f_o.id = o.source_file_id
                  JOIN files_storedfile o_file ON o_file.id = f_o.file_id"""
    if target is CAMERA:
        return by_code
    return f"""{by_code} UNION ALL
               (SELECT DISTINCT ON (r.id) r.id AS row_id, jsonb_build_array({where}) AS related
                FROM {_staged(target)} JOIN {_staged(target, "o")}
                  ON {NAME_KEY.format("o.name")} = {NAME_KEY.format("r.name")} AND (o.code IS NULL OR r.code IS NULL)
                     AND o.source_file_id <> r.source_file_id
                JOIN files_storedfile o_file ON o_file.id = f_o.file_id ORDER BY r.id, o.id)"""


def _code_of_platform() -> str:
    """A camera's code that a platform of the same report bears."""
    where = "o_file.name || ' ' || o.sheet || ' 第' || o.row || '行'"
    return f"""SELECT r.id AS row_id, jsonb_build_array({where}) AS related,
                      jsonb_build_object('name', o.name) AS details, '{{}}'::jsonb AS fixes
               FROM {_staged(CAMERA)} JOIN {_staged(PLATFORM, "o")} ON o.code = r.code
               JOIN files_storedfile o_file ON o_file.id = f_o.file_id"""


def _note(target: Target, rule: RuleInfo, hits: str, params: dict[str, Any]) -> None:
    """Insert one finding for each hit row (row_id, related, details, fixes), and count it on the row.

    It stands at the cell of the rule's first column; the details fill the rule's wording.
    """
    counter = "errors" if rule.severity is ERROR else "warnings"
    column = rule.keys[0]
    says = "%(says)s::text"
    for name in sorted(placeholders(rule.says)):
        says = f"replace({says}, '{{{name}}}', coalesce(hit.details->>'{name}', ''))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH hit AS (
                    UPDATE {target.rows} r SET {counter} = {counter} + 1
                    FROM (SELECT DISTINCT ON (row_id) row_id, related, details, fixes FROM ({hits}) found
                          ORDER BY row_id) h
                    WHERE r.id = h.row_id
                    RETURNING r.source_file_id, r.sheet, r.row, r.{column} AS value, h.related, h.details, h.fixes
                )
                INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title,
                                                  code, severity, value, message, fix, related, fixes)
                SELECT hit.source_file_id, %(kind)s, hit.sheet, hit.row, coalesce({LETTER} || hit.row, ''),
                       %(column)s, %(title)s, %(rule)s, %(severity)s, coalesce(hit.value, ''), {says}, %(fix)s,
                       hit.related, hit.fixes
                FROM hit LEFT JOIN (
                    SELECT f.id, s->>'name' AS sheet, s->'columns'->>%(column)s AS letter, s->'later' AS later
                    FROM inventory_sourcefile f, jsonb_array_elements(f.summary->'sheets') s
                    WHERE f.version_id = %(version)s AND coalesce(s->>'kind', %(kind)s) = %(kind)s
                ) place ON place.id = hit.source_file_id AND place.sheet = hit.sheet""",
            params
            | {
                "kind": target.kind,
                "column": column,
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
