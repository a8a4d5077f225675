"""查看方案: who reads which document, on screen, on paper and as the file; a unit its own part alone."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from planning.document import issuing
from planning.models import Issue
from reviews.models import Delegation
from tests.dashboards.pages import browse
from tests.factories import make_person
from tests.factories_registry import register_camera
from tests.planning import issued, scenes

pytestmark = pytest.mark.django_db
LIST = "/planning/document/"
ONE = "/planning/document/1/"
COUNTY = ("/planning/document/1/file/", "/planning/document/1/print/")
OWN = ("/planning/document/1/meishan/file/", "/planning/document/1/meishan/print/")
OTHERS = ("/planning/document/1/mabu/file/", "/planning/document/1/mabu/print/")
FINE = re.compile(r"\d{2,3}\.\d{3,}")
"""A number with more than two decimals, as a position has it."""


@pytest.fixture
def issue(office: Person) -> Issue:
    issued.county()
    return issued.make()


def test_the_county_is_read_by_who_decides(
    issue: Issue, office: Person, data_reviewer: Person, police_reviewer: Person, leader: Person
) -> None:
    for person in (office, data_reviewer, police_reviewer, leader):
        client = browse(person)
        for url in (LIST, ONE, *COUNTY, *OWN, *OTHERS):
            assert client.get(url).status_code == 200, (person, url)


def test_the_file_is_what_was_issued(issue: Issue, leader: Person) -> None:
    response = browse(leader).get(COUNTY[0])
    assert response.getvalue() == issued.path(issue.file).read_bytes()
    assert response["Content-Type"].endswith("wordprocessingml.document")
    assert "attachment" in response["Content-Disposition"]


def test_a_unit_reads_its_own_part(issue: Issue, meishan_clerk: Person) -> None:
    client = browse(meishan_clerk)
    page = client.get(ONE).content.decode()
    assert "下载本单位部分" in page
    assert "麻埠" not in page
    assert "麻埠" not in client.get(OWN[1]).content.decode()
    assert client.get(OWN[0]).status_code == 200
    for url in COUNTY:
        assert client.get(url).status_code == 403, url
    for url in OTHERS:
        assert client.get(url).status_code == 404, url


def test_a_unit_without_a_part_sees_nothing(issue: Issue, education_clerk: Person) -> None:
    client = browse(education_clerk)
    assert "还没有县整合方案" in client.get(LIST).content.decode()
    for url in (ONE, *COUNTY, *OWN, *OTHERS):
        assert client.get(url).status_code == 404, url


def test_a_supervising_department_gets_no_exact_position(issue: Issue, education_clerk: Person) -> None:
    """It sees the school's camera masked; of the plan it reads its own part, in which others' cameras have no place."""
    register_camera("education", name="实验小学门口", place_kind="school")
    issued.make()
    client = browse(education_clerk)
    own = client.get("/planning/document/2/education/print/").content.decode()
    assert "实验小学门口" in own
    assert "{{7*7}}" not in own, "梅山镇's camera at a school is not the department's own"
    assert client.get("/planning/document/2/print/").status_code == 403


def test_the_county_document_holds_no_position(issue: Issue, leader: Person) -> None:
    article = browse(leader).get(COUNTY[1]).content.decode().split("<article")[1].split("</article>")[0]
    assert not FINE.search(article)


def test_administrators_are_refused(issue: Issue, sysadmin: Person, secadmin: Person, auditor: Person) -> None:
    for person in (sysadmin, secadmin, auditor):
        client = browse(person)
        for url in (LIST, ONE, *COUNTY, *OWN):
            assert client.get(url).status_code == 403, (person, url)


def test_what_is_not_finished_is_not_there(leader: Person, office: Person, meishan_clerk: Person) -> None:
    issuing.start(office)
    client = browse(leader)
    for url in (ONE, *COUNTY, *OWN):
        assert client.get(url).status_code == 404, url
    assert client.get("/planning/document/1/state/").status_code == 200
    assert "正在生成第 1 版" in client.get(LIST).content.decode()
    assert "正在生成" not in browse(meishan_clerk).get(LIST).content.decode()
    assert browse(meishan_clerk).get("/planning/document/1/state/").status_code == 404


def test_the_fragment_reloads_the_page_when_it_is_over(issue: Issue, office: Person) -> None:
    response = browse(office).get("/planning/document/1/state/")
    assert response["HX-Refresh"] == "true"


def test_unknown_numbers_and_units_are_not_found(issue: Issue, office: Person) -> None:
    client = browse(office)
    for url in ("/planning/document/9/", "/planning/document/1/nobody/file/", "/planning/document/1/health/print/"):
        assert client.get(url).status_code == 404, url


def test_the_page_says_what_the_document_says(issue: Issue, office: Person) -> None:
    page = browse(office).get(COUNTY[1]).content.decode()
    for text in ("（第 1 版，以 ", "一、现状", "（三）按乡镇", "二、整合措施", "接入情况", "与上一版相比", "附件3"):
        assert text in page, text
    assert "{{7*7}} &lt;b&gt;&amp;amp;" in page, "words from sheets are literal"


def test_a_long_list_is_cut_on_the_page_and_says_so(
    issue: Issue, office: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planning.document.shown.MOST_ROWS", 3)
    page = browse(office).get(OWN[1]).content.decode()
    assert "本页只显示前 3 行，下载的文件列出全部。" in page
    assert page.count("JZ-C-") == 3


def test_queries_do_not_grow_with_issues_and_units(issue: Issue, office: Person) -> None:
    client = browse(office)

    def queries(*urls: str) -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    issued.make()
    queries(LIST)
    before = queries(
        LIST, "/planning/document/2/", "/planning/document/2/print/", "/planning/document/2/meishan/print/"
    )
    for agency in ("education", "health", "water"):
        register_camera(agency, measure="拆除")
    scenes.settled()
    issued.make()
    after = queries(LIST, "/planning/document/3/", "/planning/document/3/print/", "/planning/document/3/meishan/print/")
    assert after == before


def test_the_way_there_is_in_the_navigation(office: Person) -> None:
    client: Client = browse(office)
    assert 'href="/planning/document/"' in client.get(LIST).content.decode()
    assert 'href="/planning/assumptions/"' in client.get(LIST).content.decode()


def test_a_reviewers_deputy_does_not_read_every_units_positions(issue: Issue, data_reviewer: Person) -> None:
    deputy, day = make_person("deputy", "data-bureau", "clerk"), timezone.localdate()
    Delegation.objects.create(
        side="data", delegator=data_reviewer, deputy=deputy, starts_on=day, ends_on=day, reason="出差"
    )
    client = browse(deputy)
    assert client.get("/planning/").status_code == 200, "proposals are theirs to judge"
    for url in (ONE, *COUNTY, *OWN):
        assert client.get(url).status_code == 404, url
