"""Pages that no longer tell the truth: skipped steps, replays, stale content, edits in between (T18 to T21)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.failures import Conflict
from inventory import services as inventory
from inventory.models import CameraRow, Version
from reviews.models import Case, Closing, Decision, Round, Side, Verdict
from reviews.services import mark
from tests.factories_inventory import drafted, hand_in, resubmitted, submitted
from tests.reviews.scenes import REASON, accept, case_of, keys_of, latest, mended, pass_all, send_back, stamp

ACTS = ["review_pass", "review_return", "review_close"]


def press(client: Client, act: str, round_: Round, side: Side, **changed: object) -> int:
    told = stamp(round_, side, keys=keys_of(round_)[:1], reason="位置不对") | changed
    return client.post(reverse(act, args=[round_.case_id]), told).status_code


def said(case: Case) -> tuple[int, int]:
    return Verdict.objects.filter(case=case).count(), Closing.objects.filter(case=case).count()


@pytest.mark.parametrize("act", ACTS)
def test_a_draft_has_no_case_to_decide(client: Client, data_reviewer: Person, act: str) -> None:
    submission = drafted("meishan", rows=1)
    client.force_login(data_reviewer)
    assert not Case.objects.filter(subject_id=submission.pk).exists()
    told = {"round": 1, "side": "data", "version_hash": submission.versions.get().hash, "keys": 1}
    assert client.post(reverse(act, args=[1]), told).status_code == 404


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("end", [accept, send_back])
def test_an_ended_round_is_not_decided_again(
    client: Client, data_reviewer: Person, police_reviewer: Person, act: str, end: object
) -> None:
    submission = submitted("meishan", rows=2)
    round_ = end(submission, data_reviewer, police_reviewer)  # type: ignore[operator]
    before = said(case_of(submission))
    client.force_login(data_reviewer)
    # Who closed the side and presses again is shown what was done (F14); nothing more happens.
    assert press(client, act, round_, Side.DATA) == (302 if act == "review_close" else 409)
    assert said(case_of(submission)) == before


@pytest.mark.parametrize("act", ACTS)
def test_a_replay_after_return_and_resubmission(
    client: Client, data_reviewer: Person, police_reviewer: Person, act: str
) -> None:
    submission = submitted("meishan", rows=2)
    first = send_back(submission, data_reviewer, police_reviewer)
    mended(submission)
    before = said(case_of(submission))
    client.force_login(data_reviewer)
    assert press(client, act, first, Side.DATA) == 409
    assert press(client, act, latest(submission), Side.DATA, version_hash=first.version_hash) == 409
    assert said(case_of(submission)) == before


@pytest.mark.parametrize("act", ACTS)
def test_a_replay_when_the_very_same_content_came_back(
    client: Client, data_reviewer: Person, police_reviewer: Person, act: str
) -> None:
    """The hash alone would let it through; the round is named too."""
    submission = submitted("meishan", rows=2)
    first = send_back(submission, data_reviewer, police_reviewer)
    resubmitted(submission, {})
    assert latest(submission).version_hash == first.version_hash
    client.force_login(data_reviewer)
    assert press(client, act, first, Side.DATA) == 409


@pytest.mark.parametrize("act", ACTS)
def test_another_content_than_the_page_showed(client: Client, data_reviewer: Person, act: str) -> None:
    round_ = latest(submitted("meishan", rows=2))
    pass_all(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    assert press(client, act, round_, Side.DATA, version_hash="0" * 64) == 409
    assert said(round_.case) == (2, 0)


def test_nothing_can_be_edited_between_the_two_verdicts(data_reviewer: Person, meishan_colleague: Person) -> None:
    submission = submitted("meishan", rows=2)
    round_ = latest(submission)
    pass_all(data_reviewer, round_, Side.DATA)
    with pytest.raises(Conflict, match="待审"), transaction.atomic():
        inventory.locked(meishan_colleague, submission.pk)
    source = submission.versions.get().files.get()
    with pytest.raises(Conflict):
        inventory.remove_file(meishan_colleague, submission.pk, source.pk)
    with pytest.raises(Conflict):
        inventory.submit(meishan_colleague, submission.pk, round_.version_hash)
    with pytest.raises(Conflict):
        inventory.discard(meishan_colleague, submission.pk)


def test_an_unchanged_row_keeps_its_verdicts_and_a_changed_one_loses_its_own(
    data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=3)
    first = latest(submission)
    two = keys_of(first)[:2]
    mark(
        police_reviewer,
        first.pk,
        Side.POLICE,
        Decision.RETURN,
        version_hash=first.version_hash,
        keys=two,
        reason=REASON,
    )
    send_back(submission, data_reviewer, police_reviewer)
    changed = keys_of(first)[0]
    mended(submission)
    second = latest(submission)
    assert keys_of(second) == two, "the third was passed by both: it is settled"
    from reviews.queries import keys_said

    for side in Side:
        assert [row["key"] for row in keys_said(second, [side], "")] == [changed]


def test_a_row_under_review_cannot_be_edited_behind_the_services(data_reviewer: Person) -> None:
    """And items carry the hash they were submitted with, so a verdict never spreads to another content."""
    round_ = latest(submitted("meishan", rows=1))
    judged = round_.items.get()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        CameraRow.objects.filter(key=judged.key).update(row_hash="f" * 64)
    pass_all(data_reviewer, round_, Side.DATA)
    assert Verdict.objects.get().item_hash == judged.hash


def test_the_submitted_version_itself_is_kept(db: None) -> None:
    version = submitted("meishan", rows=1).versions.get()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(hash="0" * 64)


def test_a_submission_pressed_twice_opens_one_round(meishan_clerk: Person) -> None:
    submission = drafted("meishan", rows=1, by=meishan_clerk)
    hand_in(submission, meishan_clerk)
    with pytest.raises(Conflict):
        inventory.submit(meishan_clerk, submission.pk, submission.versions.get().hash)
    assert Round.objects.count() == 1
