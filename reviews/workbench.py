"""What the workbench shows of one round to one person."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, QueryDict

from agencies.models import Person

from . import queries
from .kinds import Kind, kind_of
from .models import Case, Decision, Round, Side
from .presenting import Asked, ItemRow, Overview, Presented, Table
from .queries import Chapter, Said, SideState
from .services import tally_of

MOST_RETURNED = 100
"""Returned items listed of each round in the course of the case."""
SAID = {"open": "本方未审", "pass": "本方通过", "return": "本方退回"}
SAID_OF_READERS = {"return": "被退回"}


@dataclass(frozen=True)
class Judged:
    """A row of the table with what the shown sides say of it, in the order of `Bench.columns`.

    `before`: why it was returned in the round before this one.
    """

    row: ItemRow
    said: list[Said | None]
    before: list[Said]
    ticked: bool


@dataclass(frozen=True)
class Returned:
    """A returned item in the course of the case."""

    place: str
    side: str
    reason: str


@dataclass(frozen=True)
class Told:
    """A chapter with its returned items led back to their places; `more` were left out."""

    chapter: Chapter
    returned: list[Returned]
    more: int


@dataclass(frozen=True)
class Bench:
    """Everything on the page. `may_act` for `own`: the buttons are there; else `why_not` says why they are not."""

    case: Case
    kind: Kind
    round: Round
    latest: bool
    own: Side | None
    may_act: bool
    why_not: str
    sides: list[SideState]
    tally: dict[str, int]
    total: int
    overview: Overview | None
    table: Table | None
    asked: Asked
    said: str
    rows: list[Judged] = field(default_factory=list)
    course: list[Told] = field(default_factory=list)

    @property
    def columns(self) -> list[SideState]:
        """The sides whose verdicts have a column."""
        return [state for state in self.sides if state.shown]

    @property
    def done(self) -> int:
        return self.total - self.tally.get("open", 0)

    @property
    def filters(self) -> dict[str, str]:
        """The filters by verdict that this person has."""
        if not self.latest or not self.columns:
            return {}
        return SAID if self.columns[0].own else SAID_OF_READERS

    @property
    def statement_said(self) -> list[tuple[SideState, Said | None]]:
        """What the shown sides say of a version that is judged as one."""
        return list(zip(self.columns, self.rows[0].said, strict=True)) if self.rows else []


def build(person: Person, case: Case, params: QueryDict, ticked: frozenset[int] = frozenset()) -> Bench:
    """The bench for the round named by ?round=, else the latest; 404 for a round that is not there."""
    chapters = queries.course(case, queries.side_in(case, person))
    chapter = _chapter(chapters, params.get("round", ""))
    round_, latest = chapter.round, chapter is chapters[0]
    round_.case = case
    own = next((state.side for state in chapter.sides if state.own), None)
    kind = kind_of(case.kind)
    content = kind.present(round_) if kind.present else None
    overview = content.overview() if content else None
    shown = [state.side for state in chapter.sides if state.shown]
    said = params.get("said", "")
    asked = _asked(params, round_, [own] if own else shown, said if latest else "")
    table = content.table(asked) if content and overview and not overview.statement else None
    earlier = next((each.round for each in chapters if each.round.number < round_.number), None)
    rows = _judged(chapter, earlier, table, overview, ticked)
    why_not = _why_not(person, case, chapter, latest)
    return Bench(
        case=case,
        kind=kind,
        round=round_,
        latest=latest,
        own=own,
        may_act=not why_not,
        why_not=why_not,
        sides=chapter.sides,
        tally=_tally(chapter, own),
        total=round_.item_count,
        overview=overview,
        table=table,
        asked=asked,
        said=said,
        rows=rows,
        course=[_told(each, case) for each in chapters],
    )


def _chapter(chapters: list[Chapter], number: str) -> Chapter:
    if not number:
        return chapters[0]
    found = [chapter for chapter in chapters if str(chapter.round.number) == number]
    if not found:
        raise Http404
    return found[0]


def _asked(params: QueryDict, round_: Round, sides: list[Side], said: str) -> Asked:
    """What the address asks for; `said` filters by the verdicts of these sides."""
    keys = None
    if sides and said in SAID:
        keys = queries.keys_said(round_, sides, "" if said == "open" else Decision(said))
    return Asked(
        part=params.get("part", ""),
        show=params.get("show", ""),
        search=params.get("q", "").strip()[:100],
        order="place" if params.get("order") == "place" else "risk",
        keys=keys,
        page=params.get("page", "1"),
    )


def _judged(
    chapter: Chapter, earlier: Round | None, table: Table | None, overview: Overview | None, ticked: frozenset[int]
) -> list[Judged]:
    round_, shown = chapter.round, [state.side for state in chapter.sides if state.shown]
    if table is not None:
        rows = list(table.rows)
    elif overview is not None and overview.statement:
        rows = [ItemRow(key, "", "", "", ()) for key in round_.items.values_list("key", flat=True)]
    else:
        return []
    keys = [row.key for row in rows]
    said = queries.verdicts(round_, shown, keys)
    before = queries.verdicts(earlier, Side, keys, Decision.RETURN) if earlier else {}
    return [
        Judged(
            row,
            [said.get(row.key, {}).get(side.value) for side in shown],
            list(before.get(row.key, {}).values()),
            row.key in ticked,
        )
        for row in rows
    ]


def _why_not(person: Person, case: Case, chapter: Chapter, latest: bool) -> str:
    """Why this person cannot act on this round, in a sentence; "" for who can."""
    side = queries.side_of(person)
    own = next((state for state in chapter.sides if state.own), None)
    if chapter.round.ended_at is not None or not latest:
        return "本轮已经结束。"
    if side is None:
        return "审核由数据局和公安局办理，这里只供查看。"
    if own is None and queries.is_author(case, person):
        return "您参与了本件的填报，不能审核。请由本单位另一位审核员办理。"
    if own is None:
        return "您已代表另一方审核过本件，不能再代表本方。"
    return "本方已办结，等待对方办结。" if own.closing else ""


def _tally(chapter: Chapter, own: Side | None) -> dict[str, int]:
    """Passed, returned and open items of one's own side; empty for who has none."""
    for state in chapter.sides:
        if state.side == own and state.closing:
            return {"pass": state.closing.passed, "return": state.closing.returned, "open": 0}
    return tally_of(chapter.round, own) if own and chapter.round.ended_at is None else {}


def _told(chapter: Chapter, case: Case) -> Told:
    chapter.round.case = case
    first = chapter.returned[:MOST_RETURNED]
    present = kind_of(case.kind).present
    content: Presented | None = present(chapter.round) if present and first else None
    places = content.places({key for key, _, _ in first}) if content else {}
    listed = [Returned(places.get(key, ""), side, reason) for key, side, reason in first]
    return Told(chapter, listed, len(chapter.returned) - len(first))
