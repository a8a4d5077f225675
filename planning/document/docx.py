"""A paper as .docx, written row by row: a list of any length takes no more memory than a short one.

The package (styles, margins, page numbers) is python-docx's; the body is written here, because python-docx keeps the
whole document in memory and grows a table slower with every row.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from .paper import Block, Heading, Paper, Paragraph, Row, Table
from .skeleton import font_table, skeleton

BODY: Final = "word/document.xml"
FONTS: Final = "word/fontTable.xml"
TWIPS: Final = 56.6929
"""Twentieths of a point in a millimetre."""
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
_HEADS: Final = {0: "PlanAnnex", 1: "PlanSection", 2: "PlanPart", 3: "PlanAnnexTitle"}
STEP: Final = 200
"""Rows written at once."""


def write(paper: Paper, path: Path) -> None:
    """Write the document to a new file."""
    with (
        zipfile.ZipFile(io.BytesIO(skeleton(paper.made))) as source,
        zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as target,
    ):
        head, tail = _around(source.read(BODY).decode())
        for item in source.infolist():
            if item.filename not in (BODY, FONTS):
                target.writestr(item.filename, source.read(item))
        target.writestr(FONTS, font_table())
        with target.open(BODY, "w") as out:
            out.write(head.encode())
            for piece in _body(paper):
                out.write(piece.encode())
            out.write(tail.encode())


def _around(xml: str) -> tuple[str, str]:
    """What stands before and after the text: the root with its name spaces, and the section's margins."""
    start = xml.index("<w:body>") + len("<w:body>")
    end = xml.rindex("<w:sectPr")
    return xml[:start], xml[end:]


def _body(paper: Paper) -> Iterator[str]:
    yield _line(paper.title, "PlanTitle")
    yield _line(paper.subtitle, "PlanSubtitle")
    yield _line(paper.addressed, "PlanFlush")
    signed = False
    for block in paper:
        if not signed and isinstance(block, Heading) and block.level == 0:
            yield from _signature(paper)
            signed = True
        yield from _block(block)
    if not signed:
        yield from _signature(paper)


def _signature(paper: Paper) -> Iterator[str]:
    """The list of annexes, who signs and when, before the first annex."""
    yield _line("", "PlanBody")
    for place, title in enumerate(paper.annexes, 1):
        yield _line(f"{'附件：' if place == 1 else '　　　'}{place}. {title}", "PlanBody")
    yield _line("", "PlanBody") * 2
    yield _line(paper.signed, "PlanRight")
    yield _line(paper.dated, "PlanDate")


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield _line(block.text, _HEADS[block.level])
    elif isinstance(block, Paragraph):
        yield _line(block.text, "PlanFlush" if block.flush else "PlanBody")
    else:
        yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    yield _line(table.caption, "PlanCaption") if table.caption else _line("", "PlanGap")
    widths = [round(column.width * TWIPS) for column in table.columns]
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margin = "".join(f'<w:{side} w:w="57" w:type="dxa"/>' for side in ("left", "right"))
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margin}</w:tblCellMar></w:tblPr><w:tblGrid>'
        + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        + "</w:tblGrid>"
    )
    style = "PlanSmall" if table.small else "PlanCell"
    yield _row(table, [column.title for column in table.columns], widths, style, head=True)
    lot: list[str] = []
    for row in table:
        lot.append(_row(table, row, widths, style))
        if len(lot) >= STEP:
            yield "".join(lot)
            lot = []
    yield "".join(lot)
    if table.total is not None:
        yield _row(table, table.total, widths, style, bold=True)
    yield "</w:tbl>" + _line("", "PlanGap")


def _row(table: Table, row: Row, widths: list[int], style: str, *, head: bool = False, bold: bool = False) -> str:
    cells = []
    for column, text, width in zip(table.columns, row, widths, strict=True):
        align = "center" if head else "right" if column.figure else "left"
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f"{_line(text, style, align=align, bold=head or bold)}</w:tc>"
        )
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _line(text: str, style: str, *, align: str = "", bold: bool = False) -> str:
    """One paragraph; the text is literal."""
    placed = f'<w:jc w:val="{align}"/>' if align else ""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    held = _UNFIT.sub("\ufffd", text)
    run = f'<w:r>{weight}<w:t xml:space="preserve">{escape(held)}</w:t></w:r>' if held else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{placed}</w:pPr>{run}</w:p>'
