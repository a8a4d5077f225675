"""The first page of each role: what waits, what is only to be known, and the figures below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from agencies.login import locked_usernames
from agencies.models import SYSTEM_USERNAME, Person, Role
from agencies.permissions import is_clerk, may_audit, may_manage_accounts, may_manage_security, sees_all_business
from audit import journal
from audit.models import Entry
from reviews.queries import side_of

from . import figures, stats, todo
from .attention import Worry, worst
from .figures import Figure
from .links import registry_url
from .todo import Todo

MOST: Final = 20
"""Lines shown; the rest stand in their own list."""
VERIFIED: Final = "journal.verified"
VERIFY_EVERY: Final = 7
"""Days after which the journal wants verifying again."""
REGISTRY: Final = (("cameras", "摄像机"), ("poles", "杆件"), ("platforms", "平台"))


@dataclass
class Home:
    """`todos` wait for the person; `watched` are only to be known. `scope`: whose registry the figures below are."""

    todos: list[Todo] = field(default_factory=list)
    watched: list[Todo] = field(default_factory=list)
    more_url: str = ""
    hint: str = ""
    shown: stats.Shown | None = None
    progress: list[Figure] = field(default_factory=list)
    worries: list[Worry] = field(default_factory=list)
    registry: list[Figure] = field(default_factory=list)
    scope: str = ""
    entries: list[Figure] = field(default_factory=list)
    entries_title: str = ""

    @property
    def more(self) -> int:
        return max(0, len(self.todos) - MOST)

    @property
    def first(self) -> Sequence[Todo]:
        return self.todos[:MOST]


def home_of(person: Person) -> Home:
    """The first page of this person. Constant in queries."""
    home = Home()
    if is_clerk(person) or sees_all_business(person) or side_of(person):
        _business(person, home)
    if may_manage_accounts(person) or may_manage_security(person):
        _accounts(person, home)
    if may_audit(person):
        _journal(home)
    if not person.role_set and not side_of(person):
        home.hint = "您的账号还没有角色。请联系安全管理员授予，之后这里会列出要办的事。"
    return home


def _business(person: Person, home: Home) -> None:
    shown = stats.campaigns()
    seen = stats.units(person, shown)
    found: list[Todo] = []
    if is_clerk(person):
        found += todo.of_clerk(person, shown, seen)
        found += todo.of_changes(person)
    found += todo.of_questions(person)
    if side_of(person):
        found += todo.of_reviewer(person)
        found += todo.of_motions(person)
        found += todo.of_waivers(person)
    if person.holds(Role.OFFICE):
        found += todo.of_office(shown, seen)
    found += todo.of_planning(person)
    found = todo.in_order(found)
    home.todos = [one for one in found if one.waits]
    home.watched = [one for one in found if not one.waits]
    home.more_url = reverse("review_queue" if side_of(person) else "submissions")
    home.shown = shown[0] if shown else None
    home.hint = _hint(person, home, shown)
    if home.shown and person.holds(Role.LEADER, Role.OFFICE):
        counted = seen[home.shown.pk]
        home.progress = figures.top_row(home.shown, stats.tally(counted))
        home.worries = worst(counted, home.shown) if person.holds(Role.LEADER) else []
    _registry(person, home)


def _hint(person: Person, home: Home, shown: Sequence[stats.Shown]) -> str:
    """What usually comes next, when nothing waits."""
    if person.holds(Role.OFFICE):
        return "有单位逾期，或轮次快到截止时间，会列在这里。"
    if side_of(person):
        return "单位提交报送后，要审的件会列在这里，等得最久的在最前。"
    if person.holds(Role.LEADER):
        return "各单位的报送情况见“进度”。"
    if home.watched:
        return "您的报送正在审核，有退回会列在这里。"
    if any(one.closed_at is None for one in shown):
        return "本单位的报送已办完。设备有增减时，可在“填报”里补报。"
    return "下一轮梳理开始后，要报的表会列在这里。"


def _registry(person: Person, home: Home) -> None:
    """The county's figures for whoever sees all of it, else the own agency's."""
    everything = sees_all_business(person)
    counts = stats.registered(person, None if everything else person.agency_id)
    agency = "" if everything or person.agency is None else person.agency.code
    home.scope = "全县台账" if everything else "本单位台账"
    home.registry = [Figure(label, counts[name], registry_url(name, agency=agency)) for name, label in REGISTRY]


def _accounts(person: Person, home: Home) -> None:
    """The administrators' own entries; no business rows (三员分立). Three queries."""
    accounts = Person.objects.exclude(username=SYSTEM_USERNAME)
    locked = locked_usernames()
    people = reverse("people")
    if may_manage_security(person):
        waiting = accounts.filter(is_active=True, roles__isnull=True).select_related("agency").order_by("created_at")
        home.todos = todo.in_order([*_locked(accounts, locked), *_without_role(waiting)])
        home.hint = "有账号被锁定，或新账号等着授予角色，会列在这里。"
    else:
        home.hint = "账号的新建、停用和密码重置在“人员”里办理。"
    home.more_url = people
    home.entries_title = "账号"
    home.entries = figures.accounts(accounts, locked, people)


def _locked(accounts: QuerySet[Person], locked: set[str]) -> list[Todo]:
    return [
        Todo(
            state="locked",
            what=f"{one}（{one.username}）的登录已锁定",
            whose=str(one.agency or ""),
            note="连续输错密码次数过多。核实是本人后再解除。",
            url=reverse("person", args=[one.pk]),
            verb="去解除",
        )
        for one in accounts.filter(username__in=locked).select_related("agency")
    ]


def _without_role(waiting: QuerySet[Person]) -> list[Todo]:
    return [
        Todo(
            state="missing",
            word="无角色",
            what=f"{one}（{one.username}）还没有角色",
            whose=str(one.agency or ""),
            note="没有角色的账号登录后什么也看不到。",
            since=one.created_at,
            url=reverse("person", args=[one.pk]),
            verb="授予角色",
        )
        for one in waiting
    ]


def _journal(home: Home) -> None:
    """The auditor's entries. Verifying walks the whole chain, so it is started on its own page. Two queries."""
    total, _ = journal.head()
    last = Entry.objects.filter(action=VERIFIED).order_by("-seq").first()
    url = reverse("journal")
    home.entries_title = "审计日志"
    home.entries = figures.journal(total, last.seq if last else 0, url)
    home.todos = [] if (told := _to_verify(last)) is None else [_verify(told, last, url)]
    home.hint = f"上次核对 {last.facts.get('checked', 0):,} 条，没有差错。" if last else ""


class Why(NamedTuple):
    """Why the chain wants verifying."""

    state: str
    word: str
    what: str
    note: str


def _to_verify(last: Entry | None) -> Why | None:
    """It never was, it was found at fault, or that is a week ago."""
    if last is None:
        return Why("missing", "未核对", "审计日志还没有核对过", "核对可发现被改动或删除的记录。")
    if fault := last.facts.get("fault"):
        return Why("failed", "有差错", "上次核对发现差错", str(fault))
    if (timezone.now() - last.at).days >= VERIFY_EVERY:
        return Why("waiting", "该核对", "审计日志该核对了", "每周至少核对一次。")
    return None


def _verify(why: Why, last: Entry | None, url: str) -> Todo:
    since = last.at if last else None
    return Todo(whose="", since=since, url=url, verb="去核对", **why._asdict())
