"""待办: what waits for a person, the oldest and most urgent first, one line each; constant in queries.

Each kind of work tells its lines here; which of them a person has follows from the roles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from inventory import services as intake
from inventory.campaign.obligations import ObligationState
from inventory.changing import pages as changing
from inventory.models import ReportKind, Submission, Version
from inventory.waiving.waiver_views import waiting_for
from planning import queries as planning
from reviews import answers, queue
from reviews import queries as reviews
from reviews.delegations import today
from reviews.kinds import kind_of
from reviews.models import Closing, Round, Side

from .attention import IN_REVIEW, closed_sides, due_words, open_sides, worst
from .links import units_url
from .stats import Shown, Unit, Wanted, tally

ABOUT_TO_END = 7
"""Days before the due date from which the office is reminded of a campaign."""
NAMED_UNITS = 8
"""Overdue units that the office sees one by one; the rest stand behind one line."""
FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One line. `state` is a badge's code, `word` overrides its wording; `verb` stands on the button to `url`.

    `waits`: whether the person has something to do; what is only to be known stands apart.
    """

    state: str
    what: str
    whose: str
    url: str
    verb: str
    since: dt.datetime | None = None
    due: dt.datetime | None = None
    is_overdue: bool = False
    note: str = ""
    word: str = ""
    waits: bool = True

    @property
    def urgency(self) -> tuple[bool, dt.datetime, dt.datetime]:
        """Overdue before the rest, then by due time, then by how long it has been waiting."""
        return (not self.is_overdue, self.due or FAR, self.since or FAR)


def in_order(todos: Iterable[Todo]) -> list[Todo]:
    return sorted(todos, key=lambda todo: todo.urgency)


# --- the unit ---------------------------------------------------------------------------------------------------------
def of_clerk(person: Person, shown: Sequence[Shown], seen: dict[int, list[Unit]]) -> list[Todo]:
    """What the person's own agency still owes, mends or awaits. Four queries."""
    own = [(one, unit) for one in shown for unit in seen[one.pk] if unit.agency_id == person.agency_id]
    open_ids = [unit.open_id for _, unit in own if unit.open_id]
    drafts, returned = _latest_versions(open_ids), _returned(open_ids)
    closed = closed_sides(open_ids)
    found = []
    for campaign, unit in own:
        if unit.state == ObligationState.MISSING:
            if campaign.closed_at is None and campaign.opens_on <= campaign.today:
                found.append(_missing(campaign, unit))
        elif unit.open_id:
            found.append(_under_way(campaign, unit, drafts[unit.open_id], returned, closed))
    return found


def _missing(campaign: Shown, unit: Unit) -> Todo:
    return Todo(
        state=unit.state,
        what=f"{campaign.name}还没有报送",
        whose=unit.agency,
        note="上传调研表；没有公共场所视频监控的，报零报告。",
        since=campaign.begins_at,
        due=campaign.due_at,
        is_overdue=unit.is_overdue,
        url=reverse("submissions"),
        verb="去填报",
    )


def _under_way(
    campaign: Shown, unit: Unit, version: Version, returned: dict[int, str], closed: dict[int, set[str]]
) -> Todo:
    assert unit.open_id is not None  # noqa: S101
    submission = version.submission
    label = "零报告" if submission.kind == ReportKind.ZERO else "清单"
    supplement = "补报" if unit.is_accepted else ""
    if submission.state == Submission.State.IN_REVIEW:
        what = f"{campaign.name}{supplement}{label}审核中"
        note = f"{open_sides(closed.get(unit.open_id, set()))}正在审核。"
        verb = "查看"
    elif submission.state == Submission.State.RETURNED and version.submitted_at is not None:
        what = f"{campaign.name}{supplement}{label}被退回"
        note = returned.get(unit.open_id, "")
        verb = "去修改"
    else:
        begun = "退回后的修改" if submission.state == Submission.State.RETURNED else "草稿"
        what = f"{campaign.name}{supplement}{label}{begun}还没有提交"
        missing = intake.obstacles(submission, version)
        note = missing[0] if missing else "都齐了，核对后就能提交。"
        verb = "继续填报" if missing else "去提交"
    return Todo(
        state=unit.state if unit.state in IN_REVIEW else unit.open_state,
        what=what,
        whose=unit.agency,
        note=note,
        since=submission.state_since,
        due=None if unit.is_accepted else campaign.due_at,
        is_overdue=unit.is_overdue,
        url=reverse("submission", args=[unit.open_id]),
        verb=verb,
        waits=submission.state != Submission.State.IN_REVIEW,
    )


def of_questions(person: Person) -> list[Todo]:
    """Questions of the reviewers that the person's agency has not answered, one line a case."""
    return [
        Todo(
            state="question",
            word="待答复",
            what=f"{one.case.title}：审核方有 {one.count} 条疑问",
            whose=one.case.agency.short_name,
            note="答复后审核方才能给出意见。",
            since=one.since,
            url=reverse(kind_of(one.case.kind).url_name, args=[one.case.subject_id]) + "#questions",
            verb="去答复",
        )
        for one in answers.waiting(person)
    ]


def of_changes(person: Person) -> list[Todo]:
    """Requests for a change: each returned one waits; those under review are one line. Four queries."""
    found = changing.waiting_for(person)
    titles = changing.titles([*found.returned, *([found.oldest] if found.oldest else [])])
    todos = [
        Todo(
            state="returned",
            what=f"{titles[one.pk]}被退回",
            whose=one.agency.short_name,
            note="按意见修改后再提交，或放弃。",
            since=one.state_since,
            url=reverse("change_request", args=[one.pk]),
            verb="去修改",
        )
        for one in found.returned
    ]
    if found.oldest:
        several = found.reviewed > 1
        todos.append(
            Todo(
                state="in_review",
                what=f"{found.reviewed} 件更正申请审核中" if several else f"{titles[found.oldest.pk]}审核中",
                whose=found.oldest.agency.short_name,
                note="双方都通过后，台账才会改。",
                since=found.oldest.state_since,
                url=reverse("changes") if several else reverse("change_request", args=[found.oldest.pk]),
                verb="查看",
                waits=False,
            )
        )
    return todos


def _latest_versions(submission_ids: Sequence[int]) -> dict[int, Version]:
    versions = (
        Version.objects.filter(submission__in=submission_ids)
        .select_related("submission")
        .prefetch_related("files")
        .order_by("number")
    )
    return {version.submission_id: version for version in versions}


def _returned(submission_ids: Sequence[int]) -> dict[int, str]:
    """数据局退回 3 行，公安局退回 12 行: of the last round of each report that ended so."""
    closings = Closing.objects.filter(
        case__kind=intake.CASE_KIND,
        case__subject_id__in=submission_ids,
        round__outcome__in=[Round.Outcome.PARTIAL, Round.Outcome.RETURNED],
    ).order_by("round__number", "side")
    told: dict[int, dict[int, list[str]]] = {}
    for subject, number, side, returned in closings.values_list(
        "case__subject_id", "round__number", "side", "returned"
    ):
        if returned:
            told.setdefault(subject, {}).setdefault(number, []).append(f"{Side(side).label}退回 {returned} 行")
    return {subject: "，".join(rounds[max(rounds)]) + "，已写明理由。" for subject, rounds in told.items()}


# --- a side of the review ---------------------------------------------------------------------------------------------
def of_reviewer(person: Person) -> list[Todo]:
    """Cases that wait for the person's side and that the person may judge. Three queries."""
    if reviews.side_of(person) is None:
        return []
    now = today()
    rounds = queue.rounds(person, reviews.WAITING)
    return [_case(round_, now) for round_ in rounds if not vars(round_)["is_author"]]


def _case(round_: Round, now: dt.date) -> Todo:
    """`round_` as the queue gives it: the side's counters and the day it is due come with it."""
    case, told = round_.case, vars(round_)
    count = told["own_done"] or 0
    again = f"第 {round_.number} 版，" if round_.number > 1 else ""
    return Todo(
        state="in_review",
        word="在审" if count else "",
        what=case.title,
        whose=case.agency.short_name,
        note=f"{again}已审 {count} / {round_.item_count}" if count else f"{again}共 {round_.item_count} 行",
        since=round_.opened_at,
        due=end_of(round_.due_on) if round_.due_on else None,
        is_overdue=round_.due_on is not None and round_.due_on < now,
        url=reverse("review", args=[case.pk]),
        verb="继续审核" if count else "开始审核",
    )


def end_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(23, 59), timezone.get_current_timezone())


def of_motions(person: Person) -> list[Todo]:
    """Motions of the other side that wait for the person's answer."""
    return [
        Todo(
            state="motion",
            word="待答复",
            what=f"{motion.case.title}：{motion.get_kind_display()}",
            whose=motion.case.agency.short_name,
            note=f"{Side(motion.side).label}提出。理由：{motion.reason}",
            since=motion.moved_at,
            url=reverse("review_motion", args=[motion.case_id]),
            verb="去答复",
        )
        for motion in queue.motions_to_answer(person)
    ]


def of_waivers(person: Person) -> list[Todo]:
    """Requests to set a rule aside that wait for a reviewer; one line for all, one query."""
    asked = waiting_for(person).aggregate(count=Count("pk"), first=Min("asked_at"))
    if not asked["count"]:
        return []
    return [
        Todo(
            state="waiver_asked",
            what=f"{asked['count']} 件豁免申请待批",
            whose="",
            note="单位说明了不能按要求填写的原因；任一方的审核员都可以批复。",
            since=asked["first"],
            url=reverse("waivers"),
            verb="去批复",
        )
    ]


# --- the office -------------------------------------------------------------------------------------------------------
def of_office(shown: Sequence[Shown], seen: dict[int, list[Unit]]) -> list[Todo]:
    """Units that are late, campaigns that end soon or can be closed, and the want of a campaign.

    One query for each campaign that is past its due time.
    """
    under_way = [one for one in shown if one.closed_at is None and one.opens_on <= one.today]
    found = [todo for one in under_way for todo in _of_campaign(one, seen[one.pk])]
    if not any(one.closed_at is None for one in shown):
        found.append(
            Todo(
                state="missing",
                word="无轮次",
                what="没有进行中的轮次",
                whose="",
                note="各单位要等新的一轮开始才能填报。",
                url=reverse("campaign_add"),
                verb="新建轮次",
            )
        )
    return found


def _of_campaign(shown: Shown, counted: Sequence[Unit]) -> list[Todo]:
    figures = tally(counted)
    if figures.accepted == figures.total:
        return [
            Todo(
                state="accepted",
                word="可关闭",
                what=f"{shown.name}的 {figures.total} 个单位已全部通过",
                whose="",
                note="没有补报的话，可以关闭本轮。",
                due=shown.due_at,
                url=reverse("campaign", args=[shown.pk]),
                verb="查看轮次",
            )
        ]
    if shown.is_past:
        return _late(shown, counted)
    if shown.days_left > ABOUT_TO_END:
        return []
    left = figures.counts[ObligationState.MISSING] + figures.counts[ObligationState.DRAFT]
    returned = figures.counts[ObligationState.RETURNED]
    return [
        Todo(
            state="waiting",
            word="快截止",
            what=f"{shown.name}{due_words(shown)}",
            whose="",
            note=f"{left} 个单位还没有提交，{returned} 个退回未改，{figures.total - figures.accepted} 个还没有通过。",
            due=shown.due_at,
            url=units_url(shown.pk, states=[ObligationState.MISSING, ObligationState.DRAFT, ObligationState.RETURNED])
            if left + returned
            else units_url(shown.pk, states=IN_REVIEW),
            verb="查看名单",
        )
    ]


def _late(shown: Shown, counted: Sequence[Unit]) -> list[Todo]:
    """The worst units one by one, then how many more."""
    late = Wanted(overdue=True).chosen(counted)
    found = [
        Todo(
            state=worry.unit.state,
            what=worry.reason,
            whose=worry.unit.agency,
            note=shown.name,
            since=worry.unit.since or shown.begins_at,
            due=shown.due_at,
            is_overdue=True,
            url=reverse("submission", args=[worry.unit.shown_id]) if worry.unit.shown_id else reverse("submissions"),
            verb="查看" if worry.unit.shown_id else "代报",
        )
        for worry in worst(late, shown, NAMED_UNITS)
    ]
    if len(late) > NAMED_UNITS:
        found.append(
            Todo(
                state="overdue",
                what=f"还有 {len(late) - NAMED_UNITS} 个单位逾期",
                whose="",
                note=f"{shown.name}共 {len(late)} 个单位逾期。",
                due=shown.due_at,
                url=units_url(shown.pk, overdue=True),
                verb="查看全部",
            )
        )
    return found


# --- integration ------------------------------------------------------------------------------------------------------
PLANNED = {
    "answer": ("asked", "待答复", "件整合方案等本单位答复", "过了期限，办公室可以不等答复就送审。", "去答复"),
    "carry": ("carrying", "待落实", "件整合方案有本单位的设备待落实", "做完后上传证明，由办公室确认。", "去办理"),
    "hand_over": ("proposal_answered", "可送审", "件整合方案可以送审", "权属单位都已答复，或已过答复期限。", "去送审"),
    "confirm": ("carrying_done", "待确认", "件整合方案有落实情况待确认", "看过证明再确认。", "去确认"),
}


def of_planning(person: Person) -> list[Todo]:
    """Proposals that wait for the person's unit or for the office, one line for each kind of work."""
    now = today()
    found = []
    for one in planning.all_waiting(person):
        state, word, what, note, verb = PLANNED[one.todo]
        found.append(
            Todo(
                state=state,
                word=word,
                what=f"{one.count} {what}",
                whose="",
                note=one.title if one.count == 1 else note,
                since=one.since,
                due=end_of(one.due) if one.due else None,
                is_overdue=one.due is not None and one.due < now,
                url=reverse("proposal", args=[one.first])
                if one.count == 1
                else f"{reverse('proposals')}?todo={one.todo}",
                verb=verb,
            )
        )
    return found
