"""Replace in a column, safe fixes, removing rows, undo, on screen: each works with its journal row, and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from inventory.models import ChangeSet, RowFinding
from tests.factories_inventory import submitted
from tests.inventory import web
from tests.inventory.grids import camera, codes_of, edit, on_screen, rows_of, send

pytestmark = pytest.mark.django_db
REPLACE = {"column": "brand", "find": "海康威视", "with": "大华", "whole": True, "only": "all"}
ACTS: dict[str, dict[str, Any]] = {
    "replace": REPLACE | {"apply": True},
    "fixes": {"code": "C201", "keys": None, "apply": True},
    "remove": {"keys": [1]},
    "undo": {},
}


def post(person: Person, act: str, submission: Any, body: Any) -> Any:
    return send(person, act, submission, body, kind=None if act == "undo" else "camera")


def test_replace_shows_first_and_does_what_it_showed(meishan_clerk: Person) -> None:
    rows = [camera(1), camera(2, brand="大华"), camera(3, brand=" 海康威视 "), camera(4, brand="海康威视 DS")]
    submission = on_screen(meishan_clerk, rows)
    shown = post(meishan_clerk, "replace", submission, REPLACE).json()
    assert shown["count"] == 2
    assert [(each["row"], each["before"], each["after"]) for each in shown["sample"]] == [
        (7, "海康威视", "大华"), (9, " 海康威视 ", "大华"),
    ]  # fmt: skip
    assert not ChangeSet.objects.exists()
    wrong = post(meishan_clerk, "replace", submission, REPLACE | {"apply": True, "count": 3})
    assert wrong.status_code == 409 and "重新预览" in wrong.json()["message"]
    done = post(meishan_clerk, "replace", submission, REPLACE | {"apply": True, "count": 2}).json()
    assert (len(done["rows"]), done["undoable"]) == (2, True)
    assert [row.brand for row in rows_of(submission)] == ["大华", "大华", "大华", "海康威视 DS"]
    assert Entry.objects.get(action="submission.rows_changed").facts["way"] == "replace"
    part = REPLACE | {"find": "海康威视 ", "with": "海康", "whole": False, "apply": True}
    post(meishan_clerk, "replace", submission, part)
    assert rows_of(submission)[3].brand == "海康DS"
    blanks = {"column": "measure", "find": "", "with": "保留", "whole": True, "only": "all"}
    assert post(meishan_clerk, "replace", submission, blanks).json()["count"] == 0
    assert post(meishan_clerk, "replace", submission, blanks | {"apply": True}).status_code == 409


def test_replace_only_where_something_is_to_mend(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, name="")])
    RowFinding.objects.exclude(code="C111").delete()
    first, _ = rows_of(submission)
    type(first).objects.filter(pk=first.pk).update(warnings=0)
    assert post(meishan_clerk, "replace", submission, REPLACE | {"only": "findings"}).json()["count"] == 1


def test_a_safe_fix_for_one_row_and_for_all_of_its_kind(meishan_clerk: Person) -> None:
    swapped = [camera(number, longitude=f"31.7271{number}", latitude=f"115.9343{number}") for number in (11, 12, 13)]
    submission = on_screen(meishan_clerk, [*swapped, camera(4)])
    first, *_ = rows = rows_of(submission)
    for row in rows[:3]:
        fix = {"longitude": row.raw[8], "latitude": row.raw[7]}
        found = RowFinding.objects.filter(row=row.row, code="C201")
        assert found.exists()
        found.update(fixes=fix)
    shown = post(meishan_clerk, "fixes", submission, {"code": "C201", "keys": None, "apply": False}).json()
    assert shown["count"] == 6 and shown["sample"][0]["before"] == "31.727111"
    one = post(meishan_clerk, "fixes", submission, {"code": "C201", "keys": [first.key], "apply": True}).json()
    assert [row["key"] for row in one["rows"]] == [first.key]
    first.refresh_from_db()
    assert (str(first.longitude), codes_of(first)) == ("115.93431100", [])
    rest = post(meishan_clerk, "fixes", submission, {"code": "C201", "keys": None, "apply": True, "count": 4}).json()
    assert len(rest["rows"]) == 2 and not RowFinding.objects.filter(code="C201").exists()
    assert post(meishan_clerk, "fixes", submission, ACTS["fixes"]).status_code == 409, "nothing left"
    assert [each.way for each in ChangeSet.objects.all()] == ["fix", "fix"]


def test_rows_go_and_come_back(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, name="")])
    row = rows_of(submission)[1]
    gone = post(meishan_clerk, "remove", submission, {"keys": [row.key]}).json()
    assert (gone["removed"], gone["rows"], gone["counts"]["removed"], gone["counts"]["wrong"]) == ([row.key], [], 1, 0)
    assert gone["counts"]["rows"] == 3 == sum(gone["counts"][each] for each in ("good", "wrong", "ignored", "removed"))
    back = post(meishan_clerk, "undo", submission, {}).json()
    assert (back["restored"], back["kind"], back["undoable"]) == ([row.key], "camera", False)
    assert [each["key"] for each in back["rows"]] == [row.key]
    assert web.actions(submission)[-2:] == ["submission.rows_removed", "submission.change_undone"]
    assert Entry.objects.get(action="submission.change_undone").facts["way"] == "remove"


def test_undo_is_one_s_own_and_once(meishan_clerk: Person, meishan_colleague: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    send(meishan_clerk, "changes", submission, edit(row, "brand", "大华"))
    assert post(meishan_colleague, "undo", submission, {}).status_code == 409
    assert post(meishan_clerk, "undo", submission, {}).status_code == 200
    assert post(meishan_clerk, "undo", submission, {}).status_code == 409
    assert rows_of(submission)[0].brand == "海康威视"


@pytest.mark.parametrize("act", ACTS)
def test_strangers_and_wrong_roles(
    act: str, meishan_clerk: Person, mabu_clerk: Person, sysadmin: Person, police_reviewer: Person, leader: Person
) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    for person, status in ((mabu_clerk, 404), (sysadmin, 404), (police_reviewer, 403), (leader, 403)):
        bodies: list[Any] = [ACTS[act], ACTS[act] | {"apply": False}, {}, []]
        for body in bodies:
            assert post(person, act, submission, body).status_code == status, (person, body)


@pytest.mark.parametrize("act", ACTS)
def test_what_is_under_review_stays(act: str, meishan_clerk: Person) -> None:
    sent = submitted("meishan", rows=1, by=meishan_clerk)
    for body in (ACTS[act], ACTS[act] | {"apply": False}, {}):
        assert post(meishan_clerk, act, sent, body).status_code == 409


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("replace", {}),
        ("replace", REPLACE | {"column": "colour"}),
        ("replace", REPLACE | {"find": "", "whole": False}),
        ("replace", REPLACE | {"with": 1}),
        ("replace", REPLACE | {"with": "字" * 32_001}),
        ("fixes", {}),
        ("fixes", {"code": "C201", "keys": []}),
        ("fixes", {"code": "C201", "keys": "all"}),
        ("remove", {}),
        ("remove", {"keys": []}),
        ("remove", {"keys": [0.5]}),
        ("remove", {"keys": [999_999]}),
        ("remove", {"keys": list(range(5_001))}),
        ("undo", [1]),
    ],
)
def test_bad_input(act: str, body: Any, meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    answer = post(meishan_clerk, act, submission, body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["message"]
    assert not ChangeSet.objects.exists()
