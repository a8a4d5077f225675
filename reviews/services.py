"""The engine of every dual review: open a round, mark items, close a side, end the round.

Each service locks the case first, so that two approvals at once never each see the other pending; the journal's lock is
taken last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from agencies.models import Agency
from audit import journal
from audit.failures import Conflict, Invalid, require

from .kinds import kind_of, unpassable
from .models import Case, Closing, Decision, Item, Participation, Round, Side, Verdict
from .permissions import SIDE_AGENCY, may_act_for

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Person

MIN_REASON = 2


def open_round(
    *,
    kind: str,
    subject_id: int,
    title: str,
    agency: Agency,
    number: int,
    version_hash: str,
    items: Sequence[QuerySet[Any]],
    authors: Iterable[Person],
) -> Round:
    """Put version `number` under review, inside the caller's transaction.

    `items` are querysets of (key, hash) pairs. `authors` had a hand in the version and can never judge the case.
    Raises Conflict when a round is under way, PermissionDenied when an author has already judged this case.
    """
    case, _ = Case.objects.get_or_create(
        kind=kind,
        subject_id=subject_id,
        defaults={"title": title, "agency": agency, "own_side": _own_side(agency)},
    )
    case = Case.objects.select_for_update().get(pk=case.pk)
    if case.rounds.filter(ended_at__isnull=True).exists():
        raise Conflict("本次报送正在审核中。")
    for person in authors:
        _join(case, person, Participation.Part.AUTHOR)
    Case.objects.filter(pk=case.pk).update(state=Case.State.OPEN, title=title)
    round_ = Round.objects.create(case=case, number=number, version_hash=version_hash)
    round_.item_count = sum(_insert_items(round_, source) for source in items)
    Round.objects.filter(pk=round_.pk).update(item_count=round_.item_count)
    return round_


def _own_side(agency: Agency) -> str:
    """The side whose own agency submits, if any: the case is then marked 本单位报送."""
    return next((side.value for side, kind in SIDE_AGENCY.items() if agency.kind == kind), "")


def _insert_items(round_: Round, source: QuerySet[Any]) -> int:
    sql, params = source.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO reviews_item (round_id, key, hash) SELECT %s, s.* FROM ({sql}) AS s",  # noqa: S608
            [round_.pk, *params],
        )
        return int(cursor.rowcount)


def _join(case: Case, person: Person, part: str) -> None:
    """Give the person this part in the case; refused when the person already plays another one."""
    Participation.objects.bulk_create([Participation(case=case, person=person, part=part)], ignore_conflicts=True)
    held = Participation.objects.get(case=case, person=person).part
    if held == part:
        return
    if Participation.Part.AUTHOR in (held, part):
        require(False, "填报（上传、修改或提交）与审核必须由不同的人完成。请由本单位另一位审核员办理。")
    require(False, "同一人不能同时代表数据局和公安两方。请由该方另一位审核员办理。")


def refuse_reviewer_as_author(kind: str, subject_id: int, person: Person) -> None:
    """Raise PermissionDenied when this person has judged the case: a reviewer must not have a hand in its content."""
    judged = Participation.objects.filter(
        case__kind=kind, case__subject_id=subject_id, person=person, part__in=Side.values
    )
    require(not judged.exists(), "您审核过本件，不能再参与填报。请由另一位同事修改。")


def _lock(round_id: int, side: str, by: Person, version_hash: str) -> tuple[Case, Round]:
    """Lock the case and check everything that every act of a side needs, but for the person's part in it."""
    round_ = Round.objects.select_related("case").get(pk=round_id)
    case = Case.objects.select_for_update().get(pk=round_.case_id)
    round_ = Round.objects.get(pk=round_id)
    round_.case = case
    require(may_act_for(by, side), "您不能代表这一方审核。")
    if round_.ended_at is not None:
        raise Conflict("本轮审核已经结束，请刷新页面查看结果。")
    if round_.version_hash != version_hash:
        raise Conflict("页面上的内容已不是最新版本，请刷新后再审。")
    if Closing.objects.filter(round=round_, side=side).exists():
        raise Conflict("本方已经办结，不能再改。")
    return case, round_


def require_open(by: Person, round_id: int, side: str, version_hash: str) -> None:
    """Raise PermissionDenied or Conflict as any act of the side would now: to refuse before reading on."""
    with transaction.atomic():
        _lock(round_id, side, by, version_hash)


def mark(
    by: Person,
    round_id: int,
    side: str,
    decision: Decision,
    *,
    version_hash: str,
    keys: Sequence[int] | None = None,
    reason: str = "",
) -> int:
    """Record one side's verdict on the items with these keys, or (None) on every item it has not decided yet.

    A new verdict supersedes the side's earlier one on the same content; the very same verdict again changes nothing and
    leaves no second audit row. Returns the number of verdicts recorded. Items that cannot be passed (`Kind.unpassable`)
    are left open by a pass of all. Raises Invalid without a reason for a return or a question, without keys, for a key
    that is not an item of the round, or for a pass of an item that cannot be passed.
    """
    reason = reason.strip()
    if decision != Decision.PASS and len(reason) < MIN_REASON:
        raise Invalid("请写明理由，便于填报单位修改。")
    if keys is not None and not keys:
        raise Invalid("还没有选择任何一行。请先勾选，再操作。")
    with transaction.atomic():
        case, round_ = _lock(round_id, side, by, version_hash)
        _join(case, by, side)
        if keys is not None and Item.objects.filter(round=round_, key__in=set(keys)).count() != len(set(keys)):
            raise Invalid("所选的行不属于本轮审核，请刷新页面重新选择。")
        blocked = unpassable(round_) if decision == Decision.PASS else {}
        if stopped := [blocked[key] for key in keys or () if key in blocked]:
            raise Invalid(f"所选的行里有 {len(stopped)} 行不能通过：{in_words(stopped)}请退回这些行，由填报单位核对。")
        count = _write_verdicts(
            case, round_, side, by, decision=decision, reason=reason, keys=keys, left_open=tuple(blocked)
        )
        if not count:
            transaction.set_rollback(True)  # nothing was said, so the person has not joined the case by it either
            return 0
        journal.record(
            by,
            "review.marked",
            case,
            agency_id=case.agency_id,
            round=round_.number,
            side=side,
            decision=decision.value,
            rows=count,
            **({"reason": reason} if reason else {}),
        )
    return count


def in_words(sentences: Sequence[str], most: int = 5) -> str:
    """The first few sentences in one, and how many more there are."""
    more = f"等 {len(sentences)} 行。" if len(sentences) > most else "。"
    return "；".join(sentences[:most]) + more


def _write_verdicts(
    case: Case,
    round_: Round,
    side: str,
    by: Person,
    *,
    decision: Decision,
    reason: str,
    keys: Sequence[int] | None,
    left_open: Sequence[int],
) -> int:
    with connection.cursor() as cursor:
        if keys is not None:
            cursor.execute(
                """UPDATE reviews_verdict v SET superseded_at = now() FROM reviews_item i
                   WHERE i.round_id = %s AND i.key = ANY(%s) AND v.case_id = %s AND v.side = %s
                     AND v.item_key = i.key AND v.item_hash = i.hash AND v.superseded_at IS NULL
                     AND (v.decision, v.reason) <> (%s, %s)""",
                [round_.pk, list(keys), case.pk, side, decision.value, reason],
            )
        cursor.execute(
            """INSERT INTO reviews_verdict
                 (case_id, round_id, item_key, item_hash, side, person_id, decision, reason, decided_at)
               SELECT %s, i.round_id, i.key, i.hash, %s, %s, %s, %s, now()
               FROM reviews_item i
               WHERE i.round_id = %s AND (%s OR i.key = ANY(%s)) AND NOT i.key = ANY(%s)
               ON CONFLICT (case_id, side, item_key, item_hash) WHERE superseded_at IS NULL DO NOTHING""",
            [
                case.pk,
                side,
                by.pk,
                decision.value,
                reason,
                round_.pk,
                keys is None,
                list(keys or ()),
                list(left_open),
            ],
        )
        return int(cursor.rowcount)


def close(by: Person, round_id: int, side: str, *, version_hash: str) -> Round:
    """Close a side: every item has its verdict. When both sides have closed, the round ends with its outcome.

    One returned item sends the version back; otherwise the owner's outcome handler takes everything in, in this very
    transaction. Raises Conflict while items are undecided or in question, and while one is passed that has meanwhile
    become impossible to pass.
    """
    with transaction.atomic():
        case, round_ = _lock(round_id, side, by, version_hash)
        _join(case, by, side)
        tally = tally_of(round_, side)
        if tally["open"]:
            raise Conflict(f"还有 {tally['open']} 行没有给出通过或退回的意见，不能办结。")
        _refuse_passed_in_vain(case, round_, side)
        Closing.objects.create(
            case=case,
            round=round_,
            side=side,
            person=by,
            version_hash=version_hash,
            passed=tally["pass"],
            returned=tally["return"],
        )
        entries = [("review.closed", {"side": side, "passed": tally["pass"], "returned": tally["return"]})]
        if round_.closings.count() == len(Side):
            entries.append(_end(case, round_, by))
        for action, facts in entries:
            journal.record(by, action, case, agency_id=case.agency_id, round=round_.number, **facts)
    return round_


def _refuse_passed_in_vain(case: Case, round_: Round, side: str) -> None:
    """Raise Conflict where the side passed an item before it became impossible to pass (Kind.unpassable)."""
    blocked = unpassable(round_)
    if not blocked:
        return
    item = Item.objects.filter(round=round_, key=OuterRef("item_key"), hash=OuterRef("item_hash"))
    passed = Verdict.objects.filter(
        Exists(item), case=case, side=side, decision=Decision.PASS, superseded_at=None, item_key__in=list(blocked)
    )
    if stopped := [blocked[key] for key in passed.order_by("item_key").values_list("item_key", flat=True)]:
        raise Conflict(f"有 {len(stopped)} 行已不能通过：{in_words(stopped)}请退回这些行，再办结。")


def tally_of(round_: Round, side: str) -> dict[str, int]:
    """How many items of the round this side passed, returned, and left open (undecided or in question)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE v.decision = 'pass'), count(*) FILTER (WHERE v.decision = 'return'),
                      count(*) FILTER (WHERE v.decision IS NULL OR v.decision = 'question')
               FROM reviews_item i LEFT JOIN reviews_verdict v
                 ON v.case_id = %s AND v.side = %s AND v.item_key = i.key AND v.item_hash = i.hash
                AND v.superseded_at IS NULL
               WHERE i.round_id = %s""",
            [round_.case_id, side, round_.pk],
        )
        passed, returned, undecided = cursor.fetchone()
    return {"pass": passed, "return": returned, "open": undecided}


def _end(case: Case, round_: Round, by: Person) -> tuple[str, dict[str, Any]]:
    returned = round_.closings.filter(returned__gt=0).exists()
    outcome = Round.Outcome.RETURNED if returned else Round.Outcome.ACCEPTED
    Round.objects.filter(pk=round_.pk, ended_at__isnull=True).update(ended_at=Now(), outcome=outcome)
    Case.objects.filter(pk=case.pk).update(state=Case.State.RETURNED if returned else Case.State.ACCEPTED)
    round_.refresh_from_db()
    kind = kind_of(case.kind)
    facts = (kind.returned if returned else kind.accepted)(round_, by)
    return ("case.returned" if returned else "case.accepted"), facts
