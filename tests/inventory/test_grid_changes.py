"""Editing and pasting on screen: it works and is journaled; strangers, wrong roles, wrong states, bad input."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from inventory.models import ChangeSet
from tests.factories_inventory import submitted
from tests.inventory import web
from tests.inventory.grids import browser, camera, edit, on_screen, rows_of, send, work

pytestmark = pytest.mark.django_db


def test_an_edit_answers_with_the_row_as_it_is_now(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, name="")])
    row = rows_of(submission)[1]
    answer = send(meishan_clerk, "changes", submission, edit(row, "name", "江店路口", was=""))
    told = answer.json()
    assert answer.status_code == 200
    assert (told["edition"], told["stale"], told["undoable"]) == (1, True, True)
    counts = {"rows": 3, "good": 2, "wrong": 0, "ignored": 1, "removed": 0, "errors": 0}
    assert counts.items() <= told["counts"].items()
    assert told["set"] == ChangeSet.objects.get().pk
    (shown,) = told["rows"]
    assert (shown["key"], shown["row"], shown["cells"]["name"], shown["edited"]) == (row.key, 8, "江店路口", ["name"])
    assert [each for each in shown["findings"] if each["column"] == "name"] == []
    assert web.actions(submission)[-1] == "submission.rows_changed"


def test_a_mistake_is_told_at_its_cell(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    told = send(meishan_clerk, "changes", submission, edit(row, "longitude", "115.93")).json()
    (found,) = [each for each in told["rows"][0]["findings"] if each["column"] == "longitude"]
    assert (found["code"], found["severity"], found["cell"], found["value"]) == ("C133", "error", "H7", "115.93")
    assert found["message"] and found["fix"] and found["waived"] is False
    assert (told["counts"]["wrong"], told["counts"]["errors"]) == (1, 1)


def test_a_block_is_pasted_as_one_act(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(number, name="", brand="") for number in range(1, 11)])
    rows = rows_of(submission)
    cells = [
        {"key": row.key, "column": column, "value": text, "was": ""}
        for row in rows
        for column, text in (("name", f"第{row.row}号路口"), ("brand", "大华"))
    ]
    told = send(meishan_clerk, "changes", submission, {"way": "paste", "cells": cells}).json()
    assert (len(told["rows"]), told["counts"]["errors"], told["partial"]) == (10, 0, False)
    assert ChangeSet.objects.get().changes.count() == 20
    assert [row.brand for row in rows_of(submission)] == ["大华"] * 10


def test_a_cell_changed_meanwhile_is_not_overwritten(meishan_clerk: Person, meishan_colleague: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    send(meishan_colleague, "changes", submission, edit(row, "brand", "大华", was="海康威视"))
    answer = send(meishan_clerk, "changes", submission, edit(row, "brand", "宇视", was="海康威视"))
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("摄像机 第7行的“品牌”刚被")
    assert rows_of(submission)[0].brand == "大华"


def test_strangers_and_wrong_roles(
    meishan_clerk: Person, mabu_clerk: Person, data_reviewer: Person, leader: Person, sysadmin: Person
) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    body = edit(rows_of(submission)[0], "brand", "大华")
    for person, status in ((mabu_clerk, 404), (sysadmin, 404), (data_reviewer, 403), (leader, 403)):
        for told in (body, {}, "x"):
            answer = send(person, "changes", submission, told)
            assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), person
    assert rows_of(submission)[0].brand == "海康威视"


def test_what_is_under_review_is_not_changed(meishan_clerk: Person) -> None:
    sent = submitted("meishan", rows=1, by=meishan_clerk)
    row = rows_of(sent)[0]
    for body in (edit(row, "brand", "大华"), {}):
        answer = send(meishan_clerk, "changes", sent, body)
        assert answer.status_code == 409 and "待审" in answer.json()["message"]


KEY = object()


@pytest.mark.parametrize(
    "body",
    [
        None, [], "text", {}, {"way": "edit"}, {"way": "remove", "cells": []}, {"way": "edit", "cells": []},
        {"way": "edit", "cells": [1]}, {"way": "edit", "cells": [{"key": KEY}]},
        {"way": "edit", "cells": [{"key": "1", "column": "name", "value": "x"}]},
        {"way": "edit", "cells": [{"key": True, "column": "name", "value": "x"}]},
        {"way": "edit", "cells": [{"key": 2**63, "column": "name", "value": "x"}]},
        {"way": "edit", "cells": [{"key": KEY, "column": "name", "value": None}]},
        {"way": "edit", "cells": [{"key": KEY, "column": "name", "value": "x", "was": 1}]},
        {"way": "edit", "cells": [{"key": KEY, "column": "colour", "value": "x"}]},
        {"way": "edit", "cells": [{"key": KEY, "column": "name", "value": "字" * 32_001}]},
        {"way": "edit", "cells": [{"key": 999_999_999, "column": "name", "value": "x"}]},
        {"way": "paste", "cells": [{"key": KEY, "column": "name", "value": "x"}] * 5_001},
    ],
)  # fmt: skip
def test_bad_input(meishan_clerk: Person, body: Any) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    if isinstance(body, dict):
        body = body | {
            "cells": [
                cell | {"key": row.key} if isinstance(cell, dict) and cell.get("key") is KEY else cell
                for cell in body.get("cells", [])
            ]
        }
    answer = send(meishan_clerk, "changes", submission, body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["message"].endswith("。")
    assert not ChangeSet.objects.exists()


def test_not_even_json(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    url = web.url("grid_changes", submission.pk, "camera")
    deep = "[" * 100_000
    for told, content in (("{", "application/json"), (deep, "application/json"), ("way=edit", "text/plain")):
        assert browser(meishan_clerk).post(url, told, content_type=content).status_code == 422
    assert browser(meishan_clerk).post(web.url("grid_changes", submission.pk, "pole"), {}).status_code == 404


def test_one_row_costs_as_many_queries_as_a_thousand_do(meishan_clerk: Person) -> None:
    def queries(rows: int) -> int:
        submission = on_screen(meishan_clerk, [camera(number % 90) for number in range(rows)])
        first = rows_of(submission)[0]
        work()
        send(meishan_clerk, "changes", submission, edit(first, "brand", "大华"))
        client, url = browser(meishan_clerk), web.url("grid_changes", submission.pk, "camera")
        with CaptureQueriesContext(connection) as told:
            assert client.post(url, edit(first, "brand", ""), content_type="application/json").status_code == 200
        return len(told)

    assert queries(1) == queries(200) <= 37
