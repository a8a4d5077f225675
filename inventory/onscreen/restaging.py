"""Staged rows written anew after a change on screen: judged by the reader's own rules, findings and counts with them.

Everything here runs in the caller's transaction, under the submission's lock, and touches only the rows concerned.
Findings of rules that look at more than one row (`is_wide`) stay as they are until `recheck` has looked again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F
from psycopg2.extras import execute_values

from sheets.declare import Sheet
from sheets.findings import Finding
from sheets.options import Options
from sheets.rejudge import Judged, Places, Row, judge_rows, raw_row

from ..fence import county_fence
from ..models import RowFinding, SourceFile, StagedRow, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target

BY_KIND: dict[str, Target] = {target.kind: target for target in TARGETS}
OWN = ("raw", "row_hash", "errors", "warnings", "edited")
"""Columns written beside the clean ones."""
BATCH = 1000
NEEDED = ("key", "source_file_id", "sheet", "row", "raw", "merge_group", "edited", "errors", "warnings", "row_hash")


def is_wide(sheet: Sheet, code: str) -> bool:
    """Whether a rule looks at more than one row: the whole file, the report's other files, or the registry."""
    return code[1:2] == "4" or code in sheet.file_codes


def options_of(source: SourceFile) -> Options:
    """The options that the file was read with, at today's date."""
    return Options(
        datum=source.datum,
        place_kind=source.place_kind_id or "",
        funding=source.funding,
        mobility=source.mobility,
        fence=county_fence(),
    )


@dataclass
class Sources:
    """The files of a version whose rows are there, by id."""

    version: Version
    files: dict[int, SourceFile] = field(init=False)

    def __post_init__(self) -> None:
        self.files = {each.pk: each for each in self.version.files.filter(state=SourceFile.State.READ).order_by("slot")}

    def places(self, source_id: int, sheet: str, kind: str = "") -> Places:
        """Where the columns of a form stand in a sheet, which may hold both forms."""
        for summary in self.files[source_id].summary.get("sheets", ()):
            if summary["name"] == sheet and kind in {"", summary["kind"]}:
                return Places.of(summary)
        return Places(sheet, {})

    def rows(self, target: Target, keys: Iterable[int]) -> dict[int, StagedRow]:
        """The rows with these keys, by key; those that are not there are left out."""
        found = target.row._default_manager.filter(source_file__in=self.files, key__in=list(keys))
        return {row.key: row for row in found.only(*NEEDED)}

    def merged(self, target: Target, groups: Iterable[int | None]) -> Iterable[StagedRow]:
        """The rows that stand on merged poles with these first rows, in any sheet."""
        return target.row._default_manager.filter(
            source_file__in=self.files, merge_group__in=list(groups), merge_group__isnull=False
        ).only(*NEEDED)

    def rows_in_full(self, target: Target, keys: Sequence[int]) -> list[StagedRow]:
        """These rows, in the order of the keys."""
        found = target.row._default_manager.filter(source_file__in=self.files, key__in=keys)
        held = {row.key: row for row in found}
        return [held[key] for key in keys if key in held]


Step = list[int]
"""Errors and warnings that came or went."""


def restage(target: Target, sources: Sources, rows: Sequence[StagedRow]) -> None:
    """Judge these rows by their `raw` as it now stands on them, and write rows (with `edited`), findings and counts."""
    judged = judge(target, sources, rows)
    kept = _forget_own(target, rows)
    steps: dict[int, Step] = defaultdict(lambda: [0, 0])
    values = []
    for row, told in zip(rows, judged, strict=True):
        errors, warnings = kept.get(_address(row), (0, 0))
        errors, warnings = errors + told.errors, warnings + told.warnings
        step = steps[row.source_file_id]
        step[0] += errors - row.errors
        step[1] += warnings - row.warnings
        row.errors, row.warnings, row.raw = errors, warnings, told.raw
        values.append((row.pk, *_values(target, row, told)))
    _update(target, values)
    note(target, zip(rows, judged, strict=True))
    count(steps)


def judge(target: Target, sources: Sources, rows: Sequence[StagedRow]) -> list[Judged]:
    """What each row, by its raw cells, is worth now."""
    sheet = DECLARATIONS[target.kind]
    together: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        together[row.source_file_id, row.sheet].append(place)
    found: dict[int, Judged] = {}
    for (source_id, name), indices in together.items():
        part = [Row(rows[at].row, raw_row(sheet, rows[at].raw), rows[at].merge_group) for at in indices]
        options = options_of(sources.files[source_id])
        places = sources.places(source_id, name, sheet.key)
        found.update(zip(indices, judge_rows(sheet, part, options, places), strict=True))
    return [found[place] for place in range(len(rows))]


def insert(target: Target, sources: Sources, rows: Sequence[StagedRow]) -> None:
    """Judge rows that are not stored yet (file, key, sheet, row, raw, edited, merge_group are set) and store them."""
    judged = judge(target, sources, rows)
    steps: dict[int, Step] = defaultdict(lambda: [0, 0])
    for row, told in zip(rows, judged, strict=True):
        row.errors, row.warnings, row.row_hash, row.raw = told.errors, told.warnings, told.row_hash, told.raw
        for name, value in told.clean.items():
            setattr(row, name, list(value) if isinstance(value, tuple) else value)
        step = steps[row.source_file_id]
        step[0] += told.errors
        step[1] += told.warnings
    target.row._default_manager.bulk_create(rows, batch_size=BATCH)
    note(target, zip(rows, judged, strict=True))
    count(steps)


def delete(target: Target, rows: Sequence[StagedRow]) -> None:
    """Take rows out, with everything found about them."""
    steps: dict[int, Step] = defaultdict(lambda: [0, 0])
    for row in rows:
        step = steps[row.source_file_id]
        step[0] -= row.errors
        step[1] -= row.warnings
    RowFinding.objects.filter(pk__in=[finding.pk for finding in findings_of(target, rows)]).delete()
    target.row._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    count(steps)


def findings_of(target: Target, rows: Sequence[StagedRow]) -> list[RowFinding]:
    """What was found about these rows; one query."""
    wanted = {_address(row) for row in rows}
    found = RowFinding.objects.filter(
        source_file__in={row.source_file_id for row in rows},
        sheet__in={row.sheet for row in rows},
        row__in={row.row for row in rows},
        kind=target.kind,
    ).order_by("pk")
    return [finding for finding in found if (finding.source_file_id, finding.sheet, finding.row) in wanted]


def _address(row: StagedRow) -> tuple[int, str, int]:
    return row.source_file_id, row.sheet, row.row


def _forget_own(target: Target, rows: Sequence[StagedRow]) -> Mapping[tuple[int, str, int], tuple[int, int]]:
    """Delete the rows' own findings; (errors, warnings) of those that stay and count, by address."""
    sheet = DECLARATIONS[target.kind]
    kept: dict[tuple[int, str, int], tuple[int, int]] = {}
    gone = []
    for finding in findings_of(target, rows):
        if not is_wide(sheet, finding.code):
            gone.append(finding.pk)
        elif not finding.waived:
            address = (finding.source_file_id, finding.sheet, finding.row)
            errors, warnings = kept.get(address, (0, 0))
            bad = finding.severity == "error"
            kept[address] = (errors + bad, warnings + (not bad))
    if gone:
        RowFinding.objects.filter(pk__in=gone).delete()
    return kept


def _values(target: Target, row: StagedRow, told: Judged) -> tuple[Any, ...]:
    own = (json.dumps(told.raw, ensure_ascii=False), told.row_hash, row.errors, row.warnings, list(row.edited))
    clean = (told.clean[name] for name in DECLARATIONS[target.kind].clean_columns)
    return (*own, *(list(value) if isinstance(value, tuple) else value for value in clean))


def _update(target: Target, values: Sequence[tuple[Any, ...]]) -> None:
    """Write (id, own columns, clean columns) of many rows in one statement for each `BATCH`."""
    names = (*OWN, *DECLARATIONS[target.kind].clean_columns)
    fields = {str(each.column): each for each in target.row._meta.concrete_fields}
    types = ["bigint", *(fields[name].rel_db_type(connection) for name in names)]
    template = "(" + ", ".join(f"%s::{kind}" for kind in types) + ")"
    sql = f"""UPDATE {target.rows} r SET {", ".join(f"{name} = v.{name}" for name in names)}
              FROM (VALUES %s) AS v (id, {", ".join(names)}) WHERE r.id = v.id"""
    with connection.cursor() as cursor:
        execute_values(cursor.cursor, sql, values, template=template, page_size=BATCH)


def note(target: Target, rows: Iterable[tuple[StagedRow, Judged]]) -> None:
    """Store what was found about rows."""
    found = [stored(finding, target.kind, row.source_file_id) for row, told in rows for finding in told.findings]
    RowFinding.objects.bulk_create(found, batch_size=BATCH)


def stored(finding: Finding, kind: str, source_file_id: int) -> RowFinding:
    """A finding as it is kept."""
    return RowFinding(
        source_file_id=source_file_id,
        kind=kind,
        sheet=finding.sheet,
        row=finding.row,
        cell=finding.cell,
        column_key=finding.key,
        column_title=finding.column,
        code=finding.code,
        severity=finding.severity.value,
        value=finding.value,
        message=finding.message,
        fix=finding.fix,
        related=list(finding.related),
        fixes=dict(finding.fixes),
    )


def count(steps: Mapping[int, Step]) -> None:
    """Move the files' counts along."""
    for source_id, (errors, warnings) in steps.items():
        if errors or warnings:
            SourceFile.objects.filter(pk=source_id).update(
                errors=F("errors") + errors, warnings=F("warnings") + warnings
            )
