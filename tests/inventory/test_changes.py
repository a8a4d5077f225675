"""Changes on screen, at the service: judged as the reader judges, counted, kept on record, taken back."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from agencies.models import Person
from audit.failures import Conflict, Invalid
from audit.models import Entry
from inventory import services
from inventory.invariants import violations
from inventory.models import Change, ChangeSet, RowFinding, SourceFile, Version
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from inventory.registering.checks import DECLARATIONS
from reviews.models import Side
from tests.inventory import quickly
from tests.inventory.grids import assert_as_if_read, camera, codes_of, draft, on_screen, platform, rows_of, work
from tests.reviews.scenes import close_side, latest, pass_all, return_first

pytestmark = pytest.mark.django_db
Way = ChangeSet.Way


def change(by: Person, submission: Any, *cells: tuple[Any, str, str], way: Way = Way.EDIT, kind: str = "camera") -> Any:
    return changes.change(by, submission.pk, kind, [Cell(row.key, column, text) for row, column, text in cells], way)


def test_a_mended_cell_is_judged_saved_and_on_record(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, name="")])
    before = draft(submission)
    row = rows_of(submission)[1]
    assert codes_of(row) == ["C111"]
    done = change(meishan_clerk, submission, (row, "name", "江店路口"))
    row.refresh_from_db()
    assert (row.name, row.raw[2], row.edited, row.errors, codes_of(row)) == ("江店路口", "江店路口", ["name"], 0, [])
    version = draft(submission)
    assert (version.edition, version.hash, version.is_stale) == (before.edition + 1, "", True)
    assert done.keys == (row.key,)
    (kept,) = Change.objects.all()
    assert (kept.row_key, kept.column_key, kept.before, kept.after, kept.row) == (row.key, "name", "", "江店路口", 8)
    assert kept.change_set.person == meishan_clerk and kept.change_set.way == Way.EDIT
    entry = Entry.objects.get(action="submission.rows_changed")
    assert {"count": 1, "rows": 1, "way": "edit", "version": 1}.items() <= entry.facts.items()
    assert len(entry.facts["digest"]) == 64
    work()
    assert not draft(submission).is_stale and draft(submission).hash not in ("", before.hash)
    assert_as_if_read(submission)
    assert not violations("I2", "I4", "I7")


def test_what_looks_at_the_whole_file_is_found_again(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2), camera(3)])
    first, second, _ = rows_of(submission)
    hash_before = draft(submission).hash
    change(meishan_clerk, submission, (second, "code", first.code))
    assert (codes_of(first), codes_of(second)) == ([], []), "not known yet"
    assert services.RECHECKING in services.obstacles(submission, draft(submission))
    work()
    assert (codes_of(first), codes_of(second)) == (["C301"], ["C301"])
    assert_as_if_read(submission)
    changes.undo(meishan_clerk, submission.pk)
    work()
    assert (codes_of(first), codes_of(second)) == ([], [])
    assert draft(submission).hash == hash_before
    assert_as_if_read(submission)


def test_the_same_text_is_no_change_but_a_text_for_a_number_is(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1, built=2020.1, pole_height=6.5)])
    (row,) = rows_of(submission)
    assert codes_of(row) == ["C144"]
    pasted = change(meishan_clerk, submission, (row, "name", row.name), (row, "pole_height", "6.5"), way=Way.PASTE)
    assert (pasted.change_set, pasted.keys, draft(submission).edition) == (None, (), 0)
    assert not Entry.objects.filter(action="submission.rows_changed").exists()
    change(meishan_clerk, submission, (row, "built", "2020.1"))
    row.refresh_from_db()
    assert (row.built, row.raw[9], codes_of(row)) == ("2020.01", "2020.1", [])
    changes.undo(meishan_clerk, submission.pk)
    row.refresh_from_db()
    assert (row.raw[9], row.edited, codes_of(row)) == (2020.1, [], ["C144"]), "the number came back as one"


def test_a_date_comes_back_as_one(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1, built={"date": "2020-03-01"}, brand={"error": "#N/A"})])
    (row,) = rows_of(submission)
    kept = list(row.raw)
    assert (row.built, codes_of(row)) == ("2020.03", ["C192"])
    change(meishan_clerk, submission, (row, "brand", "大华"), (row, "built", "2021.05"))
    changes.undo(meishan_clerk, submission.pk)
    row.refresh_from_db()
    assert (row.raw, row.built, codes_of(row)) == (kept, "2020.03", ["C192"])
    work()
    assert_as_if_read(submission)


def test_a_column_set_back_to_what_the_file_said_is_not_edited(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    for text, edited in (("大华", ["brand"]), ("宇视", ["brand"]), ("海康威视", [])):
        change(meishan_clerk, submission, (row, "brand", text))
        row.refresh_from_db()
        assert row.edited == edited


def test_a_merged_pole_is_one_cell(meishan_clerk: Person) -> None:
    pole = {"merge_group": 7, "pole_number": "MS-009", "pole_height": "65"}
    submission = on_screen(meishan_clerk, [camera(1, **pole), camera(2, **pole), camera(3, **pole), camera(4)])
    first, second, third, other = rows_of(submission)
    done = change(meishan_clerk, submission, (third, "pole_height", "9"))
    assert set(done.keys) == {first.key, second.key, third.key}
    assert [row.pole_height for row in rows_of(submission)[:3]] == [9, 9, 9]
    assert rows_of(submission)[3].pole_height == other.pole_height
    change(meishan_clerk, submission, (second, "platform_name", "另一个平台"))
    assert [row.platform_name == "另一个平台" for row in rows_of(submission)] == [False, True, False, False]
    changes.remove_rows(meishan_clerk, submission.pk, "camera", [third.key])
    changes.undo(meishan_clerk, submission.pk)
    assert [row.merge_group for row in rows_of(submission)] == [7, 7, 7, None]
    work()
    assert_as_if_read(submission)


def test_removed_rows_come_back_with_their_keys(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2, name=""), camera(3)])
    first, second, third = rows_of(submission)
    hash_before = draft(submission).hash
    change(meishan_clerk, submission, (second, "brand", "大华"))
    done = changes.remove_rows(meishan_clerk, submission.pk, "camera", [second.key, third.key])
    source = SourceFile.objects.get()
    assert set(done.removed) == {second.key, third.key}
    assert (source.rows_read, source.rows_removed, source.errors) == (3, 2, 0)
    assert not RowFinding.objects.filter(row__in=[second.row, third.row]).exists()
    work()
    assert_as_if_read(submission)
    back = changes.undo(meishan_clerk, submission.pk)
    assert set(back.restored) == {second.key, third.key}
    assert [(row.key, row.row, row.edited) for row in rows_of(submission)] == [
        (first.key, 7, []), (second.key, 8, ["brand"]), (third.key, 9, []),
    ]  # fmt: skip
    assert SourceFile.objects.get().rows_removed == 0 and codes_of(rows_of(submission)[1]) == ["C111"]
    changes.undo(meishan_clerk, submission.pk)
    work()
    assert draft(submission).hash == hash_before
    assert_as_if_read(submission)
    assert not violations("I2", "I4", "I7")


def test_rows_are_added_to_a_screen_file_only(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    on_screen(meishan_clerk, [], submission=submission, origin="screen", rows_ignored=0)
    told = [{"name": "江店路口", "code": "34152400001320000077"}, {"name": "梅山路口"}]
    with pytest.raises(Invalid, match="在线填写"):
        changes.add_rows(meishan_clerk, submission.pk, "camera", 1, told)
    with pytest.raises(Invalid, match="至少填写一项"):
        changes.add_rows(meishan_clerk, submission.pk, "camera", 2, [{"name": " "}])
    done = changes.add_rows(meishan_clerk, submission.pk, "camera", 2, told)
    _, one, two = rows_of(submission)
    assert done.keys == (one.key, two.key)
    assert [(row.row, row.name, row.edited) for row in (one, two)] == [
        (7, "江店路口", ["code", "name"]), (8, "梅山路口", ["name"]),
    ]  # fmt: skip
    work()
    assert_as_if_read(submission)
    assert SourceFile.objects.get(slot=2).rows_read == 2
    changes.remove_rows(meishan_clerk, submission.pk, "camera", [two.key])
    changes.add_rows(meishan_clerk, submission.pk, "camera", 2, [{"name": "新城区路口"}])
    assert [row.row for row in rows_of(submission)] == [7, 7, 9], "a number is given once"
    gone = changes.undo(meishan_clerk, submission.pk)
    assert len(gone.removed) == 1
    changes.undo(meishan_clerk, submission.pk)
    assert [row.key for row in rows_of(submission)][1:] == [one.key, two.key]
    work()
    assert_as_if_read(submission)


def test_undo_stops_where_somebody_else_went_on(meishan_clerk: Person, meishan_colleague: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, second = rows_of(submission)
    change(meishan_clerk, submission, (first, "brand", "大华"), (second, "brand", "大华"))
    change(meishan_colleague, submission, (second, "brand", "宇视"))
    with pytest.raises(Conflict, match=r"第8行的“品牌”在您修改之后又被.+改过"):
        changes.undo(meishan_clerk, submission.pk)
    assert [row.brand for row in rows_of(submission)] == ["大华", "宇视"], "all or nothing"
    changes.undo(meishan_colleague, submission.pk)
    changes.undo(meishan_clerk, submission.pk)
    assert [row.brand for row in rows_of(submission)] == ["海康威视", "海康威视"]
    with pytest.raises(Conflict, match="没有可以撤销的修改"):
        changes.undo(meishan_clerk, submission.pk)


def test_undo_of_a_row_that_is_gone_or_back(meishan_clerk: Person, meishan_colleague: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, _ = rows_of(submission)
    change(meishan_clerk, submission, (first, "brand", "大华"))
    changes.remove_rows(meishan_colleague, submission.pk, "camera", [first.key])
    with pytest.raises((Conflict, Invalid)):
        changes.undo(meishan_clerk, submission.pk)
    with pytest.raises(Invalid, match="已不在表里"):
        change(meishan_clerk, submission, (first, "brand", "宇视"))


def test_columns_that_the_file_lacks_can_be_filled(meishan_clerk: Person) -> None:
    rows = [camera(1), camera(2, longitude="", latitude="")]
    submission = on_screen(meishan_clerk, rows, missing=("mobility", "vehicle", "datum"))
    row = rows_of(submission)[1]
    assert codes_of(row) == ["C131", "C131"]
    change(meishan_clerk, submission, (row, "mobility", "移动"), (row, "vehicle", "3路公交"))
    row.refresh_from_db()
    assert (row.mobility, row.vehicle, codes_of(row)) == ("mobile", "3路公交", [])


def test_unknown_columns_and_texts_too_long(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    for column, text, words in (("colour", "红", "没有这一列"), ("name", "字" * 32_001, "最多 32000 个字")):
        with pytest.raises(Invalid, match=words):
            change(meishan_clerk, submission, (row, column, text))
    change(meishan_clerk, submission, (row, "name", "江店\0路\ud800口"))
    assert rows_of(submission)[0].raw[2] == "江店路口"


def test_a_returned_report_is_forked_by_a_change_and_not_by_none(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, tmp_path: Any, settings: Any
) -> None:
    quickly.store_in(settings, tmp_path)
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    services.submit(meishan_clerk, submission.pk, quickly.stamp(meishan_clerk, submission).hash)
    round_ = latest(submission)
    with pytest.raises(Conflict, match="待审"):
        change(meishan_clerk, submission, (rows_of(submission)[0], "brand", "大华"))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    return_first(police_reviewer, round_, Side.POLICE)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    first, _ = rows_of(submission)
    assert change(meishan_clerk, submission, (first, "brand", "海康威视")).change_set is None
    assert Version.objects.count() == 1
    done = change(meishan_clerk, submission, (first, "brand", "大华"))
    assert (done.version.number, Version.objects.count()) == (2, 2)
    assert [row.brand for row in rows_of(submission)] == ["大华", "海康威视"]
    first.refresh_from_db()
    assert first.brand == "海康威视", "what was submitted stays"
    work()
    changes.undo(meishan_clerk, submission.pk)
    work()
    one, two = Version.objects.order_by("number")
    assert one.hash == two.hash
    assert_as_if_read(submission)
    assert not violations("I2", "I4", "I7")


def test_who_judged_may_not_edit(meishan_clerk: Person, office: Person, data_reviewer: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    (row,) = rows_of(submission)
    with pytest.raises(PermissionDenied):
        change(data_reviewer, submission, (row, "brand", "大华"))
    change(office, submission, (row, "brand", "大华"))
    submission.refresh_from_db()
    assert submission.on_behalf, "the office's hand makes it 代报"


def test_a_zero_report_has_no_sheet(meishan_clerk: Person) -> None:
    from inventory.models import ReportKind
    from tests.factories_inventory import started

    zero = started("meishan", ReportKind.ZERO, by=meishan_clerk)
    with pytest.raises(Conflict):
        changes.change(meishan_clerk, zero.pk, "camera", [Cell(1, "name", "x")], Way.EDIT)


def test_many_rows_at_once(meishan_clerk: Person) -> None:
    """Every row of a file of some size, in few statements; the sums hold."""
    submission = on_screen(meishan_clerk, [camera(number % 90, seq=number) for number in range(1, 301)])
    rows = rows_of(submission)
    change(meishan_clerk, submission, *((row, "name", f"第{row.row}号路口") for row in rows), way=Way.PASTE)
    work()
    assert_as_if_read(submission)
    assert Entry.objects.get(action="submission.rows_changed").facts["count"] == 300


TEXTS = ["", "/", "江店路口", "34152400001320000001", "34152400001320000002", "3.4E+19", "MS-001", "MS-002",
         "115.934361", "31.727178", "移动", "2020.03", "2099.01", "是", "七", "6.5", "#N/A"]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_in_any_order_are_as_if_read(seed: int, meishan_clerk: Person, meishan_colleague: Person) -> None:
    draw = random.Random(seed)
    pole = {"merge_group": 8, "pole_number": "MS-100"}
    submission = on_screen(
        meishan_clerk, [camera(1), camera(2, **pole), camera(3, **pole), camera(4, name=""), camera(5)]
    )
    on_screen(meishan_clerk, [platform(1), platform(2, name="")], kind="platform", submission=submission)
    hash_before = draft(submission).hash
    for _ in range(25):
        by = draw.choice([meishan_clerk, meishan_colleague])
        kind = draw.choice(["camera", "camera", "platform"])
        rows = rows_of(submission, kind)
        act = draw.randrange(8)
        try:
            if act < 5 and rows:
                columns = list(DECLARATIONS[kind].by_key)
                cells = [
                    Cell(draw.choice(rows).key, draw.choice(columns), draw.choice(TEXTS))
                    for _ in range(draw.choice([1, 1, 6]))
                ]
                changes.change(by, submission.pk, kind, cells, Way.PASTE)
            elif act == 5 and len(rows) > 1:
                changes.remove_rows(by, submission.pk, kind, [draw.choice(rows).key])
            elif act > 5:
                changes.undo(by, submission.pk)
        except (Conflict, Invalid):
            pass
        if draw.randrange(4) == 0:
            work()
            assert_as_if_read(submission)
    work()
    assert_as_if_read(submission)
    for _ in range(60):
        for by in (meishan_clerk, meishan_colleague):
            try:
                changes.undo(by, submission.pk)
            except (Conflict, Invalid):
                continue
    work()
    assert_as_if_read(submission)
    left = ChangeSet.objects.filter(undone_by=None).exclude(way=Way.UNDO)
    if not left.exists():
        assert draft(submission).hash == hash_before, "all taken back"
        assert all(not row.edited for row in rows_of(submission))
    assert not violations("I2", "I4", "I7")
