"""Handing a report in: what must be there, once, and what it freezes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agencies.models import Person
from inventory.models import CameraRow, ReportKind, SourceFile, Submission, Version
from reviews.models import Case, Item, Participation, Round
from tests.factories_inventory import drafted, resubmitted, started, submitted, submitted_zero
from tests.inventory import web
from tests.inventory.drafts import camera_row, uploaded
from tests.inventory.drafts import started as begun
from tests.inventory.quickly import read_here
from tests.reviews.scenes import keys_of, latest, send_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    """Two cameras and a platform, stamped."""
    return drafted("meishan", rows=2, platforms=[{}], by=meishan_clerk)


def test_a_round_opens_for_both_sides(meishan_clerk: Person, draft: Submission) -> None:
    answer = web.submit(meishan_clerk, draft)
    assert (answer.status_code, answer["Location"]) == (302, web.url("submission", draft.pk))
    version, case, round_ = Version.objects.get(), Case.objects.get(), Round.objects.get()
    assert web.state(draft) == "in_review"
    assert (version.submitted_by, version.submitted_at is not None) == (meishan_clerk, True)
    assert (case.kind, case.subject_id, case.state, case.own_side) == ("submission", draft.pk, "open", "")
    assert (round_.number, round_.version_hash, round_.item_count) == (1, version.hash, 3)
    rows = list(CameraRow.objects.values_list("key", "row_hash"))
    assert set(rows) < set(Item.objects.values_list("key", "hash"))
    assert Item.objects.count() == 3
    assert [(each.person, each.part) for each in Participation.objects.all()] == [(meishan_clerk, "author")]
    told = web.entry("submission.submitted")
    assert told.facts == {"version": 1, "digest": version.hash, "rows": 3}
    html = web.page(meishan_clerk, draft)
    assert "数据局和公安局正在审核" in html
    for name in ("submission_upload", "submission_submit", "submission_discard", "submission_scan_upload"):
        assert not web.has_form(html, web.url(name, draft.pk))


def test_everybody_with_a_hand_in_it_is_an_author(
    meishan_clerk: Person, meishan_colleague: Person, draft: Submission
) -> None:
    assert web.submit(meishan_colleague, draft).status_code == 302
    assert {each.person for each in Participation.objects.all()} == {meishan_clerk, meishan_colleague}


def test_as_the_page_sends_it(meishan_clerk: Person, draft: Submission) -> None:
    form = web.form(web.page(meishan_clerk, draft), web.url("submission_submit", draft.pk))
    assert form.send(web.of(meishan_clerk)).status_code == 302
    assert web.state(draft) == "in_review"


# --- 409 ------------------------------------------------------------------------------------------------------------
def test_the_second_press_shows_what_the_first_did(meishan_clerk: Person, draft: Submission) -> None:
    """F14: an answer may have been lost; of another content it is a conflict."""
    told = Version.objects.get().hash
    for _ in range(2):
        answer = web.submit(meishan_clerk, draft, told)
        assert (answer.status_code, answer["Location"]) == (302, web.url("submission", draft.pk))
    answer = web.submit(meishan_clerk, draft, "0" * 64)
    assert answer.status_code == 409
    assert "现在是“待审”" in answer.content.decode()
    assert web.actions(draft).count("submission.submitted") == 1
    assert Round.objects.count() == 1


@pytest.mark.parametrize("stale", ["0" * 64, "", "x", "不是校验值"])
def test_a_stale_page_is_refused(meishan_clerk: Person, draft: Submission, stale: str) -> None:
    answer = web.submit(meishan_clerk, draft, stale)
    assert answer.status_code == 409
    assert "页面上的内容已不是最新" in answer.content.decode()
    assert web.state(draft) == "draft"


def _nothing(clerk: Person) -> Submission:
    return started("meishan", by=clerk)


def _no_reason(clerk: Person) -> Submission:
    return started("meishan", ReportKind.ZERO, by=clerk)


def _reading(clerk: Person) -> Submission:
    draft = drafted("meishan", rows=1, by=clerk)
    SourceFile.objects.update(state="reading")
    return draft


def _failed(clerk: Person) -> Submission:
    draft = drafted("meishan", rows=1, by=clerk)
    SourceFile.objects.update(state="failed")
    return draft


def _wrong(clerk: Person) -> Submission:
    draft = drafted("meishan", rows=1, by=clerk)
    SourceFile.objects.update(errors=3)
    return draft


def _unstamped(clerk: Person) -> Submission:
    draft = drafted("meishan", rows=1, by=clerk)
    Version.objects.update(scan=None, scan_hash="")
    return draft


def _stamped_before(clerk: Person) -> Submission:
    draft = drafted("meishan", rows=1, by=clerk)
    Version.objects.update(scan_hash="0" * 64)
    return draft


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (_nothing, "还没有上传表格。还没有附盖章扫描件。"),
        (_no_reason, "还没有填写零报告理由。还没有附盖章扫描件。"),
        (_reading, "还有表格正在读取，请稍候。"),
        (_failed, "有表格未能读取，请重新上传或移除它。"),
        (_wrong, "还有 3 处错误要改。"),
        (_unstamped, "还没有附盖章扫描件。"),
        (_stamped_before, "盖章之后内容有改动，请重新打印盖章并上传扫描件。"),
    ],
)
def test_what_is_missing_is_said_on_the_page_and_at_the_press(
    meishan_clerk: Person, made: Callable[[Person], Submission], says: str
) -> None:
    draft = made(meishan_clerk)
    html = web.page(meishan_clerk, draft)
    for sentence in says.split("。")[:-1]:
        assert f"<li>{sentence}。</li>" in html
    assert not web.has_form(html, web.url("submission_submit", draft.pk))
    answer = web.submit(meishan_clerk, draft)
    assert answer.status_code == 409
    assert says in answer.content.decode()
    assert web.state(draft) == "draft"
    assert not Case.objects.exists()
    assert "submission.submitted" not in web.actions(draft)


def test_a_returned_one_must_change_first(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=1, by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    answer = web.submit(meishan_clerk, submission)
    assert answer.status_code == 409
    assert "退回之后还没有修改" in answer.content.decode()


def test_the_next_version_is_a_new_round_of_the_same_case(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=2, by=meishan_clerk)
    send_back(submission, data_reviewer, police_reviewer)
    key = keys_of(latest(submission))[0]
    resubmitted(submission, {key: {"brand": "大华"}}, by=meishan_clerk)
    assert (Case.objects.count(), Round.objects.count()) == (1, 2)
    assert web.actions(submission).count("submission.submitted") == 2
    html = web.page(meishan_clerk, submission)
    assert "第 1 版" in html and "第 2 版" in html
    old = web.of(meishan_clerk).get(web.url("submission", submission.pk) + "?version=1")
    assert old.status_code == 200
    for wrong in ("9", "0", "99999999999999999999"):
        assert web.of(meishan_clerk).get(web.url("submission", submission.pk) + f"?version={wrong}").status_code == 404


# --- 404 and 403 ----------------------------------------------------------------------------------------------------
def test_a_stranger_finds_nothing(mabu_clerk: Person, draft: Submission) -> None:
    assert web.submit(mabu_clerk, draft).status_code == 404
    assert web.of(mabu_clerk).get(web.url("submission", draft.pk)).status_code == 404


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, draft: Submission) -> None:
    assert web.submit(request.getfixturevalue(who), draft).status_code == 403
    assert web.state(draft) == "draft"


def test_the_office_submits_on_behalf(office: Person, meishan_clerk: Person, draft: Submission) -> None:
    assert web.submit(office, draft).status_code == 302
    assert Submission.objects.get().on_behalf is True
    assert {each.person for each in Participation.objects.all()} == {meishan_clerk, office}


@pytest.mark.parametrize(("agency", "side"), [("police", "police"), ("data-bureau", "data")])
def test_an_own_case_of_a_side_is_marked(db: None, agency: str, side: str) -> None:
    submitted(agency, rows=1)
    assert Case.objects.get().own_side == side


def test_a_zero_report_too(db: None) -> None:
    submitted_zero("police")
    assert Case.objects.get().own_side == "police"


# --- the content's hash ---------------------------------------------------------------------------------------------
def test_the_hash_changes_with_the_content_and_only_with_it(
    meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here(monkeypatch)
    submission = begun(meishan_clerk)

    def content(rows: list[dict[str, object]]) -> str:
        held = SourceFile.objects.filter(version__submission=submission, slot=1).first()
        uploaded(meishan_clerk, submission, rows, replaces_id=held.pk if held else None)
        return Version.objects.get(submission=submission).hash

    two = [camera_row(1), camera_row(2)]
    first = content(two)
    assert content([row | {"seq": 7} for row in two]) == first, "the running number is no content"
    assert content(two[::-1]) != first
    assert content(two[:1]) != first
    assert content([two[0], two[1] | {"brand": "/"}]) != content([two[0], two[1] | {"brand": ""}])
    assert content([camera_row(1), camera_row(2)]) == first
