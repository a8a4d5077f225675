"""Whose turn it is, and giving a job up; with real workers in tests/inventory/test_queue.py."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from agencies.models import Person
from jobs import services as jobs
from jobs.models import Job
from jobs.services import LeaseLost, Run

pytestmark = pytest.mark.django_db

LONG, SHORT = "test_long", "test_short"


def two_kinds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Two kinds of work that only notes which job it did."""
    done: list[int] = []
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_gave_up", {})
    monkeypatch.setattr(jobs, "_urgent", set())

    def do(run: Run) -> None:
        done.append(run.job.subject_id)
        with run.commit():
            pass

    jobs.register(LONG, do, lambda job: None)
    jobs.register(SHORT, do, lambda job: None, urgent=True)
    return done


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    return two_kinds(monkeypatch)


def queue(by: Person, lanes: list[int], kind: str = LONG, start: int = 1000) -> dict[int, int]:
    """One job for each entry; subject -> lane."""
    return {start + n: jobs.enqueue(kind, start + n, by, lane=lane).lane for n, lane in enumerate(lanes)}


def drain() -> None:
    while Job.objects.filter(state=Job.State.QUEUED).exists():
        jobs.run_next()


def test_one_with_ten_files_does_not_delay_one_with_one(meishan_clerk: Person, kinds: list[int]) -> None:
    lane_of = queue(meishan_clerk, [7] * 10 + [8, 9, 8])
    drain()
    order = [lane_of[subject] for subject in kinds]
    assert order[:5] == [7, 8, 9, 7, 8], "each in turn, the first to come first"
    assert order[5:] == [7] * 8
    assert kinds == [1000, 1010, 1011, 1001, 1012, *range(1002, 1010)], "each lane's own in the order they came"


def test_turns_are_fair_in_any_mixture(meishan_clerk: Person, kinds: list[int]) -> None:
    """While a lane waits, no other one is served twice before it."""
    for seed in range(8):
        draw = random.Random(seed)
        lanes = [draw.randrange(1, 6) for _ in range(30)]
        lane_of = queue(meishan_clerk, lanes, start=10_000 * (seed + 1))
        kinds.clear()
        drain()
        order = [lane_of[subject] for subject in kinds]
        assert Counter(order) == Counter(lanes)
        for place, lane in enumerate(order):
            again = next((n for n in range(place + 1, len(order)) if order[n] == lane), len(order))
            between = set(order[place + 1 : again])
            still_waiting = set(order[place + 1 :]) - {lane}
            assert again == len(order) or between == still_waiting, (seed, place, order)


def test_urgent_work_goes_first_but_not_twice_in_a_row(meishan_clerk: Person, kinds: list[int]) -> None:
    queue(meishan_clerk, [1, 1, 2], LONG, 100)
    queue(meishan_clerk, [3, 3, 3], SHORT, 500)
    drain()
    assert [subject >= 500 for subject in kinds] == [True, False, True, False, True, False]


def test_a_lane_at_work_waits_for_one_that_is_not(meishan_clerk: Person) -> None:
    queue(meishan_clerk, [4, 4, 5])
    taken = [jobs.claim_next() for _ in range(3)]
    assert [job.lane for job in taken if job] == [4, 5, 4]
    assert jobs.claim_next() is None


def test_what_a_worker_cannot_do_is_not_taken(meishan_clerk: Person) -> None:
    queue(meishan_clerk, [4])
    Job.objects.update(format=jobs.FORMAT + 1)
    assert jobs.claim_next() is None
    Job.objects.update(format=jobs.FORMAT, kind="unheard of")
    assert jobs.claim_next() is None


@pytest.mark.parametrize("lanes", [[], [7, 7, 8], [7], [8] * 5 + [9]])
def test_how_many_come_before(lanes: list[int], meishan_clerk: Person, kinds: list[int]) -> None:
    """What the page says of the queue is what happens, when nobody comes after."""
    queue(meishan_clerk, lanes)
    mine = jobs.enqueue(LONG, 1, meishan_clerk, lane=7)
    said = jobs.ahead_of(mine)
    drain()
    assert kinds.index(1) <= said <= kinds.index(1) + 1


# --- giving up ------------------------------------------------------------------------------------------------------
def test_a_cancelled_job_is_nobodys(meishan_clerk: Person, kinds: list[int]) -> None:
    queue(meishan_clerk, [1])
    assert jobs.cancel(LONG, 1000) and not jobs.cancel(LONG, 1000)
    jobs.run_next()
    jobs.sweep()
    job = Job.objects.get()
    assert (job.state, job.token, job.lease_until, kinds) == ("cancelled", None, None, [])
    assert job.ended_at is not None
    queue(meishan_clerk, [1])
    drain()
    assert kinds == [1000], "the same may be asked for again"


def test_its_worker_may_write_nothing_more(meishan_clerk: Person) -> None:
    queue(meishan_clerk, [1])
    job = jobs.claim_next()
    assert job is not None
    run = Run(job)
    assert run.is_mine() and jobs.cancel(LONG, 1000) and not run.is_mine()
    with pytest.raises(LeaseLost):
        run.beat(rows=1)
    with pytest.raises(LeaseLost), run.commit():
        pytest.fail("a cancelled job stored its rows")
    jobs.give_back(job, "too late")
    assert Job.objects.get().state == "cancelled"


def test_what_is_done_cannot_be_cancelled(meishan_clerk: Person) -> None:
    queue(meishan_clerk, [1])
    drain()
    assert not jobs.cancel(LONG, 1000)
    assert Job.objects.get().state == "done"
