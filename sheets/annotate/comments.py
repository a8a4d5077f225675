"""Notes at cells: the comments part and the drawing that shows it, joined with what the user's sheet has of both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sheets.annotate.order import Place, address, place_of
from sheets.annotate.package import Package
from sheets.annotate.xml import MAIN, Element, NotUnderstood, Splices, content, parse

AUTHOR = "金寨视频核对"
OPENS = "【核对】"
"""Every note of ours begins so; that is how it is found again in a comment shared with the user's own words."""
MOST = 5_000
"""Notes in one sheet; beyond it the colours and the list must do: spreadsheet programs become slow."""

COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BLANK = f'{_HEAD}<comments xmlns="{MAIN}"><authors/><commentList/></comments>'
_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_BLANK_VML = f'<xml {_NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{{}}"/></o:shapelayout></xml>'
_SHAPE_TYPE = (
    f'<v:shapetype {_NAMESPACES} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape {namespaces} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
    '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 12, {top}, 4, {right}, 40, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPE_OF = re.compile(rb"<v:shape(?=\s).*?</v:shape>", re.DOTALL)
_SHAPE_ROW = re.compile(rb"<x:Row>\s*([0-9]{1,7})\s*</x:Row>")
_SHAPE_COLUMN = re.compile(rb"<x:Column>\s*([0-9]{1,5})\s*</x:Column>")
_SHAPE_NUMBER = re.compile(rb"_x0000_s([0-9]{1,9})")
_RICH = '<r><rPr><sz val="9"/><rFont val="宋体"/><charset val="134"/></rPr><t xml:space="preserve">{}</t></r>'


@dataclass(slots=True)
class _Plan:
    """What becomes of the comments that are there, and which cells have one in the end."""

    splices: Splices
    added: list[str] = field(default_factory=list)
    kept: set[Place] = field(default_factory=set)
    gone: set[Place] = field(default_factory=set)


def annotate_comments(package: Package, sheet: str, notes: Mapping[Place, str]) -> str | None:
    """Set our notes of one sheet part, in place of those from before; returns the relation id of a new drawing."""
    relations = package.relations(sheet)
    name = next((target for kind, target in relations.values() if kind == "comments"), "")
    if not name and not notes:
        return None
    if name:
        name = package.real(name)
        data = package.read(name)
    else:
        name, data = package.free_name("xl/comments{}.xml"), _BLANK.encode()
        package.write(name, data)
        package.add_type(name, COMMENTS_TYPE)
        package.relate(sheet, "comments", name)
    plan = _plan(data, dict(list(notes.items())[:MOST]))
    package.write(name, plan.splices.render())
    return _draw(package, sheet, plan)


def _plan(data: bytes, notes: Mapping[Place, str]) -> _Plan:
    root = parse(data, MAIN)
    authors, comments = root.find("authors"), root.find("commentList")
    if authors is None or comments is None:
        raise NotUnderstood("comments without authors or list")
    plan = _Plan(Splices(data))
    names = [_text(data, author) for author in authors.every("author")]
    ours = {str(place) for place, name in enumerate(names) if name == AUTHOR}
    own = names.index(AUTHOR) if ours else len(names)
    left = dict(notes)
    for comment in comments.every("comment"):
        place = place_of(comment.attributes.get("ref", ""))
        if place is None:
            raise NotUnderstood("a comment without its cell")
        author = comment.attributes.get("authorId", "")
        if author in ours:
            plan.splices.replace(comment.start, comment.end, b"")
            plan.gone.add(place)
            continue
        plan.kept.add(place)
        note = left.pop(place, "")
        if author.isdigit() and int(author) < len(names) and names[int(author)].startswith("tc="):
            continue  # a conversation: its words stand elsewhere, and the colour says enough
        _share(data, comment, note, plan)
    if left and not ours:
        plan.splices.append(authors, f"<author>{AUTHOR}</author>".encode())
    plan.added = [
        f'<comment ref="{address(place)}" authorId="{own}"><text>{_RICH.format(content(OPENS + note))}</text></comment>'
        for place, note in left.items()
    ]
    if plan.added:
        plan.splices.append(comments, "".join(plan.added).encode())
    plan.gone -= plan.kept
    plan.kept |= plan.gone & left.keys()
    plan.gone -= left.keys()
    plan.added = [address(place) for place in left if place not in plan.kept]
    return plan


def _share(data: bytes, comment: Element, note: str, plan: _Plan) -> None:
    """Put our words behind the user's own in one comment, in place of those from before."""
    text = comment.find("text")
    if text is None:
        raise NotUnderstood("a comment without text")
    said = _text(data, text)
    if OPENS in said:
        own_words = said.partition(OPENS)[0].rstrip()
        plan.splices.replace(text.start, text.end, f"<text>{_runs(own_words, note)}</text>".encode())
    elif note:
        plain = text.find("t")
        if plain is not None:
            plan.splices.replace(text.start, text.end, f"<text>{_runs(said, note)}</text>".encode())
        else:
            plan.splices.append(text, _RICH.format(content(f"\n{OPENS}{note}")).encode())


def _runs(words: str, note: str) -> str:
    """The user's words, and ours behind them."""
    runs = [_RICH.format(content(words))] if words else []
    if note:
        runs.append(_RICH.format(content(("\n" if words else "") + OPENS + note)))
    return "".join(runs)


def _text(data: bytes, element: Element) -> str:
    """The words inside an element, its children's too; phonetic hints left out."""
    from html import unescape

    if not element.children:
        return unescape(data[element.inner : element.close].decode("utf-8", "replace"))
    return "".join(_text(data, child) for child in element.children if child.name in {"t", "r"})


def _draw(package: Package, sheet: str, plan: _Plan) -> str | None:
    """A shape for each new comment, none for those that went."""
    kinds = package.relations(sheet)
    name = next((target for kind, target in kinds.values() if kind == "vmlDrawing"), "")
    identity = None
    if name:
        name = package.real(name)
    else:
        name = package.free_name("xl/drawings/vmlDrawing{}.vml")
        package.write(name, _BLANK_VML.format(re.sub(r"\D", "", name)).encode())
        package.add_type(name, VML_TYPE)
        identity = package.relate(sheet, "vmlDrawing", name)
    data = package.read(name)
    end = data.rfind(b"</xml>")
    if end < 0:
        raise NotUnderstood("a drawing of another kind")
    splices = Splices(data)
    for shape in _SHAPE_OF.finditer(data):
        row, column = _SHAPE_ROW.search(shape[0]), _SHAPE_COLUMN.search(shape[0])
        if row and column and (int(row[1]) + 1, int(column[1])) in plan.gone:
            splices.replace(shape.start(), shape.end(), b"")
    numbers = [int(number) for number in _SHAPE_NUMBER.findall(data)]
    first = max(numbers, default=0) + 1 if numbers else 1024 * int(re.sub(r"\D", "", name) or 1) + 1
    shapes = [] if b'id="_x0000_t202"' in data else [_SHAPE_TYPE]
    for number, cell in enumerate(plan.added, first):
        place = place_of(cell)
        if place is not None:
            shapes.append(_shape(number, place))
    splices.insert(end, "".join(shapes).encode())
    package.write(name, splices.render())
    return identity


def _shape(number: int, place: Place) -> str:
    row, column = place[0] - 1, place[1]
    return _SHAPE.format(
        namespaces=_NAMESPACES, number=number, row=row, column=column,
        left=column + 1, right=column + 4, top=max(0, row - 1), bottom=row + 6,
    )  # fmt: skip
