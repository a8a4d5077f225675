"""Marking the user's own package: only cells that are named change, everything else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sheets.annotate import listing
from sheets.annotate.book import Book
from sheets.annotate.cells import Bases, Touch, patch_rows
from sheets.annotate.comments import annotate_comments
from sheets.annotate.merged import Merges
from sheets.annotate.order import Mark, Order, Place, column_of, place_of
from sheets.annotate.package import Package
from sheets.annotate.styles import Fill, Styles
from sheets.annotate.xml import (
    MAIN,
    RELATIONS,
    Element,
    NotUnderstood,
    Splices,
    counted,
    parse,
    with_attributes,
)
from sheets.cells import letters

REMOVED = "这一行已在网页上删除。原样留着就不会再读入；要恢复，请改动它后上传。"

_DATA = re.compile(rb"<sheetData(?=[\s/>])[^<>]*?(/?)>")
_RANGE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_AFTER_LEGACY_DRAWING = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")
)


def patch(data: bytes, order: Order, *, origin: bool = False) -> bytes:
    """The package with these marks, changes and the list of findings. Raises NotUnderstood where it is not certain."""
    package = Package(data)
    book = Book(package)
    styles = Styles(package, book.name)
    ours = styles.ours()
    lost_formula = False
    wanted = {mark.sheet for mark in order.marks if mark.cell} | order.edits.keys() | order.removed.keys()
    for name, part in book.sheets.items():
        if name == book.listing or not (name in wanted or ours):
            continue
        lost_formula |= _patch_sheet(package, part, name, order, styles, ours)
    if missing := {name for name in wanted if name and name not in book.sheets}:
        raise NotUnderstood(f"no sheet {sorted(missing)}")
    if lost_formula:
        _drop_calculation_chain(package, book.name)
    book.add_listing(listing.listing(order.marks, order.notes, styles, origin=origin))
    styles.save()
    return package.save()


@dataclass(slots=True)
class _Sheet:
    """A sheet part in three: what stands before the rows, the rows, what stands behind them."""

    head: bytes
    rows: bytes
    tail: bytes
    root: Element

    @classmethod
    def of(cls, data: bytes) -> _Sheet:
        opening = _DATA.search(data)
        if opening is None or data.count(b"<sheetData") != 1:
            raise NotUnderstood("no rows, or twice")
        if opening[1]:
            head = data[: opening.end() - 2].rstrip() + b">"
            rows, tail = b"", b"</sheetData>" + data[opening.end() :]
        else:
            end = data.find(b"</sheetData>", opening.end())
            head, rows, tail = data[: opening.end()], data[opening.end() : end], data[end:]
        return cls(head, rows, tail, parse(head + tail, MAIN))


def _patch_sheet(package: Package, part: str, name: str, order: Order, styles: Styles, ours: set[int]) -> bool:
    """Mark one sheet; True when a formula gave way to a value."""
    sheet = _Sheet.of(package.read(part))
    merges = Merges(sheet.root)
    edits = dict(order.edits.get(name, {}))
    dissolved = merges.dissolve(sheet.rows, edits)
    fills, notes = fills_and_notes(order.marks, name, merges.anchor)
    touches = {place: Touch(value=value, changes_value=True) for place, value in edits.items()}
    for place, fill in fills.items():
        touches.setdefault(place, Touch()).fill = fill
    grey = order.removed.get(name, set())
    patched = patch_rows(sheet.rows, touches, grey, ours, styles, Bases(_column_styles(sheet.root)))
    notes |= dict.fromkeys(patched.greyed.values(), REMOVED)
    drawing = annotate_comments(package, part, notes)
    shell = Splices(sheet.head + sheet.tail)
    _grow(sheet, shell, patched.last_row, patched.last_column)
    _unmerge(sheet.root, shell, dissolved)
    shell.insert(len(sheet.head), patched.data)
    if drawing is not None:
        hang(sheet.root, shell, drawing)
    package.write(part, shell.render())
    return patched.lost_formula


def fills_and_notes(
    marks: Iterable[Mark], sheet: str, seen: Callable[[Place], Place] = lambda place: place
) -> tuple[dict[Place, Fill], dict[Place, str]]:
    """What the marks of one sheet come to at each cell; `seen` leads from a cell to the one that is shown there."""
    fills: dict[Place, Fill] = {}
    notes: dict[Place, list[str]] = {}
    for cell, those in _by_cell(mark for mark in marks if mark.sheet == sheet):
        place = place_of(cell)
        if place is None:
            raise NotUnderstood(f"no address: {cell}")
        place = seen(place)
        if fills.get(place) is not Fill.ERROR:
            fills[place] = Fill.ERROR if those[0].is_error else Fill.WARNING
        notes.setdefault(place, []).extend(f"{mark.code} {mark.message}\n{mark.fix}" for mark in those)
    return fills, {place: "\n".join(said) for place, said in notes.items()}


def _by_cell(marks: Iterable[Mark]) -> Iterable[tuple[str, list[Mark]]]:
    """Marks by cell, errors first."""
    found: dict[str, list[Mark]] = {}
    for mark in sorted(marks, key=lambda mark: not mark.is_error):
        if mark.cell:
            found.setdefault(mark.cell, []).append(mark)
    return found.items()


def _column_styles(root: Element) -> list[tuple[int, int, int]]:
    """(first, last, format) of the columns that have one, 0-based."""
    columns = root.find("cols")
    return [
        (int(said["min"]) - 1, int(said["max"]) - 1, int(said["style"]))
        for said in (each.attributes for each in (columns.every("col") if columns is not None else ()))
        if said.keys() >= {"min", "max", "style"}
    ]


def _grow(sheet: _Sheet, shell: Splices, last_row: int, last_column: int) -> None:
    """Let <dimension> reach as far as the cells put in."""
    dimension = sheet.root.find("dimension")
    corners = _RANGE.fullmatch(dimension.attributes.get("ref", "")) if dimension is not None else None
    if dimension is None or corners is None:
        return
    row, column = max(int(corners[4]), last_row), max(column_of(corners[3]), last_column)
    ref = f"{corners[1]}{corners[2]}:{letters(column)}{row}"
    tag = with_attributes(shell.data[dimension.start : dimension.inner], {"ref": ref})
    shell.replace(dimension.start, dimension.inner, tag)


def _unmerge(root: Element, shell: Splices, dissolved: Iterable[Element]) -> None:
    gone = list(dissolved)
    merged = root.find("mergeCells")
    if not gone or merged is None:
        return
    if len(gone) == len(merged.children):
        shell.replace(merged.start, merged.end, b"")
        return
    counted(merged, shell, -len(gone))
    for each in gone:
        shell.replace(each.start, each.end, b"")


def hang(root: Element, shell: Splices, identity: str) -> None:
    """In a sheet part, name the drawing of the notes, at its place in the order of things."""
    data = root.find("sheetData")
    later = [child for child in root.children if data is not None and child.start >= data.end]
    for child in later:
        if child.name in _AFTER_LEGACY_DRAWING or child.space != MAIN:
            at = child.start
            break
    else:
        at = root.close
    shell.insert(at, f'<legacyDrawing xmlns:r="{RELATIONS}" r:id="{identity}"/>'.encode())


def _drop_calculation_chain(package: Package, book: str) -> None:
    """A chain that names a cell without a formula is a broken file; without one it is made anew on opening."""
    for identity, (kind, target) in package.relations(book).items():
        if kind == "calcChain":
            package.unrelate(book, identity)
            package.drop(package.real(target))
