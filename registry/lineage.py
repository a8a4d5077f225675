"""Where a registered value came from. What knows it (intake, review) stands above and registers a provider here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from agencies.models import Person


class Ref(NamedTuple):
    """What a version knows of its origin: the ledger entry, and the staged row (or below zero the mark), if any."""

    entry: int
    row: int | None


class Reviewer(NamedTuple):
    """One side's word: 数据局 or 公安局, the post that gave it, when, and what it was.

    `lent_by`: the post whose power it was, "" for the own one. `settled`: how a code that two units report was settled.
    """

    side: str
    post: str
    at: datetime
    word: str = "通过"
    lent_by: str = ""
    settled: str = ""


class CellEdit(NamedTuple):
    """One change made on screen after the file was read; `column` is "" where the whole row came or went.

    `undone`: taken back later.
    """

    column: str
    title: str
    cell: str
    before: str
    after: str
    way: str
    person: str
    at: datetime
    undone: bool = False


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The way of one registered version back to its cells and to those who answer for it.

    `reviewers` gave their word on exactly this row's content; `closers` closed the round for each side. Of a version
    that a withdrawn batch left behind (`compensates`) the reviewers are those who moved and agreed to it.
    `undone_at`: the batch was withdrawn from the registry later. `cells`: column key -> A1 address, only of cells that
    said something. `said`: where the version came from no row, what the unit said of the thing, or why the batch was
    withdrawn; file, sheet and row are blank then.

    A version may also come from a decision about registered things without any report: then `title` is its case's, and
    there is neither campaign nor submission.

    Only for whoever may open the submission: `url`, `file_url`, `raw` (column key -> what the file's cell said before
    anything was changed on screen), `edits`, and `waivers`, the rules set aside for the row (of a lineage told in
    full); empty for others.
    """

    agency: str
    title: str = ""
    campaign: str = ""
    submission_id: int = 0
    submission_number: int = 0
    version_number: int = 0
    file_name: str = ""
    sha256: str = ""
    sheet: str = ""
    row: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)
    reviewers: Sequence[Reviewer] = ()
    closers: Sequence[Reviewer] = ()
    own_side: str = ""
    recorded_at: datetime
    compensates: bool = False
    undone_at: datetime | None = None
    said: str = ""
    url: str = ""
    file_url: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)
    edits: Sequence[CellEdit] = ()
    waivers: Sequence[str] = ()

    @property
    def at(self) -> str:
        """Where it came from in a few words: 2022年第一次 第1次第2版, or the case's title."""
        return self.title or f"{self.campaign} 第{self.submission_number}次第{self.version_number}版"


class CoReporter(NamedTuple):
    """An agency that reports the thing too; it stays with the first one (合并)."""

    agency_id: int
    since: datetime
    until: datetime | None


Provider = Callable[[str, Sequence[Ref], Person | None, Ref | None], Mapping[Ref, Lineage]]
CoProvider = Callable[[str, int], Sequence[CoReporter]]
_providers: list[Provider] = []
_co_providers: list[CoProvider] = []


def register_sources(provider: Provider) -> None:
    """Let `provider(model_label, refs, viewer, in_full)` tell where versions came from; unknown ones are left out."""
    if provider not in _providers:
        _providers.append(provider)


def register_co_reporters(provider: CoProvider) -> None:
    """Let `provider(model_label, thing_id)` tell which agencies report the thing beside the responsible one, or did."""
    if provider not in _co_providers:
        _co_providers.append(provider)


def sources_of(
    model_label: str, refs: Iterable[Ref], viewer: Person | None, in_full: Ref | None = None
) -> dict[Ref, Lineage]:
    """The lineage of versions of "cameras.camera", "cameras.pole" or "platforms.platform", as far as somebody knows it.

    In a number of queries that does not depend on how many are asked for; only of `in_full` the waivers are told.
    `viewer` None is the machine, which may open everything.
    """
    left = list(dict.fromkeys(refs))
    found: dict[Ref, Lineage] = {}
    for provider in _providers:
        found.update(provider(model_label, left, viewer, in_full))
        left = [ref for ref in left if ref not in found]
    return found


def source_of(model_label: str, ledger_entry_id: int, source_row_id: int | None) -> Lineage | None:
    """The whole lineage of one version, for the machine; None when nobody knows it."""
    ref = Ref(ledger_entry_id, source_row_id)
    return sources_of(model_label, [ref], None, ref).get(ref)


def co_reporters_of(model_label: str, thing_id: int, moment: datetime | None) -> list[CoReporter]:
    """Who reported the thing beside its agency at the moment, or does now (None)."""
    found = [one for provider in _co_providers for one in provider(model_label, thing_id)]
    if moment is None:
        return [one for one in found if one.until is None]
    return [one for one in found if one.since <= moment and (one.until is None or moment < one.until)]
