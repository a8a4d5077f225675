"""What the address of a list asks for: search, filters, sort, columns, page. Anything unknown is refused (T07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import urlencode

LONGEST_SEARCH = 100
RESERVED = ("q", "sort", "view", "page")


@dataclass(frozen=True)
class Asked:
    """The state of a list. `chosen`: filter key -> known values; `sort`: a column's key, with "-" when descending."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    view: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the default is asked for."""
        return bool(self.q or self.chosen)

    def without(self, key: str, value: str) -> Self:
        """One chip less; the first page again."""
        left = tuple(entry for entry in self.chosen.get(key, ()) if entry != value)
        chosen = {name: values for name, values in {**self.chosen, key: left}.items() if values}
        return replace(self, chosen=chosen, page=1)

    def pairs(self, *, page: bool = False, columns: bool = True) -> list[tuple[str, str]]:
        """Name and value of everything asked, in a settled order, defaults left out."""
        found = [("q", self.q)] if self.q else []
        found += [(key, value) for key, values in self.chosen.items() for value in values]
        found += [("sort", self.sort)] if self.sort else []
        if columns and self.view:
            found.append(("view", self.view))
        if page and self.page > 1:
            found.append(("page", str(self.page)))
        return found

    def query(self, *, page: bool = False, columns: bool = True) -> str:
        """As a query string with its question mark, or ""."""
        pairs = self.pairs(page=page, columns=columns)
        return f"?{urlencode(pairs)}" if pairs else ""


def has_blanks(params: Mapping[str, Sequence[str]]) -> bool:
    """Whether a form left parameters empty; the address is then tidied by a redirect."""
    return any(not value.strip() for values in params.values() for value in values)
