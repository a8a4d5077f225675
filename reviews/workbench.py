"""What the workbench shows of one round to one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, QueryDict

from agencies.models import Person

from . import claims, kinds, permissions, phrases, queries, samples
from .kinds import Choosing, Kind
from .listing import Listing, Wanted, filters_by_word, page_of
from .models import Case, Choice, Decision, Desk, Item, Round, Sample, Side
from .presenting import Asked, Choosable, Detail, Listed, Overview, Presented
from .queries import Chapter, Said, SideState, Word

LAST = "last"
MOST_DIGITS = 5


@dataclass(frozen=True)
class Judged:
    """An item in the list with what the shown sides say of it, one's own first; `ticked`: its box is ticked."""

    listed: Listed
    said: list[tuple[SideState, Said | None]]
    ticked: bool
    current: bool

    @property
    def both(self) -> str:
        """双方通过 and the like, where both sides are shown and say the same; "" otherwise."""
        words = {(said.decision, said.choice) for _, said in self.said if said}
        spoken = sum(said is not None for _, said in self.said)
        return f"双方{Decision(words.pop()[0]).label}" if spoken > 1 and len(words) == 1 else ""

    @property
    def own(self) -> Said | None:
        """The word of one's own side, or of the first that is shown."""
        return self.said[0][1] if self.said else None


@dataclass(frozen=True)
class Opened:
    """The item at hand: in full, what was said of it, and what must be chosen before it may be passed.

    `before` and `after`: keys of its neighbours in the list, None at the ends of the page; `place`: its number in the
    list, 0 where it does not stand in it.
    """

    item: Item
    detail: Detail
    said: list[tuple[SideState, Said | None]]
    words: list[Word]
    choosing: Choosing | None
    place: int = 0
    before: int | None = None
    after: int | None = None

    @property
    def own(self) -> Said | None:
        return self.said[0][1] if self.said else None

    @property
    def map(self) -> dict[str, Any]:
        return self.detail.around.points if self.detail.around else {}

    @property
    def earlier(self) -> list[Word]:
        """What was said of it before what holds now."""
        return [word for word in self.words if not (word.current and word.same)]

    @property
    def offer(self) -> list[tuple[Choosable, bool]]:
        """The choices with what each does, and whether it is the one that one's own side has made."""
        if self.choosing is None:
            return []
        made = self.own.choice if self.own else ""
        told = {each.choice: each for each in self.detail.choosable}
        return [
            (told.get(choice.value, Choosable(choice.value, Choice(choice).label, "")), choice.value == made)
            for choice in self.choosing.offer
        ]


@dataclass
class Bench:
    """Everything on the page. `may_act` for `own`: the buttons are there; else `why_not` says why they are not.

    `lender`: by whose power the person acts, None for the own.
    """

    case: Case
    kind: Kind
    round: Round
    latest: bool
    own: Side | None
    may_act: bool
    why_not: str
    sides: list[SideState]
    tally: dict[str, int]
    chapters: list[Chapter]
    content: Presented | None
    overview: Overview | None
    wanted: Wanted
    listing: Listing | None
    rows: list[Judged] = field(default_factory=list)
    opened: Opened | None = None
    samples: list[Sample] = field(default_factory=list)
    sampled: int | None = None
    colleagues: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    earlier: list[Word] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    lender: Person | None = None

    @property
    def areas(self) -> Sequence[tuple[str, str]]:
        """What the list may be narrowed by to a part of the county."""
        return self.content.areas() if self.content else ()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address says beside the search, to be kept with it."""
        asked, sample = self.wanted.content, self.wanted.sample
        told = {
            "round": "" if self.latest else str(self.round.number),
            "part": asked.part,
            "show": asked.show,
            "said": self.wanted.said,
            "order": "place" if asked.order == "place" else "",
            "sample": str(sample.pk) if sample else "",
        }
        return [(name, value) for name, value in told.items() if value]

    @property
    def columns(self) -> list[SideState]:
        """The sides whose verdicts are shown."""
        return [state for state in self.sides if state.shown]

    @property
    def total(self) -> int:
        return self.round.item_count

    @property
    def done(self) -> int:
        return self.total - self.tally.get("open", 0) - self.tally.get("question", 0)

    @property
    def may_close(self) -> bool:
        return self.may_act and self.done == self.total and not self.obstacles

    @property
    def words(self) -> list[tuple[str, str, int | None]]:
        """The filters by what was said that this person has: code, label, how many of the whole round."""
        told = filters_by_word(self.round, self.own)
        return [(code, label, self.tally.get(code) if self.tally else None) for code, label in told.items()]

    @property
    def filtered(self) -> bool:
        """Whether the list is narrowed by anything."""
        asked = self.wanted.content
        return bool(asked.show or asked.area or asked.search or self.wanted.said or self.wanted.sample)


def build(person: Person, case: Case, params: QueryDict, ticked: frozenset[int] = frozenset()) -> Bench:
    """The bench for the round named by ?round=, else the latest; 404 for a round that is not there."""
    own = queries.side_in(case, person)
    chapters = queries.course(case, own)
    chapter = _chapter(chapters, params.get("round", ""))
    round_, latest = chapter.round, chapter is chapters[0]
    round_.case = case
    kind = kinds.kind_of(case.kind)
    content = kind.present(round_) if kind.present else None
    overview = content.overview() if content else None
    why_not = _why_not(person, case, chapter, latest)
    drawn = samples.of_side(round_, own)
    wanted = wanted_from(params, drawn)
    bench = Bench(
        case=case,
        kind=kind,
        round=round_,
        latest=latest,
        own=own,
        may_act=not why_not,
        why_not=why_not,
        sides=chapter.sides,
        tally=_tally(chapter, own),
        chapters=chapters,
        content=content,
        overview=overview,
        wanted=wanted,
        listing=page_of(round_, content, wanted, own) if content and overview and not overview.statement else None,
        samples=drawn,
        sampled=decided_of(round_, wanted.sample, own) if wanted.sample and own else None,
        colleagues=claims.others(round_, own, person),
        reasons=phrases.recent(person, Decision.RETURN) if not why_not else [],
        questions=phrases.recent(person, Decision.QUESTION) if not why_not else [],
        lender=permissions.power(person, own) if own and not why_not else None,
    )
    if bench.may_act and own and bench.done == bench.total:
        bench.obstacles = list(kinds.obstacles(round_, own))
    _fill(bench, ticked)
    return bench


def one(person: Person, case: Case, params: QueryDict) -> Bench:
    """The bench with one row open (?row=) and no list; 404 for a row or a round that is not there."""
    own = queries.side_in(case, person)
    chapters = queries.course(case, own)
    chapter = _chapter(chapters, params.get("round", ""))
    round_, latest = chapter.round, chapter is chapters[0]
    round_.case = case
    kind = kinds.kind_of(case.kind)
    item = item_named(round_, params.get("row", ""))
    if kind.present is None or item is None:
        raise Http404
    why_not = _why_not(person, case, chapter, latest)
    bench = Bench(
        case=case,
        kind=kind,
        round=round_,
        latest=latest,
        own=own,
        may_act=not why_not,
        why_not=why_not,
        sides=chapter.sides,
        tally={},
        chapters=chapters,
        content=kind.present(round_),
        overview=None,
        wanted=Wanted(),
        listing=None,
    )
    bench.opened = open_item(bench, item)
    return bench


def content_of(case: Case, number: str) -> Presented:
    """What a round of the case holds; 404 for a round that is not there, or has nothing to show."""
    named = number.isascii() and number.isdigit() and len(number) < MOST_DIGITS
    rounds = case.rounds.filter(number=number) if named else case.rounds.all() if not number else case.rounds.none()
    chosen = rounds.order_by("-number").first()
    present = kinds.kind_of(case.kind).present
    if chosen is None or present is None:
        raise Http404
    chosen.case = case
    return present(chosen)


def wanted_from(params: QueryDict, drawn: list[Sample]) -> Wanted:
    """What the address asks for; what it says wrongly is left out. `drawn`: the samples that may be named."""
    number, page = params.get("sample", ""), params.get("page", "1")
    return Wanted(
        content=Asked(
            part=params.get("part", ""),
            show=params.get("show", ""),
            area=params.get("area", ""),
            search=params.get("q", "").replace("\x00", "").strip()[:100],
            order="place" if params.get("order") == "place" else "risk",
        ),
        said=params.get("said", ""),
        sample=next((sample for sample in drawn if str(sample.pk) == number), None),
        page=min(int(page), 100_000) if page.isascii() and page.isdigit() else 1,
        row=params.get("row", ""),
    )


def open_item(bench: Bench, item: Item) -> Opened:
    """One item of the round in full."""
    assert bench.content is not None  # noqa: S101
    said = queries.verdicts(bench.round, [state.side for state in bench.columns], [item.key]).get(item.key, {})
    choosing = kinds.choices(bench.round, [item.key]).get(item.key) if bench.round.ended_at is None else None
    keys = [judged.listed.key for judged in bench.rows]
    at = keys.index(item.key) if item.key in keys else -1
    return Opened(
        item=item,
        detail=bench.content.detail(item),
        said=[(state, said.get(state.side.value)) for state in bench.columns],
        words=queries.words_on(bench.case, item, _until(bench)),
        choosing=choosing,
        place=bench.listing.start + at if bench.listing and at >= 0 else 0,
        before=keys[at - 1] if at > 0 else None,
        after=keys[at + 1] if 0 <= at < len(keys) - 1 else None,
    )


def _until(bench: Bench) -> list[Chapter]:
    """The rounds up to the one that is shown."""
    return [chapter for chapter in bench.chapters if chapter.round.number <= bench.round.number]


def _fill(bench: Bench, ticked: frozenset[int]) -> None:
    """The rows of the list, and the one at hand: the one asked for, else the first that one's own side left open."""
    if bench.content is None:
        return
    if bench.listing is None:
        item = bench.round.items.first()
        said = queries.verdicts(bench.round, [state.side for state in bench.columns], [item.key] if item else [])
        if item is not None:
            bench.rows.append(_judged(bench, Listed(item.key, "", "", ""), said, ticked, None))
            words = queries.words_on(bench.case, item, _until(bench))
            bench.earlier = [word for word in words if not (word.current and word.same)]
        return
    lines = bench.content.listed(bench.listing.items)
    keys = [line.key for line in lines]
    said = queries.verdicts(bench.round, [state.side for state in bench.columns], keys)
    chosen = _chosen(bench, keys, said)
    bench.rows.extend(_judged(bench, line, said, ticked, chosen.key if chosen else None) for line in lines)
    if chosen is not None:
        bench.opened = open_item(bench, chosen)


def _judged(
    bench: Bench, line: Listed, said: dict[int, dict[str, Said]], ticked: frozenset[int], chosen: int | None
) -> Judged:
    told = said.get(line.key, {})
    shown = [(state, told.get(state.side.value)) for state in bench.columns]
    return Judged(line, shown, line.key in ticked, line.key == chosen)


def _chosen(bench: Bench, keys: list[int], said: dict[int, dict[str, Said]]) -> Item | None:
    """The item to be opened; None where the list is empty."""
    asked = bench.wanted.row
    if item := item_named(bench.round, asked):
        return item
    if not keys or bench.listing is None:
        return None
    own = bench.own.value if bench.own else ""
    fresh = (key for key in keys if own and own not in said.get(key, {}))
    key = keys[-1] if asked == LAST else next(fresh, keys[0]) if bench.may_act else keys[0]
    return next(item for item in bench.listing.items if item.key == key)


def item_named(round_: Round, key: str) -> Item | None:
    """The item of the round with this key, as an address says it."""
    digits = key.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        return None
    return Item.objects.filter(round=round_, key=int(key)).first()


def _chapter(chapters: list[Chapter], number: str) -> Chapter:
    if not number:
        return chapters[0]
    found = [chapter for chapter in chapters if str(chapter.round.number) == number]
    if not found:
        raise Http404
    return found[0]


def decided_of(round_: Round, sample: Sample, side: Side) -> int:
    """How many items of the sample the side has decided."""
    said = queries.verdicts(round_, [side], samples.keys(sample))
    return sum(told[side.value].decision != Decision.QUESTION for told in said.values())


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
        return "您不能代表本方审核本件：您已代表过另一方，或委托您的人参与过填报。"
    return "本方已办结，等待对方办结。" if own.closing else ""


def _tally(chapter: Chapter, own: Side | None) -> dict[str, int]:
    """Items by the word of one's own side; empty for who has none, and for a round that has ended."""
    if own is None or chapter.round.ended_at is not None:
        return {}
    return tally_of(chapter.round, own)


def tally_of(round_: Round, side: Side) -> dict[str, int]:
    """Items of a round by the word of a side, as its desk keeps them."""
    desk = Desk.objects.get(round=round_, side=side)
    untouched = round_.item_count - desk.passed - desk.returned - desk.questioned
    return {"pass": desk.passed, "return": desk.returned, "question": desk.questioned, "open": untouched}
