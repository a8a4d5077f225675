"""Two at once: two answers of one owner, handing over twice, both sides closing together, two searches."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from audit.failures import Conflict
from audit.models import Entry
from planning import asking, deciding, searching
from planning.models import Carrying, Proposal, Reply, Search
from reviews.models import Decision, Round, Side
from reviews.services import close, mark
from tests.planning import scenes


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Let them begin together; "done" or the name of what was raised, of each."""
    barrier, told = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            act()
            told[place] = "done"
        except Exception as error:  # noqa: BLE001 - what it was is what the test asks
            told[place] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return sorted(told)


@pytest.fixture
def stage(real_db: str) -> None:
    """A database of its own, with real commits."""


def test_each_act_happens_once(stage: None) -> None:
    """One proposal through its life, every act pressed by two at once."""
    office = scenes.office()
    proposal = scenes.found()
    assert at_once(*[lambda: asking.ask(office, proposal.pk)] * 2) == ["Conflict", "done"]
    assert Reply.objects.count() == 2
    own, colleague = scenes.clerk("mabu"), scenes.somebody("clerk-mabu-2", "mabu", "clerk")
    meishan = scenes.clerk("meishan")
    told = at_once(
        lambda: asking.answer(own, proposal.pk, "accept"),
        lambda: asking.answer(colleague, proposal.pk, "refuse", "要拍村口"),
        lambda: asking.answer(meishan, proposal.pk, "accept"),
    )
    assert told == ["Conflict", "done", "done"]
    assert scenes.fresh(proposal).state == "answered"
    assert Entry.objects.filter(action="proposal.answered").count() == 2
    told = at_once(
        lambda: deciding.hand_over(office, proposal.pk),
        lambda: deciding.hand_over(office, proposal.pk),
        lambda: asking.dismiss(office, proposal.pk, "不办了"),
    )
    assert told == ["Conflict", "Conflict", "done"]
    if scenes.fresh(proposal).state == "dismissed":
        asking.resume(office, proposal.pk)
        scenes.answered(proposal)
        deciding.hand_over(office, proposal.pk)
    round_ = Round.objects.get(case__kind="proposal")
    judges = [
        (scenes.somebody("data-1", "data-bureau", "data_reviewer"), Side.DATA),
        (scenes.somebody("police-1", "police", "police_reviewer"), Side.POLICE),
    ]
    for by, side in judges:
        mark(by, round_.pk, side, Decision.PASS, version_hash=round_.version_hash)
    closing = [lambda by=by, side=side: close(by, round_.pk, side, version_hash=round_.version_hash)
               for by, side in judges for _ in range(2)]  # fmt: skip
    assert at_once(*closing) == ["Conflict", "Conflict", "done", "done"]
    assert scenes.fresh(proposal).state == "settled"
    assert scenes.measures(proposal) == {"meishan": "一机多用", "mabu": "拆除"}
    assert Carrying.objects.count() == 2
    assert Entry.objects.filter(action="case.accepted", object_type="reviews.case").count() == 1


def test_two_searches_at_once_are_one(stage: None) -> None:
    office = scenes.office()
    assert at_once(*[lambda: searching.start(office, ["duplicate"], 30, 20)] * 3) == ["Conflict", "Conflict", "done"]
    assert Search.objects.count() == 1
    assert Proposal.objects.count() == 0
    with pytest.raises(Conflict, match="正在进行"):
        searching.start(office, ["duplicate"], 30, 20)
