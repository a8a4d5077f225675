"""The official form made out of rows: where the user's file is no package to be patched, or the form was filled online.

The blank template gives layout, formats and drop-downs; the rows are written into it as they now are, and the result
is marked like any other workbook.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from sheets import template
from sheets.annotate.book import Book
from sheets.annotate.cells import FORMULA_SIGNS, is_typed, value_cell
from sheets.annotate.comments import annotate_comments
from sheets.annotate.listing import listing
from sheets.annotate.names import NAME
from sheets.annotate.order import Mark, Order, Place
from sheets.annotate.package import Package
from sheets.annotate.patch import fills_and_notes, hang
from sheets.annotate.styles import Fill, Styles
from sheets.annotate.xml import MAIN, NotUnderstood, Splices, parse
from sheets.cells import letters, shorten
from sheets.check import GUIDE_SHEET, MARK_SHEET
from sheets.declare import Sheet

NOTE = "本表按官方格式重新生成，行的顺序不变；原表里不属于附件4的列和格式没有带入。"
_ROW = re.compile(rb"<row(?=\s)[^<>]*?\sr=[\"']([0-9]+)[\"'][^<>]*>(.*?)</row>", re.DOTALL)
_STYLE = re.compile(rb"<c(?=\s)[^<>]*?\sr=[\"'][A-Z]+[0-9]+[\"'][^<>]*?\ss=[\"']([0-9]+)[\"']")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


_PLAIN = re.compile(r"[^&<>\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*+")


@dataclass(slots=True)
class Form:
    """The rows of one sheet: `numbers` in the user's file, and `cells`, for each the raw cells in declared order."""

    name: str
    declaration: Sheet
    numbers: Sequence[int]
    cells: Iterable[Sequence[Any]]


def official(forms: Sequence[Form], order: Order, unit_name: str = "") -> bytes:
    """A workbook in the official layout with these rows, marked. Edits are in the rows already."""
    names = _names(forms)
    out = BytesIO()
    titled = [template.Form(form.declaration, unit_name, title=name) for form, name in zip(forms, names, strict=True)]
    template.write_forms(out, titled)
    package = Package(out.getvalue())
    book = Book(package)
    styles = Styles(package, book.name)
    marks = _moved(order.marks, forms, names)
    for form, name in zip(forms, names, strict=True):
        _fill(package, book.sheets[name], form, styles, *fills_and_notes(marks, name))
    book.add_listing(listing(marks, [NOTE, *order.notes], styles, origin=True))
    styles.save()
    return package.save()


def _names(forms: Sequence[Form]) -> list[str]:
    """Names of the sheets as every program allows them: the user's, each once."""
    found: list[str] = []
    for form in forms:
        name = _FORBIDDEN.sub("", form.name).strip("' ")[:28] or form.declaration.title
        taken = {each.casefold() for each in (*found, NAME, GUIDE_SHEET, MARK_SHEET)}
        found.append(
            next(each for each in (name, *(f"{name}{n}" for n in range(2, 99))) if each.casefold() not in taken)
        )
    return found


def _fill(
    package: Package, part: str, form: Form, styles: Styles, fills: Mapping[Place, Fill], notes: Mapping[Place, str]
) -> None:
    """Put the form's rows in place of the template's empty ones, with their colours and notes."""
    drawing = annotate_comments(package, part, notes)
    if drawing is not None:
        data = package.read(part)
        shell = Splices(data)
        hang(parse(data, MAIN), shell, drawing)
        package.write(part, shell.render())
    data = package.read(part)
    empty = [row for row in _ROW.finditer(data) if int(row[1]) >= template.FIRST_ROW]
    formats = [int(style) for style in _STYLE.findall(empty[0][2])] if empty else []
    if len(formats) != len(form.declaration.columns):
        raise NotUnderstood("a template of another shape")
    by_row: dict[int, dict[int, Fill]] = {}
    for (row, column), fill in fills.items():
        by_row.setdefault(row, {})[column] = fill
    end = template.FIRST_ROW + len(form.numbers)
    rest = [row[0] for row in empty if int(row[1]) >= end]
    rows = _rows(form.cells, formats, styles, by_row)
    package.write(part, b"".join([data[: empty[0].start()], *rows, *rest, data[empty[-1].end() :]]))


def _rows(
    rows: Iterable[Sequence[Any]], formats: Sequence[int], styles: Styles, fills: Mapping[int, Mapping[int, Fill]]
) -> Iterator[bytes]:
    """The rows as they stand in the part, from the template's first on."""
    starts = [(f'<c r="{letters(place)}', f'" s="{style}"') for place, style in enumerate(formats)]
    for number, cells in enumerate(rows, template.FIRST_ROW):
        own = fills.get(number, {})
        if not _plain(cells):
            yield _row(number, cells, formats, styles, own)
            continue
        pairs = starts
        if own:
            pairs = starts.copy()
            for place, fill in own.items():
                pairs[place] = starts[place][0], f'" s="{styles.marked(formats[place], fill)}"'
        parts = [f'<row r="{number}" ht="19" customHeight="1">']
        for (left, right), value in zip(pairs, cells, strict=True):
            if value == "":
                parts.append(f"{left}{number}{right}/>")
            elif isinstance(value, str):
                parts.append(f'{left}{number}{right} t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                parts.append(f"{left}{number}{right}><v>{value!r}</v></c>")
        parts.append("</row>")
        yield "".join(parts).encode()


def _plain(cells: Sequence[Any]) -> bool:
    """Whether a row holds numbers and such texts only as need no escaping and are taken for nothing else."""
    for cell in cells:
        if type(cell) is str:
            if cell and (cell[0] in _ODD_START or cell[-1] == " " or "_x" in cell):
                return False
        elif type(cell) is not int and type(cell) is not float:
            return False
    return _PLAIN.fullmatch("".join([cell for cell in cells if type(cell) is str])) is not None


_ODD_START = frozenset((" ", *FORMULA_SIGNS))


def _row(number: int, cells: Sequence[Any], formats: Sequence[int], styles: Styles, fills: Mapping[int, Fill]) -> bytes:
    parts = [f'<row r="{number}" ht="19" customHeight="1">'.encode()]
    for place, value in enumerate(cells):
        style, typed = formats[place], is_typed(value)
        if place in fills:
            style = styles.marked(style, fills[place], typed=typed)
        elif typed:
            style = styles.typed(style)
        parts.append(value_cell((number, place), style, value))
    parts.append(b"</row>")
    return b"".join(parts)


def _moved(marks: Sequence[Mark], forms: Sequence[Form], names: Sequence[str]) -> list[Mark]:
    """The marks at their places in the new workbook; where each was is kept as its origin."""
    rows = {
        (form.name, row): (which, place)
        for which, form in enumerate(forms)
        for place, row in enumerate(form.numbers, template.FIRST_ROW)
    }
    first = {form.name: name for form, name in zip(reversed(forms), reversed(names), strict=True)}
    found = []
    for mark in marks:
        where = (
            f"{mark.sheet}!{mark.cell}" if mark.cell else f"{mark.sheet} 第 {mark.row} 行" if mark.row else mark.sheet
        )
        which, number = rows.get((mark.sheet, mark.row), (None, 0))
        sheet, column = first.get(mark.sheet, ""), None
        if which is not None:
            sheet, column = names[which], forms[which].declaration.index.get(mark.key)
        cell = f"{letters(column)}{number}" if column is not None else ""
        found.append(replace(mark, sheet=sheet, row=number, cell=cell, origin=shorten(where, 80)))
    return found
