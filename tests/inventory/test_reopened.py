"""A report that both sides gave back: it may go as it is after all, and what was said of things left out may change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from agencies.models import Agency, Person
from audit.failures import Conflict
from cameras.models import Camera
from inventory import services
from inventory.leftout import marking
from inventory.leftout.missing import tallies
from inventory.models import LedgerEntry, MissingMark, Submission
from platforms.models import Platform
from reviews.models import Motion, Round
from reviews.services import answer_motion
from tests.factories_inventory import drafted, hand_in, mended, resubmitted, stamp, submitted, submitted_zero
from tests.inventory import web
from tests.inventory.judging import agreed, assert_sound, data, entry, judged, keys, police
from tests.inventory.registering import registered
from tests.reviews.scenes import keys_of, latest

pytestmark = pytest.mark.django_db
Mark = MissingMark.Mark
UNCHANGED = "退回之后还没有修改"


def reopen(submission: Submission) -> None:
    agreed(latest(submission), Motion.Kind.REOPEN)
    submission.refresh_from_db()


def unchanged(by: Person, submission: Submission) -> Any:
    """Press 原样提交审核 on the report's page."""
    client = web.of(by)
    page = client.get(web.url("submission", submission.pk)).content.decode()
    assert "原样提交审核" in page
    return web.form(page, web.url("submission_submit", submission.pk)).send(client)


@pytest.fixture
def reopened() -> Submission:
    submission = submitted("meishan", rows=3)
    judged(submission)
    reopen(submission)
    return submission


# --- by mistake ---------------------------------------------------------------------------------------------------
def test_it_is_handed_in_as_it_is_and_accepted_again(meishan_clerk: Person, reopened: Submission) -> None:
    before = list(Camera.objects.order_by("pk").values())
    page = web.page(meishan_clerk, reopened)
    assert "不用更正的，点“原样提交审核”" in page
    assert unchanged(meishan_clerk, reopened).status_code == 302
    round_ = latest(reopened)
    assert (round_.number, round_.item_count, round_.ended_at) == (2, 0, None)
    assert_sound()
    bench = web.of(data()).get(web.url("review", round_.case_id)).content.decode()
    assert "重新开启后没有改动" in bench
    assert judged(reopened).outcome == Round.Outcome.ACCEPTED
    assert reopened.state == "accepted"
    assert list(Camera.objects.order_by("pk").values()) == before, "nothing of the registry has changed"
    assert entry(latest(reopened)).counts == {"platform": {}, "pole": {}, "camera": {}}
    assert_sound()


def test_the_unit_alone_does_not_end_the_reopening(meishan_clerk: Person, reopened: Submission) -> None:
    """Both sides gave it back, and both close."""
    unchanged(meishan_clerk, reopened)
    reopened.refresh_from_db()
    assert reopened.state == "in_review"
    with pytest.raises(PermissionDenied):
        services.submit(data(), reopened.pk, "")


def test_changed_and_changed_back_is_as_good(meishan_clerk: Person, reopened: Submission) -> None:
    first = keys(reopened)[0]
    mended(reopened, {first: {"brand": "大华"}})
    from inventory.models import CameraRow
    from inventory.versions import rehash

    old = CameraRow.objects.get(source_file__version__number=1, key=first)
    row = CameraRow.objects.get(source_file__version__number=2, key=first)
    row.brand, row.row_hash = old.brand, old.row_hash
    row.save()
    rehash(reopened.versions.get(number=2))
    hand_in(reopened, meishan_clerk)
    assert latest(reopened).item_count == 0
    judged(reopened)
    assert reopened.state == "accepted"
    assert_sound()


def test_taken_back_again_and_handed_in_again(meishan_clerk: Person, reopened: Submission) -> None:
    unchanged(meishan_clerk, reopened)
    services.withdraw(meishan_clerk, reopened.pk, "有一台的位置填错了")
    unchanged(meishan_clerk, reopened)
    assert (latest(reopened).number, latest(reopened).item_count) == (3, 0)
    judged(reopened)
    assert_sound()


def test_reopened_twice(meishan_clerk: Person, reopened: Submission) -> None:
    unchanged(meishan_clerk, reopened)
    judged(reopened)
    reopen(reopened)
    unchanged(meishan_clerk, reopened)
    judged(reopened)
    assert (reopened.state, latest(reopened).number) == ("accepted", 3)
    assert_sound()


def test_it_can_still_be_withdrawn_from_the_registry(meishan_clerk: Person, reopened: Submission) -> None:
    """The batch is that of the first round; the empty one holds nothing."""
    unchanged(meishan_clerk, reopened)
    judged(reopened)
    agreed(Round.objects.get(number=1, case=latest(reopened).case), Motion.Kind.UNDO)
    assert not Camera.objects.filter(life="live").exists()
    assert_sound()


def test_a_zero_report_too(mabu_clerk: Person) -> None:
    zero = submitted_zero("mabu", by=mabu_clerk)
    judged(zero)
    reopen(zero)
    assert unchanged(mabu_clerk, zero).status_code == 302
    assert latest(zero).item_count == 0
    judged(zero)
    assert zero.state == "accepted"
    assert_sound()


def test_what_was_not_reopened_is_not_handed_in_as_it_is(meishan_clerk: Person) -> None:
    whole = submitted("meishan", rows=1)
    judged(whole, keys(whole))
    with pytest.raises(Conflict, match=UNCHANGED):
        services.submit(meishan_clerk, whole.pk, whole.versions.get().hash)
    assert "原样提交审核" not in web.page(meishan_clerk, whole)


def test_a_part_that_was_returned_is_mended_as_ever(meishan_clerk: Person) -> None:
    partial = submitted("meishan", rows=2)
    judged(partial, keys(partial)[:1])
    with pytest.raises(Conflict, match=UNCHANGED):
        services.submit(meishan_clerk, partial.pk, partial.versions.get().hash)
    assert "原样提交审核" not in web.page(meishan_clerk, partial)


def test_a_motion_that_was_refused_opens_nothing(meishan_clerk: Person, data_reviewer: Person) -> None:
    from reviews.services import move

    submission = submitted("meishan", rows=1)
    judged(submission)
    answer_motion(
        police(), move(data_reviewer, latest(submission).pk, Motion.Kind.REOPEN, "有误").pk, False, "没有差错"
    )
    with pytest.raises(Conflict):
        services.submit(meishan_clerk, submission.pk, submission.versions.get().hash)
    submission.refresh_from_db()
    assert submission.state == "accepted"


def test_after_a_change_was_returned_it_is_mended_as_ever(meishan_clerk: Person, reopened: Submission) -> None:
    """The reopening is over with the next decision."""
    first = keys(reopened)[0]
    resubmitted(reopened, {first: {"brand": "大华"}})
    judged(reopened, [first])
    with pytest.raises(Conflict, match=UNCHANGED):
        services.submit(meishan_clerk, reopened.pk, reopened.versions.get(number=2).hash)


# --- what was said of things left out -----------------------------------------------------------------------------
RECEIVER = "mabu"


def marked(said: MissingMark.Mark, by: Person, *, reopening: bool = True) -> tuple[Submission, Camera]:
    """A second survey that leaves one of two cameras out and says this of it; accepted, and reopened."""
    registered("meishan", cameras=[{"name": "甲"}, {"name": "乙"}])
    here, gone = Camera.objects.order_by("pk")
    submission = drafted("meishan", values=[{"name": here.name, "code": here.code}], missing=None, by=by)
    say(by, submission, gone, said)
    stamp(submission, by)
    hand_in(submission, by)
    judged(submission)
    if reopening:
        reopen(submission)
    return submission, gone


def say(
    by: Person, submission: Submission, thing: Camera | Platform, said: MissingMark.Mark | None, note: str = ""
) -> int:
    to = Agency.objects.get(code=RECEIVER).pk if said == Mark.TRANSFERRED else None
    return marking.mark(by, submission.pk, "camera", [thing.pk], said, to_agency_id=to, note=note)


def again(by: Person, submission: Submission) -> Round:
    stamp(submission, by)
    hand_in(submission, by)
    return judged(submission)


def as_it_stands(camera: Camera) -> tuple[str, str, str]:
    now = Camera.objects.get(pk=camera.pk)
    return now.life, now.reporting_agency.code, now.owner.code


@pytest.mark.parametrize("said", Mark)
def test_without_a_reopening_it_stands(said: MissingMark.Mark, meishan_clerk: Person) -> None:
    submission, gone = marked(said, meishan_clerk, reopening=False)
    with pytest.raises(Conflict):
        say(meishan_clerk, submission, gone, Mark.ELSEWHERE)


STANDS = {
    Mark.PRESENT: ("live", "meishan", "meishan"),
    Mark.ELSEWHERE: ("live", "meishan", "meishan"),
    Mark.REMOVED: ("retired", "meishan", "meishan"),
    Mark.TRANSFERRED: ("live", "mabu", "mabu"),
}


@pytest.mark.parametrize("new", Mark)
@pytest.mark.parametrize("old", Mark)
def test_after_a_reopening_it_may_be_changed(
    old: MissingMark.Mark, new: MissingMark.Mark, meishan_clerk: Person
) -> None:
    submission, gone = marked(old, meishan_clerk)
    assert as_it_stands(gone) == STANDS[old]
    agency = submission.obligation.agency_id
    (tally,) = tallies(submission.versions.get(), agency)
    assert (tally.kind, tally.total, tally.open) == ("camera", 1, 0)
    assert say(meishan_clerk, submission, gone, new, "核实后更正") == 1
    version = submission.versions.get(number=2)
    assert [(mark.thing_id, mark.mark) for mark in version.missing_marks.all()] == [(gone.pk, new)]
    round_ = again(meishan_clerk, submission)
    assert keys_of(round_) == [version.missing_marks.get().item_key]
    assert as_it_stands(gone) == STANDS[new]
    assert sum(entry(round_).counts["camera_marks"].values()) == 1
    assert_sound()
    agreed(round_, Motion.Kind.UNDO)
    assert as_it_stands(gone) == STANDS[old], "and taken out of the registry again"
    assert_sound()


def test_it_is_on_the_page_and_can_be_pressed_there(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.REMOVED, meishan_clerk)
    listed = web.of(meishan_clerk).get(web.url("submission_missing", submission.pk)).content.decode()
    assert gone.number in listed and "拆除" in listed
    told = {"mark": Mark.PRESENT.value, "things": [gone.pk], "back": "kind=camera"}
    answer = web.of(meishan_clerk).post(web.url("submission_missing_mark", submission.pk), told)
    assert answer.status_code == 302
    assert submission.versions.get(number=2).missing_marks.get().mark == Mark.PRESENT


def test_what_is_taken_back_must_be_said_anew(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.PRESENT, meishan_clerk)
    assert say(meishan_clerk, submission, gone, None) == 1
    stops = services.obstacles(submission, submission.versions.get(number=2))
    assert any("请逐台说明" in each for each in stops)


def test_what_is_not_changed_is_not_judged_again(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.REMOVED, meishan_clerk)
    assert say(meishan_clerk, submission, gone, Mark.REMOVED) == 0, "that is what is said already"
    first = keys(submission)[0]
    resubmitted(submission, {first: {"brand": "宇视"}})
    assert keys_of(latest(submission)) == [first]
    judged(submission)
    assert as_it_stands(gone) == STANDS[Mark.REMOVED]
    assert_sound()


def test_a_code_that_another_has_by_now_is_not_taken_from_it(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.REMOVED, meishan_clerk)
    registered("mabu", cameras=[{"name": "丙", "code": gone.code}])
    assert tallies(submission.versions.get(), submission.obligation.agency_id) == []
    with pytest.raises(Conflict):
        say(meishan_clerk, submission, gone, Mark.PRESENT)


def test_a_code_that_another_gets_during_the_review_is_not_taken_either(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.REMOVED, meishan_clerk)
    say(meishan_clerk, submission, gone, Mark.PRESENT)
    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    registered("mabu", cameras=[{"name": "丙", "code": gone.code}])
    judged(submission)
    assert entry(latest(submission)).counts["camera_marks"] == {"void": 1}
    assert as_it_stands(gone) == STANDS[Mark.REMOVED]
    assert_sound()


def test_what_the_receiver_has_changed_since_is_the_receivers(meishan_clerk: Person) -> None:
    submission, gone = marked(Mark.TRANSFERRED, meishan_clerk)
    registered("mabu", cameras=[{"name": gone.name, "code": gone.code, "brand": "宇视"}])
    with pytest.raises(Conflict):
        say(meishan_clerk, submission, gone, Mark.PRESENT)
    assert as_it_stands(gone)[:2] == ("live", "mabu")
    assert LedgerEntry.objects.count() == 3
