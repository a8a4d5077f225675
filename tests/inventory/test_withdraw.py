"""撤回: the unit takes its report back before either side has closed."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from agencies.models import Person, PersonRole
from audit.failures import Conflict, Invalid
from inventory import services
from inventory.models import CameraRow, Submission
from reviews.models import Case, Round, Side, Verdict
from tests.factories_inventory import clerk_of, hand_in, mended, resubmitted, stamp, submitted, submitted_zero
from tests.inventory.judging import assert_sound, judged, keys
from tests.reviews.scenes import close_side, entries, keys_of, latest, pass_all

pytestmark = pytest.mark.django_db

REASON = "有一台的位置填错了"


@pytest.fixture
def handed_in() -> Submission:
    return submitted("meishan", rows=3)


def state_of(submission: Submission) -> str:
    return Submission.objects.get(pk=submission.pk).state


def test_it_is_with_the_unit_again_and_recorded(client: Client, meishan_clerk: Person, handed_in: Submission) -> None:
    client.force_login(meishan_clerk)
    page = client.get(reverse("submission", args=[handed_in.pk])).content.decode()
    assert "撤回这份报送" in page
    answer = client.post(reverse("submission_withdraw", args=[handed_in.pk]), {"reason": REASON}, follow=True)
    assert "可以修改，也可以原样再次提交" in answer.content.decode()
    assert state_of(handed_in) == "draft"
    round_ = latest(handed_in)
    assert (round_.outcome, round_.case.state) == (Round.Outcome.WITHDRAWN, Case.State.WITHDRAWN)
    actor, action, facts = entries("case")[-1]
    assert (actor, action, facts) == (meishan_clerk.get_username(), "case.withdrawn", {"round": 1, "reason": REASON})
    assert_sound()


def test_it_may_be_handed_in_again_as_it_is(
    meishan_clerk: Person, data_reviewer: Person, handed_in: Submission
) -> None:
    """What was said of it still holds."""
    pass_all(data_reviewer, latest(handed_in), Side.DATA)
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    services.submit(meishan_clerk, handed_in.pk, handed_in.versions.get().hash)
    round_ = latest(handed_in)
    assert (round_.number, round_.item_count, state_of(handed_in)) == (2, 3, "in_review")
    assert Verdict.objects.filter(case=round_.case, superseded_at=None).count() == 3
    close_side(data_reviewer, round_, Side.DATA)
    assert_sound()


def test_or_changed_first(meishan_clerk: Person, data_reviewer: Person, handed_in: Submission) -> None:
    pass_all(data_reviewer, latest(handed_in), Side.DATA)
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    resubmitted(handed_in, {keys(handed_in)[0]: {"brand": "大华"}})
    assert pass_all(data_reviewer, latest(handed_in), Side.DATA) == 1
    assert_sound()


def test_after_a_part_was_accepted_it_is_returned_again(meishan_clerk: Person, handed_in: Submission) -> None:
    first, *_ = keys(handed_in)
    judged(handed_in, [first])
    resubmitted(handed_in, {first: {"brand": "大华"}})
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    assert state_of(handed_in) == "returned"
    mended(handed_in, {first: {"brand": "宇视"}})
    stamp(handed_in, meishan_clerk)
    hand_in(handed_in, meishan_clerk)
    assert keys_of(latest(handed_in)) == [first]
    assert_sound()


def test_what_was_taken_back_may_be_given_up(meishan_clerk: Person, handed_in: Submission) -> None:
    """A list where a zero report was meant; what a side has decided stays."""
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    services.discard(meishan_clerk, handed_in.pk)
    assert state_of(handed_in) == "discarded"
    handed_in.obligation.refresh_from_db()
    assert handed_in.obligation.answer is None
    assert_sound()


def test_a_zero_report_too() -> None:
    zero = submitted_zero("mabu")
    services.withdraw(clerk_of("mabu"), zero.pk, REASON)
    services.submit(clerk_of("mabu"), zero.pk, zero.versions.get().hash)
    assert state_of(zero) == "in_review"
    assert_sound()


def test_strangers_do_not_even_see_it(client: Client, mabu_clerk: Person, handed_in: Submission) -> None:
    client.force_login(mabu_clerk)
    assert client.post(reverse("submission_withdraw", args=[handed_in.pk]), {"reason": REASON}).status_code == 404
    with pytest.raises(PermissionDenied):
        services.withdraw(mabu_clerk, handed_in.pk, REASON)


def test_reviewers_cannot(client: Client, data_reviewer: Person, handed_in: Submission) -> None:
    client.force_login(data_reviewer)
    assert "撤回这份报送" not in client.get(reverse("submission", args=[handed_in.pk])).content.decode()
    assert client.post(reverse("submission_withdraw", args=[handed_in.pk]), {"reason": REASON}).status_code == 403
    assert state_of(handed_in) == "in_review"


def test_who_has_judged_it_cannot_though_a_clerk_as_well(data_reviewer: Person) -> None:
    own = submitted("data-bureau", rows=1)
    PersonRole.objects.create(person=data_reviewer, role="clerk")
    data_reviewer = Person.objects.get(pk=data_reviewer.pk)
    pass_all(data_reviewer, latest(own), Side.DATA)
    with pytest.raises(PermissionDenied, match="不同的人"):
        services.withdraw(data_reviewer, own.pk, REASON)


def test_not_once_a_side_has_closed(
    client: Client, meishan_clerk: Person, police_reviewer: Person, handed_in: Submission
) -> None:
    pass_all(police_reviewer, latest(handed_in), Side.POLICE)
    close_side(police_reviewer, latest(handed_in), Side.POLICE)
    client.force_login(meishan_clerk)
    assert "撤回这份报送" not in client.get(reverse("submission", args=[handed_in.pk])).content.decode()
    answer = client.post(reverse("submission_withdraw", args=[handed_in.pk]), {"reason": REASON})
    assert answer.status_code == 409
    assert "已有一方办结" in answer.content.decode()
    assert state_of(handed_in) == "in_review"


def test_not_twice(meishan_clerk: Person, handed_in: Submission) -> None:
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    with pytest.raises(Conflict, match="不在审核中"):
        services.withdraw(meishan_clerk, handed_in.pk, REASON)


def test_it_wants_a_reason(client: Client, meishan_clerk: Person, handed_in: Submission) -> None:
    client.force_login(meishan_clerk)
    answer = client.post(reverse("submission_withdraw", args=[handed_in.pk]), {"reason": " "})
    assert answer.status_code == 422
    assert "请写明撤回的理由" in answer.content.decode()
    with pytest.raises(Invalid):
        services.withdraw(meishan_clerk, handed_in.pk, "")
    assert state_of(handed_in) == "in_review"


def test_the_version_stays_what_it_was(meishan_clerk: Person, handed_in: Submission) -> None:
    before = handed_in.versions.get()
    services.withdraw(meishan_clerk, handed_in.pk, REASON)
    mended(handed_in, {keys(handed_in)[0]: {"brand": "大华"}})
    after = handed_in.versions.get(number=1)
    assert (after.hash, after.submitted_at) == (before.hash, before.submitted_at)
    assert CameraRow.objects.filter(source_file__version=after, brand="大华").count() == 0
