"""Which rows below the header are data, and which are samples, blanks, footers or repeated headers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sheets.cells import fold, narrow, trim
from sheets.declare import Need, Sheet
from sheets.forensics import Broken, Merge, RawCell
from sheets.gb28181 import SAMPLE_CODES
from sheets.headers import Header, spellings
from sheets.judge import raw_text

#: A row with more filled cells than this is data, whatever its first cell says.
FEW_CELLS = 6

_FOOTER = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|填\s*[表报]\s*人|制\s*表(?:\s*人)?|填报单位|联系电话|联系人|审核(?:人|意见)?|复核人|"
    r"(?:单位)?负责人|经办人|分管领导|主要领导|填[表报](?:日期|时间)|日\s*期|(?:单位)?[（(]?盖章[）)]?|签[字章名]|填[写表报]说明|说明|备注|注)"
    r"\s*(?:$|[:：（(]|\s)"
)
_NOTE = re.compile(r"[（(]?[0-9一二三四五六七八九十]{1,2}[、.．)）]\s*\D")
_SAMPLE = re.compile(r"[(\[]?(?:样例|示例|例如|样表|举例|例)[0-9]*[)\]]?[:.。]?")
_PAGE = re.compile(r"调研表|续表|接上[表页]|第\s*[0-9一二三四五六七八九十]+\s*页")
_TITLE = re.compile(r"调研表|填报单位|统计表|登记表|汇总表|清单|附件")
#: Columns in which a header that stands again is looked for.
_TELLING = frozenset({"name", "status", "vendor", "connected"})
#: Columns in which a row that looks blank is looked for.
_NAMES = frozenset({"name"})
#: A text merged over more columns than this is a title among the rows.
_BANNER = 4
#: A row with so many headers, and hardly anything else, is a header.
_HEADERS = 3


class RowSorter:
    """Sorts the rows below a header, batch by batch; its counts add up to the rows it was given.

    `sample` are the 1-based numbers of the sample rows, `repeated` counts headers that stand again among the rows.
    `forms` are all whose headers may stand there.
    """

    def __init__(self, header: Header, left: int, forms: Sequence[Sheet], merges: Sequence[Merge] = ()) -> None:
        self.rows = 0
        self.sample: list[int] = []
        self.blank = 0
        self.footer = 0
        self.repeated = 0
        self._columns = {key: place - left for key, place in header.columns.items()}
        self._declaration = header.declaration
        self._headers = {spelling for form in {header.declaration, *forms} for spelling in spellings(form)}
        self._texts = header.texts
        self._first = header.row + 1
        self._banners = {top for top, first, _, last in merges if last - first >= _BANNER}
        self._notes = False

    @property
    def rows_read(self) -> int:
        """All rows given so far."""
        return self.rows + len(self.sample) + self.blank + self.footer + self.repeated

    def sort(
        self, batch: Sequence[Sequence[RawCell]], columns: list[Sequence[RawCell]], odd: set[int], first: int
    ) -> tuple[Sequence[int], list[Sequence[RawCell]]]:
        """(0-based sheet rows of the data rows, the columns of these rows); `first` is the batch's first row.

        `columns` are the batch turned on its side, `odd` what `odd_rows` says of it.
        """
        if first == self._first:
            odd = odd | {0}
        if not odd:
            self.rows += len(batch)
            return range(first, first + len(batch)), columns
        data: list[int] = []
        for place, row in enumerate(batch):
            kind = self._kind(row, first + place) if place in odd else "data"
            if kind == "data":
                data.append(place)
            elif kind == "sample":
                self.sample.append(first + place + 1)
            elif kind == "blank":
                self.blank += 1
            elif kind == "header":
                self.repeated += 1
            else:
                self.footer += 1
                self._notes = self._notes or kind == "notes"
        self.rows += len(data)
        if len(data) < len(batch):
            columns = list(zip(*(batch[place] for place in data), strict=True))
        return [first + place for place in data], columns

    def header_runs(self, batch: Sequence[Sequence[RawCell]], odd: set[int]) -> list[range]:
        """Places of consecutive rows in a batch that look like headers."""
        runs: list[range] = []
        for place in sorted(odd):
            if self._is_header([trim(raw_text(cell)) for cell in batch[place]]):
                if runs and runs[-1].stop == place:
                    runs[-1] = range(runs[-1].start, place + 1)
                else:
                    runs.append(range(place, place + 1))
        return runs

    def count_leads(self, rows: Sequence[Sequence[RawCell]]) -> None:
        """Count the rows that lead to another section: blank ones, its title, its header."""
        for row in rows:
            texts = [trim(raw_text(cell)) for cell in row]
            if not any(texts):
                self.blank += 1
            elif self._is_header(texts):
                self.repeated += 1
            else:
                self.footer += 1

    def _is_header(self, texts: Sequence[str]) -> bool:
        filled = [text for text in texts if text]
        return len(filled) >= _HEADERS and sum(fold(text) in self._headers for text in filled) >= len(filled) - 1

    def odd_rows(self, columns: Sequence[Sequence[RawCell]]) -> set[int]:
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
        for key in _NAMES.intersection(self._columns):
            cells = columns[self._columns[key]]
            blank = _blank(cells)
            if blank:
                odd.update(place for place, cell in enumerate(cells) if cell in blank)
        if "seq" in self._columns:
            cells = columns[self._columns["seq"]]
            if set(map(type, cells)) != {float}:
                unusual = {cell for cell in set(cells) if isinstance(cell, str) and not _is_usual(cell)}
                if unusual:
                    odd.update(place for place, cell in enumerate(cells) if cell in unusual)
        if "code" in self._columns:
            cells = columns[self._columns["code"]]
            if not SAMPLE_CODES.isdisjoint(cells):
                odd.update(place for place, cell in enumerate(cells) if cell in SAMPLE_CODES)
        for key in _TELLING.intersection(self._columns):
            cells = columns[self._columns[key]]
            text = self._texts.get(key, "")
            if text in cells:
                odd.update(place for place, cell in enumerate(cells) if cell == text)
        return odd

    def _kind(self, row: Sequence[RawCell], number: int) -> str:
        """data, sample, blank, header, footer, or notes (a footer after which single texts are notes too)."""
        texts = [trim(raw_text(cell)) or _seen(cell) for cell in row]
        filled = [text for text in texts if text]
        columns = self._columns
        sequence = texts[columns["seq"]] if "seq" in columns else ""
        # A row numbered in advance and not filled in is as blank as any.
        if not filled or (filled == [sequence] and sequence.isdigit()):
            return "blank"
        code = texts[columns["code"]] if "code" in columns else ""
        if _SAMPLE.fullmatch(narrow(sequence)) or any(sample in code for sample in SAMPLE_CODES):
            return "sample"
        if self._is_header(texts):
            return "header"
        if number == self._first and _counts_columns(filled):
            return "footer"
        if len(filled) > FEW_CELLS:
            return "data"
        if len(filled) == 1 and number in self._banners:
            return "footer"
        if _FOOTER.match(filled[0]):
            return "notes" if "说明" in filled[0][:6] or filled[0].startswith(("注", "备注")) else "footer"
        alone = len(filled) == 1 and isinstance(row[texts.index(filled[0])], str)
        if alone and (self._notes or _NOTE.match(filled[0]) or _PAGE.search(filled[0])):
            return "footer"
        return "data"


def _blank(cells: Sequence[RawCell]) -> set[RawCell]:
    """The cells that look blank, each value once."""
    try:
        if "" not in cells and not any(map(str.isspace, cells)):  # type: ignore[arg-type]
            return set()
    except TypeError:
        pass  # a cell that is no text
    return {cell for cell in set(cells) if not cell or (isinstance(cell, str) and cell.isspace())}


def _counts_columns(filled: Sequence[str]) -> bool:
    """Whether the cells are 1, 2, 3 and so on: the numbers of the columns, which many forms have below their header."""
    numbers = [narrow(text).strip("()[]栏列. ") for text in filled]
    return len(numbers) > _HEADERS and numbers == [str(number) for number in range(1, len(numbers) + 1)]


def _is_usual(sequence: str) -> bool:
    return not sequence or sequence.isdigit()


def _seen(cell: RawCell) -> str:
    """What a broken cell counts as: something, for somebody meant to write there."""
    return "#" if isinstance(cell, Broken) else ""


def is_lead(row: Sequence[RawCell], forms: Sequence[Sheet]) -> bool:
    """Whether a row directly above a header belongs to it: blank, a title, the names of its groups."""
    filled = [text for cell in row if (text := trim(raw_text(cell)))]
    groups = {fold(column.group) for form in forms for column in form.columns if column.group}
    if len(filled) <= 1:
        return not filled or not filled[0].isdigit()
    return all(_TITLE.search(text) or fold(text) in groups for text in filled) or _TITLE.search(filled[0]) is not None
