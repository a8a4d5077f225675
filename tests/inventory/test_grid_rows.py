"""What the sheet on screen shows: its page, its rows page by page, and where the report stands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from inventory import services
from tests.factories_inventory import submitted
from tests.inventory import web
from tests.inventory.grids import ask, browser, camera, edit, on_screen, platform, rows_of, send, work

pytestmark = pytest.mark.django_db
BAD = {"name": ""}


def keys(answer: Any) -> list[int]:
    return [row["key"] for row in answer.json()["rows"]]


def test_only_rows_with_findings_or_all_of_them(meishan_clerk: Person) -> None:
    told = [camera(number, **(BAD if number in (3, 7) else {})) for number in range(1, 10)]
    submission = on_screen(meishan_clerk, told)
    rows = rows_of(submission)
    with_errors = [row.key for row in rows if row.errors]
    every = ask(meishan_clerk, "rows", submission, only="all").json()
    assert [row["key"] for row in every["rows"]] == [row.key for row in rows]
    assert (every["total"], every["next"], every["edition"], every["stale"]) == (9, None, 0, False)
    assert every["counts"]["rows"] == 10 and every["counts"]["wrong"] == 2
    assert every["rows"][0]["cells"]["longitude"] == "115.930015" and every["rows"][0]["slot"] == 1
    found = ask(meishan_clerk, "rows", submission, code="C111").json()
    assert ([row["key"] for row in found["rows"]], found["total"]) == (with_errors, 2)
    assert {"C111"} <= {each["code"] for each in found["rows"][0]["findings"]}
    shown = ask(meishan_clerk, "rows", submission).json()
    assert [row["key"] for row in shown["rows"]] == [row.key for row in rows if row.errors or row.warnings]
    assert ask(meishan_clerk, "rows", submission, code="C999").json()["rows"] == []


def test_page_by_page_over_several_files(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(number) for number in range(1, 8)])
    on_screen(meishan_clerk, [camera(number) for number in range(11, 16)], submission=submission)
    expected = [row.key for row in rows_of(submission)]
    seen: list[int] = []
    after = ""
    while True:
        told = ask(meishan_clerk, "rows", submission, only="all", limit=4, **({"after": after} if after else {})).json()
        seen += [row["key"] for row in told["rows"]]
        assert told["total"] == 12
        if told["next"] is None:
            break
        after = told["next"]
    assert seen == expected
    assert keys(ask(meishan_clerk, "rows", submission, only="all", slot=2)) == expected[7:]
    middle = keys(ask(meishan_clerk, "rows", submission, only="all", limit=4, around=expected[8]))
    assert expected[8] in middle and len(middle) == 4 and middle == [k for k in expected if k in middle]
    assert keys(ask(meishan_clerk, "rows", submission, only="all", limit=4, around=expected[0])) == expected[:4]
    assert keys(ask(meishan_clerk, "rows", submission, only="all", limit=4, around=999)) == expected[:4]


def test_where_the_report_stands(meishan_clerk: Person, meishan_colleague: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, **BAD)])
    row = rows_of(submission)[1]
    told = ask(meishan_clerk, "status", submission, kind=None).json()
    assert (told["stale"], told["undoable"], told["codes"]["C111"]) == (False, False, 1)
    assert "还有 1 处错误要改。" in told["obstacles"]
    send(meishan_clerk, "changes", submission, edit(row, "name", "江店路口"))
    told = ask(meishan_clerk, "status", submission, kind=None).json()
    assert (told["stale"], told["undoable"]) == (True, True) and "codes" not in told
    assert services.RECHECKING in told["obstacles"]
    assert ask(meishan_colleague, "status", submission, kind=None).json()["undoable"] is False
    work()
    told = ask(meishan_clerk, "status", submission, kind=None).json()
    assert not told["stale"] and "C111" not in told["codes"]


def test_the_page(meishan_clerk: Person, data_reviewer: Person, mabu_clerk: Person, sysadmin: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, **BAD)])
    on_screen(meishan_clerk, [platform(1)], kind="platform", submission=submission)
    url = web.url("grid", submission.pk)
    page = web.of(meishan_clerk).get(url)
    assert page.status_code == 200
    assert [column["key"] for column in page.context["columns"]][:3] == ["seq", "code", "name"]
    assert page.context["settings"]["urls"]["rows"] == web.url("grid_rows", submission.pk, "camera")
    assert page.context["settings"]["editable"] is True
    assert [(each["title"], each["count"]) for each in page.context["kinds"]] == [("摄像机", 2), ("平台", 1)]
    other = web.of(meishan_clerk).get(url, {"kind": "platform", "code": "P111"})
    assert other.context["kind"] == "platform" and other.context["settings"]["focus"] == {"code": "P111"}
    key = rows_of(submission)[1].key
    focused = web.of(meishan_clerk).get(url, {"key": key, "column": "name"})
    assert focused.context["settings"]["focus"] == {"key": key, "column": "name", "all": True}
    assert web.of(data_reviewer).get(url).context["settings"]["editable"] is False
    for person in (mabu_clerk, sysadmin):
        assert web.of(person).get(url).status_code == 404
        assert ask(person, "rows", submission).status_code == 404
        assert ask(person, "status", submission, kind=None).status_code == 404


def test_what_was_submitted_is_read_only(meishan_clerk: Person) -> None:
    sent = submitted("meishan", rows=2, by=meishan_clerk)
    assert web.of(meishan_clerk).get(web.url("grid", sent.pk)).context["settings"]["editable"] is False
    assert ask(meishan_clerk, "status", sent, kind=None).json()["obstacles"] == []


@pytest.mark.parametrize(
    "query",
    [{"after": "x"}, {"after": "1.x.摄像机"}, {"around": "x"}, {"slot": "-1"}, {"limit": "x"}, {"slot": "9" * 30}],
)
def test_bad_input(meishan_clerk: Person, query: dict[str, str]) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    answer = ask(meishan_clerk, "rows", submission, **query)
    assert answer.status_code == 422 and answer.json()["message"]


def test_an_unknown_kind_and_a_zero_report(meishan_clerk: Person) -> None:
    from inventory.models import ReportKind
    from tests.factories_inventory import started

    submission = on_screen(meishan_clerk, [camera(1)])
    assert ask(meishan_clerk, "rows", submission, kind="pole").status_code == 404
    services.discard(meishan_clerk, submission.pk)
    zero = started("meishan", ReportKind.ZERO, by=meishan_clerk)
    assert browser(meishan_clerk).get(web.url("grid", zero.pk)).status_code == 404


def test_as_many_queries_for_one_row_as_for_hundreds(meishan_clerk: Person) -> None:
    def queries(rows: int, **query: Any) -> int:
        submission = on_screen(meishan_clerk, [camera(number % 90, **BAD) for number in range(rows)])
        client, url = browser(meishan_clerk), web.url("grid_rows", submission.pk, "camera")
        with CaptureQueriesContext(connection) as told:
            assert client.get(url, query).status_code == 200
        return len(told)

    for query in ({"only": "all"}, {"code": "C111"}, {}):
        assert queries(1, **query) == queries(120, **query) <= 17
