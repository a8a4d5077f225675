"""The first sheet of an annotated workbook: everything that was found, each with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence

from sheets.annotate.cells import is_typed
from sheets.annotate.names import TITLE
from sheets.annotate.order import Mark
from sheets.annotate.styles import Fill, Styles
from sheets.annotate.xml import MAIN, attribute, cell_content
from sheets.cells import letters, shorten

HOW = "红色单元格要改，黄色请核对。点“单元格”一列跳到原处；改好保存后直接上传本文件，这张清单不用删。"
CLEAN = "没有发现问题。"
HEADS = ("序号", "级别", "编号", "工作表", "单元格", "列", "原值", "问题", "怎么改")
ORIGIN = "原表位置"
_WIDTHS = (6, 8, 8, 16, 10, 20, 24, 46, 56, 22)
_HEAD_ROW = 4


def listing(marks: Sequence[Mark], notes: Sequence[str], styles: Styles, *, origin: bool) -> bytes:
    """The sheet part. `origin`: with a column for the place in the user's own file."""
    title, head = styles.own("title"), styles.own("head")
    plain, typed = styles.own("plain"), styles.own("plain", typed=True)
    link = styles.own("link")
    tones = {"error": styles.own("plain", Fill.ERROR), "warning": styles.own("plain", Fill.WARNING)}
    heads = (*HEADS, ORIGIN) if origin else HEADS
    errors = sum(mark.is_error for mark in marks)
    told = f"错误 {errors} 处，提醒 {len(marks) - errors} 处。{HOW}" if marks else CLEAN
    rows = [
        _row(1, [(TITLE, title)], height=26),
        _row(2, [("".join((told, *notes)), typed)], height=34),
        _row(_HEAD_ROW, [(text, head) for text in heads]),
    ]
    links: list[str] = []
    for number, mark in enumerate(marks, 1):
        row = _HEAD_ROW + number
        level, tone = ("错误", tones["error"]) if mark.is_error else ("提醒", tones["warning"])
        where = mark.cell or (f"第 {mark.row} 行" if mark.row else "整张" if mark.sheet else "整份")
        texts = (
            (str(number), plain),
            (level, tone),
            (mark.code, plain),
            (mark.sheet, plain),
            (where, link if mark.cell or mark.row else plain),
            (mark.column, plain),
            (shorten(mark.value), typed if is_typed(mark.value) else plain),
            (mark.message, plain),
            (mark.fix, plain),
        )
        cells = [*texts]
        if origin:
            cells.append((mark.origin, plain))
        rows.append(_row(row, cells))
        if mark.sheet and (mark.cell or mark.row):
            target = f"{_quoted(mark.sheet)}!{mark.cell or f'A{mark.row}'}"
            links.append(f'<hyperlink ref="E{row}" location="{attribute(target)}" display="{attribute(where)}"/>')
    last = f"{letters(len(heads) - 1)}{_HEAD_ROW + len(marks)}"
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(_WIDTHS[: len(heads)], 1)
    )
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>',
        f'<dimension ref="A1:{last}"/><sheetViews><sheetView showGridLines="0" workbookViewId="0">',
        f'<pane ySplit="{_HEAD_ROW}" topLeftCell="A{_HEAD_ROW + 1}" activePane="bottomLeft" state="frozen"/>',
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>',
        *rows,
        "</sheetData>",
        f'<autoFilter ref="A{_HEAD_ROW}:{last}"/>' if marks else "",
        '<mergeCells count="2"><mergeCell ref="A1:I1"/><mergeCell ref="A2:I2"/></mergeCells>',
        f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>',
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>',
    ]
    return "".join(parts).encode()


def _row(number: int, cells: Sequence[tuple[str, int]], height: int = 0) -> str:
    tall = f' ht="{height}" customHeight="1"' if height else ""
    return f'<row r="{number}"{tall}>{"".join(_cell(number, place, *cell) for place, cell in enumerate(cells))}</row>'


def _cell(row: int, place: int, text: str, style: int) -> str:
    if not text:
        return f'<c r="{letters(place)}{row}" s="{style}"/>'
    return (
        f'<c r="{letters(place)}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{cell_content(text)}</t></is></c>"
    )


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"
