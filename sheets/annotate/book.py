"""The workbook part: which sheets there are, and room for one more in front."""

from __future__ import annotations

import re

from sheets.annotate.names import NAME, TITLE
from sheets.annotate.package import Package
from sheets.annotate.xml import MAIN, RELATIONS, NotUnderstood, Splices, attribute, parse, with_attributes

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_FIRST_CELL = re.compile(rb"<c(?=\s)[^<>]*?\sr=[\"']A1[\"'][^<>]*>(.*?)</c>", re.DOTALL)


class Book:
    """`sheets`: name -> part; `listing`: the name of a list of findings from an earlier time, "" without one."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.name = next((target for kind, target in package.relations("").values() if kind == "officeDocument"), "")
        self.name = package.real(self.name)
        self._data = package.read(self.name)
        self._root = parse(self._data, MAIN)
        relations = package.relations(self.name)
        found = self._root.find("sheets")
        if found is None:
            raise NotUnderstood("no sheets")
        self._sheets = found
        self.sheets: dict[str, str] = {}
        for sheet in found.every("sheet"):
            kind, target = relations.get(sheet.attributes.get(f"{RELATIONS} id", ""), ("", ""))
            if kind == "worksheet":
                self.sheets[sheet.attributes.get("name", "")] = package.real(target)
        self.listing = next((name for name in self.sheets if self._is_ours(name)), "")

    def _is_ours(self, name: str) -> bool:
        """Whether a sheet is the list of an earlier time."""
        if not name.startswith(NAME):
            return False
        first = _FIRST_CELL.search(self._package.read(self.sheets[name]))
        if first is None:
            return False
        number = re.search(rb"<v>([0-9]{1,7})</v>", first[1])
        return TITLE.encode() in first[1] or (number is not None and self._string(int(number[1])))

    def _string(self, number: int) -> bool:
        """Whether a shared text is the list's title."""
        relations = self._package.relations(self.name).values()
        name = next((target for kind, target in relations if kind == "sharedStrings"), "")
        if not name:
            return False
        texts = re.findall(
            rb"<si(?=[\s/>])[^<>]*?(?:/>|>.*?</si>)", self._package.read(self._package.real(name)), re.DOTALL
        )
        return number < len(texts) and TITLE.encode() in texts[number]

    def add_listing(self, sheet: bytes) -> None:
        """Put the list in front, or in place of an earlier one; indexes of sheets are shifted."""
        if self.listing:
            self._package.write(self.sheets[self.listing], sheet)
            return
        part = self._package.free_name("xl/worksheets/sheet{}.xml")
        self._package.write(part, sheet)
        self._package.add_type(part, SHEET_TYPE)
        identity = self._package.relate(self.name, "worksheet", part)
        names = {each.attributes.get("name", "").casefold() for each in self._sheets.children}
        name = next(each for each in (NAME, *(f"{NAME}{n}" for n in range(2, 999))) if each not in names)
        number = 1 + max((int(each.attributes.get("sheetId", "0")) for each in self._sheets.children), default=0)
        splices = Splices(self._data)
        line = f'<sheet xmlns:r="{RELATIONS}" name="{attribute(name)}" sheetId="{number}" r:id="{identity}"/>'
        splices.insert(self._sheets.inner, line.encode())
        self._shift(splices)
        self._package.write(self.name, splices.render())

    def _shift(self, splices: Splices) -> None:
        views, names = self._root.find("bookViews"), self._root.find("definedNames")
        for view in views.every("workbookView") if views is not None else ():
            tag = self._data[view.start : view.inner]
            active = str(int(view.attributes.get("activeTab", "0")) + 1)
            splices.replace(view.start, view.inner, with_attributes(tag, {"activeTab": active, "firstSheet": None}))
        for name in names.every("definedName") if names is not None else ():
            if "localSheetId" in name.attributes:
                tag = self._data[name.start : name.inner]
                place = str(int(name.attributes["localSheetId"]) + 1)
                splices.replace(name.start, name.inner, with_attributes(tag, {"localSheetId": place}))
