"""A fault at any call to the database leaves nothing of an act behind, and the act can simply be pressed again (F08).

For every act of the engine, the first call fails, then the second, and so on until the act gets through: after each
fault every table is as it was. What was told twice changes nothing a second time (F13).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera, CameraVersion
from inventory import services as inventory
from inventory.models import LedgerEntry, Submission, Version
from inventory.registering.checks import check_registry
from reviews import services
from reviews.delegations import today
from reviews.kinds import kind_of
from reviews.models import Decision, Motion, Round, Side, Verdict
from tests.factories import make_person
from tests.factories_inventory import drafted, make_campaign, mended, resubmitted, stamp, submitted
from tests.reviews.scenes import accept, close_side, keys_of, latest, pass_all, return_first

APPS = ("audit", "cameras", "files", "inventory", "notices", "platforms", "registry", "reviews")
WHY = "位置整体偏移，入库有误"
Act = Callable[[], object]


class Fault(OperationalError):
    """What the database might say at any moment."""


@contextmanager
def failing_at(number: int) -> Iterator[list[str]]:
    """The `number`-th call to the database from here on fails; yields the calls that were made."""
    calls: list[str] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        calls.append(sql)
        if len(calls) == number:
            raise Fault(f"call {number}: {sql[:80]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield calls


def tables() -> dict[str, str]:
    """Table -> a digest of all its rows, of everything that a review may touch."""
    names = [name for name in connection.introspection.table_names() if name.startswith(APPS)]
    with connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute(f"SELECT coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM \"{name}\" t")
            found[name] = cursor.fetchone()[0]
    return found


def assert_all_or_nothing(act: Act) -> int:
    """Press until it gets through, with the fault one call later each time; returns how many calls that was."""
    before, entries = tables(), Entry.objects.count()
    for number in itertools.count(1):
        try:
            with failing_at(number) as calls:
                act()
        except Fault:
            after = tables()
            assert after == before, (number, calls[-1], [name for name in before if before[name] != after[name]])
            continue
        break
    assert len(calls) < number
    assert number > 5, "something was really done"
    assert Entry.objects.count() > entries
    assert journal.verify()[1] is None
    return number


@pytest.fixture
def round_(meishan_clerk: Person) -> Round:
    """Two rows under review, the second with a platform of its own to go in with."""
    return latest(submitted("meishan", rows=2, platforms=[{}], by=meishan_clerk))


@pytest.fixture
def accepted(round_: Round, data_reviewer: Person, police_reviewer: Person) -> Round:
    return accept(Submission.objects.get(pk=round_.case.subject_id), data_reviewer, police_reviewer)


# --- F08 -------------------------------------------------------------------------------------------------------------
def test_submitting(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = drafted("meishan", rows=2, platforms=[{}], by=meishan_clerk)
    version = Version.objects.get(submission=submission)
    assert_all_or_nothing(lambda: inventory.submit(meishan_clerk, submission.pk, version.hash))
    assert latest(submission).desks.count() == 2


def test_submitting_again_after_a_part(round_: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = Submission.objects.get(pk=round_.case.subject_id)
    return_first(data_reviewer, round_, Side.DATA)
    accept(submission, data_reviewer, police_reviewer)
    clerk = submission.created_by
    version = mended(submission, {keys_of(round_)[0]: {"brand": "宇视"}}, by=clerk)
    stamp(submission, clerk)
    # What the registry says by now is written down before anything is handed in, and stays whatever happens then.
    check_registry(version.pk, submission.obligation.agency_id)
    assert_all_or_nothing(lambda: inventory.submit(clerk, submission.pk, version.hash))
    assert latest(submission).item_count == 1


@pytest.mark.parametrize("decision", list(Decision))
def test_marking(round_: Round, data_reviewer: Person, decision: Decision) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    keys = keys_of(round_)[:2]
    say = partial(services.mark, data_reviewer, round_.pk, Side.DATA, version_hash=round_.version_hash)
    say(Decision.RETURN, keys=keys, reason="位置不对")
    assert_all_or_nothing(lambda: say(decision, keys=keys, reason="另有原因"))
    assert set(Verdict.objects.filter(superseded_at=None, item_key__in=keys).values_list("decision", flat=True)) == {
        decision.value
    }


def test_passing_all(round_: Round, data_reviewer: Person) -> None:
    assert_all_or_nothing(lambda: pass_all(data_reviewer, round_, Side.DATA))


def test_closing_first(round_: Round, data_reviewer: Person) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    assert_all_or_nothing(lambda: close_side(data_reviewer, round_, Side.DATA))


@pytest.mark.parametrize("returned", ["nothing", "one", "everything"])
def test_closing_last(round_: Round, data_reviewer: Person, police_reviewer: Person, returned: str) -> None:
    """Accepted, in part, returned: with everything that the owner does about it."""
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    count = {"nothing": 0, "one": 1, "everything": 3}[returned]
    if keys := keys_of(round_)[:count]:
        told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": keys, "reason": "位置不对"}
        services.mark(police_reviewer, round_.pk, Side.POLICE, Decision.RETURN, **told)
    pass_all(police_reviewer, round_, Side.POLICE)
    assert_all_or_nothing(lambda: close_side(police_reviewer, round_, Side.POLICE))
    round_.refresh_from_db()
    assert round_.outcome == {"nothing": "accepted", "one": "partial", "everything": "returned"}[returned]
    assert CameraVersion.objects.count() == {"nothing": 2, "one": 2, "everything": 0}[returned] - (returned == "one")


def test_withdrawing(round_: Round, meishan_clerk: Person, data_reviewer: Person) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    assert_all_or_nothing(lambda: inventory.withdraw(meishan_clerk, round_.case.subject_id, "传错了文件"))


def test_asking_and_answering(round_: Round, meishan_clerk: Person, data_reviewer: Person) -> None:
    told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": keys_of(round_)[:1], "reason": "型号对吗"}
    services.mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, **told)
    asked = Verdict.objects.get()
    assert_all_or_nothing(lambda: services.answer_question(meishan_clerk, asked.pk, "以平台为准"))


@pytest.mark.parametrize("kind", list(Motion.Kind))
def test_moving(accepted: Round, data_reviewer: Person, kind: Motion.Kind) -> None:
    assert_all_or_nothing(lambda: services.move(data_reviewer, accepted.pk, kind, WHY))


@pytest.mark.parametrize("kind", list(Motion.Kind))
@pytest.mark.parametrize("agree", [True, False])
def test_answering_a_motion(
    accepted: Round, data_reviewer: Person, police_reviewer: Person, kind: Motion.Kind, agree: bool
) -> None:
    """Undoing with its compensating entry, reopening, refusing."""
    motion = services.move(data_reviewer, accepted.pk, kind, WHY)
    assert_all_or_nothing(lambda: services.answer_motion(police_reviewer, motion.pk, agree, "看过了"))


def test_taking_a_motion_back(accepted: Round, data_reviewer: Person) -> None:
    motion = services.move(data_reviewer, accepted.pk, Motion.Kind.UNDO, WHY)
    assert_all_or_nothing(lambda: services.take_back(data_reviewer, motion.pk))


def test_lending_using_and_revoking(round_: Round, data_reviewer: Person) -> None:
    deputy = make_person("deputy", "data-bureau")
    lent: list[Any] = []
    assert_all_or_nothing(
        lambda: lent.append(services.delegate(data_reviewer, deputy, Side.DATA, today(), today(), "出差"))
    )
    assert_all_or_nothing(lambda: pass_all(deputy, round_, Side.DATA))
    assert_all_or_nothing(lambda: services.revoke_delegation(deputy, lent[-1].pk))


# --- F13: told twice, told late, told out of order -------------------------------------------------------------------
def registered() -> tuple[int, int, int]:
    return Camera.objects.count(), CameraVersion.objects.count(), LedgerEntry.objects.count()


def tell(what: str, round_: Round, by: Person) -> None:
    """Deliver an outcome to its owner once more."""
    outcome = getattr(kind_of(inventory.CASE_KIND), what)
    with transaction.atomic():
        outcome(Round.objects.select_related("case").get(pk=round_.pk), by)


def test_an_acceptance_told_twice(accepted: Round, police_reviewer: Person) -> None:
    before = registered()
    with pytest.raises(Conflict, match="已经入库"):
        tell("accepted", accepted, police_reviewer)
    assert registered() == before == (2, 2, 1)


def test_an_acceptance_told_after_the_next(round_: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    """The first round's again, when the second has brought the mended row."""
    submission = Submission.objects.get(pk=round_.case.subject_id)
    camera = next(key for key, part in round_.items.values_list("key", "part") if part == "camera")
    told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": [camera], "reason": "位置不对"}
    services.mark(data_reviewer, round_.pk, Side.DATA, Decision.RETURN, **told)
    first = accept(submission, data_reviewer, police_reviewer)
    resubmitted(submission, {camera: {"brand": "宇视"}})
    accept(submission, data_reviewer, police_reviewer)
    before = registered()
    assert before == (2, 2, 2)
    for late in (first, latest(submission)):
        with pytest.raises(Conflict, match="已经入库"):
            tell("accepted", late, police_reviewer)
    assert registered() == before


def test_a_withdrawal_from_the_registry_told_twice_or_too_early(
    accepted: Round, data_reviewer: Person, police_reviewer: Person
) -> None:
    other = latest(submitted("mabu", rows=1, campaign=make_campaign()))
    before = registered()
    with pytest.raises(LedgerEntry.DoesNotExist):
        tell("undone", other, police_reviewer)
    assert registered() == before
    motion = services.move(data_reviewer, accepted.pk, Motion.Kind.UNDO, WHY)
    services.answer_motion(police_reviewer, motion.pk, True)
    before = registered()
    for what in ("undone", "accepted"):
        with pytest.raises((Conflict, IntegrityError)):
            tell(what, accepted, police_reviewer)
    assert registered() == before


def test_a_press_that_comes_an_hour_late(round_: Round, data_reviewer: Person, police_reviewer: Person) -> None:
    """The second closing again, the mark again, the motion's answer again: each finds it done."""
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    ended = close_side(police_reviewer, round_, Side.POLICE)
    motion = services.move(data_reviewer, ended.pk, Motion.Kind.REOPEN, WHY)
    services.answer_motion(police_reviewer, motion.pk, True)
    count = Entry.objects.count()
    late: list[Act] = [
        lambda: close_side(police_reviewer, round_, Side.POLICE),
        lambda: pass_all(police_reviewer, round_, Side.POLICE),
        lambda: services.answer_motion(police_reviewer, motion.pk, True),
        lambda: services.take_back(data_reviewer, motion.pk),
    ]
    for act in late:
        with pytest.raises(Conflict):
            act()
    assert Entry.objects.count() == count
