"""What the owner of a case tells the workbench: neutral parts, so that the engine knows nothing of what it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.db.models import QuerySet

from .models import Item

Order = Literal["risk", "place"]
NARROW = 18
"""Half-width signs of a value that leave room for another field beside it."""
FULL_WIDTH = 0x2E80


@dataclass(frozen=True)
class Asked:
    """What the reviewer wants to see. `part`, `show` and `area` are codes of the owner's; unknown ones mean all."""

    part: str = ""
    show: str = ""
    area: str = ""
    search: str = ""
    order: Order = "risk"

    @property
    def only_kept(self) -> bool:
        """Whether the totals kept with the round answer how many there are."""
        return not (self.area or self.search)


@dataclass(frozen=True)
class Figure:
    """A total of what the version does. `show` is the filter that lists exactly these items, "" for all of them."""

    label: str
    count: int
    show: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True)
class Document:
    """A file to look at beside the figures."""

    name: str
    url: str
    note: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Ticked:
    """A side's word that the stamped paper is that of this version."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class PaperCheck:
    """Whether the stamped paper is that of this version: `state` as its own code tells (match, absent, unread, other).

    `says`: what is wrong with it, "" if nothing is known. Without a code each side ticks it at `tick_url`; `ticked` has
    the words given so far by side. `before`: the papers of earlier versions that this one only adds to.
    """

    state: str
    says: str
    tick_url: str
    longest_note: int
    ticked: Mapping[str, Ticked]
    before: Sequence[Document] = ()


@dataclass(frozen=True)
class Overview:
    """The version as a whole.

    `statement`: where the version is one sentence to be judged (a zero report), that sentence; there is no list then.
    `preview` is the address of the stamped scan's picture, `scan` of the scan itself; "" where there is none. `paper`:
    whether it is the paper of this version; `attested`: the figures that it attests, to be compared with it. `links`:
    what else belongs to the case. `settled`: how many items of the version stand accepted from earlier rounds, and are
    not asked again.
    """

    facts: Sequence[tuple[str, str]]
    figures: Sequence[Figure] = ()
    statement: str = ""
    submitted_by: str = ""
    submitted_at: datetime | None = None
    marks: Sequence[str] = ()
    preview: str = ""
    scan: str = ""
    paper: PaperCheck | None = None
    attested: Sequence[tuple[str, str]] = ()
    documents: Sequence[Document] = ()
    links: Sequence[Link] = ()
    settled: int = 0


@dataclass(frozen=True)
class Reason:
    """Why an item stands where it does in the order, in a few words; `tone` as of badges."""

    words: str
    tone: str = ""


@dataclass(frozen=True)
class Listed:
    """One item in the list. `state` is a badge code (new, changed ...); `at` its latitude and longitude, if any."""

    key: int
    place: str
    name: str
    state: str
    reasons: Sequence[Reason] = ()
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Note:
    """What is to be known of an item or of one of its fields. `kind`: a badge code (warning, waived, edited ...)."""

    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Field:
    """A column of the item. `old` is what stood there before, None where there was nothing to compare with.

    `kept`: the item says nothing here, so that what stood there stays.
    """

    title: str
    new: str
    old: str | None = None
    kind: str = ""
    kept: bool = False
    notes: Sequence[Note] = ()

    @property
    def changed(self) -> bool:
        return self.old is not None and not self.kept and self.old != self.new

    @property
    def wide(self) -> bool:
        """Whether it needs a line of its own."""
        width = sum(2 if ord(sign) > FULL_WIDTH else 1 for sign in self.new)
        return bool(self.notes) or self.kind == "code" or width > NARROW

    @property
    def matters(self) -> bool:
        """Whether it is shown without being asked for: it changes something, or something is to be known of it."""
        return self.changed or bool(self.notes) or (self.old is None and bool(self.new))


@dataclass(frozen=True)
class Neighbour:
    """Something registered near the item. `foreign`: another unit's."""

    metres: int
    name: str
    whose: str
    number: str
    url: str
    at: tuple[float, float]
    foreign: bool = False


@dataclass(frozen=True)
class Surroundings:
    """Where the item is and what lies around it, positions as (latitude, longitude) in WGS-84.

    `was`: where it stood before, or where that stands which it is compared with, as `was_words` says. `beside`: items
    of the same list next to it, with their names.
    """

    here: tuple[float, float] | None = None
    was: tuple[float, float] | None = None
    neighbours: Sequence[Neighbour] = ()
    more: bool = False
    beside: Sequence[tuple[float, float, str]] = ()
    why_not: str = ""
    was_words: str = ""

    @property
    def points(self) -> dict[str, Any]:
        """All of it as the map's script reads it."""
        told = [(*each.at, f"{each.whose} {each.number} {each.name}", each.foreign) for each in self.neighbours]
        return {"here": self.here, "was": self.was, "wasWords": self.was_words, "near": told, "beside": self.beside}


@dataclass(frozen=True)
class Squares:
    """A code to be scanned, that says `text`: `size` squares a side, of which `path` (SVG) covers the dark ones."""

    text: str
    size: int
    path: str


@dataclass(frozen=True)
class Spot:
    """An item on the map of the whole round. `tone`: as of its gravest reason, "" where nothing speaks against it."""

    at: tuple[float, float]
    key: int
    words: str
    tone: str = ""


@dataclass(frozen=True)
class Registered:
    """Something registered among the items of a round. `foreign`: another unit's."""

    at: tuple[float, float]
    words: str
    foreign: bool = False


@dataclass(frozen=True)
class Spread:
    """Where the items of a round are. Of `total` that may have a position `asked` were looked at, some without one."""

    spots: Sequence[Spot]
    registered: Sequence[Registered]
    total: int
    asked: int

    @property
    def says(self) -> str:
        """What the map shows, in one sentence."""
        if not self.total:
            return "本次没有摄像机。"
        if self.asked < self.total:
            return f"共 {self.total:,} 行，图上是其中 {len(self.spots):,} 行：先取风险最高的，其余均匀抽取。"
        bare = self.total - len(self.spots)
        return f"图上是本次全部 {len(self.spots):,} 行" + (f"，另 {bare:,} 行没有可用的坐标。" if bare else "。")

    @property
    def points(self) -> dict[str, Any]:
        """All of it as the map's script reads it."""
        return {
            "rows": [(*each.at, each.key, each.words, each.tone) for each in self.spots],
            "near": [(*each.at, each.words, each.foreign) for each in self.registered],
            "says": self.says,
        }


@dataclass(frozen=True)
class Choosable:
    """A way to settle a collided item, and what it does in one sentence."""

    choice: str
    label: str
    does: str


@dataclass(frozen=True)
class Detail:
    """One item in full. `beside`: what the old values are, with the address where they stand.

    `choosable`: what each way to settle the item does, where the engine asks for a choice (`kinds.Choosing`).
    """

    key: int
    place: str
    name: str
    state: str
    fields: Sequence[Field]
    reasons: Sequence[Reason] = ()
    beside: Link | None = None
    notes: Sequence[Note] = ()
    links: Sequence[Link] = ()
    around: Surroundings | None = None
    choosable: Sequence[Choosable] = ()

    @property
    def compared(self) -> bool:
        """Whether there is anything to compare with."""
        return any(each.old is not None for each in self.fields)

    @property
    def matter(self) -> list[Field]:
        """The fields that are shown at once."""
        return [each for each in self.fields if each.matters]

    @property
    def rest(self) -> list[Field]:
        return [each for each in self.fields if not each.matters]


class Presented(Protocol):
    """One round's content. Each method takes a constant number of queries, however many items there are."""

    @property
    def parts(self) -> Mapping[str, str]:
        """The tables, in their order: code -> title."""
        ...

    @property
    def filters(self) -> Mapping[str, str]:
        """Filters by content (`Figure.show`): code -> label."""
        ...

    @property
    def ground(self) -> Mapping[str, Any]:
        """What every map of the case shows: box (west, south, east, north), outline (GeoJSON or None), tiles or ""."""
        ...

    @property
    def clean(self) -> str:
        """The filter of items that nothing speaks against, which may be passed without a look at each."""
        ...

    def overview(self) -> Overview: ...

    def code(self) -> Squares | None:
        """What the stamped paper of this content carries, drawn; None where there is none."""
        ...

    def areas(self) -> Sequence[tuple[str, str]]:
        """Codes and names to narrow the list by; empty where there is nothing to choose."""
        ...

    def total(self, part: str, show: str) -> int:
        """How many items of a part ("" for all) stand under a filter, as kept with the round."""
        ...

    def narrowed(self, items: QuerySet[Item], asked: Asked) -> QuerySet[Item]:
        """The items under the filters by content, whatever their part."""
        ...

    def by_place(self, items: QuerySet[Item], part: str) -> QuerySet[Any, int]:
        """The keys of these items, all of one part, in the order of the unit's own sheets."""
        ...

    def listed(self, items: Sequence[Item]) -> list[Listed]:
        """These items of one part, in their order."""
        ...

    def detail(self, item: Item) -> Detail: ...

    def spread(self) -> Spread:
        """Where the items of the round are, as far as a map can show them."""
        ...

    def places(self, keys: Collection[int]) -> dict[int, str]:
        """Where each of these items stands and what it is called, in the order of the table."""
        ...
