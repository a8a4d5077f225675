"""Whatever two clerks and four reviewers press, in whatever order: what must hold, holds (F33, small).

Each example is a walk of presses. Most take the next sensible step, so that walks get somewhere; the others press
anything at all. A press may be refused with 403, 409 or 422; anything else that is raised ends the test.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Person
from audit.failures import Conflict, Invalid
from inventory import invariants, services, uploads
from inventory.campaign.obligations import ObligationState
from inventory.invariants import keeping
from inventory.models import ChangeSet, Clash, Obligation, ReportKind, SourceFile, Submission, Version
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from inventory.registering.targets import TARGETS
from inventory.workbook import clashes, settling
from reviews.models import Case, Decision, Item, Round, Side
from reviews.services import close, mark, tally_of
from sheets.findings import Refused
from tests.factories import make_person
from tests.inventory import web
from tests.inventory.drafts import DEFAULTS, camera_row, obligation_of, platform_row, unreadable, work, workbook
from tests.inventory.quickly import read_here, stamp, store_in

pytestmark = pytest.mark.django_db

CLERKS = {"clerk-meishan": "meishan", "clerk-mabu": "mabu"}
SIDES = {"data-1": Side.DATA, "data-2": Side.DATA, "police-1": Side.POLICE, "police-2": Side.POLICE}
#: Cameras that both units may report; the last workbook has an error in it, the one before cannot be read.
BOOKS = [
    workbook([camera_row(1, pole_number="MS-1"), camera_row(2)]),
    workbook([camera_row(2, status="停用"), camera_row(1), camera_row(3, code=None)]),
    workbook([camera_row(4, brand="/"), camera_row(1, pole_number="MS-2", pole_height=6)]),
    workbook([platform_row()], "platform"),
    unreadable(),
    workbook([camera_row(5, name="")]),
]


def person(name: str) -> Person:
    return Person.objects.get(username=name)


def owed(clerk: str) -> Obligation:
    return obligation_of(CLERKS[clerk])


def latest(clerk: str) -> Submission | None:
    return Submission.objects.filter(obligation=owed(clerk)).order_by("-number").first()


def current(clerk: str) -> Submission:
    found = latest(clerk)
    if found is None:
        raise Conflict("nothing begun")
    return found


# --- presses --------------------------------------------------------------------------------------------------------
def start(clerk: str, number: int) -> None:
    services.start(person(clerk), owed(clerk).pk, ReportKind.ZERO if number % 4 == 3 else ReportKind.ROWS)


def upload(clerk: str, number: int) -> None:
    submission = current(clerk)
    held = list(SourceFile.objects.filter(version__submission=submission).order_by("-pk").values_list("pk", flat=True))
    replaces = ([None, *held] * 9)[number % 7]
    uploads.upload_workbook(
        person(clerk), submission.pk, BOOKS[number % len(BOOKS)], f"表{number % 3}.xlsx", DEFAULTS, replaces
    )


def remove(clerk: str, number: int) -> None:
    submission = current(clerk)
    held = list(SourceFile.objects.filter(version__submission=submission).order_by("pk").values_list("pk", flat=True))
    services.remove_file(person(clerk), submission.pk, (held or [0])[number % max(1, len(held))])


def read(clerk: str, number: int) -> None:
    work()


TEXTS = (("name", "示例路口东"), ("code", "34152400001320000002"), ("name", ""), ("brand", "/"), ("code", ""))


def on_screen(clerk: str, number: int) -> tuple[str, int]:
    """A row of the newest version: its kind and key; now and then one that is gone."""
    version = Version.objects.filter(submission=current(clerk)).latest("number")
    for target in TARGETS if number % 5 else reversed(TARGETS):
        rows = target.row._default_manager.filter(source_file__version=version).order_by("key")
        if keys := list(rows.values_list("key", flat=True)):
            return target.kind, keys[number % len(keys)] if number % 9 else 10**9
    raise Conflict("no rows")


def edit(clerk: str, number: int) -> None:
    kind, key = on_screen(clerk, number)
    column, text = TEXTS[number % len(TEXTS)]
    was = "not this" if number % 8 == 7 else None
    changes.change(person(clerk), current(clerk).pk, kind, [Cell(key, column, text, was)], ChangeSet.Way.EDIT)


def drop_row(clerk: str, number: int) -> None:
    kind, key = on_screen(clerk, number)
    changes.remove_rows(person(clerk), current(clerk).pk, kind, [key])


def take_back(clerk: str, number: int) -> None:
    changes.undo(person(clerk), current(clerk).pk)


def settle(clerk: str, number: int) -> None:
    choice = Clash.Choice.SCREEN if number % 2 else Clash.Choice.FILE
    first = Clash.objects.filter(choice="").first() if number % 3 else None
    settling.settle(person(clerk), current(clerk).pk, choice, first.pk if first else None)


def state_zero(clerk: str, number: int) -> None:
    services.state_zero(person(clerk), current(clerk).pk, web.REASON + "再次核实。" * (number % 2))


def attach(clerk: str, number: int) -> None:
    with transaction.atomic():
        stamp(person(clerk), current(clerk))


def submit(clerk: str, number: int) -> None:
    submission = current(clerk)
    known = Version.objects.filter(submission=submission).order_by("-number").values_list("hash", flat=True)
    services.submit(person(clerk), submission.pk, list(known)[number % 2 if len(known) > 1 else 0])


def discard(clerk: str, number: int) -> None:
    services.discard(person(clerk), current(clerk).pk)


def rounds(clerk: str) -> Round:
    case = Case.objects.filter(subject_id=current(clerk).pk).first()
    found = Round.objects.filter(case=case).order_by("-number").first() if case else None
    if found is None:
        raise Conflict("nothing under review")
    return found


def judge(clerk: str, number: int) -> None:
    """One reviewer, for one side (sometimes not their own), says something of all rows or of one."""
    round_ = rounds(clerk)
    name = list(SIDES)[number % 4]
    side = SIDES[list(SIDES)[number % 5 % 4]]
    decision = [Decision.PASS, Decision.PASS, Decision.RETURN, Decision.QUESTION][number % 11 % 4]
    keys = list(Item.objects.filter(round=round_).order_by("key").values_list("key", flat=True))
    chosen = None if number % 3 else keys[: 1 + number % 2]
    mark(person(name), round_.pk, side, decision, version_hash=round_.version_hash, keys=chosen, reason="请核对")


def end(clerk: str, number: int) -> None:
    round_, name = rounds(clerk), list(SIDES)[number % 4]
    close(person(name), round_.pk, SIDES[name], version_hash=round_.version_hash)


def forward(clerk: str, number: int) -> None:
    """The next sensible step of this unit's report, whoever's turn it is."""
    submission = latest(clerk)
    if submission is None or submission.state in ("accepted", "discarded"):
        return start(clerk, 0)
    if submission.state == "in_review":
        return _review(clerk, number)
    version = submission.versions.latest("number")
    if version.is_stale:
        return work()
    if clashes.unsettled(version).exists():
        return settle(clerk, 3 * number)
    if version.submitted_at is not None or not version.hash:
        if submission.kind == ReportKind.ZERO:
            return state_zero(clerk, number)
        return _mend(clerk, submission, number)
    if SourceFile.objects.filter(version=version, state="reading").exists():
        return work()
    if submission.kind == ReportKind.ROWS and number % 6 == 4:
        return edit(clerk, number)
    if version.scan_hash != version.hash:
        return attach(clerk, number)
    return submit(clerk, 0)


def _mend(clerk: str, submission: Submission, number: int) -> None:
    held = SourceFile.objects.filter(version__submission=submission, slot=1).order_by("-version__number").first()
    replaces = held.pk if held else None
    uploads.upload_workbook(person(clerk), submission.pk, BOOKS[number % 3], "表.xlsx", DEFAULTS, replaces)
    work()


def _review(clerk: str, number: int) -> None:
    round_ = rounds(clerk)
    for name in ("data-1", "police-1") if number % 2 else ("police-2", "data-2"):
        side = SIDES[name]
        if not round_.closings.filter(side=side).exists():
            if tally_of(round_, side)["open"]:
                mark(person(name), round_.pk, side, Decision.PASS, version_hash=round_.version_hash)
            close(person(name), round_.pk, side, version_hash=round_.version_hash)
            return


Press = Callable[[str, int], None]
ANY: list[Press] = [
    start, upload, remove, read, state_zero, attach, submit, discard, judge, judge, end,
    edit, edit, drop_row, take_back, settle,
]  # fmt: skip
MOSTLY_FORWARD = ANY + [forward] * 3 * len(ANY)
PRESSES = st.tuples(st.sampled_from(MOSTLY_FORWARD), st.sampled_from(list(CLERKS)), st.integers(0, 999))


def assert_the_roster_adds_up() -> None:
    """Every obligation is in exactly one state, and together they are the roster."""
    standing = Obligation.objects.with_state()
    told = [standing.filter(state=state).count() for state in ObligationState]  # type: ignore[misc]
    assert sum(told) == Obligation.objects.count()


def walked(walk: list[tuple[Press, str, int]], seen: Counter[str]) -> None:
    """Press it all, see that what must hold holds, and leave nothing behind."""
    with transaction.atomic():
        for press, clerk, number in walk:
            try:
                with transaction.atomic():
                    press(clerk, number)
            except (Conflict, Invalid, PermissionDenied, Refused):
                seen["refused"] += 1
        assert_the_roster_adds_up()
        assert invariants.violations() == {}
        seen.update(Submission.objects.values_list("state", flat=True))
        seen["rounds"] += Round.objects.count()
        seen["changes"] += ChangeSet.objects.count()
        transaction.set_rollback(True)


WALKS = given(walk=st.lists(PRESSES, min_size=40, max_size=60))
ENDLESS = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def test_whatever_is_pressed(lived_in: Counter[str]) -> None:
    """The same walks each time, drawn by dice of our own: what Hypothesis draws depends on what else is loaded."""
    dice = random.Random(20260801)
    for _ in range(4):
        walk = [(dice.choice(MOSTLY_FORWARD), dice.choice(list(CLERKS)), dice.randrange(1000)) for _ in range(50)]
        walked(walk, lived_in)


@pytest.mark.nightly
@settings(ENDLESS, max_examples=300)
@WALKS
def test_whatever_is_pressed_all_night(walk: list[tuple[Press, str, int]], lived_in: Counter[str]) -> None:
    walked(walk, lived_in)


@pytest.fixture
def lived_in(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Counter[str]]:
    """The cast; and afterwards, that the walks were worth their while."""
    read_here(monkeypatch)
    store_in(settings, tmp_path)
    monkeypatch.setattr(keeping, "ORPHANS_AFTER", 1e9)  # each walk is rolled back, its files stay
    for name, agency in CLERKS.items():
        make_person(name, agency, "clerk")
        obligation_of(agency)
    for name, side in SIDES.items():
        role = "data_reviewer" if side == Side.DATA else "police_reviewer"
        make_person(name, "data-bureau" if side == Side.DATA else "police", role)
    seen: Counter[str] = Counter()
    yield seen
    assert seen["accepted"] >= 3 and seen["rounds"] > seen["accepted"] and seen["refused"] > 20, seen
    assert seen["changes"] >= 5, seen
