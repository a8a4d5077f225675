"""The check: a workbook's bytes in, everything that is wrong out, and the rows to stage.

Order of things: is it readable, which sheets hold the form, are its columns there, then cells, rows, the file as a
whole. A step stops only what depends on it. Checks against the registry come after staging, where the registry is.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sheets.annotate.names import is_listing
from sheets.cells import fold, letters, shorten, trim
from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.findings import Finding, Severity
from sheets.forensics import RawCell
from sheets.headers import LEAST_HEADERS, SEARCHED_ROWS, Header, recognise
from sheets.judge import raw_text
from sheets.options import Options
from sheets.pages import MOST_ROWS, Progress, Section, read_sections, wide_rows
from sheets.reader import RawSheet, Row, StartOver, Workbook
from sheets.report import Report, SheetSummary
from sheets.structure import structure_finding
from sheets.table import Table

__all__ = ["MARK", "MARK_SHEET", "MOST_ROWS", "check"]

#: The hidden sheet that marks our template: A1 this word, then one row for each form: its key, version.
MARK_SHEET = "_模板"
MARK = "jinzhai-video"
#: The sheet of our template that tells how to fill it in.
GUIDE_SHEET = "填写说明"

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
    with _collector_paused():
        book = data if isinstance(data, Workbook) else Workbook(data)
        try:
            run = _Run(options, declarations, wanted, on_progress or _silent)
            run.read(book)
        except StartOver:
            run = _Run(options, declarations, wanted, on_progress or _silent)
            run.read(book.whole())
        finally:
            book.close()
        run.conclude(declarations)
        return run.report()


class _Run:
    """One check under way."""

    def __init__(
        self, options: Options, declarations: Sequence[Sheet], wanted: Sequence[Sheet], progress: Progress
    ) -> None:
        self.options = options
        self.declarations = declarations
        self.wanted = wanted
        self.progress = progress
        self.summaries: list[SheetSummary] = []
        self.general: list[Finding] = []
        self.tables: list[Table] = []
        self.marks: dict[str, str] = {}
        self.instead: list[Finding] = []
        self.left_out: list[Finding] = []

    def read(self, book: Workbook) -> None:
        """All sheets of a workbook."""
        for raw in book.sheets():
            self.examine(raw)

    def examine(self, raw: RawSheet) -> None:
        """One worksheet."""
        summary = SheetSummary(raw.name)
        batch = next(raw.batches, [])
        if raw.name == MARK_SHEET:
            self.marks = _marks(batch)
            summary.state, summary.note = "hidden", "模板标记，不是数据"
        elif not batch:
            summary.state, summary.note = "empty", "空白工作表，没有读入"
            if raw.facts.cells:
                summary.note = "工作表里只有公式，没有计算结果，没有读入"
                found = structure_finding("S018", sheet=raw.name, value=raw.name, count=len(raw.facts.cells))
                self.instead.append(found)
            elif raw.facts.pictures:
                summary.note = "工作表里只有图片，没有读入"
                self.instead.append(structure_finding("S016", sheet=raw.name, value=raw.name))
        elif is_listing(raw.name, batch[0][0]):
            summary.note = "系统生成的问题清单，不读入"
        else:
            rows = [[*[""] * raw.left, *row] for row in batch[:SEARCHED_ROWS]]
            header = recognise(rows, self.wanted)
            if not raw.visible:
                summary.state, summary.note = "hidden", "隐藏的工作表，没有读入"
                if header is not None:
                    self.general.append(structure_finding("S008", sheet=raw.name, value=raw.name))
            elif header is not None:
                self._read(raw, header, batch)
                return
            elif raw.name == GUIDE_SHEET:
                summary.note = "填写说明，不读入"
            else:
                summary.note = "没有附件4的表头，没有读入"
                if recognise(rows, self.declarations) is None and (count := wide_rows(raw, batch, LEAST_HEADERS)):
                    found = structure_finding("S017", sheet=raw.name, value=raw.name, count=count)
                    self.left_out.append(found)
        self.summaries.append(summary)

    def _read(self, raw: RawSheet, header: Header, batch: list[Row]) -> None:
        """A worksheet that holds a form, or several."""
        unit = _unit(batch[: header.row])
        own: dict[str, SheetSummary] = {}
        for section in read_sections(raw, header, batch, self.wanted, self.options, self.progress):
            self.tables.append(section.table)
            self.general += section.findings
            sheet = section.table.sheet
            columns = {key: letters(place) for key, place in section.table.header.columns.items()}
            summary = own.get(sheet.key)
            if summary is not None:
                latest = summary.later[-1]["columns"] if summary.later else summary.columns
                if columns != latest:
                    summary.later.append({"row": section.table.header.row + 1, "columns": columns})
            else:
                summary = own[sheet.key] = SheetSummary(raw.name, sheet.key, sheet.title, "read", unit=unit)
                summary.header_row = section.table.header.row + 1
                summary.columns = columns
                self.summaries.append(summary)
            _count(summary, section)

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
            if self.instead and all(summary.state in {"empty", "hidden"} for summary in self.summaries):
                self.general += self.instead
            else:
                self.general.append(structure_finding(code, count=len(names), names=said, title=title))
        elif not any(summary.rows for summary in forms):
            self.general.append(structure_finding("S002", sheet=forms[0].name, row=forms[0].header_row))
        if forms:
            self.general += self.left_out
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
        by_name = {summary.name: summary for summary in reversed(self.summaries)}
        by_form = {(summary.name, summary.kind): summary for summary in self.summaries}
        for table in self.tables:
            errors, warnings = table.counts()
            summary = by_form[table.name, table.sheet.key]
            summary.errors += sum(errors)
            summary.warnings += sum(warnings)
            summary.rows_with_errors += len(table) - errors.count(0)
            summary.rows_with_warnings += len(table) - warnings.count(0)
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


def _count(summary: SheetSummary, section: Section) -> None:
    """Add a section's rows to its summary."""
    sorter = section.sorter
    summary.rows += sorter.rows
    summary.sample += len(sorter.sample)
    summary.blank += sorter.blank
    summary.footer += sorter.footer
    summary.repeated += sorter.repeated
    summary.rows_read += sorter.rows_read
    summary.sample_rows += sorter.sample
    summary.note = _note(summary)


def _note(summary: SheetSummary) -> str:
    parts = [f"读到 {summary.rows_read} 行：数据 {summary.rows} 行"]
    if summary.sample:
        rows = "、".join(map(str, summary.sample_rows[:5]))
        parts.append(f"样例 {summary.sample} 行（第 {rows} 行，已跳过）")
    if summary.footer:
        parts.append(f"标题、合计、说明等 {summary.footer} 行（不读入）")
    if summary.repeated:
        parts.append(f"重复的表头 {summary.repeated} 行（不读入）")
    if summary.blank:
        parts.append(f"空行 {summary.blank} 行")
    return "，".join(parts)


def _marks(rows: Sequence[Sequence[RawCell]]) -> dict[str, str]:
    """Form key -> template version, from our hidden sheet; empty when it is not ours."""
    texts = [[raw_text(cell) for cell in row] for row in rows]
    if not texts or texts[0][:1] != [MARK]:
        return {}
    return {row[0]: row[1] for row in texts[1:] if len(row) > 1}


def _unit(rows: Sequence[Sequence[RawCell]]) -> str:
    """What the line 填报单位：… above the header says."""
    for row in rows:
        line = " ".join(trim(raw_text(cell)) for cell in row if cell != "")
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
