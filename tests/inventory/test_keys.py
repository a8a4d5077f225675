"""A row's identity over uploads and rounds: by code, then by place; what is unchanged keeps its verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from inventory import services, uploads
from inventory.models import CameraRow, PlatformRow, SourceFile, Submission, Version
from reviews.models import Decision, Item, Side, Verdict
from reviews.services import mark, tally_of
from tests.hostile.workbooks import book
from tests.inventory.drafts import DEFAULTS, camera_row, platform_row, stamped, started, submitted, uploaded, work
from tests.inventory.quickly import read_here
from tests.inventory.registering import decide
from tests.reviews.scenes import REASON, close_side, latest, pass_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


def keys(submission: Submission) -> dict[str, int]:
    """Name -> key of the newest version's cameras."""
    version = Version.objects.filter(submission=submission).latest("number")
    return dict(CameraRow.objects.filter(source_file__version=version).values_list("name", "key"))  # type: ignore[arg-type]


def again(clerk: Person, submission: Submission, rows: list[dict[str, Any]]) -> None:
    """Upload the mended file in the first one's place."""
    held = SourceFile.objects.filter(version__submission=submission, slot=1).latest("version__number", "pk")
    uploaded(clerk, submission, rows, replaces_id=held.pk)


def test_coded_rows_are_known_wherever_they_stand(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2), camera_row(3)])
    before = keys(submission)
    again(meishan_clerk, submission, [camera_row(3), camera_row(2, code=camera_row(8)["code"]), camera_row(1)])
    assert keys(submission) == before, "a corrected code too: the name and the position are the same"
    again(meishan_clerk, submission, [camera_row(3), camera_row(9), camera_row(1, status="停用")])
    after = keys(submission)
    assert (after["示例路口3"], after["示例路口1"]) == (before["示例路口3"], before["示例路口1"])
    assert after["示例路口9"] not in before.values(), "another code and another name: another camera in its place"
    assert len(set(after.values())) == 3


def test_uncoded_rows_are_known_by_their_place(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [camera_row(1, code=None), camera_row(2, code=None), camera_row(3)])
    before = keys(submission)
    again(
        meishan_clerk,
        submission,
        [camera_row(1, code=None), camera_row(2, code=None, name="改名"), camera_row(3), camera_row(4)],
    )
    after = keys(submission)
    assert after["示例路口1"] == before["示例路口1"]
    assert after["改名"] == before["示例路口2"]
    assert after["示例路口3"] == before["示例路口3"]
    assert after["示例路口4"] not in before.values()


def test_a_code_twice_gives_each_row_its_own_key(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2)])
    twice = [camera_row(1), camera_row(1, name="重复"), camera_row(2)]
    again(meishan_clerk, submission, twice)
    again(meishan_clerk, submission, [*twice, camera_row(3)])
    assert len(set(keys(submission).values())) == 4


def test_platforms_and_cameras_never_share_a_key(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [platform_row()], kind="platform")
    uploaded(meishan_clerk, submission, [camera_row(1)])
    assert PlatformRow.objects.get().key != CameraRow.objects.get().key


def returned_with(clerk: Person, data: Person, police: Person) -> tuple[Submission, dict[str, int]]:
    """Three cameras; the police returned the second, everything else passed."""
    submission = submitted(clerk, [camera_row(1), camera_row(2), camera_row(3)])
    round_, known = latest(submission), keys(submission)
    pass_all(data, round_, Side.DATA)
    close_side(data, round_, Side.DATA)
    wrong = [known["示例路口2"]]
    mark(police, round_.pk, Side.POLICE, Decision.RETURN, version_hash=round_.version_hash, keys=wrong, reason=REASON)
    pass_all(police, round_, Side.POLICE)
    close_side(police, round_, Side.POLICE)
    return submission, known


def test_unchanged_rows_keep_their_verdicts_and_changed_ones_lose_just_theirs(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission, before = returned_with(meishan_clerk, data_reviewer, police_reviewer)
    again(meishan_clerk, submission, [camera_row(3), camera_row(2, status="停用"), camera_row(1)])
    services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))
    assert keys(submission) == before
    second = latest(submission)
    assert second.number == 2
    for side in Side:
        assert tally_of(second, side) == {"pass": 0, "return": 0, "open": 1}, "what both passed is settled"
    changed = Item.objects.get(round=second, key=before["示例路口2"])
    assert not Verdict.objects.filter(item_hash=changed.hash).exists()
    decide(Submission.objects.get(pk=submission.pk))
    assert Submission.objects.get(pk=submission.pk).state == "accepted"


def test_a_wrong_file_in_between_costs_no_verdicts(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """The platform sheet was uploaded by mistake, then the right one."""
    submission, before = returned_with(meishan_clerk, data_reviewer, police_reviewer)
    held = SourceFile.objects.get(version__submission=submission)
    uploads.upload_workbook(meishan_clerk, submission.pk, book(), "别的表.xlsx", DEFAULTS, held.pk)
    work()
    assert keys(submission) == {}
    again(meishan_clerk, submission, [camera_row(1), camera_row(2, status="停用"), camera_row(3)])
    assert keys(submission) == before


def test_removing_and_uploading_anew_costs_no_verdicts_either(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission, before = returned_with(meishan_clerk, data_reviewer, police_reviewer)
    services.remove_file(meishan_clerk, submission.pk, SourceFile.objects.get().pk)
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2), camera_row(3)])
    assert keys(submission) == before


def test_a_version_may_go_in_again_as_it_is_and_what_was_returned_stays_returned(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Only the scan was exchanged: nothing is undecided, and the police still say no."""
    submission, _ = returned_with(meishan_clerk, data_reviewer, police_reviewer)
    services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))
    second = latest(submission)
    assert tally_of(second, Side.DATA) == {"pass": 1, "return": 0, "open": 0}
    assert tally_of(second, Side.POLICE) == {"pass": 0, "return": 1, "open": 0}
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        close_side(by, second, side)
    assert Submission.objects.get().state == "returned"
