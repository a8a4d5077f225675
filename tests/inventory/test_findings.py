"""The list of a file's findings: all of them, by rule, by the page; nobody else's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from inventory.models import RowFinding, SourceFile, Submission
from tests.factories_inventory import drafted
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, uploaded

pytestmark = pytest.mark.django_db


def address(submission: Submission, **asked: object) -> str:
    source = SourceFile.objects.get(version__submission=submission)
    tail = "&".join(f"{key}={value}" for key, value in asked.items())
    return web.url("source_file_findings", submission.pk, source.pk) + (f"?{tail}" if tail else "")


def crowded(clerk: Person, count: int) -> Submission:
    """A file with so many findings of each of two rules."""
    submission = drafted("meishan", rows=1, by=clerk)
    source = SourceFile.objects.get()
    RowFinding.objects.bulk_create(
        RowFinding(source_file=source, kind="camera", sheet="摄像机", row=number, cell=f"{letter}{number}", code=code,
                   severity=severity, message=f"第{number}个问题", fix="改好它", column_title="位置名称")
        for code, severity, letter in (("C111", "error", "C"), ("C103", "warning", "B"))
        for number in range(5, 5 + count)
    )  # fmt: skip
    return submission


def test_each_with_its_cell_value_and_what_to_do(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [camera_row(1, leased=None), camera_row(2, code="341524", name="")])
    html = web.of(meishan_clerk).get(address(submission)).content.decode()
    for told in ("摄像机!L7", "C151", "摄像机!B8", "C102", "341524", "摄像机!C8", "C111"):
        assert told in html
    assert html.index("C102") < html.index("C151"), "by rule"


def test_errors_come_first(meishan_clerk: Person) -> None:
    html = web.of(meishan_clerk).get(address(crowded(meishan_clerk, 2))).content.decode()
    rows = html[html.index("<tbody>") :]
    assert rows.index("C111") < rows.index("C103")


def test_a_hundred_a_page(meishan_clerk: Person) -> None:
    submission = crowded(meishan_clerk, 150)
    client = web.of(meishan_clerk)
    first, last = client.get(address(submission)), client.get(address(submission, page=3))
    assert [len(answer.context["page"]) for answer in (first, last)] == [100, 100]
    only = client.get(address(submission, code="C103", page=2))
    assert {finding.code for finding in only.context["page"]} == {"C103"}
    assert len(only.context["page"]) == 50
    for odd in ("0", "x", "999999999", "-1"):
        assert client.get(address(submission, page=odd)).status_code == 200


def test_the_report_shows_the_first_of_them_and_the_count(meishan_clerk: Person) -> None:
    html = web.page(meishan_clerk, crowded(meishan_clerk, 150))
    assert "涉及 150 处" in html and "查看全部 150 处" in html
    assert html.count('class="chip"') == 2 * 24


def test_the_number_of_queries_does_not_grow(meishan_clerk: Person) -> None:
    submission = crowded(meishan_clerk, 1)
    client = web.of(meishan_clerk)

    def queries() -> int:
        client.get(address(submission))
        with CaptureQueriesContext(connection) as seen:
            client.get(address(submission))
            client.get(web.url("submission", submission.pk))
        return len(seen)

    few = queries()
    RowFinding.objects.bulk_create(
        RowFinding(source_file_id=SourceFile.objects.get().pk, row=row, code=f"C1{row % 30:02}", severity="error")
        for row in range(300)
    )
    assert queries() == few


def test_a_rule_that_found_nothing_is_refused(meishan_clerk: Person) -> None:
    submission = crowded(meishan_clerk, 1)
    for code in ("C999", "x" * 500, "' OR 1=1--", "%"):
        answer = web.of(meishan_clerk).get(address(submission), {"code": code})
        assert answer.status_code == 422
        assert "没有这条规则的问题" in answer.content.decode()


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader", "office"])
def test_who_sees_the_report_sees_them(request: pytest.FixtureRequest, who: str, meishan_clerk: Person) -> None:
    submission = crowded(meishan_clerk, 1)
    assert web.of(request.getfixturevalue(who)).get(address(submission)).status_code == 200


@pytest.mark.parametrize("who", ["mabu_clerk", "sysadmin", "auditor"])
def test_a_stranger_finds_nothing(request: pytest.FixtureRequest, who: str, meishan_clerk: Person) -> None:
    submission = crowded(meishan_clerk, 1)
    assert web.of(request.getfixturevalue(who)).get(address(submission)).status_code == 404


def test_a_file_of_another_report(meishan_clerk: Person, mabu_clerk: Person) -> None:
    crowded(meishan_clerk, 1)
    mine = started(mabu_clerk)
    foreign = SourceFile.objects.get()
    assert web.of(mabu_clerk).get(web.url("source_file_findings", mine.pk, foreign.pk)).status_code == 404
