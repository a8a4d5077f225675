"""Single cells: their types, their text, what counts as blank, where they stand."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache


class Shown(float):
    """A number whose format shows a text that the number itself does not tell: 2020.1 shown as 2020.10.

    Equal only to the same number shown alike, so that what is remembered of the bare number is not taken for it.
    """

    __slots__ = ("shown",)
    shown: str

    def __new__(cls, number: float, shown: str) -> Shown:
        made = super().__new__(cls, number)
        made.shown = shown
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shown) and float(self) == float(other) and self.shown == other.shown

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((float(self), self.shown))

    def __reduce__(self) -> tuple[type[Shown], tuple[float, str]]:
        return Shown, (float(self), self.shown)


#: What the reader hands over for one cell; "" is an empty one.
Cell = str | float | int | bool | date | datetime | time | timedelta

#: Signs by which people say "there is none"; a column decides whether it takes them as blank.
BLANK_TOKENS = frozenset({"/", "\\", "无", "-", "--", "—", "——", "–", "―", "暂无", "不详"})

#: No sign for "there is none" is longer.
LONGEST_BLANK = max(map(len, BLANK_TOKENS))

#: Up to here Excel shows every digit of a whole number; beyond it the last ones are zeros.
EXCEL_WHOLE = 10**15

# Controls, zero-width and direction marks, BOM, soft hyphen, the object replacement character.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff\ufffc]"
)
_UNSEEN = re.compile(f"{_HIDDEN.pattern}|[\t\n\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]")
_SPACES = re.compile("[ \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_BREAKS = re.compile("[ ]*(?:\r\n|[\n\r\u2028\u2029\x85])+[ ]*")
_PUNCTUATION = re.compile(r"[\W_]+")


def cell_text(cell: Cell) -> str:
    """The text a person sees in the cell: whole numbers without ".0", dates as YYYY-MM-DD."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if isinstance(cell, Shown):
            return cell.shown
        if abs(cell) >= EXCEL_WHOLE:
            return f"{cell:.6G}"
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell)


def trim(text: str, *, lines: bool = False) -> str:
    """The text without hidden characters and outer space, inner space collapsed.

    Line breaks become one space, or stay as single "\\n" when `lines` is set. A leading apostrophe (Excel's mark for
    text, typed by hand or left by an export) goes too.
    """
    if tidy(text):
        return text
    text = _SPACES.sub(" ", _HIDDEN.sub("", text))
    text = _BREAKS.sub("\n" if lines else " ", text).strip(" \n")
    return text[1:].lstrip(" ") if text.startswith("'") else text


def tidy(text: str) -> bool:
    """Whether `trim` leaves this text, or texts joined with "|", untouched; may say no to an odd one that is fine."""
    if not text.isprintable() or "\ufe0f" in text or "\ufe0e" in text or "\u034f" in text:
        return False
    if "'" in text and (text[0] == "'" or "|'" in text):
        return False
    return " " not in text or not (text[0] == " " or text[-1] == " " or "  " in text or " |" in text or "| " in text)


def unseen(text: str) -> bool:
    """Whether a number or code hides characters that nobody sees: no-break spaces, zero-width marks, line breaks.

    Plain spaces, and the tabs at the ends that exports leave, are nothing to speak of.
    """
    return not (text.isascii() and text.isprintable()) and _UNSEEN.search(text.strip(" \t")) is not None


def wide(text: str) -> bool:
    """Whether the text holds full-width digits, letters or signs."""
    return not text.isascii() and any("\uff01" <= character <= "\uff5e" for character in text)


def narrow(text: str) -> str:
    """Trimmed and in compatibility form: full-width digits, letters and signs become ASCII."""
    return trim(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The text as a key for look-ups: compatibility form, lower case, without space and punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """Column letters of a 0-based column index: 0 is A, 26 is AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """A1 address of a 1-based row number and a 0-based column index."""
    return f"{letters(column)}{row}"


def shorten(text: str, limit: int = 200) -> str:
    """At most `limit` characters, the cut shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
