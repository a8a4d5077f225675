"""Rows that stand accepted are read-only on screen: every way to change one is refused, and says what to do instead."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from inventory.entering import entry
from inventory.models import ChangeSet, RowFinding, Submission
from inventory.onscreen import changes, mending
from inventory.onscreen.changes import Cell
from reviews.models import Motion, Round
from tests.factories_inventory import hand_in, stamp
from tests.inventory import entering, web
from tests.inventory.grids import ask, camera, draft, edit, on_screen, rows_of, send, work
from tests.inventory.judging import agreed, assert_sound, judged
from tests.reviews.scenes import keys_of, latest

pytestmark = pytest.mark.django_db
Way = ChangeSet.Way
REFUSED = "已入库，不能在线修改"
HOW = "请联系数据局或公安局重新开启本件"
ROWS = [camera(1), camera(2), camera(3, pole_number="MS-3"), camera(4, pole_number="MS-3")]


def sent(by: Person, *back: int) -> Submission:
    """Four cameras on screen, judged; the rows at these places went back."""
    submission = on_screen(by, ROWS)
    stamp(submission, by)
    hand_in(submission, by)
    keys = [row.key for row in rows_of(submission)]
    judged(submission, [keys[place] for place in back])
    return submission


@pytest.fixture
def partial(meishan_clerk: Person) -> Submission:
    """The second row is back with the unit, the others are registered."""
    return sent(meishan_clerk, 1)


def snapshot(submission: Submission) -> Any:
    """What a refusal leaves as it was."""
    rows = [(row.key, row.raw, row.edited) for row in rows_of(submission)]
    return rows, draft(submission).number, ChangeSet.objects.count(), Entry.objects.count()


def told(answer: Any) -> str:
    """The sentence of a refusal."""
    assert answer.status_code == 409
    message: str = answer.json()["message"]
    return message


def test_each_row_says_whether_it_is_read_only(meishan_clerk: Person, partial: Submission) -> None:
    page = ask(meishan_clerk, "rows", partial, only="all").json()
    assert [row["locked"] for row in page["rows"]] == [True, False, True, True]


def test_a_cell(meishan_clerk: Person, partial: Submission) -> None:
    first, second, *_ = rows_of(partial)
    before = snapshot(partial)
    with pytest.raises(Conflict, match=f"第7行{REFUSED}.*{HOW}"):
        changes.change(meishan_clerk, partial.pk, "camera", [Cell(first.key, "brand", "大华")], Way.EDIT)
    assert HOW in told(send(meishan_clerk, "changes", partial, edit(first, "brand", "大华")))
    assert snapshot(partial) == before
    assert send(meishan_clerk, "changes", partial, edit(second, "brand", "大华")).status_code == 200
    assert [row.brand for row in rows_of(partial)] == ["海康威视", "大华", "海康威视", "海康威视"]
    assert HOW in told(send(meishan_clerk, "changes", partial, edit(first, "brand", "大华"))), "in the draft as well"


def test_a_block_that_is_pasted_over_some(meishan_clerk: Person, partial: Submission) -> None:
    """All or nothing; the sentence names the rows."""
    before = snapshot(partial)
    cells = [{"key": row.key, "column": "brand", "value": "大华", "was": "海康威视"} for row in rows_of(partial)]
    message = told(send(meishan_clerk, "changes", partial, {"way": "paste", "cells": cells}))
    assert "第7行、" in message and "第9行、" in message and "第8行" not in message
    with pytest.raises(Conflict, match=REFUSED):
        wanted = [Cell(cell["key"], "brand", "大华") for cell in cells]
        changes.change(meishan_clerk, partial.pk, "camera", wanted, Way.PASTE)
    assert snapshot(partial) == before


def test_replacing_passes_them_over_and_says_so(meishan_clerk: Person, partial: Submission) -> None:
    asked = {"column": "brand", "find": "海康威视", "with": "大华", "whole": True, "only": "all"}
    shown = send(meishan_clerk, "replace", partial, asked).json()
    assert (shown["count"], shown["locked"]) == (1, 3)
    plan = mending.to_replace(partial.pk, "camera", mending.Replace("brand", "海康威视", "大华", whole=True))
    assert (len(plan.cells), plan.locked) == (1, 3)
    assert send(meishan_clerk, "replace", partial, asked | {"apply": True, "count": 1}).status_code == 200
    assert [row.brand for row in rows_of(partial)] == ["海康威视", "大华", "海康威视", "海康威视"]
    before = snapshot(partial)
    assert "另有 3 行已入库，不能在线修改" in told(send(meishan_clerk, "replace", partial, asked | {"apply": True}))
    assert snapshot(partial) == before


def test_safe_fixes_pass_them_over_and_say_so(meishan_clerk: Person, partial: Submission) -> None:
    source = draft(partial).files.get()
    for row in rows_of(partial):
        RowFinding.objects.create(
            source_file=source, kind="camera", sheet=row.sheet, row=row.row, cell=f"E{row.row}", column_key="brand",
            column_title="品牌", code="C401", severity="warning", value="海康威视", message="品牌写法", fix="改写",
            fixes={"brand": "大华"},
        )  # fmt: skip
    first, *_ = rows_of(partial)
    asked = {"code": "C401", "keys": None, "apply": False}
    shown = send(meishan_clerk, "fixes", partial, asked).json()
    assert (shown["count"], shown["locked"]) == (1, 3)
    before = snapshot(partial)
    only = asked | {"keys": [first.key], "apply": True}
    assert "另有 1 行已入库，不能在线修改" in told(send(meishan_clerk, "fixes", partial, only))
    with pytest.raises(Conflict, match="已入库"):
        mending.fix(meishan_clerk, partial.pk, "camera", "C401", [first.key], None)
    assert snapshot(partial) == before
    assert send(meishan_clerk, "fixes", partial, asked | {"apply": True, "count": 1}).status_code == 200
    assert [row.brand for row in rows_of(partial)] == ["海康威视", "大华", "海康威视", "海康威视"]


def test_deleting(meishan_clerk: Person, partial: Submission) -> None:
    first, second, *_ = rows_of(partial)
    before = snapshot(partial)
    with pytest.raises(Conflict, match=f"第7行{REFUSED}"):
        changes.remove_rows(meishan_clerk, partial.pk, "camera", [first.key])
    assert HOW in told(send(meishan_clerk, "remove", partial, {"keys": [first.key, second.key]}))
    assert snapshot(partial) == before
    assert send(meishan_clerk, "remove", partial, {"keys": [second.key]}).status_code == 200
    assert len(rows_of(partial)) == 3
    assert send(meishan_clerk, "undo", partial, {}, kind=None).status_code == 200
    assert len(rows_of(partial)) == 4


def test_a_shared_pole_is_changed_where_it_may_be(meishan_clerk: Person) -> None:
    """Rows that stand on one merged pole change together; those that are registered stay as they are."""
    pole = {"merge_group": 8, "pole_number": "MS-2"}
    submission = on_screen(meishan_clerk, [camera(1), camera(2, **pole), camera(3, **pole), camera(4, **pole)])
    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    keys = [row.key for row in rows_of(submission)]
    judged(submission, keys[1:3])
    second = rows_of(submission)[1]
    assert send(meishan_clerk, "changes", submission, edit(second, "pole_number", "M-9")).status_code == 200
    assert [row.pole_number for row in rows_of(submission)] == ["MS-001", "M-9", "M-9", "MS-2"]


# --- the form of one row ------------------------------------------------------------------------------------------
@pytest.fixture
def entered(meishan_clerk: Person) -> Submission:
    """Two cameras typed into forms; the first is registered, the second back with the unit."""
    from tests.factories_inventory import started

    submission = started("meishan", by=meishan_clerk)
    entering.begin(meishan_clerk, submission)
    entering.add(meishan_clerk, submission, **entering.CAMERA)
    second = {"code": "34152400001320000002", "name": "示例路口西北角", "longitude": "115.944367"}
    entering.add(meishan_clerk, submission, **(entering.CAMERA | second))
    work()
    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    judged(submission, [rows_of(submission)[1].key])
    return submission


def test_the_form_shows_it_read_only_and_says_why(meishan_clerk: Person, entered: Submission) -> None:
    first, second = rows_of(entered)
    client = web.of(meishan_clerk)
    page = client.get(web.url("entry_row", entered.pk, "camera", first.key)).content.decode()
    assert "这一行已入库，只能查看" in page and HOW in page
    fields = [line for line in page.split("<") if line.startswith(("input", "select", "textarea")) and "id_" in line]
    assert len(fields) > 20
    assert [line for line in fields if "disabled" not in line] == []
    assert 'type="submit" name="save"' not in page and "data-place-map" not in page
    open_one = client.get(web.url("entry_row", entered.pk, "camera", second.key)).content.decode()
    assert "只能查看" not in open_one and 'type="submit" name="save"' in open_one


def test_the_form_takes_nothing(meishan_clerk: Person, entered: Submission) -> None:
    first, second = rows_of(entered)
    before = snapshot(entered)
    address = web.url("entry_row", entered.pk, "camera", first.key)
    answer = web.of(meishan_clerk).post(address, entering.CAMERA | {"brand": "大华", "seen": "{}"})
    assert answer.status_code == 409 and REFUSED in answer.content.decode()
    answer = web.press(meishan_clerk, "entry_remove", entered.pk, "camera", first.key)
    assert answer.status_code == 409 and REFUSED in answer.content.decode()
    assert snapshot(entered) == before
    assert entering.edit(meishan_clerk, entered, second, brand="大华").status_code == 302
    assert [row.brand for row in rows_of(entered)] == ["海康威视", "大华"]


def test_the_list_offers_to_look_at_it(meishan_clerk: Person, entered: Submission) -> None:
    page = web.of(meishan_clerk).get(web.url("entry", entered.pk)).content.decode()
    first, second = rows_of(entered)
    assert "已入库" in page and page.count(">查看<") == 1 and page.count(">修改<") == 1
    assert web.url("entry_remove", entered.pk, "camera", first.key) not in page
    assert web.url("entry_remove", entered.pk, "camera", second.key) in page
    shown = entry.entered(entry.screen_of(draft(entered)))[0].rows
    assert [each.locked for each in shown] == [True, False]


# --- what unlocks it ----------------------------------------------------------------------------------------------
def test_reopening_unlocks_all(meishan_clerk: Person) -> None:
    submission = sent(meishan_clerk)
    assert latest(submission).outcome == Round.Outcome.ACCEPTED
    first, *_, last = rows_of(submission)
    assert "现在是“通过”" in told(send(meishan_clerk, "changes", submission, edit(first, "brand", "大华")))
    agreed(latest(submission), Motion.Kind.REOPEN)
    page = ask(meishan_clerk, "rows", submission, only="all").json()
    assert [row["locked"] for row in page["rows"]] == [False] * 4
    assert send(meishan_clerk, "changes", submission, edit(first, "brand", "大华")).status_code == 200
    assert send(meishan_clerk, "remove", submission, {"keys": [last.key]}).status_code == 200
    assert send(meishan_clerk, "undo", submission, {}, kind=None).status_code == 200
    work()
    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    assert keys_of(latest(submission)) == [first.key], "only what was changed is judged again"
    judged(submission)
    assert_sound()


def test_a_refused_motion_unlocks_nothing(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    from reviews.services import answer_motion, move

    submission = sent(meishan_clerk)
    motion = move(data_reviewer, latest(submission).pk, Motion.Kind.REOPEN, "登记有误，需要重新核实")
    answer_motion(police_reviewer, motion.pk, False, "没有发现差错")
    (first, *_) = rows_of(submission)
    assert send(meishan_clerk, "changes", submission, edit(first, "brand", "大华")).status_code == 409


def test_a_withdrawn_batch_is_not_accepted_any_more(meishan_clerk: Person) -> None:
    submission = sent(meishan_clerk, 1)
    agreed(latest(submission), Motion.Kind.UNDO)
    (first, *_) = rows_of(submission)
    assert send(meishan_clerk, "changes", submission, edit(first, "brand", "大华")).status_code == 200


def test_a_report_that_went_back_whole_has_none(meishan_clerk: Person) -> None:
    submission = sent(meishan_clerk, 0, 1, 2, 3)
    page = ask(meishan_clerk, "rows", submission, only="all").json()
    assert [row["locked"] for row in page["rows"]] == [False] * 4
