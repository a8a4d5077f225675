"""The official form made out of rows: where the user's file is no package to be patched, or the form was filled online.

The blank template gives layout, formats and drop-downs; the rows are written into it as they now are, and the result
is marked like any other workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from sheets import template
from sheets.annotate.book import Book
from sheets.annotate.cells import is_typed, value_cell
from sheets.annotate.order import Mark, Order
from sheets.annotate.package import Package
from sheets.annotate.patch import patch
from sheets.annotate.styles import Styles
from sheets.annotate.xml import NotUnderstood
from sheets.cells import letters, shorten
from sheets.declare import Sheet
from sheets.template import FIRST_ROW, write_forms

NOTE = "本表按官方格式重新生成，行的顺序不变；原表里不属于附件4的列和格式没有带入。"
_ROW = re.compile(rb"<row(?=\s)[^<>]*?\sr=[\"']([0-9]+)[\"'][^<>]*>(.*?)</row>", re.DOTALL)
_STYLE = re.compile(rb"<c(?=\s)[^<>]*?\sr=[\"'][A-Z]+[0-9]+[\"'][^<>]*?\ss=[\"']([0-9]+)[\"']")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(slots=True)
class Form:
    """The rows of one sheet: `rows` as (row number in the user's file, raw cells in declared order)."""

    name: str
    declaration: Sheet
    rows: Sequence[tuple[int, Sequence[Any]]]


def official(forms: Sequence[Form], order: Order, unit_name: str = "") -> bytes:
    """A workbook in the official layout with these rows, marked. Edits are in the rows already."""
    names = _names(forms)
    out = BytesIO()
    write_forms(out, [template.Form(form.declaration, unit_name, title=names[form.name]) for form in forms])
    package = Package(out.getvalue())
    book = Book(package)
    styles = Styles(package, book.name)
    for form in forms:
        part = book.sheets[names[form.name]]
        package.write(part, _filled(package.read(part), form, styles))
    styles.save()
    moved = replace(order, edits={}, removed={}, marks=_moved(order.marks, forms, names), notes=[NOTE, *order.notes])
    return patch(package.save(), moved, origin=True)


def _names(forms: Sequence[Form]) -> dict[str, str]:
    """Names of sheets as every program allows them, by the user's."""
    found: dict[str, str] = {}
    for form in forms:
        name = _FORBIDDEN.sub("", form.name).strip("' ")[:28] or form.declaration.title
        taken = {each.casefold() for each in found.values()}
        found[form.name] = next(
            each for each in (name, *(f"{name}{n}" for n in range(2, 99))) if each.casefold() not in taken
        )
    return found


def _filled(data: bytes, form: Form, styles: Styles) -> bytes:
    """The template's sheet part with the form's rows in place of its empty ones."""
    empty = [row for row in _ROW.finditer(data) if int(row[1]) >= FIRST_ROW]
    if not empty:
        raise NotUnderstood("a template without rows")
    formats = [int(style) for style in _STYLE.findall(empty[0][2])]
    typed = [styles.typed(style) for style in formats]
    names = [letters(place) for place in range(len(formats))]
    if len(formats) != len(form.declaration.columns):
        raise NotUnderstood("a template of another width")
    starts = [f'" s="{style}"' for style in formats]
    lines = list(_lines(form.rows, names, starts, formats, typed))
    end = FIRST_ROW + len(form.rows)
    rest = [row[0] for row in empty if int(row[1]) >= end]
    return b"".join([data[: empty[0].start()], *lines, *rest, data[empty[-1].end() :]])


def _lines(
    rows: Iterable[tuple[int, Sequence[Any]]],
    names: Sequence[str],
    starts: Sequence[str],
    formats: Sequence[int],
    typed: Sequence[int],
) -> Iterable[bytes]:
    for number, (_, cells) in enumerate(rows, FIRST_ROW):
        parts = [f'<row r="{number}" ht="19" customHeight="1">'.encode()]
        for place, value in enumerate(cells):
            if value == "":
                parts.append(f'<c r="{names[place]}{number}{starts[place]}/>'.encode())
            else:
                style = typed[place] if is_typed(value) else formats[place]
                parts.append(value_cell((number, place), style, value))
        parts.append(b"</row>")
        yield b"".join(parts)


def _moved(marks: Sequence[Mark], forms: Sequence[Form], names: Mapping[str, str]) -> list[Mark]:
    """The marks at their places in the new workbook; where each was is kept as its origin."""
    rows = {(form.name, row): number for form in forms for number, (row, _) in enumerate(form.rows, FIRST_ROW)}
    keys = {form.name: form.declaration.index for form in forms}
    found = []
    for mark in marks:
        where = (
            f"{mark.sheet}!{mark.cell}" if mark.cell else f"{mark.sheet} 第 {mark.row} 行" if mark.row else mark.sheet
        )
        number = rows.get((mark.sheet, mark.row))
        column = keys.get(mark.sheet, {}).get(mark.key)
        cell = f"{letters(column)}{number}" if number is not None and column is not None else ""
        found.append(
            replace(mark, sheet=names.get(mark.sheet, ""), row=number or 0, cell=cell, origin=shorten(where, 80))
        )
    return found
