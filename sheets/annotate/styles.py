"""New cell formats beside the user's own: the cell's format with another fill and nothing else changed."""

from __future__ import annotations

from enum import StrEnum

from sheets.annotate.package import Package
from sheets.annotate.xml import MAIN, Element, NotUnderstood, Splices, counted, parse, with_attributes

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_BLANK = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


_FILL = '<fill><patternFill patternType="solid"><fgColor rgb="{}"/><bgColor indexed="64"/></patternFill></fill>'


class Fill(StrEnum):
    """What a colour says. The shades are a hair beside the usual ones, so that we know our own again."""

    ERROR = "FFFFC7CD"
    WARNING = "FFFFEB9B"
    REMOVED = "FFD9D9DA"
    NONE = "none"


FONTS = {
    "plain": '<font><sz val="10"/><name val="宋体"/><charset val="134"/></font>',
    "head": '<font><b/><sz val="10"/><name val="宋体"/><charset val="134"/></font>',
    "title": '<font><b/><sz val="14"/><name val="黑体"/><charset val="134"/></font>',
    "link": '<font><u/><sz val="10"/><color rgb="FF0B57A4"/><name val="宋体"/><charset val="134"/></font>',
}


class Styles:
    """The styles part of a package; formats asked for are added once."""

    def __init__(self, package: Package, book: str) -> None:
        self._package = package
        self._name = next((name for kind, name in package.relations(book).values() if kind == "styles"), "")
        if not self._name:
            # Some readers look for it under this name only.
            self._name = "xl/styles.xml" if "xl/styles.xml" not in package else package.free_name("xl/styles{}.xml")
            package.write(self._name, _BLANK.encode())
            package.add_type(self._name, TYPE)
            package.relate(book, "styles", self._name)
        self._name = package.real(self._name)
        self._data = package.read(self._name)
        root = parse(self._data, MAIN)
        self._fonts, self._fills, self._formats = (self._need(root, name) for name in ("fonts", "fills", "cellXfs"))
        self._xfs = list(self._formats.every("xf"))
        self._added: dict[tuple[int, Fill, bool], int] = {}
        self._new: list[bytes] = []
        self._fill_ids: dict[str, int] = {}
        self._font_ids: dict[str, int] = {}

    @staticmethod
    def _need(root: Element, name: str) -> Element:
        found = root.find(name)
        if found is None or not found.children:
            raise NotUnderstood(f"styles without {name}")
        return found

    def marked(self, base: int, fill: Fill, *, typed: bool = False) -> int:
        """The format `base` with this fill; `typed`: the text in it is one even when it begins with "="."""
        key = (base, fill, typed)
        if key not in self._added:
            if not 0 <= base < len(self._xfs):
                raise NotUnderstood(f"no format {base}")
            xf = self._xfs[base]
            changes: dict[str, str | None] = {"fillId": str(self._fill(fill)), "applyFill": "1"}
            if typed:
                changes["quotePrefix"] = "1"
            tag = with_attributes(self._data[xf.start : xf.inner], changes)
            self._added[key] = self._add(tag + self._data[xf.inner : xf.end])
        return self._added[key]

    def typed(self, base: int) -> int:
        """The format `base` for a text that must stay one."""
        if not 0 <= base < len(self._xfs):
            raise NotUnderstood(f"no format {base}")
        xf = self._xfs[base]
        tag = with_attributes(self._data[xf.start : xf.inner], {"quotePrefix": "1"})
        key = (base, Fill.NONE, True)
        if key not in self._added:
            self._added[key] = self._add(tag + self._data[xf.inner : xf.end])
        return self._added[key]

    def own(self, font: str, fill: Fill = Fill.NONE, *, typed: bool = False) -> int:
        """A format of our own, for the list of findings: text, wrapped, at the top of its cell."""
        quote = ' quotePrefix="1"' if typed else ""
        return self._add(
            f'<xf numFmtId="49" fontId="{self._font(font)}" fillId="{self._fill(fill)}" borderId="0" xfId="0"{quote}'
            ' applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1">'
            '<alignment vertical="top" wrapText="1"/></xf>'.encode()
        )

    def ours(self) -> set[int]:
        """The user's formats that carry a fill of ours, from an earlier time."""
        shades = {fill.value for fill in Fill if fill is not Fill.NONE}
        fills = set()
        for place, fill in enumerate(self._fills.every("fill")):
            pattern = fill.find("patternFill")
            colour = pattern.find("fgColor") if pattern is not None else None
            if colour is not None and colour.attributes.get("rgb", "").upper() in shades:
                fills.add(str(place))
        return {place for place, xf in enumerate(self._xfs) if xf.attributes.get("fillId") in fills}

    def _add(self, xf: bytes) -> int:
        self._new.append(xf)
        return len(self._xfs) + len(self._new) - 1

    def _fill(self, fill: Fill) -> int:
        if fill is Fill.NONE:
            return 0
        known = sum(1 for _ in self._fills.every("fill"))
        return self._fill_ids.setdefault(fill.value, known + len(self._fill_ids))

    def _font(self, font: str) -> int:
        known = sum(1 for _ in self._fonts.every("font"))
        return self._font_ids.setdefault(font, known + len(self._font_ids))

    def save(self) -> None:
        """Write the part back with what was asked for."""
        splices = Splices(self._data)
        fills = [_FILL.format(shade) for shade in self._fill_ids]
        for element, added in (
            (self._fonts, [FONTS[font].encode() for font in self._font_ids]),
            (self._fills, [fill.encode() for fill in fills]),
            (self._formats, self._new),
        ):
            if added:
                counted(element, splices, len(added))
                splices.append(element, b"".join(added))
        self._package.write(self._name, splices.render())
