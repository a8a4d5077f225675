"""Giving a draft up (作废): what was never handed in may go, what was reviewed stays."""

from __future__ import annotations

import pytest

from agencies.models import Person
from files.models import StoredFile
from inventory.models import CameraRow, Obligation, ReportKind, SourceFile, Submission
from jobs.models import Job
from tests.factories_inventory import drafted, submitted
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, work, workbook
from tests.inventory.registering import decide
from tests.reviews.scenes import send_back

pytestmark = pytest.mark.django_db


def test_a_draft_goes_and_the_unit_may_begin_anew(meishan_clerk: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    form = web.form(web.page(meishan_clerk, draft), web.url("submission_discard", draft.pk))
    answer = form.send(web.of(meishan_clerk))
    assert (answer.status_code, answer["Location"]) == (302, web.url("submissions"))
    assert web.state(draft) == "discarded"
    assert web.entry("submission.discarded").object_id == str(draft.pk)
    assert Obligation.objects.get().answer is None
    assert StoredFile.objects.count() == 2, "what was handed in is kept"
    assert "这份填报已作废" in web.page(meishan_clerk, draft)
    for kind in ("zero", "rows"):
        web.press(meishan_clerk, "submission_start", draft.obligation_id, kind=kind)
        again = Submission.objects.get(state="draft")
        assert again.kind == kind
        web.press(meishan_clerk, "submission_discard", again.pk)
    assert sorted(Submission.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_an_accepted_report_keeps_its_answer(meishan_clerk: Person) -> None:
    first = submitted("meishan", rows=1, by=meishan_clerk)
    decide(first)
    web.press(meishan_clerk, "submission_start", first.obligation_id, kind="rows")
    second = Submission.objects.get(state="draft")
    assert web.press(meishan_clerk, "submission_discard", second.pk).status_code == 302
    assert Obligation.objects.get().answer == "rows"
    assert web.press(meishan_clerk, "submission_start", first.obligation_id, kind="zero").status_code == 409


def test_what_was_being_read_is_waited_for_by_nobody(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    web.send(meishan_clerk, draft, workbook([camera_row(1)]))
    web.press(meishan_clerk, "submission_discard", draft.pk)
    work()
    assert not SourceFile.objects.exists() and not CameraRow.objects.exists()
    assert Job.objects.get().state == "done"
    assert "data-polling" not in web.page(meishan_clerk, draft)


def test_a_stranger_finds_nothing(mabu_clerk: Person) -> None:
    draft = drafted("meishan", rows=1)
    assert web.press(mabu_clerk, "submission_discard", draft.pk).status_code == 404
    assert web.state(draft) == "draft"


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str) -> None:
    draft = drafted("meishan", rows=1)
    assert web.press(request.getfixturevalue(who), "submission_discard", draft.pk).status_code == 403
    assert web.state(draft) == "draft"


def test_what_was_handed_in_stays(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan", rows=1, by=meishan_clerk)
    assert web.press(meishan_clerk, "submission_discard", submission.pk).status_code == 409
    send_back(submission, data_reviewer, police_reviewer)
    answer = web.press(meishan_clerk, "submission_discard", submission.pk)
    assert answer.status_code == 409
    assert "已审核过的报送不能作废" in answer.content.decode()
    assert not web.has_form(web.page(meishan_clerk, submission), web.url("submission_discard", submission.pk))
    assert web.state(submission) == "returned"


def test_a_second_press(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk, ReportKind.ZERO)
    assert web.press(meishan_clerk, "submission_discard", draft.pk).status_code == 302
    assert web.press(meishan_clerk, "submission_discard", draft.pk).status_code == 409
    assert web.actions(draft).count("submission.discarded") == 1
