"""One recognised sheet, judged: its data rows as columns, raw and clean, and everything that is wrong with them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sheets.cells import address, shorten
from sheets.declare import Column, RowRule, Sheet
from sheets.findings import Finding, Severity
from sheets.headers import Header
from sheets.judge import ColumnJudge, RawCell, raw_text
from sheets.kinds.base import Values
from sheets.kinds.coordinates import Degrees
from sheets.options import Options
from sheets.rules import Hit, RuleInfo


class Batch:
    """Consecutive data rows of a table, by column.

    `numbers` are their 1-based row numbers, `first` the place of the first one among the table's data rows. `raw[key]`
    holds the cells as read, merged values in place; absent columns are not in it.
    """

    def __init__(self, numbers: Sequence[int], first: int, raw: Mapping[str, Sequence[RawCell]]) -> None:
        self.numbers = numbers
        self.first = first
        self.raw = raw
        self.hits: list[Hit] = []
        self._values: dict[str, Values | Sequence[Any]] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def values(self, field: str) -> Sequence[Any]:
        """The values of a field as rules see them (coordinates as floats); made on first use."""
        found = self._values[field]
        if callable(found):
            found = self._values[field] = found()
        return found

    def put(self, field: str, values: Values | Sequence[Any]) -> None:
        """Set the values of a field."""
        self._values[field] = values

    def text(self, row: int, key: str) -> str:
        """The raw text of a cell, `row` counted in the batch; "" where the column is absent."""
        cells = self.raw.get(key)
        return raw_text(cells[row]) if cells is not None else ""


class Table:
    """The data rows of one sheet, fed in batches. Rules over the whole file come after (`sheets.filerules`)."""

    def __init__(self, name: str, header: Header, options: Options) -> None:
        self.name = name
        self.header = header
        self.sheet: Sheet = header.declaration
        self.options = options
        self.batches: list[Batch] = []
        self.hits: list[Hit] = []
        self.rows = 0
        self._starts: list[int] = []
        # Made while the next rows are still being parsed, rather than when the whole is waited for.
        self._compared: dict[str, list[Any]] = {field: [] for field in _read_together(header)}
        self._judges = {column.key: ColumnJudge(self.sheet, column, options) for column in self.sheet.columns}

    def __len__(self) -> int:
        return self.rows

    def add(
        self,
        numbers: Sequence[int],
        cells: Mapping[str, Sequence[RawCell]],
        filled: Mapping[str, Sequence[RawCell]],
        groups: Sequence[int | None] | None,
    ) -> None:
        """Judge a batch of at least one row. `filled`: columns judged with merged values in place; see `Merges`."""
        # What a merged cell says holds for each of its rows, and each row is kept, and judged again, by itself.
        batch = Batch(numbers, self.rows, {**cells, **filled} if filled else cells)
        count = len(numbers)
        erased: dict[int, list[str]] = {}
        for column in self.sheet.columns:
            self._judge_column(batch, column, batch.raw.get(column.key), erased)
        for column in self.sheet.columns:
            if column.not_when is not None:
                self._set_aside(batch, column, *column.not_when)
        batch.hits = [self._with_safe_fix(batch, hit) for hit in batch.hits]
        for derived in self.sheet.derived:
            computed = derived.compute(*map(batch.values, derived.reads))
            for entry, values in zip(derived.fields, computed, strict=True):
                batch.put(entry.key, values)
        batch.put("merge_group", groups or [None] * count)
        batch.put(
            "erased",
            [tuple(erased.get(row, ())) for row in range(self.rows, self.rows + count)] if erased else [()] * count,
        )
        self._row_rules(batch)
        self.hits += batch.hits
        batch.hits = []
        for field in self._compared:
            self._compared[field] += batch.values(field)
        self._starts.append(self.rows)
        self.batches.append(batch)
        self.rows += count

    def finish(self) -> None:
        """No more batches: forget what was remembered for judging them."""
        self._judges.clear()

    def values(self, field: str) -> Sequence[Any]:
        """The values of a field in all rows."""
        if field in self._compared:
            return self._compared[field]
        if len(self.batches) == 1:
            return self.batches[0].values(field)
        return list(chain.from_iterable(batch.values(field) for batch in self.batches))

    def _judge_column(
        self, batch: Batch, column: Column, cells: Sequence[RawCell] | None, erased: dict[int, list[str]]
    ) -> None:
        default = getattr(self.options, column.default) if column.default else None
        if cells is None:
            for entry in column.fields:
                batch.put(entry.key, [entry.blank if default is None else default] * len(batch))
            return
        judged = self._judges[column.key].judge(cells, batch.first)
        batch.hits += judged.hits
        for row in judged.erased:
            erased.setdefault(row, []).append(column.key)
        for entry, values in zip(column.fields, judged.fields, strict=True):
            batch.put(entry.key, values)
        if default:
            batch.put(column.key, [value or default for value in batch.values(column.key)])

    def _set_aside(self, batch: Batch, column: Column, field: str, value: str) -> None:
        """In rows where the column does not apply: no findings, no value; a filled cell is told about."""
        marks = batch.values(field)
        if value not in marks:
            return
        rows = {row for row, found in enumerate(marks) if found == value}
        place = self.sheet.index[column.key]
        first = batch.first
        batch.hits = [hit for hit in batch.hits if hit.column != place or hit.row - first not in rows]
        for row in sorted(rows):
            text = batch.text(row, column.key).strip()
            if text and text not in column.kind.blanks:
                batch.hits.append(Hit(first + row, place, column.codes["not_applicable"], shorten(text), {}))
        for entry in column.fields:
            kept = batch.values(entry.key)
            batch.put(entry.key, [entry.blank if row in rows else found for row, found in enumerate(kept)])

    def _with_safe_fix(self, batch: Batch, hit: Hit) -> Hit:
        """A fix that writes into other cells too is safe only where these are empty or say the same already."""
        fixes = hit.details.get("fixes")
        if not fixes or len(fixes) == 1:
            return hit
        row = hit.row - batch.first
        own = batch.text(row, self.sheet.columns[hit.column].key).strip()
        for key, text in fixes.items():
            there = batch.text(row, key).strip()
            if there not in {"", own, text}:
                return hit._replace(details={**hit.details, "fixes": {}})
        return hit

    def _row_rules(self, batch: Batch) -> None:
        broken: dict[str, set[int]] = {}
        index = self.sheet.index
        for rule in self.sheet.row_rules:
            columns = [batch.values(field) for field in rule.reads]
            settings = (self.options,) if rule.options else ()
            if rule.quick is not None and rule.quick(*settings, *columns):
                continue
            skipped: set[int] = set().union(*(broken.get(code, set()) for code in rule.unless))
            for row, said in _failures(rule, columns, settings):
                if row in skipped:
                    continue
                broken.setdefault(rule.code, set()).add(row)
                details: dict[str, Any] = {"detail": said} if isinstance(said, str) else {}
                if rule.fixes is not None:
                    details["fixes"] = rule.fixes(*(batch.text(row, key).strip() for key in rule.at))
                for key in rule.at:
                    value = shorten(batch.text(row, key))
                    related = tuple((batch.first + row, index[other]) for other in rule.at if other != key)
                    batch.hits.append(Hit(batch.first + row, index[key], rule.code, value, details, related))

    def _batch_of(self, row: int) -> Batch:
        return self.batches[bisect_right(self._starts, row) - 1]

    def text(self, row: int, key: str) -> str:
        """The raw text of a cell, `row` counted among the data rows."""
        batch = self._batch_of(row)
        return batch.text(row - batch.first, key)

    def number(self, row: int) -> int:
        """The 1-based sheet row of a data row."""
        batch = self._batch_of(row)
        return batch.numbers[row - batch.first]

    def cell(self, row: int, column: int) -> str:
        """A1 address of a data row's cell in a declared column; of the row's first cell where the column is absent."""
        return address(self.number(row), self.header.columns.get(self.sheet.columns[column].key, 0))

    def severity(self, info: RuleInfo) -> Severity:
        """The severity of a rule under this check's settings."""
        return self.options.severities.get(info.code, info.severity) if info.adjustable else info.severity

    def findings(self) -> Iterator[Finding]:
        """The findings of the rows in reading order."""
        rules = self.sheet.rules
        columns = self.sheet.columns
        for hit in sorted(self.hits, key=lambda hit: (hit.row, hit.column, hit.code)):
            info = rules[hit.code]
            column = columns[hit.column]
            related = tuple(place if isinstance(place, str) else self.cell(*place) for place in hit.related)
            details = {"column": column.label, "value": hit.value, "cells": "、".join(related), **hit.details}
            yield Finding(
                code=hit.code,
                severity=self.severity(info),
                message=info.message(details),
                fix=info.remedy(details),
                sheet=self.name,
                cell=self.cell(hit.row, hit.column),
                column=column.label,
                value=hit.value,
                row=self.number(hit.row),
                key=column.key,
                related=related,
                fixes=tuple(hit.details.get("fixes", {}).items()),
            )

    def counts(self) -> tuple[list[int], list[int]]:
        """Errors and warnings of each data row."""
        per_row = {Severity.ERROR: [0] * self.rows, Severity.WARNING: [0] * self.rows}
        severities = {code: self.severity(info) for code, info in self.sheet.rules.items()}
        for hit in self.hits:
            per_row[severities[hit.code]][hit.row] += 1
        return per_row[Severity.ERROR], per_row[Severity.WARNING]

    def exports(self) -> dict[str, Any]:
        """Field key -> how its values are turned into those that are kept, where the two differ."""
        return {column.key: column.kind.export for column in self.sheet.columns if column.kind.export is not None}

    def degrees(self) -> frozenset[str]:
        """Fields whose values are floats that are kept as decimals."""
        return frozenset(column.key for column in self.sheet.columns if isinstance(column.kind, Degrees))


def _read_together(header: Header) -> list[str]:
    """The fields that the rules over the whole file read of a sheet with these columns."""
    sheet = header.declaration
    present = {field.key for column in sheet.columns if column.key in header.columns for field in column.fields}
    return [
        field
        for field in dict.fromkeys(chain.from_iterable(rule.reads for rule in sheet.file_rules))
        if any(not present.isdisjoint(rule.reads) for rule in sheet.file_rules if field in rule.reads)
    ]


def _failures(
    rule: RowRule, columns: Sequence[Sequence[Any]], settings: tuple[Options, ...]
) -> Iterator[tuple[int, bool | str]]:
    """(row, what the rule said) wherever it did not say True."""
    test = rule.test
    for row, values in enumerate(zip(*columns, strict=True)):
        if rule.blanks or not (None in values or "" in values):
            said = test(*settings, *values)
            if said is not True:
                yield row, said
