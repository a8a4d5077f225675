"""Which rows below the header are data, and which are samples, blanks, footers or repeated headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sheets.cells import Cell, cell_text, fold, narrow, trim
from sheets.declare import Need
from sheets.gb28181 import SAMPLE_CODES
from sheets.headers import Header, spellings

#: A row with more filled cells than this is data, whatever its first cell says.
FEW_CELLS = 6

_FOOTER = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|填\s*[表报]\s*人|制\s*表(?:\s*人)?|填报单位|联系电话|联系人|审核(?:人|意见)?|复核人|"
    r"(?:单位)?负责人|经办人|分管领导|主要领导|填[表报](?:日期|时间)|日\s*期|(?:单位)?[（(]?盖章[）)]?|签[字章名]|填[写表报]说明|说明|备注|注)"
    r"\s*(?:$|[:：（(]|\s)"
)
_NOTE = re.compile(r"[（(]?[0-9一二三四五六七八九十]{1,2}[、.．)）]\s*\D")
_SAMPLE = re.compile(r"(?:样例|示例|例如|样表|举例|例)[0-9]*")


class RowSorter:
    """Sorts the rows below a header, batch by batch; its counts add up to the rows it was given.

    `sample` are the 1-based numbers of the sample rows.
    """

    def __init__(self, header: Header, left: int) -> None:
        self.rows = 0
        self.sample: list[int] = []
        self.blank = 0
        self.footer = 0
        self._columns = {key: place - left for key, place in header.columns.items()}
        self._declaration = header.declaration
        self._headers = spellings(header.declaration)
        self._notes = False

    @property
    def rows_read(self) -> int:
        """All rows given so far."""
        return self.rows + len(self.sample) + self.blank + self.footer

    def sort(self, batch: Sequence[Sequence[Cell]], first: int) -> tuple[Sequence[int], list[Sequence[Cell]]]:
        """(0-based sheet rows of the data rows, their cells turned into columns); `first` is the batch's first row."""
        columns: list[Sequence[Cell]] = list(zip(*batch, strict=True))
        odd = self._odd_rows(columns)
        if not odd:
            self.rows += len(batch)
            return range(first, first + len(batch)), columns
        data: list[int] = []
        for place, row in enumerate(batch):
            kind = self._kind(row) if place in odd else "data"
            if kind == "data":
                data.append(place)
            elif kind == "sample":
                self.sample.append(first + place + 1)
            elif kind == "blank":
                self.blank += 1
            else:
                self.footer += 1
                self._notes = self._notes or kind == "notes"
        self.rows += len(data)
        if len(data) < len(batch):
            columns = list(zip(*(batch[place] for place in data), strict=True))
        return [first + place for place in data], columns

    def _odd_rows(self, columns: Sequence[Sequence[Cell]]) -> set[int]:
        """Rows worth a closer look: without most of the required cells, or out of the ordinary in 序号 or code."""
        odd: set[int] = set()
        by_key = self._declaration.by_key
        required = [columns[place] for key, place in self._columns.items() if by_key[key].need is Need.REQUIRED]
        gaps: Counter[int] = Counter()
        for cells in required:
            if "" in cells:
                gaps.update(place for place, cell in enumerate(cells) if cell == "")
        odd.update(place for place, count in gaps.items() if count >= len(required) / 2)
        if not required:
            odd.update(range(len(columns[0])))
        if "seq" in self._columns:
            cells = columns[self._columns["seq"]]
            if set(map(type, cells)) != {float}:
                odd.update(place for place, cell in enumerate(cells) if isinstance(cell, str) and not _is_usual(cell))
        if "code" in self._columns:
            cells = columns[self._columns["code"]]
            if not SAMPLE_CODES.isdisjoint(cells):
                odd.update(place for place, cell in enumerate(cells) if cell in SAMPLE_CODES)
        return odd

    def _kind(self, row: Sequence[Cell]) -> str:
        """data, sample, blank, footer, or notes (a footer after which single texts are notes too)."""
        texts = [trim(cell_text(cell)) for cell in row]
        filled = [text for text in texts if text]
        columns = self._columns
        sequence = texts[columns["seq"]] if "seq" in columns else ""
        # A row numbered in advance and not filled in is as blank as any.
        if not filled or (filled == [sequence] and sequence.isdigit()):
            return "blank"
        code = texts[columns["code"]] if "code" in columns else ""
        if _SAMPLE.fullmatch(narrow(sequence)) or any(sample in code for sample in SAMPLE_CODES):
            return "sample"
        if len(filled) >= 3 and sum(fold(text) in self._headers for text in filled) >= len(filled) - 1:
            return "footer"
        if len(filled) > FEW_CELLS:
            return "data"
        if _FOOTER.match(filled[0]):
            return "notes" if "说明" in filled[0][:6] or filled[0].startswith(("注", "备注")) else "footer"
        alone = len(filled) == 1 and isinstance(row[texts.index(filled[0])], str)
        if alone and (self._notes or _NOTE.match(filled[0])):
            return "footer"
        return "data"


def _is_usual(sequence: str) -> bool:
    return not sequence or sequence.isdigit()
