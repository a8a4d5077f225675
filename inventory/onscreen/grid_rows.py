"""The sheet on screen as JSON: rows page by page, counts, where things stand. A constant number of queries each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Count, Q

from agencies.models import Person
from audit.failures import Invalid
from sheets.stage import raw_text

from ..models import RowFinding, SourceFile, StagedRow, Submission, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target
from ..services import obstacles
from ..standing import last_decided, locked_keys, returned_keys
from ..waiving.waivable import may_be_waived
from .changes import last_own_set
from .restaging import BY_KIND, Sources, findings_of

MOST = 500
"""Rows of one answer."""
TO_MEND = "(r.errors > 0 OR r.warnings > 0)"


@dataclass(frozen=True)
class Asked:
    """Which rows: all, only those with findings (of one rule) or only those the last round returned; of one file; from
    after a cursor or around a row."""

    everything: bool = False
    returned: bool = False
    code: str = ""
    slot: int | None = None
    after: str = ""
    around: int | None = None
    limit: int = 200
    keys: tuple[int, ...] = ()


@dataclass(frozen=True, order=True)
class Cursor:
    """Where a page begins: after this row."""

    slot: int
    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.slot}.{self.row}.{self.sheet}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        slot, _, rest = text.partition(".")
        row, _, sheet = rest.partition(".")
        if not all(each.isascii() and each.isdigit() and len(each) <= 9 for each in (slot, row)):
            raise Invalid("页面的位置已失效，请刷新页面。")
        return cls(int(slot), sheet, int(row))


def page(version: Version, kind: str, asked: Asked, person: Person) -> dict[str, Any]:
    """One page of rows with their findings."""
    target = BY_KIND[kind]
    sources = Sources(version)
    asked = _with_returned(version, asked)
    at = Cursor.parse(asked.after) if asked.after else None
    if asked.around is not None and at is None:
        at = _before(target, sources, asked)
    ids, more = _ids(target, sources, asked, at)
    held = target.row._default_manager.in_bulk(ids)
    rows = [held[pk] for pk in ids if pk in held]
    last = rows[-1] if rows and more else None
    return standing(version, sources) | {
        "undoable": last_own_set(version, person) is not None,
        "total": _total(target, sources, asked),
        "rows": as_json(target, sources, rows),
        "next": str(Cursor(sources.files[last.source_file_id].slot or 0, last.sheet, last.row)) if last else None,
    }


def _with_returned(version: Version, asked: Asked) -> Asked:
    """The question with the keys of what the last round returned, where it is about these."""
    if not asked.returned:
        return asked
    last = last_decided(version.submission)
    return replace(asked, keys=tuple(returned_keys(last)) if last else ())


def standing(version: Version, sources: Sources) -> dict[str, Any]:
    """The edition and the counts; these add up: rows = good + wrong + ignored + removed."""
    return {"edition": version.edition, "stale": version.is_stale, "counts": counts(sources)}


def counts(sources: Sources) -> dict[str, int]:
    """Over the whole version, from the files' own counts and the few rows with errors."""
    files = sources.files.values()
    ignored, removed = sum(each.rows_ignored for each in files), sum(each.rows_removed for each in files)
    read = sum(each.rows_read for each in files)
    wrong = 0
    with connection.cursor() as cursor:
        each = " + ".join(
            f"(SELECT count(*) FROM {t.rows} WHERE source_file_id = ANY(%(files)s) AND errors > 0)" for t in TARGETS
        )
        cursor.execute(f"SELECT {each}", {"files": list(sources.files)})
        wrong = cursor.fetchone()[0]
    return {
        "rows": read + ignored,
        "good": read - removed - wrong,
        "wrong": wrong,
        "ignored": ignored,
        "removed": removed,
        "errors": sum(each.errors for each in files),
        "warnings": sum(each.warnings for each in files),
    }


def status(submission: Submission, version: Version, person: Person) -> dict[str, Any]:
    """Where the version stands; once it was checked again, how many findings each rule has."""
    sources = Sources(version)
    told = standing(version, sources) | {
        "undoable": last_own_set(version, person) is not None,
        "obstacles": obstacles(submission, version) if version.submitted_at is None else [],
    }
    if not version.is_stale:
        told["codes"] = dict(
            RowFinding.objects.filter(source_file__in=sources.files, waived=False, row__gt=0)
            .values_list("code")
            .annotate(count=Count("pk"))
            .order_by("-count", "code")
        )
    return told


def as_json(target: Target, sources: Sources, rows: Sequence[StagedRow]) -> list[dict[str, Any]]:
    """Rows with their cells as people see them, and what was found about them."""
    found: dict[tuple[int, str, int], list[RowFinding]] = defaultdict(list)
    for finding in findings_of(target, rows) if rows else ():
        found[finding.source_file_id, finding.sheet, finding.row].append(finding)
    keys = list(DECLARATIONS[target.kind].by_key)
    fixed = locked_keys(sources.version.submission_id, rows)
    return [
        {
            "key": row.key,
            "locked": row.key in fixed,
            "slot": sources.files[row.source_file_id].slot,
            "sheet": row.sheet,
            "row": row.row,
            "cells": dict(zip(keys, [*map(raw_text, row.raw), *[""] * len(keys)], strict=False)),
            "edited": list(row.edited),
            "findings": [_finding(each) for each in found[row.source_file_id, row.sheet, row.row]],
        }
        for row in rows
    ]


def _finding(finding: RowFinding) -> dict[str, Any]:
    return {
        "id": finding.pk,
        "code": finding.code,
        "severity": finding.severity,
        "column": finding.column_key,
        "cell": finding.cell,
        "message": finding.message,
        "fix": finding.fix,
        "value": finding.value,
        "fixes": finding.fixes,
        "waived": finding.waived,
        "waivable": not finding.waived and may_be_waived(finding.code),
    }


def _chosen(asked: Asked) -> str:
    """SQL for the rows asked for, alias r, but for where the page begins."""
    if asked.returned:
        return "r.key = ANY(%(keys)s)"
    if asked.code:
        return """EXISTS (SELECT FROM inventory_rowfinding o WHERE o.source_file_id = r.source_file_id
                  AND o.sheet = r.sheet AND o.row = r.row AND o.code = %(code)s AND o.kind = %(kind)s)"""
    return "true" if asked.everything else TO_MEND


def _files(sources: Sources, asked: Asked) -> list[SourceFile]:
    return [each for each in sources.files.values() if asked.slot is None or each.slot == asked.slot]


def _params(target: Target, sources: Sources, asked: Asked, at: Cursor | None) -> dict[str, Any]:
    return {
        "files": [each.pk for each in _files(sources, asked)],
        "code": asked.code,
        "keys": list(asked.keys),
        "kind": target.kind,
        "slot": at.slot if at else 0,
        "sheet": at.sheet if at else "",
        "row": at.row if at else 0,
        "limit": asked.limit,
    }


def _ids(target: Target, sources: Sources, asked: Asked, at: Cursor | None) -> tuple[list[int], bool]:
    """Row ids of the page in reading order, and whether there are more. Each file gives at most a page of its own."""
    begins = "AND (f.slot > %(slot)s OR f.slot = %(slot)s AND (r.sheet, r.row) > (%(sheet)s, %(row)s))" if at else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT part.id FROM inventory_sourcefile f CROSS JOIN LATERAL (
                    SELECT r.id, r.sheet, r.row FROM {target.rows} r
                    WHERE r.source_file_id = f.id AND {_chosen(asked)} {begins}
                    ORDER BY r.sheet, r.row LIMIT %(limit)s + 1
                ) part WHERE f.id = ANY(%(files)s) ORDER BY f.slot, part.sheet, part.row LIMIT %(limit)s + 1""",
            _params(target, sources, asked, at),
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return ids[: asked.limit], len(ids) > asked.limit


def _before(target: Target, sources: Sources, asked: Asked) -> Cursor | None:
    """The row half a page before the one asked for: after it the page begins; None for the very beginning."""
    row = sources.rows(target, [asked.around or 0]).get(asked.around or 0)
    if row is None:
        return None
    here = Cursor(sources.files[row.source_file_id].slot or 0, row.sheet, row.row)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT f.slot, part.sheet, part.row FROM inventory_sourcefile f CROSS JOIN LATERAL (
                    SELECT r.sheet, r.row FROM {target.rows} r
                    WHERE r.source_file_id = f.id AND {_chosen(asked)}
                      AND (f.slot < %(slot)s OR f.slot = %(slot)s AND (r.sheet, r.row) < (%(sheet)s, %(row)s))
                    ORDER BY r.sheet DESC, r.row DESC LIMIT %(limit)s
                ) part WHERE f.id = ANY(%(files)s) ORDER BY f.slot DESC, part.sheet DESC, part.row DESC
                OFFSET %(limit)s / 2 LIMIT 1""",
            _params(target, sources, asked, here),
        )
        found = cursor.fetchone()
    return Cursor(*found) if found else None


def _total(target: Target, sources: Sources, asked: Asked) -> int:
    """How many rows were asked for, over all pages."""
    files = [each.pk for each in _files(sources, asked)]
    rows = target.row._default_manager.filter(source_file__in=files)
    if asked.returned:
        return rows.filter(key__in=asked.keys).count()
    if asked.code:
        found = RowFinding.objects.filter(source_file__in=files, code=asked.code, kind=target.kind, row__gt=0)
        return found.values("source_file", "sheet", "row").distinct().count()
    return rows.count() if asked.everything else rows.filter(Q(errors__gt=0) | Q(warnings__gt=0)).count()
