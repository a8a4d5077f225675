"""What the registry said of a thing over time: version by version, and field by field, each with where it came from.

A version is seen by those whom its own agencies and kind of place let see it, as `past` has it: what was another
agency's before it came over stays that agency's, and a position is blurred where it would have been blurred then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from agencies.models import Person
from sheets.declare import Sheet

from . import past
from .lineage import Lineage, Ref, sources_of
from .masking import conceal
from .models import Life, Recorded
from .names import Names
from .words import AGENCY_FIELDS, AGENCY_TITLES, Words, say

MOST_VERSIONS = 100


@dataclass(frozen=True)
class Change:
    """One field that a version changed."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Edition:
    """One version and its origin. `changes`: against the one before it, empty for the first one that is seen.

    `what`: what the version was, in a word or two: 首次登记, 变更, 注销. `hidden`: how many versions of another agency
    lie between this one and the one below it.
    """

    version: Any
    what: str
    changes: Sequence[Change]
    source: Lineage | None
    hidden: int

    @property
    def number(self) -> int:
        return int(self.version.number)

    @property
    def recorded_from(self) -> datetime:
        return self.version.recorded_from  # type: ignore[no-any-return]

    @property
    def recorded_to(self) -> datetime | None:
        return self.version.recorded_to  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Span:
    """One value of a field, from when to when (None: until now), and the version that brought it."""

    text: str
    since: datetime
    until: datetime | None
    edition: Edition
    origin: Edition
    cell: str
    then: bool
    """Whether it is the value at the moment shown."""


@dataclass(frozen=True)
class Field:
    """A field's values over time, the newest first."""

    key: str
    title: str
    spans: Sequence[Span]

    @property
    def changed(self) -> bool:
        return len(self.spans) > 1


@dataclass(frozen=True)
class History:
    """The versions that the viewer may see, newest first. `left_out`: there are older ones than the most told.

    `shown`: the one whose origin is told in full; None when there is none of the number asked for.
    """

    editions: Sequence[Edition]
    shown: Edition | None
    left_out: bool
    titles: Mapping[str, str]
    words: Words
    names: Names
    columns: Mapping[str, str]
    """Stored field -> key of the declared column whose cell says it."""

    def origin(self, key: str, edition: Edition) -> tuple[Edition, str]:
        """The version whose row said the value that the field has in this one, and its cell.

        A row that leaves a cell blank states nothing and a withdrawn batch leaves what there was before, so the value
        may be older than the version; "" where no cell ever said it.
        """
        column, value = self.columns.get(key, ""), getattr(edition.version, key)
        for one in self.editions:
            cell = one.source.cells.get(column, "") if one.source and one.number <= edition.number else ""
            if cell and getattr(one.version, key) == value:
                return one, cell
        return edition, ""

    def fields(self, moment: datetime | None) -> list[Field]:
        """Every field that ever had a value."""
        found = [Field(key, title, self.spans(key, moment)) for key, title in self.titles.items()]
        return [field for field in found if field.changed or field.spans[0].text]

    def spans(self, key: str, moment: datetime | None) -> list[Span]:
        """The values of one field, the newest first."""
        runs: list[list[Edition]] = []
        for edition in self.editions:
            if runs and self.text(key, runs[-1][-1]) == self.text(key, edition) and _touch(edition, runs[-1][-1]):
                runs[-1].append(edition)
            else:
                runs.append([edition])
        return [self._span(key, run, moment) for run in runs]

    def _span(self, key: str, run: Sequence[Edition], moment: datetime | None) -> Span:
        newest, first = run[0], run[-1]
        origin, cell = self.origin(key, first)
        then = any(holds(edition.version, moment) for edition in run)
        return Span(self.text(key, newest), first.recorded_from, newest.recorded_to, first, origin, cell, then)

    def text(self, key: str, edition: Edition) -> str:
        return say(key, getattr(edition.version, key), self.words, self.names)


def read(
    row: Any,
    person: Person,
    sheet: Sheet,
    titles: Mapping[str, str],
    words: Words,
    names: Names,
    *,
    moment: datetime | None = None,
    number: int | None = None,
) -> History:
    """The history of an identity as this person may see it, in a number of queries that its length does not change.

    `titles` names the fields that are compared, in the order they are shown. The version shown is the one of `number`,
    else the one that holds at the moment.
    """
    seen = past.editions(type(row), row.pk).visible_to(person).values_list("version_number", "is_masked")
    masked = dict(seen.order_by("-version_number")[:MOST_VERSIONS])
    versions = [
        conceal(version, masked=masked[version.number])
        for version in row.versions.filter(number__in=list(masked)).order_by("-number")
    ]
    shown = next((one for one in versions if (one.number == number if number else holds(one, moment))), None)
    refs = {version.number: Ref(version.ledger_entry_id, version.source_row_id) for version in versions}
    in_full = refs[shown.number] if shown else None
    sources = sources_of(row._meta.label_lower, refs.values(), person, in_full)
    older: list[Any] = [*versions[1:], None]
    editions = [
        Edition(
            version,
            _what(version, before, sources.get(refs[version.number])),
            changes(before, version, titles=titles, words=words, names=names) if before else (),
            sources.get(refs[version.number]),
            version.number - before.number - 1 if before else 0,
        )
        for version, before in zip(versions, older, strict=True)
    ]
    told = next((edition for edition in editions if edition.version is shown), None)
    columns = {column.fields[0].key: column.key for column in sheet.columns}
    return History(editions, told, len(masked) == MOST_VERSIONS, titles, words, names, columns)


def holds(version: Any, moment: datetime | None) -> bool:
    """Whether this is what the registry said at the moment, or says now (None)."""
    if moment is None:
        return version.recorded_to is None
    return bool(version.recorded_from <= moment and (version.recorded_to is None or moment < version.recorded_to))


def _touch(older: Edition, newer: Edition) -> bool:
    """Whether nothing lies between them that this person may not see."""
    return newer.number == older.number + 1


def _what(version: Any, before: Any, source: Lineage | None) -> str:
    if source and source.compensates:
        return "撤销入库，撤出台账" if version.life == Life.WITHDRAWN else "撤销入库，恢复到以前的内容"
    if version.number == 1:
        return "首次登记"
    if before and before.life != version.life:
        return "重新登记" if version.life == Life.LIVE else "注销"
    if before and before.reporting_agency_id != version.reporting_agency_id:
        return "移交"
    return "更正" if source and source.title else "变更"


def changes(older: Any, newer: Any, *, titles: Mapping[str, str], words: Words, names: Names) -> list[Change]:
    """The fields that differ, as a person reads them; values that read alike (a masked position) are no change."""
    found = []
    for key, title in titles.items():
        old, new = (say(key, getattr(version, key), words, names) for version in (older, newer))
        if old != new:
            found.append(Change(title, old, new))
    return found


def titles_of(version: type[models.Model], *others: str, **linked: str) -> dict[str, str]:
    """Title of every recorded value of a table of versions: its own fields without `others`, the agencies, the life.

    `linked` gives the titles of ids that lead to other registered things.
    """
    shared = {entry.name for entry in Recorded._meta.local_fields}
    own = {
        entry.attname: str(entry.verbose_name)
        for entry in version._meta.concrete_fields
        if entry.name not in shared and not entry.is_relation and entry.name not in (*others, *linked)
    }
    agencies = dict(zip(AGENCY_FIELDS, AGENCY_TITLES, strict=True))
    return {**own, **linked, **agencies, "life": "在册状态"}
