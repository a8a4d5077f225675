"""The check: a workbook's bytes in, everything that is wrong out, and the rows to stage.

Order of things: is it readable, which sheets hold the form, are its columns there, then cells, rows, the file as a
whole. A step stops only what depends on it. Checks against the registry come after staging, where the registry is.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sheets.annotate.names import is_listing
from sheets.cells import Cell, address, cell_text, fold, letters, shorten, trim
from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.findings import Finding, Severity
from sheets.headers import SEARCHED_ROWS, Header, recognise
from sheets.judge import RawCell
from sheets.merges import Merges
from sheets.options import Options
from sheets.reader import RawSheet, Row, Workbook
from sheets.report import Report, SheetSummary
from sheets.rowkinds import RowSorter
from sheets.structure import structure_finding
from sheets.table import Table

#: The hidden sheet that marks our template: A1 this word, then one row for each form: its key, version.
MARK_SHEET = "_模板"
MARK = "jinzhai-video"
#: The sheet of our template that tells how to fill it in.
GUIDE_SHEET = "填写说明"

#: More rows than this in one sheet are not judged; the gate's own limits come first.
MOST_ROWS = 200_000

Progress = Callable[[str, int], None]

_UNIT = re.compile(r"填报单位(?:\(盖章\)|（盖章）)?[:：]\s*(.*?)\s*(?:联系电话|联系人|填报(?:人|时间)|$)", re.DOTALL)


def check(
    data: bytes | Workbook,
    declarations: Sequence[Sheet],
    options: Options | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Check a workbook, its bytes or one that is being opened, against the declared forms.

    Raises `Refused` when it cannot be read at all. `on_progress(phase, rows)` hears how many rows were read so far.
    """
    options = options or Options()
    wanted = [sheet for sheet in declarations if options.kind in {"", sheet.key}]
    run = _Run(options, wanted, on_progress or _silent)
    with _collector_paused():
        book = data if isinstance(data, Workbook) else Workbook(data)
        for raw in book.sheets():
            run.examine(raw)
        run.conclude(declarations)
        return run.report()


class _Run:
    """One check under way."""

    def __init__(self, options: Options, wanted: Sequence[Sheet], progress: Progress) -> None:
        self.options = options
        self.wanted = wanted
        self.progress = progress
        self.summaries: list[SheetSummary] = []
        self.general: list[Finding] = []
        self.tables: list[Table] = []
        self.marks: dict[str, str] = {}

    def examine(self, raw: RawSheet) -> None:
        """One worksheet."""
        summary = SheetSummary(raw.name)
        self.summaries.append(summary)
        batch = next(raw.batches, [])
        if raw.name == MARK_SHEET:
            self.marks = _marks(batch)
            summary.state, summary.note = "hidden", "模板标记，不是数据"
        elif not batch:
            summary.state, summary.note = "empty", "空白工作表，没有读入"
        elif is_listing(raw.name, batch[0][0]):
            summary.note = "系统生成的问题清单，不读入"
        else:
            header = recognise([[*[""] * raw.left, *row] for row in batch[:SEARCHED_ROWS]], self.wanted)
            if not raw.visible:
                summary.state, summary.note = "hidden", "隐藏的工作表，没有读入"
                if header is not None:
                    self.general.append(structure_finding("S008", sheet=raw.name, value=raw.name))
            elif header is None:
                summary.note = "填写说明，不读入" if raw.name == GUIDE_SHEET else "没有附件4的表头，没有读入"
            else:
                self._read(raw, header, summary, batch)

    def _read(self, raw: RawSheet, header: Header, summary: SheetSummary, batch: list[Row]) -> None:
        """A worksheet that holds a form."""
        sheet = header.declaration
        summary.kind, summary.title, summary.state = sheet.key, sheet.title, "read"
        summary.header_row = header.row + 1
        summary.columns = {key: letters(place) for key, place in header.columns.items()}
        summary.unit = _unit(batch[: header.row])
        table = Table(raw.name, header, self.options)
        sorter = RowSorter(header, raw.left)
        merges = Merges(header, raw.merges)
        nameless = _places_without_header(raw, header, len(batch[0]))
        filled_nameless: set[int] = set()
        first = header.row + 1
        batch = batch[first:]
        while batch:
            rows, columns = sorter.sort(batch, first)
            first += len(batch)
            if rows:
                cells = _cells(raw, header, rows, columns)
                filled, groups = merges.fill(rows, cells)
                numbers = range(rows.start + 1, rows.stop + 1) if isinstance(rows, range) else [row + 1 for row in rows]
                table.add(numbers, cells, filled, groups)
                filled_nameless.update(place for place in nameless if any(columns[place - raw.left]))
            self.progress("read", first)
            if len(table) > MOST_ROWS:
                self.general.append(structure_finding("S012", sheet=raw.name, limit=MOST_ROWS))
                break
            batch = next(raw.batches, [])
        table.finish()
        self.tables.append(table)
        summary.rows, summary.sample, summary.blank, summary.footer = (
            sorter.rows, len(sorter.sample), sorter.blank, sorter.footer,
        )  # fmt: skip
        summary.rows_read = sorter.rows_read
        summary.sample_rows = sorter.sample
        summary.note = _note(summary)
        self.general += _about_the_header(raw, header, sorted(filled_nameless))

    def conclude(self, declarations: Sequence[Sheet]) -> None:
        """The rules over the whole file; no form at all, no data at all, another template, another unit."""
        options = self.options
        for sheet in declarations:
            apply_file_rules([table for table in self.tables if table.sheet is sheet])
        forms = [summary for summary in self.summaries if summary.kind]
        names = [f"“{summary.name}”" for summary in self.summaries if summary.name != MARK_SHEET]
        if not forms:
            title = next((sheet.title for sheet in declarations if sheet.key == options.kind), "")
            said = shorten("、".join(names)) or "无"
            code = "S009" if options.kind else "S001"
            self.general.append(structure_finding(code, count=len(names), names=said, title=title))
        elif not any(summary.rows for summary in forms):
            self.general.append(structure_finding("S002", sheet=forms[0].name, row=forms[0].header_row))
        current = {sheet.key: sheet.version for sheet in declarations}
        for summary in forms:
            summary.template = self.marks.get(summary.kind, "")
            if self.marks and summary.template != current[summary.kind]:
                said = f"{summary.template} 版" if summary.template else "另一张表的模板"
                wanted = f"{current[summary.kind]} 版"
                self.general.append(structure_finding("S006", sheet=summary.name, value=said, current=wanted))
            if options.unit and summary.unit and not _same_unit(summary.unit, options.unit):
                self.general.append(
                    structure_finding("S007", sheet=summary.name, value=summary.unit, unit=options.unit)
                )

    def report(self) -> Report:
        """What was found, with counts that add up."""
        by_name = {summary.name: summary for summary in self.summaries}
        for table in self.tables:
            errors, warnings = table.counts()
            summary = by_name[table.name]
            summary.errors, summary.warnings = sum(errors), sum(warnings)
            summary.rows_with_errors = len(table) - errors.count(0)
            summary.rows_with_warnings = len(table) - warnings.count(0)
        elsewhere = {Severity.ERROR: 0, Severity.WARNING: 0}
        for finding in self.general:
            if finding.sheet:
                by_name[finding.sheet].errors += finding.severity is Severity.ERROR
                by_name[finding.sheet].warnings += finding.severity is Severity.WARNING
            else:
                elsewhere[finding.severity] += 1
        return Report(
            rows=sum(summary.rows for summary in self.summaries),
            errors=elsewhere[Severity.ERROR] + sum(summary.errors for summary in self.summaries),
            warnings=elsewhere[Severity.WARNING] + sum(summary.warnings for summary in self.summaries),
            sheets=self.summaries,
            general=self.general,
            tables=self.tables,
        )


def _cells(
    raw: RawSheet, header: Header, rows: Sequence[int], columns: Sequence[Sequence[Cell]]
) -> dict[str, Sequence[RawCell]]:
    """The cells of each recognised column in these rows, broken ones in place."""
    cells: dict[str, Sequence[RawCell]] = {key: columns[place - raw.left] for key, place in header.columns.items()}
    if raw.broken:
        position = {row: number for number, row in enumerate(rows)}
        keys = {place: key for key, place in header.columns.items()}
        for (row, place), broken in raw.broken.items():
            if row in position and place in keys:
                changed = list(cells[keys[place]])
                changed[position[row]] = broken
                cells[keys[place]] = changed
    return cells


def _places_without_header(raw: RawSheet, header: Header, width: int) -> list[int]:
    known = {
        *header.columns.values(),
        *(place for place, _ in header.unknown),
        *(place for place, _ in header.repeated),
    }
    return [place for place in range(raw.left, raw.left + width) if place not in known]


def _about_the_header(raw: RawSheet, header: Header, nameless: Sequence[int]) -> list[Finding]:
    """Columns missing, unknown, twice, or filled in without a header."""
    row = header.row + 1
    found = [
        structure_finding("S003", sheet=raw.name, row=row, column=column.label, key=column.key)
        for column in header.missing
    ]
    unknown = [(place, shorten(trim(text), 60)) for place, text in header.unknown]
    for place, text in unknown + [(place, f"（{letters(place)}列，没有表头）") for place in nameless]:
        found.append(structure_finding("S004", sheet=raw.name, row=row, cell=address(row, place), value=text))
    for place, key in header.repeated:
        label = header.declaration.by_key[key].label
        found.append(
            structure_finding("S005", sheet=raw.name, row=row, cell=address(row, place), column=label, key=key)
        )
    return found


def _note(summary: SheetSummary) -> str:
    parts = [f"读到 {summary.rows_read} 行：数据 {summary.rows} 行"]
    if summary.sample:
        rows = "、".join(map(str, summary.sample_rows[:5]))
        parts.append(f"样例 {summary.sample} 行（第 {rows} 行，已跳过）")
    if summary.footer:
        parts.append(f"合计、填表人、说明 {summary.footer} 行（不读入）")
    if summary.blank:
        parts.append(f"空行 {summary.blank} 行")
    return "，".join(parts)


def _marks(rows: Sequence[Sequence[Cell]]) -> dict[str, str]:
    """Form key -> template version, from our hidden sheet; empty when it is not ours."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    if not texts or texts[0][:1] != [MARK]:
        return {}
    return {row[0]: row[1] for row in texts[1:] if len(row) > 1}


def _unit(rows: Sequence[Sequence[Cell]]) -> str:
    """What the line 填报单位：… above the header says."""
    for row in rows:
        line = " ".join(trim(cell_text(cell)) for cell in row if cell != "")
        found = _UNIT.search(line)
        if found:
            return shorten(trim(found[1]).strip(" _　"), 60)
    return ""


def _same_unit(stated: str, unit: str) -> bool:
    left, right = (fold(text).removeprefix("金寨县").removesuffix("人民政府") for text in (stated, unit))
    return left == right or (len(left) >= 2 and left in right) or (len(right) >= 2 and right in left)


def _silent(phase: str, rows: int) -> None:
    del phase, rows


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cycle collection while millions of cells are made: none of them is in a cycle, and the scans cost a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
