"""Codes and names of the survey beside the list that the unit's video platform exports (附件4 填写说明1).

What the latest export of a submission holds that has been read. Findings are written as `checks` writes its own: rows
count theirs here, files in `checks`, and all of them are taken back by their codes before they are looked for anew.
"""

from __future__ import annotations

from django.db import connection

from cameras.sheet import CAMERA as CAMERA_SHEET
from platforms.sheet import PLATFORM as PLATFORM_SHEET
from sheets.rules import WARNING, Issue, RuleInfo, rule_info

from ..registering.targets import CAMERA, LETTER, PLATFORM, Target

CLAUSE = "附件4 填写说明1"
LISTED = 5
"""Missing cameras named in the finding itself; the page lists all."""
CAMERA_TYPES = "^[0-9]{10}13[12][0-9]{7}$"
PLATFORM_TYPES = "^[0-9]{10}200[0-9]{7}$"

NOT_EXPORTED = Issue(
    title="编码不在平台导出清单里",
    says="平台导出清单里没有这个编码",
    fix="请核对编码是否抄错；设备确实没有接入平台的，可以照此提交，或申请豁免并说明原因。",
    severity=WARNING,
    fails="表里的编码，平台导出的清单里没有",
    passes="编码和平台导出的一字不差",
)
OTHER_NAME = Issue(
    title="名称与平台导出的不一致",
    says="平台导出清单里，这个编码的名称是“{exported}”",
    fix="20位编码及名称由视频监控平台导出：请采用平台里的名称；平台里的名称写错的，先在平台里改正，再重新导出。",
    severity=WARNING,
    fails="表里写“江店路路口”，平台里叫“江店路与梅山路交叉口”",
    passes="名称和平台导出的一致，空格不论",
)
NOT_REPORTED = Issue(
    title="平台里有、表里没有的摄像机",
    says="平台导出清单里有 {count} 台摄像机没有填进表里：{first}",
    fix="请打开“平台导出清单”查看全部，漏报的补进表里；不属于公共场所的不用报。",
    severity=WARNING,
    fails="平台清单里有 10 台摄像机，表里只报了 9 台",
    passes="平台清单里的摄像机，表里都有",
)

STRANGERS = Issue(
    title="平台导出清单和表一台也对不上",
    says="表里 {count} 个编码，平台导出清单里一个也没有",
    fix="请核对上传的是不是本单位平台导出的清单、导出的是不是国标编码；传错了的，移除它，换成对的。",
    severity=WARNING,
    fails="上传了别的单位的清单",
    passes="清单里有表里的编码",
)


def _rule(code: str, issue: Issue, column: str) -> RuleInfo:
    sheet = PLATFORM_SHEET if code.startswith("P") else CAMERA_SHEET
    columns = [(column, sheet.by_key[column].label)] if column else []
    return rule_info(code, issue, sheet=sheet.key, clause=CLAUSE, columns=columns)


C411 = _rule("C411", NOT_EXPORTED, "code")
C412 = _rule("C412", OTHER_NAME, "name")
C413 = _rule("C413", NOT_REPORTED, "")
C414 = _rule("C414", STRANGERS, "")
P411 = _rule("P411", NOT_EXPORTED, "code")
EXPORT_RULES: dict[str, tuple[RuleInfo, ...]] = {"camera": (C411, C412, C413, C414), "platform": (P411,)}

EXPORT = """(SELECT e.id FROM inventory_platformexport e JOIN inventory_version v ON v.submission_id = e.submission_id
             WHERE v.id = %(version)s AND e.state = 'read' ORDER BY e.id DESC LIMIT 1)"""
"""The export in force, as a scalar subquery; null where there is none."""
_KEY = "lower(regexp_replace(coalesce({}, ''), '\\s+', '', 'g'))"


def note_export(version_id: int) -> None:
    """Hold a draft version against its platform's export, where one was handed in; for `checks.check_registry`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {EXPORT}", {"version": version_id})
        (export,) = cursor.fetchone()
        if export is None:
            return
        params = {"version": version_id, "export": export}
        cursor.execute(
            f"""SELECT count(DISTINCT r.code), count(DISTINCT r.code) FILTER (WHERE EXISTS (
                    SELECT FROM inventory_exporteddevice d WHERE d.export_id = %(export)s AND d.code = r.code))
                FROM {_staged(CAMERA)} WHERE r.code IS NOT NULL""",
            params,
        )
        codes, shared = cursor.fetchone()
        if codes and not shared:
            _note_file(C414, "SELECT %(count)s AS count, '' AS first, '[]'::jsonb AS codes", params | {"count": codes})
            return
        _note(CAMERA, C411, _not_exported(CAMERA), params)
        _note(CAMERA, C412, _OTHER_NAME, params)
        _note_file(C413, _MISSING, params)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM inventory_exporteddevice WHERE export_id = %s AND code ~ %s)",
            [export, PLATFORM_TYPES],
        )
        if cursor.fetchone()[0]:
            _note(PLATFORM, P411, _not_exported(PLATFORM), params)


def _staged(target: Target) -> str:
    return f"""{target.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s"""


def _not_exported(target: Target) -> str:
    return f"""SELECT r.id AS row_id, '' AS exported FROM {_staged(target)} WHERE r.code IS NOT NULL AND NOT EXISTS (
                 SELECT FROM inventory_exporteddevice d WHERE d.export_id = %(export)s AND d.code = r.code)"""


_OTHER_NAME = f"""SELECT r.id AS row_id, d.name AS exported FROM {_staged(CAMERA)}
                  JOIN (SELECT code, min(name) AS name FROM inventory_exporteddevice
                        WHERE export_id = %(export)s AND name <> '' GROUP BY code
                        HAVING count(DISTINCT {_KEY.format("name")}) = 1) d ON d.code = r.code
                  WHERE r.name <> '' AND {_KEY.format("d.name")} <> {_KEY.format("r.name")}"""
"""A code that the export gives two names says nothing about which is right."""


def _note(target: Target, rule: RuleInfo, hits: str, params: dict[str, int]) -> None:
    """One finding for each hit row, at the rule's column, and count it on the row. A name that fits is a safe fix."""
    column = rule.keys[0]
    fixes = "'{}'::jsonb"
    if rule is C412:
        fixes = """CASE WHEN length(hit.exported) BETWEEN 2 AND 100
                   THEN jsonb_build_object('name', hit.exported) ELSE '{}' END"""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH hit AS (
                    UPDATE {target.rows} r SET warnings = warnings + 1
                    FROM ({hits}) h WHERE r.id = h.row_id
                    RETURNING r.source_file_id, r.sheet, r.row, r.{column} AS value, h.exported
                )
                INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title,
                                                  code, severity, value, message, fix, related, fixes)
                SELECT hit.source_file_id, %(kind)s, hit.sheet, hit.row, coalesce({LETTER} || hit.row, ''),
                       %(column)s, %(title)s, %(rule)s, 'warning', coalesce(hit.value, ''),
                       replace(%(says)s, '{{exported}}', hit.exported), %(fix)s, '[]', {fixes}
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
                "says": rule.says,
                "fix": rule.fix,
            },
        )


MISSING = f"""FROM inventory_exporteddevice d WHERE d.export_id = %(export)s AND d.code ~ '{CAMERA_TYPES}'
              AND NOT EXISTS (SELECT FROM {_staged(CAMERA)} WHERE r.code = d.code)"""
"""The export's cameras (types 131, 132) that no row of the version reports."""


_MISSING = f"""WITH missing AS MATERIALIZED (SELECT DISTINCT ON (d.code) d.code, d.name {MISSING} ORDER BY d.code),
                    listed AS (SELECT * FROM missing ORDER BY code LIMIT {LISTED})
               SELECT (SELECT count(*) FROM missing) AS count,
                      string_agg(code || coalesce(' ' || nullif(name, ''), ''), '、' ORDER BY code)
                        || CASE WHEN (SELECT count(*) FROM missing) > {LISTED} THEN ' 等' ELSE '' END AS first,
                      jsonb_agg(code ORDER BY code) AS codes FROM listed"""


def _note_file(rule: RuleInfo, found: str, params: dict[str, int]) -> None:
    """One finding for the version's first file with cameras, unless the count is 0. `found`: (count, first, codes)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO inventory_rowfinding (source_file_id, kind, sheet, row, cell, column_key, column_title,
                                                  code, severity, value, message, fix, related)
                SELECT f.id, 'camera', '', 0, '', '', '', %(rule)s, 'warning', '',
                       replace(replace(%(says)s, '{{count}}', told.count::text), '{{first}}', told.first),
                       %(fix)s, told.codes
                FROM ({found}) told, (SELECT f.id FROM inventory_sourcefile f WHERE f.version_id = %(version)s
                              AND f.state = 'read' ORDER BY EXISTS (SELECT FROM {CAMERA.rows} r
                                WHERE r.source_file_id = f.id) DESC, f.slot LIMIT 1) f
                WHERE told.count > 0""",
            params | {"rule": rule.code, "says": rule.says, "fix": rule.fix},
        )
