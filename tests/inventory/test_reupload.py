"""A mended file takes the old one's place: what it changed is told, what was changed on screen kept or asked about."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from audit.models import Entry
from inventory import services
from inventory.models import CameraRow, Change, ChangeSet, Clash, RowFinding, SourceFile, Submission, Version
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from inventory.workbook import annotated, clashes, settling
from reviews.models import Decision, Side
from reviews.services import mark
from tests.inventory import web
from tests.inventory.drafts import camera_row, stamped, started, uploaded, work
from tests.inventory.quickly import read_here
from tests.reviews.scenes import REASON, close_side, latest, pass_all

pytestmark = pytest.mark.django_db

Way = ChangeSet.Way
NONE_REGISTERED = {"registered": 0, "registered_gone": 0}


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.fixture
def submission(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk)


def again(clerk: Person, submission: Submission, rows: list[dict[str, Any]]) -> SourceFile:
    """Upload the mended file in the first one's place."""
    held = SourceFile.objects.filter(version__submission=submission, slot=1).latest("version__number", "pk")
    return uploaded(clerk, submission, rows, replaces_id=held.pk)


def row(name: str) -> CameraRow:
    return CameraRow.objects.get(name=name)


def edit(clerk: Person, submission: Submission, name: str, **cells: str) -> None:
    key = row(name).key
    wanted = [Cell(key, column, text) for column, text in cells.items()]
    changes.change(clerk, submission.pk, "camera", wanted, Way.EDIT)


def told(source: SourceFile) -> dict[str, Any]:
    summary = SourceFile.objects.get(pk=source.pk).summary
    compared: dict[str, Any] = summary["compared"]
    return compared


# --- what the mended file changed ---------------------------------------------------------------------------------
def test_what_was_fixed_what_is_new_and_what_is_still_wrong(meishan_clerk: Person, submission: Submission) -> None:
    """Five rows, wrong in four: two mended, one not, one gone with its mistake; one new mistake, two new rows."""
    first = uploaded(
        meishan_clerk,
        submission,
        [
            camera_row(1, longitude=115.9),
            camera_row(2, longitude=115.9),
            camera_row(3, longitude=115.9),
            camera_row(4, longitude=115.9),
            camera_row(5),
        ],
    )
    assert "compared" not in first.summary, "nothing to compare the first file with"
    before = errors(first)
    second = again(
        meishan_clerk,
        submission,
        [
            camera_row(9),
            camera_row(5, longitude=115.9),
            camera_row(3, longitude=115.9),
            camera_row(2),
            camera_row(1),
            camera_row(8, longitude=115.9),
        ],
    )
    compared = told(second)
    counts = compared["errors"]
    assert counts == {"fixed": 2, "fresh": 2, "still": 1, "lost": 1}
    assert before == counts["fixed"] + counts["still"] + counts["lost"]
    assert errors(second) == counts["fresh"] + counts["still"]
    assert compared["rows"] == {"gone": 1, "added": 2} | NONE_REGISTERED
    assert [line[:5] for line in compared["lists"]["fixed"] if line[0] == "error"] == [
        ["error", "摄像机", "H7", 7, "经度（保留后六位）"],
        ["error", "摄像机", "H8", 8, "经度（保留后六位）"],
    ]
    assert compared["lists"]["gone"] == [["摄像机", 10, "示例路口4"]]
    assert [line[2] for line in compared["lists"]["added"]] == ["示例路口9", "示例路口8"]
    page = web.page(meishan_clerk, submission)
    for words in ("2 处已改好", "2 处新出现", "1 处仍有错", "1 行已不在表里", "2 行是新加的"):
        assert words in page
    for which, text in (("fixed", "H7"), ("still", "H9"), ("gone", "示例路口4"), ("added", "示例路口8")):
        answer = web.of(meishan_clerk).get(web.url("source_file_compared", submission.pk, second.pk, which))
        assert text in answer.content.decode(), which
    unknown = web.url("source_file_compared", submission.pk, second.pk, "else")
    assert web.of(meishan_clerk).get(unknown).status_code == 404


def errors(source: SourceFile) -> int:
    return RowFinding.objects.filter(source_file=source, severity="error").count()


def test_the_same_again_changes_nothing(meishan_clerk: Person, submission: Submission) -> None:
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2, longitude=115.9)])
    compared = told(again(meishan_clerk, submission, [camera_row(2, longitude=115.9), camera_row(1)]))
    assert compared["errors"] == {"fixed": 0, "fresh": 0, "still": 1, "lost": 0}
    assert compared["rows"] == {"gone": 0, "added": 0} | NONE_REGISTERED


def test_uncoded_rows_are_known_by_name_and_position_wherever_they_stand(
    meishan_clerk: Person, submission: Submission
) -> None:
    """A row put in above moves all others: none of them takes its neighbour's identity."""
    rows = [camera_row(n, code=None) for n in (1, 2, 3)]
    uploaded(meishan_clerk, submission, rows)
    before = dict(CameraRow.objects.values_list("name", "key"))
    source = again(meishan_clerk, submission, [camera_row(7, code=None), *rows])
    after = dict(CameraRow.objects.values_list("name", "key"))
    assert {name: after[name] for name in before} == before
    assert after["示例路口7"] not in before.values()
    assert told(source)["rows"] == {"gone": 0, "added": 1} | NONE_REGISTERED


# --- what was changed on screen -----------------------------------------------------------------------------------
def test_a_change_on_screen_is_kept_where_the_file_did_not_touch_the_cell(
    meishan_clerk: Person, submission: Submission
) -> None:
    rows = [camera_row(1, longitude=115.9), camera_row(2), camera_row(3)]
    uploaded(meishan_clerk, submission, rows)
    edit(meishan_clerk, submission, "示例路口1", longitude="115.900121")
    edit(meishan_clerk, submission, "示例路口2", brand="大华")
    source = again(meishan_clerk, submission, [rows[2], rows[1], rows[0]])
    one, two = row("示例路口1"), row("示例路口2")
    assert (str(one.longitude), one.edited, one.errors) == ("115.90012100", ["longitude"], 0)
    assert (two.brand, two.edited) == ("大华", ["brand"])
    made = ChangeSet.objects.get(way=Way.KEEP)
    assert (made.person, made.changes.count()) == (meishan_clerk, 2)
    assert told(source)["kept"] == {"cells": 2, "rows": 0, "clashes": 0}
    assert told(source)["errors"]["still"] == 0, "the mended cell is not wrong again"
    assert Version.objects.get().is_stale
    work()
    assert not Version.objects.get().is_stale
    again(meishan_clerk, submission, rows)
    assert str(row("示例路口1").longitude) == "115.90012100", "and over the next file too"


def test_the_annotated_workbook_holds_the_changes_already(meishan_clerk: Person, submission: Submission) -> None:
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2)])
    edit(meishan_clerk, submission, "示例路口1", brand="大华")
    source = again(meishan_clerk, submission, [camera_row(1, brand="大华"), camera_row(2)])
    assert row("示例路口1").edited == []
    assert told(source)["kept"] == {"cells": 0, "rows": 0, "clashes": 0}
    assert not Clash.objects.exists()


@pytest.fixture
def clashing(meishan_clerk: Person, submission: Submission) -> Submission:
    """Two cells changed on screen, and otherwise in the file."""
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2)])
    edit(meishan_clerk, submission, "示例路口1", brand="大华")
    edit(meishan_clerk, submission, "示例路口2", brand="大华")
    again(meishan_clerk, submission, [camera_row(1, brand="宇视科技"), camera_row(2, brand="宇视科技")])
    return submission


def brands() -> list[str]:
    return list(CameraRow.objects.order_by("row").values_list("brand", flat=True))


def test_where_both_changed_the_cell_the_unit_is_asked(meishan_clerk: Person, clashing: Submission) -> None:
    assert brands() == ["宇视", "宇视"], "until then the file's"
    version = Version.objects.get()
    asked = clashes.asked(version)
    assert asked is not None
    assert asked.count == 2
    first = asked.questions[0]
    assert (first.sheet, first.row, first.column) == ("摄像机", 7, "品牌")
    assert (first.on_screen, first.in_file) == ("大华", "宇视科技")
    assert any("2 处在线修改与重新上传的表格不一致" in each for each in services.obstacles(clashing, version))
    page = web.page(meishan_clerk, clashing)
    assert "2 处都以文件为准" in page
    assert "2 处都以在线修改为准" in page
    answer = web.press(meishan_clerk, "submission_settle", clashing.pk, clash=first.pk, choice="screen")
    assert answer.status_code == 302
    assert brands() == ["大华", "宇视"]
    assert row("示例路口1").edited == ["brand"]
    settled = Clash.objects.get(pk=first.pk)
    assert (settled.choice, settled.settled_by) == ("screen", meishan_clerk)
    assert settled.settled_at is not None
    entry = Entry.objects.filter(action="submission.clashes_settled").latest("pk")
    assert entry.facts["count"] == 1
    assert web.press(meishan_clerk, "submission_settle", clashing.pk, clash=first.pk, choice="file").status_code == 409


def test_all_at_once_and_then_the_report_can_go(meishan_clerk: Person, clashing: Submission) -> None:
    work()
    version_hash = stamped(meishan_clerk, clashing)
    assert web.submit(meishan_clerk, clashing).status_code == 409
    assert settling.settle(meishan_clerk, clashing.pk, Clash.Choice.FILE) == 2
    assert brands() == ["宇视", "宇视"]
    assert Version.objects.get().hash == version_hash, "the file held all the while: nothing to stamp anew"
    assert web.submit(meishan_clerk, clashing).status_code == 302


def test_all_for_the_screen(meishan_clerk: Person, clashing: Submission) -> None:
    assert settling.settle(meishan_clerk, clashing.pk, Clash.Choice.SCREEN) == 2
    assert brands() == ["大华", "大华"]


def test_a_question_outlives_the_next_file_unless_it_answers(meishan_clerk: Person, clashing: Submission) -> None:
    again(meishan_clerk, clashing, [camera_row(1, brand="宇视科技"), camera_row(2, brand="大华")])
    asked = clashes.asked(Version.objects.get())
    assert asked is not None
    assert [(each.row, each.on_screen, each.in_file) for each in asked.questions] == [(7, "大华", "宇视科技")]


def test_a_question_goes_with_its_row(meishan_clerk: Person, clashing: Submission) -> None:
    changes.remove_rows(meishan_clerk, clashing.pk, "camera", [row("示例路口1").key])
    asked = clashes.asked(Version.objects.get())
    assert asked is not None
    assert asked.count == 1


@pytest.mark.parametrize(("told_", "status"), [({}, 422), ({"choice": "file"}, 422), ({"clash": "all"}, 422)])
def test_a_form_that_says_nothing(
    meishan_clerk: Person, clashing: Submission, told_: dict[str, str], status: int
) -> None:
    assert web.press(meishan_clerk, "submission_settle", clashing.pk, **told_).status_code == status


def test_others_settle_nothing(clashing: Submission, mabu_clerk: Person, data_reviewer: Person) -> None:
    for who, status in ((mabu_clerk, 404), (data_reviewer, 403)):
        assert web.press(who, "submission_settle", clashing.pk, clash="all", choice="file").status_code == status
    assert clashes.unsettled(Version.objects.get()).count() == 2


def test_what_a_clerk_without_the_post_had_changed_is_asked(
    meishan_clerk: Person, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The uploader lost the post while the file waited: nothing is changed in that name."""
    from django.core.exceptions import PermissionDenied

    rows = [camera_row(1)]
    uploaded(meishan_clerk, submission, rows)
    edit(meishan_clerk, submission, "示例路口1", brand="大华")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionDenied

    with monkeypatch.context() as patched:
        patched.setattr(changes, "change", refuse)
        again(meishan_clerk, submission, [*rows, camera_row(2)])
    clash = Clash.objects.get()
    assert (clash.in_new_file, clash.on_screen) == ("海康威视", "大华")


# --- rows removed on screen ---------------------------------------------------------------------------------------
def test_a_removed_row_stays_removed_while_the_file_repeats_it(meishan_clerk: Person, submission: Submission) -> None:
    rows = [camera_row(n) for n in (1, 2, 3)]
    first = uploaded(meishan_clerk, submission, rows)
    changes.remove_rows(meishan_clerk, submission.pk, "camera", [row("示例路口2").key])
    assert annotated.removed_rows(first) == [("摄像机", 8)]
    second = again(meishan_clerk, submission, [camera_row(9), *rows])
    assert sorted(row.name or "" for row in CameraRow.objects.all()) == ["示例路口1", "示例路口3", "示例路口9"]
    assert told(second)["kept"]["rows"] == 1
    assert told(second)["rows"] == {"gone": 0, "added": 1} | NONE_REGISTERED
    source = SourceFile.objects.get()
    assert (source.rows_read, source.rows_removed) == (4, 1)
    changed = [rows[0], camera_row(2, status="停用"), rows[2]]
    third = again(meishan_clerk, submission, changed)
    assert row("示例路口2").status == "停用", "a changed row is meant"
    assert told(third)["rows"] == {"gone": 1, "added": 1} | NONE_REGISTERED


def test_of_two_rows_alike_only_the_removed_one_goes(meishan_clerk: Person, submission: Submission) -> None:
    rows = [camera_row(1), camera_row(1)]
    uploaded(meishan_clerk, submission, rows)
    second = CameraRow.objects.latest("row")
    changes.remove_rows(meishan_clerk, submission.pk, "camera", [second.key])
    again(meishan_clerk, submission, [*rows, camera_row(2)])
    assert list(CameraRow.objects.order_by("row").values_list("row", "name")) == [(7, "示例路口1"), (9, "示例路口2")]


# --- over versions ------------------------------------------------------------------------------------------------
def test_changes_of_a_returned_version_are_kept_as_well(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Edited before the first submission, returned, mended by file: the copy knows what the file had said."""
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, [camera_row(1), camera_row(2)])
    edit(meishan_clerk, submission, "示例路口1", brand="大华")
    work()
    services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))
    round_ = latest(submission)
    key = row("示例路口2").key
    mark(
        police_reviewer, round_.pk, Side.POLICE, Decision.RETURN,
        version_hash=round_.version_hash, keys=[key], reason=REASON,
    )  # fmt: skip
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        pass_all(by, round_, side)
        close_side(by, round_, side)
    again(meishan_clerk, submission, [camera_row(1), camera_row(2, status="停用")])
    newest = CameraRow.objects.filter(source_file__version__number=2).order_by("row")
    assert list(newest.values_list("brand", "status")) == [("大华", "在用"), ("海康威视", "停用")]
    assert Change.objects.filter(change_set__way=Way.KEEP).count() == 1
