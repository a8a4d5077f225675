"""The fragment that a page asks for while a file is being read (and the guide, which needs nothing)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import Person
from agencies.sessions import SEEN
from inventory.models import Submission
from inventory.registering.checks import DECLARATIONS, REGISTRY_RULES
from inventory.staging import gave_up
from jobs import services as jobs
from jobs.models import Job
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, work, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading(meishan_clerk: Person) -> Submission:
    """A list whose workbook waits for the worker."""
    submission = started(meishan_clerk)
    web.send(meishan_clerk, submission, workbook([camera_row(1)]), "大表&co.xlsx")
    return submission


def test_it_tells_how_far_the_reader_is(meishan_clerk: Person, reading: Submission) -> None:
    page = web.page(meishan_clerk, reading)
    assert f'hx-get="{web.url("submission_progress", reading.pk)}?files=' in page and "data-polling" in page
    client = web.of(meishan_clerk)
    answer = client.get(web.url("submission_progress", reading.pk))
    html = answer.content.decode()
    assert "正在排队" in html and "大表&amp;co.xlsx" in html and "<html" not in html
    assert "HX-Refresh" not in answer
    job = Job.objects.get()
    assert jobs.claim(str(job.pk)) is not None
    Job.objects.update(progress={"phase": "read", "rows": 12345, "of": 50000})
    html = client.get(web.url("submission_progress", reading.pk)).content.decode()
    assert "已读取并核对 12,345 / 50,000 行" in html and 'value="15" max="100"' in html
    assert f'id="reading-{job.subject_id}" hx-swap-oob="true"' in html
    assert f'id="reading-{job.subject_id}"' in web.page(meishan_clerk, reading), "the page has the place for it"


def test_one_of_two_files_is_done(meishan_clerk: Person, reading: Submission) -> None:
    work()
    (done,) = Job.objects.values_list("subject_id", flat=True)
    web.send(meishan_clerk, reading, workbook([camera_row(2)]), "第二份.xlsx")
    asked = f"{web.url('submission_progress', reading.pk)}?files={done},x,,99999999999999999999"
    answer = web.of(meishan_clerk).get(asked)
    html = answer.content.decode()
    assert f'id="reading-{done}" hx-swap-oob="true"' in html and "已处理完" in html and "第二份.xlsx" in html
    assert "HX-Refresh" not in answer


def test_asking_costs_few_queries(
    meishan_clerk: Person, reading: Submission, django_assert_max_num_queries: Any
) -> None:
    for n in range(2, 7):
        web.send(meishan_clerk, reading, workbook([camera_row(n)]), f"{n}.xlsx")
    client = web.of(meishan_clerk)
    jobs.claim(str(Job.objects.first().pk))  # type: ignore[union-attr]
    with django_assert_max_num_queries(25):
        client.get(web.url("submission_progress", reading.pk))


def test_the_page_is_asked_to_reload_when_it_is_done(meishan_clerk: Person, reading: Submission) -> None:
    work()
    answer = web.of(meishan_clerk).get(web.url("submission_progress", reading.pk))
    assert answer["HX-Refresh"] == "true"
    assert "data-polling" not in web.page(meishan_clerk, reading)


def test_also_when_it_failed(meishan_clerk: Person, reading: Submission) -> None:
    gave_up(Job.objects.get())
    assert web.of(meishan_clerk).get(web.url("submission_progress", reading.pk))["HX-Refresh"] == "true"
    html = web.page(meishan_clerk, reading)
    assert "G060" in html and "这份表格处理多次都没有完成" in html


def test_asking_does_not_keep_the_session_alive(meishan_clerk: Person, reading: Submission) -> None:
    client = web.of(meishan_clerk)
    client.get(web.url("submissions"))
    session = client.session
    session[SEEN] -= 600
    session.save()
    before = client.session[SEEN]
    client.get(web.url("submission_progress", reading.pk), headers={"hx-request": "true", "hx-polling": "true"})
    assert client.session[SEEN] == before
    client.get(web.url("submission", reading.pk))
    assert client.session[SEEN] > before


def test_a_stranger_finds_nothing(mabu_clerk: Person, reading: Submission) -> None:
    assert web.of(mabu_clerk).get(web.url("submission_progress", reading.pk)).status_code == 404


def test_htmx_without_a_session(reading: Submission) -> None:
    answer = Client(headers={"hx-request": "true"}).get(web.url("submission_progress", reading.pk))
    assert (answer.status_code, answer["HX-Redirect"]) == (401, web.url("login"))


# --- the guide ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["meishan_clerk", "police_reviewer", "leader", "sysadmin", "auditor"])
def test_everybody_reads_the_guide(request: pytest.FixtureRequest, who: str) -> None:
    client = web.of(request.getfixturevalue(who))
    assert client.get(web.url("guide")).status_code == 200
    for kind, sheet in DECLARATIONS.items():
        html = client.get(web.url("guide_sheet", kind)).content.decode()
        for column in sheet.official:
            assert column.label in html
        assert "JZ-" not in html, "the hidden column is not for filling in"


def test_every_rule_is_in_the_catalogue(meishan_clerk: Person) -> None:
    html = web.of(meishan_clerk).get(web.url("guide_rules")).content.decode()
    codes = {code for sheet in DECLARATIONS.values() for code in sheet.rules}
    codes |= {rule.code for rules in REGISTRY_RULES.values() for rule in rules}
    assert {"C401", "C402", "C403", "C404", "P401", "P404"} < codes
    assert [code for code in sorted(codes) if code not in html] == []


def test_a_sheet_that_is_not_there(meishan_clerk: Person) -> None:
    assert web.of(meishan_clerk).get("/guide/pole/").status_code == 404
