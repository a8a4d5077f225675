"""The empty .docx in the layout of official letters: A4, margins 37/35/28/26 mm, styles, page numbers.

Typefaces are those of official letters where the reader's machine has them; for others the file names what to take
instead (fontTable.xml), so that nobody sees boxes.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

TITLE_FACE, BODY_FACE, HEAD_FACE, PART_FACE, PLAIN_FACE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
INSTEAD: Final = {
    TITLE_FACE: "方正小标宋_GBK;FZXiaoBiaoSong-B05S;宋体;SimSun;Noto Serif CJK SC;Noto Sans CJK SC",
    BODY_FACE: "仿宋;FangSong;方正仿宋_GBK;宋体;Noto Serif CJK SC;Noto Sans CJK SC",
    HEAD_FACE: "SimHei;方正黑体_GBK;Noto Sans CJK SC",
    PART_FACE: "楷体;KaiTi;方正楷体_GBK;宋体;Noto Serif CJK SC;Noto Sans CJK SC",
    PLAIN_FACE: "SimSun;方正书宋_GBK;Noto Serif CJK SC;Noto Sans CJK SC",
}
LINE: Final = Pt(28)
"""22 lines a page, as official letters have it."""


@lru_cache(maxsize=1)
def skeleton(made: datetime | None) -> bytes:
    """A .docx without text, made at this moment."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(26)
    _page_number(section.footer.paragraphs[0])
    styles = document.styles
    normal = styles["Normal"]
    _type(normal, BODY_FACE, 16)
    _language(styles.element)
    normal.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    normal.paragraph_format.line_spacing = LINE
    normal.paragraph_format.space_after = Pt(0)
    _style(styles, "PlanTitle", TITLE_FACE, 22, centre=True, line=Pt(34), after=Pt(6))
    _style(styles, "PlanSubtitle", PART_FACE, 16, centre=True, after=Pt(14))
    _style(styles, "PlanBody", BODY_FACE, 16, indent=2)
    _style(styles, "PlanFlush", BODY_FACE, 16)
    _style(styles, "PlanRight", BODY_FACE, 16, right=True)
    _style(styles, "PlanDate", BODY_FACE, 16, right=True)
    styles["PlanDate"].paragraph_format.right_indent = Pt(64)
    _style(styles, "PlanSection", HEAD_FACE, 16, indent=2, level=0)
    _style(styles, "PlanPart", PART_FACE, 16, indent=2, level=1)
    _style(styles, "PlanAnnex", HEAD_FACE, 16, level=0, new_page=True)
    _style(styles, "PlanAnnexTitle", TITLE_FACE, 18, centre=True, line=Pt(30), after=Pt(6))
    _style(styles, "PlanCaption", HEAD_FACE, 12, centre=True, line=Pt(20), before=Pt(8), keep=True)
    _style(styles, "PlanCell", BODY_FACE, 12, line=Pt(17))
    _style(styles, "PlanSmall", BODY_FACE, 9, line=Pt(13))
    _style(styles, "PlanGap", BODY_FACE, 6, line=Pt(8))
    properties = document.core_properties
    properties.author, properties.comments, properties.language = "", "", "zh-CN"
    properties.created = properties.modified = (made or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _type(style: Any, face: str, points: float) -> None:
    style.font.name, style.font.size = face, Pt(points)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), face)
    # Figures and Latin letters of a Chinese typeface are wide; official letters set them in Times.
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), "Times New Roman")


def _language(styles: Any) -> None:
    """Simplified Chinese: which form a comma has depends on it where typefaces hold several."""
    for lang in styles.iter(qn("w:lang")):
        lang.set(qn("w:val"), "zh-CN")
        lang.set(qn("w:eastAsia"), "zh-CN")


def _style(
    styles: Any,
    name: str,
    face: str,
    points: float,
    *,
    indent: int = 0,
    level: int | None = None,
    centre: bool = False,
    right: bool = False,
    line: Pt | None = None,
    before: Pt | None = None,
    after: Pt | None = None,
    keep: bool = False,
    new_page: bool = False,
) -> None:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    _type(style, face, points)
    form = style.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, line or LINE
    form.space_before, form.space_after = before or Pt(0), after or Pt(0)
    form.first_line_indent = Pt(points * indent) if indent else None
    form.keep_with_next, form.page_break_before = keep or level is not None, new_page
    if centre or right:
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.RIGHT
    if level is not None:
        outline = OxmlElement("w:outlineLvl")
        outline.set(qn("w:val"), str(level))
        style.element.get_or_add_pPr().append(outline)


def _page_number(paragraph: Any) -> None:
    """－ 1 －, centred."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for text, field in (("－ ", ""), ("", "PAGE"), (" －", "")):
        run = paragraph.add_run(text)
        run.font.size = Pt(14)
        if not field:
            continue
        for kind in ("begin", "", "end"):
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = field
            run._r.append(part)


def font_table() -> bytes:
    """What to take where a typeface is missing."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    fonts = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for face, instead in INSTEAD.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{fonts}</w:fonts>'.encode()
    )
