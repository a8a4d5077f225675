"""What a check found: counts that add up, one summary for each sheet, findings, and the rows to stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sheets.declare import Sheet
from sheets.findings import Finding
from sheets.table import Table

if TYPE_CHECKING:
    from sheets.stage import StagedRow


@dataclass(slots=True)
class SheetSummary:
    """One worksheet, or the part of it that holds one form. `state`: read, empty, other (no form in it), hidden.

    Rows add up: rows_read = rows + sample + blank + footer + repeated (headers that stand again), all below the header.

    `kind` is the declaration's key ("" if none), `columns` key -> column letters, `later` the headers further down
    under which the columns stand otherwise, {"row": 1-based header row, "columns": key -> letters} each, `template` the
    version mark, `unit` the text of the 填报单位 line, `note` a sentence for people.
    """

    name: str
    kind: str = ""
    title: str = ""
    state: str = "other"
    header_row: int = 0
    rows_read: int = 0
    rows: int = 0
    sample: int = 0
    blank: int = 0
    footer: int = 0
    repeated: int = 0
    errors: int = 0
    warnings: int = 0
    rows_with_errors: int = 0
    rows_with_warnings: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    sample_rows: list[int] = field(default_factory=list)
    template: str = ""
    unit: str = ""
    note: str = ""
    later: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ignored(self) -> int:
        """Rows below the header that are no data."""
        return self.rows_read - self.rows

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {**asdict(self), "ignored": self.ignored}


def columns_at(summary: Mapping[str, Any], row: int) -> Mapping[str, str]:
    """Key -> letters of the columns as they stand in a 1-based row, from a sheet's summary as it is kept."""
    columns: Mapping[str, str] = summary["columns"]
    for header in summary.get("later", ()):
        if header["row"] < row:
            columns = header["columns"]
    return columns


@dataclass(slots=True)
class Report:
    """The outcome of a check.

    `rows` data rows of all forms, `errors` and `warnings` counts of findings. Findings are made on demand: first those
    of the file and of whole sheets, then those of the rows, sheet by sheet in reading order.
    """

    rows: int
    errors: int
    warnings: int
    sheets: list[SheetSummary]
    general: list[Finding]
    tables: list[Table]

    @property
    def clean(self) -> bool:
        """No errors; warnings may travel on."""
        return not self.errors

    def kind_of(self, found: Finding) -> str:
        """The form that a finding is about, by its key; "" where it is about no form."""
        kinds = [sheet.kind for sheet in self.sheets if sheet.name == found.sheet and sheet.kind]
        if len(kinds) < 2:
            return kinds[0] if kinds else ""
        forms = [table.sheet for table in self.tables if table.name == found.sheet]
        return next((form.key for form in forms if found.code in form.rules), kinds[0])

    def iter_findings(self) -> Iterator[Finding]:
        """Every finding in reading order, made one at a time."""
        yield from self.general
        for table in self.tables:
            yield from table.findings()

    @property
    def findings(self) -> list[Finding]:
        """Every finding in reading order; made anew at each call."""
        return list(self.iter_findings())

    def staged(self, declaration: Sheet) -> Iterator[StagedRow]:
        """The data rows of every sheet of that form, in reading order."""
        from sheets.stage import staged_rows

        for table in self.tables:
            if table.sheet is declaration:
                yield from staged_rows(table)
