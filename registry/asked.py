"""What the address of a list asks for: search, filters, sort, day, columns, page. Anything unknown is refused (T07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode

from .past import end_of

LONGEST_SEARCH = 100
AS_OF = "as_of"
AT = "at"
COLUMN = "col"
RESERVED = ("q", "sort", AS_OF, "view", COLUMN, AT)
AFTER, BEFORE, LAST = "after", "before", "last"


@dataclass(frozen=True)
class Asked:
    """The state of a list. `chosen`: filter key -> known values; `sort`: a column's key, with "-" when descending.

    `as_of`: the list as it stood at the end of this day; None for what stands now. `at`: which page, "" the first one,
    "after-12" the one after the row with this id, "before-12", or "last". `columns`: keys of those chosen one by one,
    in place of a view's.
    """

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    as_of: date | None = None
    view: str = ""
    columns: tuple[str, ...] = ()
    at: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether fewer rows are asked for than there are."""
        return bool(self.q or self.chosen)

    @property
    def place(self) -> tuple[str, int | None]:
        """Where the page lies: "", AFTER or BEFORE a row's id, or LAST."""
        where, _, pk = self.at.partition("-")
        return where, int(pk) if pk else None

    @property
    def moment(self) -> datetime | None:
        """The moment whose records are shown; None for now."""
        return end_of(self.as_of) if self.as_of else None

    def alone(self) -> Self:
        """The whole list of the same day."""
        return replace(self, q="", chosen={}, sort="", view="", columns=(), at="")

    def today(self) -> Self:
        """The same of the list as it stands now; its first page, for it has other rows."""
        return replace(self, as_of=None, at="")

    def without(self, key: str, value: str) -> Self:
        """One chip less; the first page again."""
        left = tuple(entry for entry in self.chosen.get(key, ()) if entry != value)
        chosen = {name: values for name, values in {**self.chosen, key: left}.items() if values}
        return replace(self, chosen=chosen, at="")

    def pairs(self, *, page: bool = False, columns: bool = True) -> list[tuple[str, str]]:
        """Name and value of everything asked, in a settled order, defaults left out."""
        found = [("q", self.q)] if self.q else []
        found += [(key, value) for key, values in self.chosen.items() for value in values]
        found += [("sort", self.sort)] if self.sort else []
        found += [(AS_OF, self.as_of.isoformat())] if self.as_of else []
        if columns and self.view:
            found.append(("view", self.view))
        if columns:
            found += [(COLUMN, key) for key in self.columns]
        if page and self.at:
            found.append((AT, self.at))
        return found

    def query(self, *, page: bool = False, columns: bool = True) -> str:
        """As a query string with its question mark, or ""."""
        pairs = self.pairs(page=page, columns=columns)
        return f"?{urlencode(pairs)}" if pairs else ""


def on(day: date | None, url: str) -> str:
    """An address within the registry as it is to be opened from a page of this day; as it is, from one of today."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({AS_OF: day.isoformat()})}" if day else url


def has_blanks(params: Mapping[str, Sequence[str]]) -> bool:
    """Whether a form left parameters empty; the address is then tidied by a redirect."""
    return any(not value.strip() for values in params.values() for value in values)
