"""Taking a workbook out of a draft: rows and findings go, the original stays; keys of the next upload."""

from __future__ import annotations

import pytest
from django.urls import reverse

from agencies.models import Person
from files.models import StoredFile
from inventory.models import CameraRow, RowFinding, SourceFile, Submission, Version
from tests.factories_inventory import drafted, submitted
from tests.inventory import web
from tests.inventory.registering import decide
from tests.reviews.scenes import send_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return drafted("meishan", values=[{}, {"warnings": ["提醒"]}], by=meishan_clerk)


def held(submission: Submission) -> SourceFile:
    return SourceFile.objects.filter(version__submission=submission).latest("pk")


def test_rows_and_findings_go_and_the_original_stays(meishan_clerk: Person, draft: Submission) -> None:
    source = held(draft)
    answer = web.press(meishan_clerk, "source_file_remove", draft.pk, source.pk)
    assert (answer.status_code, answer["Location"]) == (302, web.url("submission", draft.pk))
    assert not SourceFile.objects.exists() and not CameraRow.objects.exists() and not RowFinding.objects.exists()
    assert Version.objects.get().hash == ""
    assert StoredFile.objects.filter(pk=source.file_id).exists()
    told = web.entry("submission.file_removed")
    assert told.facts == {"version": 1, "sha256": source.file.sha256}
    assert "还没有上传表格" in web.page(meishan_clerk, draft)


def test_the_scan_no_longer_matches(meishan_clerk: Person, draft: Submission) -> None:
    web.press(meishan_clerk, "source_file_remove", draft.pk, held(draft).pk)
    answer = web.submit(meishan_clerk, draft)
    assert answer.status_code == 409
    assert "还没有上传表格" in answer.content.decode()


def test_after_a_return_the_file_of_the_old_version_stays_where_it_was(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """The page still shows version one; what is removed is its copy in version two."""
    submission = submitted("meishan", rows=2, by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    old = held(submission)
    assert web.press(meishan_clerk, "source_file_remove", submission.pk, old.pk).status_code == 302
    first, second = Version.objects.order_by("number")
    assert first.files.get() == old
    assert CameraRow.objects.filter(source_file=old).count() == 2
    assert (second.files.count(), second.hash) == (0, "")
    assert second.submitted_at is None


def test_a_second_press_is_too_late(meishan_clerk: Person, draft: Submission) -> None:
    source = held(draft)
    web.press(meishan_clerk, "source_file_remove", draft.pk, source.pk)
    assert web.press(meishan_clerk, "source_file_remove", draft.pk, source.pk).status_code == 404
    assert web.actions(draft).count("submission.file_removed") == 1


def test_one_that_was_replaced_long_ago(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan", rows=1, by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    old = held(submission)
    web.press(meishan_clerk, "source_file_remove", submission.pk, old.pk)
    answer = web.press(meishan_clerk, "source_file_remove", submission.pk, old.pk)
    assert answer.status_code == 409
    assert "已不在本次报送中" in answer.content.decode()


def test_a_stranger_finds_nothing(mabu_clerk: Person, draft: Submission) -> None:
    assert web.press(mabu_clerk, "source_file_remove", draft.pk, held(draft).pk).status_code == 404
    assert SourceFile.objects.count() == 1


def test_a_file_of_another_report_is_not_here(meishan_clerk: Person, draft: Submission) -> None:
    """T03: the own report in the address, another's file."""
    foreign = held(drafted("mabu", rows=1))
    assert web.press(meishan_clerk, "source_file_remove", draft.pk, foreign.pk).status_code == 404
    assert SourceFile.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, draft: Submission) -> None:
    answer = web.press(request.getfixturevalue(who), "source_file_remove", draft.pk, held(draft).pk)
    assert answer.status_code == 403
    assert SourceFile.objects.count() == 1


def test_nothing_is_removed_during_the_review_or_after(meishan_clerk: Person) -> None:
    submission = submitted("meishan", rows=1, by=meishan_clerk)
    assert web.press(meishan_clerk, "source_file_remove", submission.pk, held(submission).pk).status_code == 409
    decide(submission)
    assert web.press(meishan_clerk, "source_file_remove", submission.pk, held(submission).pk).status_code == 409
    assert CameraRow.objects.count() == 1


@pytest.mark.parametrize(("rows", "told"), [(1, "将不再报送"), (2, "里面有已入库的行")])
def test_the_question_says_when_rows_in_it_are_registered(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, rows: int, told: str
) -> None:
    """The first row went back, a second one is registered."""
    submission = submitted("meishan", rows=rows, by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    shown = web.of(meishan_clerk).get(reverse("submission", args=[submission.pk])).content.decode()
    assert told in shown.split(reverse("source_file_remove", args=[submission.pk, held(submission).pk]))[1][:400]
