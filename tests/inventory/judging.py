"""Rounds that end the way a test wants it: these rows go back, these codes are settled so, all others are passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agencies.models import Person, Role
from inventory.invariants import reviewing, violations
from inventory.models import CameraRow, LedgerEntry, Submission
from reviews.models import Choice, Decision, Motion, Round, Side
from reviews.services import answer_motion, close, mark, move
from tests.inventory.registering import reviewer
from tests.reviews.scenes import latest

REASON = "编码与平台导出的不一致，请核对后重填"


def data() -> Person:
    return reviewer("data-1", "data-bureau", Role.DATA_REVIEWER)


def police() -> Person:
    return reviewer("police-1", "police", Role.POLICE_REVIEWER)


def say(by: Person, side: Side, round_: Round, back: Collection[int], choices: Mapping[int, Choice]) -> None:
    """One side's word on every item of the round."""
    content = round_.version_hash
    if choices:
        mark(by, round_.pk, side, Decision.PASS, version_hash=content, keys=list(choices), choices=choices)
    if back:
        mark(by, round_.pk, side, Decision.RETURN, version_hash=content, keys=list(back), reason=REASON)
    mark(by, round_.pk, side, Decision.PASS, version_hash=content)


def judged(submission: Submission, back: Collection[int] = (), choices: Mapping[int, Choice] | None = None) -> Round:
    """Both sides return the rows with these keys, settle these codes, and pass all others."""
    round_ = latest(submission)
    for by, side in ((data(), Side.DATA), (police(), Side.POLICE)):
        say(by, side, round_, back, choices or {})
        round_ = close(by, round_.pk, side, version_hash=round_.version_hash)
    submission.refresh_from_db()
    return round_


def agreed(round_: Round, kind: Motion.Kind) -> Motion:
    """The data bureau moves, the police agree."""
    motion = move(data(), round_.pk, kind, "登记有误，需要重新核实")
    return answer_motion(police(), motion.pk, True)


def keys(submission: Submission) -> list[int]:
    """Of the newest version's camera rows, from top to bottom."""
    version = submission.versions.latest("number")
    return list(CameraRow.objects.filter(source_file__version=version).order_by("row").values_list("key", flat=True))


def entry(round_: Round, kind: str = "acceptance") -> LedgerEntry:
    return LedgerEntry.objects.get(round=round_, kind=kind)


def assert_sound() -> None:
    """What must hold after every act; rows of these tests have hashes of their own making."""
    assert violations("I2", "I3", "I5", "I6", "I7", "I11") == {}
    assert list(reviewing.four_eyes()) == []
