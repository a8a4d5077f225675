"""What the planning pages read: the list with its filters and counts, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import BadRequest
from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.http import QueryDict

from agencies.models import Agency, Person
from agencies.permissions import is_clerk
from sheets.kinds.places import townships

from . import things
from .carrying import TO_DO
from .models import KINDS, Carrying, Member, Proposal, Reply
from .permissions import may_plan, reads_as_owner

State = Proposal.State
ALL: Final = "all"
TABS: Final[Mapping[str, str]] = {
    ALL: "全部",
    **{str(value): str(label) for value, label in State.choices},
}
TODOS: Final = {
    "answer": "等本单位答复",
    "carry": "本单位待落实",
    "hand_over": "可以送审",
    "confirm": "待确认落实",
}
MARKS: Final = {"unsure": "须人工判断", "outdated": "已过时"}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; "" for all. `owner`: an agency's code; `thing`: a registry number."""

    state: str = ALL
    kind: str = ""
    township: str = ""
    owner: str = ""
    mark: str = ""
    todo: str = ""
    thing: str = ""
    page: int = 1
    agency: Agency | None = field(default=None, compare=False)

    @property
    def chips(self) -> list[tuple[str, str, str]]:
        """(parameter, title, what was chosen) of each filter in force."""
        told = (
            ("kind", "类别", KINDS.get(self.kind, "")),
            ("township", "乡镇", townships().get(self.township, "")),
            ("owner", "权属单位", self.agency.short_name if self.agency else ""),
            ("mark", "标记", MARKS.get(self.mark, "")),
            ("todo", "待办", TODOS.get(self.todo, "")),
            ("thing", "设备", self.thing),
        )
        return [chip for chip in told if chip[2]]


def wanted(params: QueryDict) -> Wanted:
    """Raises BadRequest (400) for what none of the page's links says."""
    known = {"state", "kind", "township", "owner", "mark", "todo", "thing", "page"}
    if unknown := set(params) - known:
        raise BadRequest(f"unknown parameters {sorted(unknown)}")
    told = {key: params.get(key, "") for key in known}
    if any("\0" in value for value in told.values()):
        raise BadRequest("no such sign in an address")
    state, page = told["state"] or ALL, told["page"] or "1"
    agency = Agency.objects.filter(code=told["owner"]).first() if told["owner"] else None
    choices: tuple[tuple[str, Iterable[str]], ...] = (
        (state, TABS),
        (told["kind"], KINDS),
        (told["township"], townships()),
        (told["mark"], MARKS),
        (told["todo"], TODOS),
    )
    if told["thing"] and things.key_from(told["thing"]) is None:
        raise BadRequest("no registry number")
    if any(value and value not in those for value, those in choices) or (told["owner"] and agency is None):
        raise BadRequest("unknown value")
    if not (page.isascii() and page.isdigit() and len(page) < 8):
        raise BadRequest("page is no number")
    return Wanted(
        state=state,
        kind=told["kind"],
        township=told["township"],
        owner=told["owner"],
        mark=told["mark"],
        todo=told["todo"],
        thing=told["thing"].strip().upper(),
        page=int(page),
        agency=agency,
    )


def filtered(person: Person, asked: Wanted) -> QuerySet[Proposal]:
    """What the person sees under all filters but the state."""
    found = Proposal.objects.visible_to(person)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    # Of others' things a clerk learns whose they are and what they are called, not where they stand.
    known = Member.objects.filter(owner=person.agency_id or 0) if reads_as_owner(person) else Member.objects.all()
    if asked.township:
        found = found.filter(pk__in=known.filter(township=asked.township).values("proposal"))
    if key := things.key_from(asked.thing):
        found = found.filter(pk__in=known.filter(thing_kind=key[0], thing_id=key[1]).values("proposal"))
    if asked.agency:
        found = found.filter(pk__in=Member.objects.filter(owner=asked.agency).values("proposal"))
    if asked.mark == "unsure":
        found = found.filter(sure=False)
    if asked.mark == "outdated":
        found = found.filter(outdated_at__isnull=False)
    if asked.todo:
        found = found.filter(waiting(person, asked.todo))
    return found


def counts(found: QuerySet[Proposal]) -> dict[str, int]:
    """How many stand in each tab; one query."""
    by_state = dict(found.order_by().values_list("state").annotate(Count("pk")))
    told = {key: by_state.get(key, 0) for key in TABS if key != ALL}
    return {ALL: sum(by_state.values()), **told}


def listed(found: QuerySet[Proposal], state: str) -> QuerySet[Proposal]:
    """One tab of them, with members and owners; the surest and largest first, and what has moved last on top."""
    if state != ALL:
        found = found.filter(state=state)
    members = Member.objects.select_related("owner").order_by("place", "pk")
    due = Reply.objects.filter(proposal=OuterRef("pk"), turn=OuterRef("turn"), answer="")
    return (
        found.annotate(due_on=due.order_by("due_on").values("due_on")[:1])
        .prefetch_related(Prefetch("members", members))
        .order_by("-sure", "-member_count", "distance_m", "pk")
    )


def owners_of(person: Person) -> QuerySet[Agency]:
    """Agencies to choose from: the owners of what the person sees."""
    seen = Proposal.objects.visible_to(person).order_by().values("pk")
    return Agency.objects.filter(pk__in=Member.objects.filter(proposal__in=seen).values("owner"))


def townships_of(person: Person) -> list[tuple[str, str]]:
    seen = Proposal.objects.visible_to(person).order_by().values("pk")
    members = Member.objects.filter(proposal__in=seen).exclude(township="")
    if reads_as_owner(person):
        members = members.filter(owner=person.agency_id or 0)
    held = set(members.order_by().values_list("township", flat=True).distinct())
    return [(code, name) for code, name in townships().items() if code in held]


# --- what waits -------------------------------------------------------------------------------------------------------
def waiting(person: Person, todo: str) -> Q:
    """The condition on proposals in which this waits for the person; none for who has no part in it."""
    own = person.agency_id or 0
    if todo == "answer" and is_clerk(person):
        asked = Reply.objects.filter(proposal=OuterRef("pk"), turn=OuterRef("turn"), agency=own, answer="")
        return Q(Exists(asked), state=State.ASKED)
    if todo == "carry" and is_clerk(person):
        return Q(Exists(Carrying.objects.filter(member__proposal=OuterRef("pk"), member__owner=own, state__in=TO_DO)))
    if todo == "hand_over" and may_plan(person):
        late = Reply.objects.filter(
            proposal=OuterRef("pk"), turn=OuterRef("turn"), answer="", due_on__gte=TruncDate(Now())
        )
        return Q(state=State.ANSWERED) | Q(~Exists(late), state=State.ASKED)
    if todo == "confirm" and may_plan(person):
        done = Carrying.objects.filter(member__proposal=OuterRef("pk"), state=Carrying.State.DONE)
        return Q(Exists(done))
    return Q(pk__in=[])


@dataclass(frozen=True)
class Waiting:
    """Proposals of one kind of work: how many, one of them, since when, and when the first is due."""

    todo: str
    count: int
    since: datetime
    first: int
    title: str
    due: date | None = None


def _todos_of(person: Person) -> tuple[str, ...]:
    of_owner = ("answer", "carry") if is_clerk(person) else ()
    return of_owner + (("hand_over", "confirm") if may_plan(person) else ())


def _those_waiting(person: Person) -> list[str]:
    """Which kinds of work wait for the person; one query. Each condition is one on what is the person's own to do."""
    todos = _todos_of(person)
    if not todos:
        return []
    asked = {todo: Exists(Proposal.objects.filter(waiting(person, todo))) for todo in todos}
    told = Person.objects.filter(pk=person.pk).annotate(**asked).values_list(*todos).get()
    return [todo for todo, waits in zip(todos, told, strict=True) if waits]


def lines_waiting(person: Person) -> int:
    """How many lines `all_waiting` has, for the count beside the first page."""
    return len(_those_waiting(person))


def all_waiting(person: Person) -> list[Waiting]:
    """What waits for the person, by kind of work; one query, and a few more for each kind that there is."""
    found = []
    for todo in _those_waiting(person):
        told = _told(Proposal.objects.visible_to(person).filter(waiting(person, todo)), person, todo)
        if told:
            found.append(told)
    return found


def _told(proposals: QuerySet[Proposal], person: Person, todo: str) -> Waiting | None:
    told: dict[str, Any] = proposals.order_by().aggregate(count=Count("pk"), since=Min("state_since"), first=Min("pk"))
    if not told["count"]:
        return None
    first = Proposal.objects.get(pk=told["first"])
    due = None
    if todo == "answer":
        asked = Reply.objects.filter(agency=person.agency_id, answer="", proposal__state=State.ASKED)
        due = asked.filter(turn=F("proposal__turn")).aggregate(due=Min("due_on"))["due"]
    return Waiting(todo, told["count"], told["since"], told["first"], first.title, due)
