"""A version goes under review: its items, what each side has said of them before, and the day it is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Max, OuterRef, Q, Subquery

from agencies.models import Agency
from audit.failures import Conflict

from . import announcing, desks, workdays
from .kinds import kind_of
from .locks import lock_case
from .models import Case, Item, Motion, Participation, Round
from .outcomes import TAKEN_IN, accepted_items, disagreements
from .parts import join
from .permissions import side_of_agency
from .whole import whole_rounds

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Person


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

    `items` are querysets of (key, hash, part, risk), everything that the version holds. What stands accepted from an
    earlier round with the same hash is settled and left out; a verdict on unchanged content is kept. `authors` had a
    hand in the version and can never judge the case.

    Raises Conflict when a round is under way, and when nothing is left to judge, unless a decided case was reopened or
    a return was answered by taking rows out: then both sides close a round without items. PermissionDenied when an
    author has already judged this case.
    """
    case, _ = Case.objects.get_or_create(
        kind=kind,
        subject_id=subject_id,
        defaults={"title": title, "agency": agency, "own_side": side_of_agency(agency) or ""},
    )
    case = lock_case(case.pk)
    if case.rounds.filter(ended_at__isnull=True).exists():
        raise Conflict("本次报送正在审核中。")
    for person in authors:
        join(case, person, Participation.Part.AUTHOR)
    before = case.rounds.order_by("-number").first()
    Case.objects.filter(pk=case.pk).update(state=Case.State.OPEN, title=title)
    case.state, case.title = Case.State.OPEN, title
    round_ = Round.objects.create(case=case, number=number, version_hash=version_hash, due_on=_due_on())
    settled = case.rounds.filter(outcome__in=TAKEN_IN, undone_at=None).exists()
    round_.item_count = sum(_insert_items(round_, source, settled=settled) for source in items)
    if not round_.item_count and not _was_reopened(case) and not _something_went(case):
        raise Conflict("没有改动的行：已通过的行不再重复审核。请先改动需要更正的行，再提交。")
    if before:
        _part_ways_again(round_, before)
    desks.set_up(round_)
    told = kind_of(kind).figures
    round_.figures = told(round_) if told else {}
    round_.save(update_fields=["item_count", "figures"])
    announcing.opened(round_)
    return round_


def _due_on() -> dt.date:
    """The last of the working days that both sides have, counted from today by the database's calendar."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (now() AT TIME ZONE %s)::date", [settings.TIME_ZONE])
        return workdays.after(cursor.fetchone()[0], settings.REVIEW_WORKING_DAYS)


def _insert_items(round_: Round, source: QuerySet[Any], *, settled: bool) -> int:
    """Write what the queryset names as items of the round; `settled`: but for what stands accepted as it is."""
    try:
        sql, params = source.query.sql_with_params()
    except EmptyResultSet:
        return 0  # it names nothing whatever the database holds
    standing_sql, standing = accepted_items(round_.case_id).query.sql_with_params()
    without = f"WHERE NOT EXISTS (SELECT FROM ({standing_sql}) a (key, hash) WHERE a.key = s.key AND a.hash = s.hash)"
    with whole_rounds() as cursor:
        cursor.execute(
            f"""INSERT INTO reviews_item (round_id, key, hash, part, risk)
                SELECT %s, s.* FROM ({sql}) AS s (key, hash, part, risk) {without if settled else ""}""",  # noqa: S608
            [round_.pk, *params, *(standing if settled else ())],
        )
        return int(cursor.rowcount)


def _was_reopened(case: Case) -> bool:
    """Whether both sides gave the case back after it was decided last. The unit may find that nothing is to be changed:
    without a round to close the case would be with it for ever, and nobody but both sides can say that it is decided.
    """
    decided = case.rounds.exclude(outcome__in=["", Round.Outcome.WITHDRAWN]).order_by("-number").first()
    agreed = case.motions.filter(round=decided, kind=Motion.Kind.REOPEN, answer=Motion.Answer.AGREED)
    return decided is not None and agreed.exists()


def _something_went(case: Case) -> bool:
    """Whether something that was not accepted is no more: the unit answered a return by taking the rows out.

    Then a round without items is opened, so that both sides see it and close; without it such a report would never end.
    """
    done = case.rounds.filter(outcome=Round.Outcome.ACCEPTED, undone_at=None).aggregate(last=Max("number"))["last"]
    since = Item.objects.filter(round__case=case, round__number__gt=done or 0)
    standing = Item.objects.filter(
        round__case=case, round__outcome__in=TAKEN_IN, round__undone_at=None, returned=False, key=OuterRef("key")
    ).order_by("-round__number")
    return (
        since.annotate(stands=Subquery(standing.values("hash")[:1]))
        .filter(Q(stands=None) | ~Q(stands=F("hash")))
        .exists()
    )


def _part_ways_again(round_: Round, before: Round) -> None:
    """Items that both sides passed with different choices are decided anew by both: kept, they would never agree."""
    keys = [key for key, _ in disagreements(before)]
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE reviews_verdict v SET superseded_at = statement_timestamp()
               FROM reviews_item i JOIN reviews_item was ON was.round_id = %s AND was.key = i.key AND was.hash = i.hash
               WHERE i.round_id = %s AND i.key = ANY(%s) AND v.case_id = %s AND v.item_key = i.key
                 AND v.item_hash = i.hash AND v.superseded_at IS NULL""",
            [before.pk, round_.pk, keys, round_.case_id],
        )
