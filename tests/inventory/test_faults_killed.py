"""F07: the process that registers an approved report is killed after one of its statements, whichever it is.

Afterwards there is nothing of it or all of it, no invariant is broken, and who presses again gets it done. Real
processes, real commits; the COMMIT counts as a statement.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.models import Entry
from cameras.models import Camera
from inventory import services
from inventory.invariants import violations
from inventory.leftout import marking
from inventory.models import CameraRow, LedgerEntry, MissingMark, ReportKind, Submission, Version
from inventory.registering.checks import check_registry
from reviews import services as reviews
from reviews.models import Decision, Motion, Side
from tests.audit.copying import tables
from tests.factories_inventory import make_campaign
from tests.inventory.drafts import camera_row, platform_row, started, uploaded
from tests.inventory.quickly import read_here, store_in
from tests.inventory.quickly import stamp as stamp_within
from tests.inventory.registering import decide
from tests.inventory.test_races import owed
from tests.reviews.processes import act, processes
from tests.reviews.scenes import close_side, latest, pass_all

STEP = 3
"""The suite kills after each third statement, the night after each and the COMMIT."""
NOW_AND_THEN = 8
"""After so many of these the suite looks in full at what the killed one left, the night after each."""


@dataclass(frozen=True)
class Deed:
    """What is killed: as a process is told, as it is done here, and what is to be seen once it is done."""

    told: dict[str, Any]
    do: Callable[[], object]
    is_done: Callable[[], bool]


@pytest.fixture(autouse=True)
def _intake(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)
    store_in(settings, tmp_path)


@pytest.fixture
def again(real_db: str, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> Submission:
    """A second list over a registered first one: changed, unchanged, new and removed; on poles, with a platform."""
    first = started(meishan_clerk)
    uploaded(meishan_clerk, first, [platform_row()], kind="platform")
    uploaded(meishan_clerk, first, [camera_row(1, pole_number="MS-1"), camera_row(2), camera_row(3), camera_row(4)])
    services.submit(meishan_clerk, first.pk, stamp(meishan_clerk, first).hash)
    decide(first)
    (obligation,) = owed("meishan", [make_campaign()])
    second = services.start(meishan_clerk, obligation.pk, ReportKind.ROWS)
    uploaded(meishan_clerk, second, [platform_row(address="示例街2号")], kind="platform")
    rows = [camera_row(1, pole_number="MS-1", pole_height=6), camera_row(2, brand="大华"), camera_row(4)]
    uploaded(meishan_clerk, second, [*rows, camera_row(5, pole_number="MS-2")])
    gone = Camera.objects.get(name="示例路口3").pk
    marking.mark(meishan_clerk, second.pk, "camera", [gone], MissingMark.Mark.REMOVED)
    stamp(meishan_clerk, second)
    return second


def stamp(by: Person, submission: Submission) -> Version:
    with transaction.atomic():
        return stamp_within(by, submission)


def handed_in(submission: Submission, by: Person) -> Submission:
    return services.submit(by, submission.pk, Version.objects.get(submission=submission, submitted_at=None).hash)


def last_closing(submission: Submission, data: Person, police: Person, returned: bool) -> Deed:
    """The closing that registers the report, whole or without a row that was returned."""
    round_ = latest(submission)
    pass_all(data, round_, Side.DATA)
    close_side(data, round_, Side.DATA)
    if returned:
        keys = [CameraRow.objects.get(source_file__version__submission=submission, name="示例路口5").key]
        told: dict[str, Any] = {"version_hash": round_.version_hash, "keys": keys, "reason": "位置不对"}
        reviews.mark(police, round_.pk, Side.POLICE, Decision.RETURN, **told)
    pass_all(police, round_, Side.POLICE)
    content = round_.version_hash
    return Deed(
        act("close", police, round_id=round_.pk, side="police", version_hash=content),
        lambda: close_side(police, round_, Side.POLICE),
        lambda: LedgerEntry.objects.filter(round=round_).exists(),
    )


def test_registering(
    real_db: str,
    again: Submission,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    tmp_path: Path,
    every: tuple[int, int],
) -> None:
    deed = last_closing(handed_in(again, meishan_clerk), data_reviewer, police_reviewer, returned=False)
    statements = assert_nothing_or_all(deed, real_db, tmp_path, every)
    assert statements > 60
    live = Camera.objects.filter(life="live").order_by("name")
    assert [(camera.name, camera.brand) for camera in live] == [
        ("示例路口1", "海康威视"),
        ("示例路口2", "大华"),
        ("示例路口4", "海康威视"),
        ("示例路口5", "海康威视"),
    ]


@pytest.mark.nightly
def test_registering_in_part(
    real_db: str,
    again: Submission,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    tmp_path: Path,
    every: tuple[int, int],
) -> None:
    deed = last_closing(handed_in(again, meishan_clerk), data_reviewer, police_reviewer, returned=True)
    assert_nothing_or_all(deed, real_db, tmp_path, every)
    assert Submission.objects.get(pk=again.pk).state == "returned"
    assert not Camera.objects.filter(name="示例路口5").exists()


@pytest.mark.nightly
def test_withdrawing_from_the_registry(
    real_db: str,
    again: Submission,
    meishan_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    tmp_path: Path,
    every: tuple[int, int],
) -> None:
    decide(handed_in(again, meishan_clerk))
    motion = reviews.move(data_reviewer, latest(again).pk, Motion.Kind.UNDO, "整批位置有误")
    deed = Deed(
        act("answer_motion", police_reviewer, motion_id=motion.pk, agree=True),
        lambda: reviews.answer_motion(police_reviewer, motion.pk, True),
        lambda: LedgerEntry.objects.filter(kind=LedgerEntry.Kind.WITHDRAWAL).exists(),
    )
    assert_nothing_or_all(deed, real_db, tmp_path, every)
    assert Camera.objects.get(name="示例路口3").life == "live"


@pytest.mark.nightly
def test_handing_in(
    real_db: str, again: Submission, meishan_clerk: Person, tmp_path: Path, every: tuple[int, int]
) -> None:
    version = Version.objects.get(submission=again, submitted_at=None)
    with transaction.atomic():
        # What the registry says by now is written down before anything is handed in, and stays whatever happens then.
        check_registry(version.pk, again.obligation.agency_id)
    content = version.hash
    deed = Deed(
        act("submit", meishan_clerk, submission_id=again.pk, version_hash=content),
        lambda: handed_in(again, meishan_clerk),
        lambda: Submission.objects.get(pk=again.pk).state == Submission.State.IN_REVIEW,
    )
    assert_nothing_or_all(deed, real_db, tmp_path, every)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> tuple[int, int]:
    """After which statements it is killed, and after which of these all is looked at."""
    return (1, 1) if request.config.getoption("--nightly") else (STEP, NOW_AND_THEN)


def assert_nothing_or_all(deed: Deed, database: str, folder: Path, every: tuple[int, int]) -> int:
    """Kill it after the first statement, a later one, and so on, until it got through; returns how many there were."""
    before, entries = tables(), Entry.objects.count()
    step, in_full = every
    with processes(database, folder) as run:
        for turn in itertools.count():
            (told,) = run(deed.told, dies_after=1 + turn * step)
            if deed.is_done():
                break
            assert told.killed, told
            assert told.statements + told.commits == 1 + turn * step
            assert tables() == before, told
            if turn % in_full == 0:
                assert not (found := violations()), (told, found)
                assert_pressed_again_it_is_done(deed)
        assert told.commits, "nothing is there before it was committed"
        assert told.killed or step > 1, "the last one was killed with its COMMIT done"
        done = tables()
        assert not (found := violations()), found
        assert Entry.objects.count() > entries
        assert journal.verify() == (Entry.objects.count(), None)
        (once_more,) = run(deed.told)
        assert once_more.end.startswith("Conflict"), once_more
        assert tables() == done
    return told.statements


def assert_pressed_again_it_is_done(deed: Deed) -> None:
    """And then undone, so that the next one may be killed at it."""
    with transaction.atomic():
        deed.do()
        assert deed.is_done()
        assert not (found := violations()), found
        transaction.set_rollback(True)
