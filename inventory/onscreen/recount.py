"""A file with more findings than are kept, looked at as a whole: what is kept of it, and what each row has, anew.

Of such a file not every finding is stored, so that counts cannot be moved along from what is stored; and as the first
ones are mended, others take their place. Judged row by row and forgotten again, so that memory stays small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection

from sheets.child import FINDINGS_KEPT
from sheets.findings import Finding

from ..models import RowFinding, SourceFile, StagedRow
from ..registering.targets import TARGETS, Target
from .restaging import BATCH, NEEDED, Sources, judge, stored

Address = tuple[str, str, int]
"""Kind, sheet, row number."""


@dataclass
class Recount:
    """Findings to come and to go; for each row (by kind and id) that is not counted so, its errors and warnings."""

    source_id: int
    come: list[RowFinding] = field(default_factory=list)
    gone: list[RowFinding] = field(default_factory=list)
    rows: dict[str, list[tuple[int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    errors: int = 0
    warnings: int = 0


def identity(finding: RowFinding) -> tuple[Any, ...]:
    """What makes two findings the same."""
    return (
        finding.source_file_id, finding.sheet, finding.row, finding.code, finding.cell, finding.severity,
        finding.value, finding.message, *map(str, finding.related), *sorted(finding.fixes.items()),
    )  # fmt: skip


def cut(sources: Sources) -> set[int]:
    """The files of which not every finding is stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.id FROM inventory_sourcefile f WHERE f.id = ANY(%s) AND f.errors + f.warnings >
                 (SELECT count(*) FROM inventory_rowfinding o WHERE o.source_file_id = f.id AND NOT o.waived)""",
            [list(sources.files)],
        )
        return {pk for (pk,) in cursor.fetchall()}


def recount(sources: Sources, source: SourceFile, wide: Mapping[str, Iterable[Finding]]) -> Recount:
    """Judge every row of the file; `wide`: by kind, what the rules over the whole file say."""
    told = Recount(source.pk)
    counts: dict[Address, list[int]] = defaultdict(lambda: [0, 0])
    keeper = _Keeper(source.pk)
    for kind, findings in wide.items():
        for finding in findings:
            counts[kind, finding.sheet, finding.row][finding.severity != "error"] += 1
            keeper.offer(kind, finding)
    old: dict[tuple[Any, ...], list[RowFinding]] = defaultdict(list)
    for held in RowFinding.objects.filter(source_file=source).iterator(chunk_size=BATCH):
        if held.row == 0 or held.code[1:2] == "4":
            counts[held.kind, held.sheet, held.row][held.severity != "error"] += not held.waived
        else:
            old[identity(held)].append(held)
    own: list[tuple[str, int, Address, int, int, int, int]] = []
    for target in TARGETS:
        for row, judged in _judged(target, sources, source):
            for finding in judged.findings:
                keeper.offer(target.kind, finding)
            address = (target.kind, row.sheet, row.row)
            own.append((target.kind, row.pk, address, judged.errors, judged.warnings, row.errors, row.warnings))
    for new in keeper.kept():
        same = old.get(identity(new))
        if not same:
            told.come.append(new)
        elif same.pop().waived:
            counts[new.kind, new.sheet, new.row][new.severity != "error"] -= 1
    told.gone = [finding for left in old.values() for finding in left]
    for kind, pk, address, errors, warnings, errors_now, warnings_now in own:
        more = counts.get(address, (0, 0))
        now = (errors + more[0], warnings + more[1])
        told.errors += now[0]
        told.warnings += now[1]
        if now != (errors_now, warnings_now):
            told.rows[kind].append((pk, *now))
    for (_, _, number), (errors, warnings) in counts.items():
        if number == 0:
            told.errors += errors
            told.warnings += warnings
    return told


def _judged(target: Target, sources: Sources, source: SourceFile) -> Iterator[tuple[StagedRow, Any]]:
    rows = target.row._default_manager.filter(source_file=source).only(*NEEDED).order_by("sheet", "row")
    walk = rows.iterator(chunk_size=BATCH)
    while part := list(islice(walk, BATCH)):
        yield from zip(part, judge(target, sources, part), strict=True)


class _Keeper:
    """Keeps as many findings as are kept of a file, errors first."""

    def __init__(self, source_id: int) -> None:
        self._source_id = source_id
        self._found: tuple[list[RowFinding], list[RowFinding]] = ([], [])

    def offer(self, kind: str, finding: Finding) -> None:
        kept = self._found[finding.severity != "error"]
        if len(kept) < FINDINGS_KEPT:
            kept.append(stored(finding, kind, self._source_id))

    def kept(self) -> list[RowFinding]:
        errors, warnings = self._found
        return [*errors, *warnings][:FINDINGS_KEPT]


def store(told: Recount) -> None:
    """Write it, in the caller's transaction."""
    RowFinding.objects.filter(pk__in=[finding.pk for finding in told.gone]).delete()
    RowFinding.objects.bulk_create(told.come, batch_size=BATCH)
    with connection.cursor() as cursor:
        for target in TARGETS:
            if rows := told.rows.get(target.kind):
                cursor.execute(
                    f"""UPDATE {target.rows} r SET errors = t.errors, warnings = t.warnings
                        FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS t (id, errors, warnings)
                        WHERE r.id = t.id""",
                    [list(column) for column in zip(*rows, strict=True)],
                )
    SourceFile.objects.filter(pk=told.source_id).update(errors=told.errors, warnings=told.warnings)
