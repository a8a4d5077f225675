"""The recheck after changes on screen: one for many changes, never over newer ones, never lost, in nobody's way."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from inventory import services
from inventory.invariants import violations
from inventory.models import ChangeSet, RowFinding, SourceFile, Submission, Version
from inventory.onscreen import changes, recheck
from inventory.onscreen.changes import Cell
from jobs import services as jobs
from jobs.models import Job
from tests.inventory import web
from tests.inventory.grids import assert_as_if_read, camera, codes_of, draft, on_screen, rows_of, work
from tests.reviews.lanes import Press, together

Way = ChangeSet.Way


def edit(by: Person, submission: Submission, key: int, text: str, was: str | None = None, column: str = "code") -> Any:
    return changes.change(by, submission.pk, "camera", [Cell(key, column, text, was)], Way.EDIT)


def rechecks() -> list[str]:
    return list(Job.objects.filter(kind=recheck.JOB_KIND).order_by("created_at").values_list("state", flat=True))


@pytest.mark.django_db
def test_many_changes_one_recheck(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(number) for number in range(1, 7)])
    first, *rest = rows_of(submission)
    for row in rest:
        edit(meishan_clerk, submission, row.key, first.code)
    assert rechecks() == ["queued"]
    work()
    assert rechecks() == ["done"]
    assert all(codes_of(row) == ["C301"] for row in rows_of(submission))
    assert RowFinding.objects.filter(code="C301").first().message == "编码在表里出现了 6 次，还有 B8、B9、B10、B11、B12"  # type: ignore[union-attr]
    version = draft(submission)
    assert (version.edition, version.checked_edition) == (5, 5) and version.hash
    edit(meishan_clerk, submission, first.key, "")
    assert rechecks() == ["done", "queued"]
    work()
    assert_as_if_read(submission)


@pytest.mark.django_db
def test_what_changed_meanwhile_is_looked_at_again(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2), camera(3)])
    first, second, third = rows_of(submission)
    edit(meishan_clerk, submission, second.key, first.code)
    compute = recheck.compute
    runs = []

    def interrupted(version: Version) -> recheck.Found:
        found = compute(version)
        runs.append(found.edition)
        if len(runs) == 1:
            edit(meishan_clerk, submission, third.key, first.code)
        return found

    monkeypatch.setattr(recheck, "compute", interrupted)
    jobs.run(str(Job.objects.get(kind=recheck.JOB_KIND).pk))
    job = Job.objects.get(kind=recheck.JOB_KIND)
    assert (job.state, job.attempt, runs) == ("queued", 0, [1]), "at the end of the queue, as fresh as new"
    assert draft(submission).is_stale and not RowFinding.objects.filter(code="C301").exists()
    work()
    assert (runs, rechecks()) == ([1, 2], ["done"])
    assert [codes_of(row) for row in rows_of(submission)] == [["C301"]] * 3
    assert_as_if_read(submission)


@pytest.mark.django_db
def test_a_killed_worker_s_recheck_is_taken_up(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, second = rows_of(submission)
    edit(meishan_clerk, submission, second.key, first.code)
    job = Job.objects.get(kind=recheck.JOB_KIND)
    assert jobs.claim(str(job.pk)) is not None
    edit(meishan_clerk, submission, first.key, "")
    assert rechecks() == ["running"], "the one under way is left to see it"
    Job.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert jobs.sweep() == 1
    work()
    assert rechecks() == ["done"] and not draft(submission).is_stale
    assert_as_if_read(submission)


@pytest.mark.django_db
def test_nothing_is_stamped_or_submitted_meanwhile(meishan_clerk: Person, settings: Any, tmp_path: Any) -> None:
    from tests.inventory import quickly

    quickly.store_in(settings, tmp_path)
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, second = rows_of(submission)
    quickly.stamp(meishan_clerk, submission)
    stamped = draft(submission).hash
    edit(meishan_clerk, submission, first.key, "34152400001320000055")
    with pytest.raises(Conflict, match="正在重新计算"):
        quickly.stamp(meishan_clerk, submission)
    for told in (stamped, ""):
        assert web.submit(meishan_clerk, submission, told).status_code == 409
    assert web.state(submission) == "draft"
    html = web.page(meishan_clerk, submission)
    assert "重新计算中" in html and "正在重新计算全表检查，请稍候。" in html
    work()
    assert "盖章之后内容有改动" in "".join(services.obstacles(submission, draft(submission)))
    changes.undo(meishan_clerk, submission.pk)
    work()
    assert draft(submission).hash == stamped, "taken back: the stamp holds again"
    assert web.submit(meishan_clerk, submission, stamped).status_code == 302
    assert second.key in {row.key for row in rows_of(submission)}


@pytest.mark.django_db
def test_a_recheck_given_up_is_asked_for_by_pressing_submit(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    edit(meishan_clerk, submission, rows_of(submission)[0].key, "")
    Job.objects.update(state=Job.State.FAILED)
    version = draft(submission)
    assert version.is_stale and not recheck.is_coming(version)
    assert services.NOT_RECHECKED in services.obstacles(submission, version)
    assert list(violations("I12")) == ["I12"]
    assert web.submit(meishan_clerk, submission, "").status_code == 409
    assert recheck.is_coming(version)
    work()
    assert not draft(submission).is_stale and not violations("I12")


@pytest.mark.django_db
def test_a_report_given_up_is_left_alone(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, second = rows_of(submission)
    edit(meishan_clerk, submission, second.key, first.code)
    services.discard(meishan_clerk, submission.pk)
    work()
    assert rechecks() == ["done"] and not RowFinding.objects.filter(code="C301").exists()


@pytest.mark.django_db
def test_a_file_of_which_not_every_finding_is_kept(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts are true nevertheless, and what was left out appears as the first ones are mended."""
    monkeypatch.setattr("inventory.onscreen.recount.FINDINGS_KEPT", 6)
    submission = on_screen(meishan_clerk, [camera(number, name="", brand="", code="") for number in range(1, 5)])
    rows = rows_of(submission)
    own = RowFinding.objects.exclude(code__contains="4")
    assert sorted(own.values_list("code", flat=True)) == ["C103"] * 4 + ["C111"] * 4 + ["C115"] * 4
    own.filter(code="C103").delete()
    own.filter(code="C115", row__gt=8).delete()
    before = [(row.errors, row.warnings) for row in rows]
    edit(meishan_clerk, submission, rows[0].key, "", column="name")
    edit(meishan_clerk, submission, rows[0].key, "34152400001320000007")
    edit(meishan_clerk, submission, rows[1].key, "34152400001320000007")
    work()
    rows = rows_of(submission)
    assert [(row.errors, row.warnings) for row in rows] == [
        (before[0][0] + 1, before[0][1] - 1), (before[1][0] + 1, before[1][1] - 1), before[2], before[3],
    ]  # fmt: skip
    assert sorted(own.values_list("code", flat=True)) == ["C111"] * 4 + ["C301"] * 2
    source = SourceFile.objects.get()
    assert (source.errors, source.warnings) == (sum(r.errors for r in rows), sum(r.warnings for r in rows))
    for number, row in enumerate(rows):
        edit(meishan_clerk, submission, row.key, f"第{number}号路口", column="name")
        edit(meishan_clerk, submission, row.key, f"3415240000132000001{number}")
    work()
    assert sorted(own.values_list("code", flat=True)) == ["C115"] * 4
    assert_as_if_read(submission)


# --- over real connections ----------------------------------------------------------------------------------------
def test_two_edits_of_one_cell_at_once(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """Ten times two: exactly one is saved, the other is told; edits of different cells both are."""
    submission = on_screen(meishan_clerk, [camera(number) for number in range(1, 11)])
    rows = rows_of(submission)

    def press(by: Person, key: int, text: str, column: str) -> Press:
        return lambda: edit(by, submission, key, text, "海康威视" if column == "brand" else None, column).keys

    people = ((meishan_clerk, "大华"), (meishan_colleague, "宇视"))
    both = together([[press(by, row.key, text, "brand") for row in rows] for by, text in people])
    refused = [[isinstance(each, Conflict) for each in lane] for lane in both]
    assert all(one != other for one, other in zip(*refused, strict=True))
    assert [row.brand for row in rows_of(submission)] == ["宇视" if lost else "大华" for lost in refused[0]]
    lanes = ((meishan_clerk, "01派出所", "police_station"), (meishan_colleague, "停用", "status"))
    together([[press(by, row.key, text, column) for row in rows] for by, text, column in lanes])
    assert {(row.police_station, row.status) for row in rows_of(submission)} == {("01派出所", "停用")}
    version = draft(submission)
    assert version.edition == 30 == ChangeSet.objects.count()
    assert rechecks() == ["queued"]
    work()
    assert_as_if_read(submission)
    assert journal.verify() == (Entry.objects.count(), None)


def test_an_edit_does_not_wait_for_a_recheck(
    real_db: str, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a recheck computes, an edit is saved; the recheck then gives way to it."""
    submission = on_screen(meishan_clerk, [camera(1), camera(2)])
    first, second = rows_of(submission)
    edit(meishan_clerk, submission, second.key, first.code)
    job = Job.objects.get(kind=recheck.JOB_KIND)
    computing, edited = threading.Event(), threading.Event()
    compute = recheck.compute

    def held(version: Version) -> recheck.Found:
        found = compute(version)
        computing.set()
        assert edited.wait(30)
        return found

    def work_there() -> None:
        try:
            jobs.run(str(job.pk))
        finally:
            connection.close()

    monkeypatch.setattr(recheck, "compute", held)
    worker = threading.Thread(target=work_there)
    worker.start()
    assert computing.wait(30)
    edit(meishan_clerk, submission, first.key, "34152400001320000099")
    edited.set()
    worker.join(30)
    assert rechecks() == ["queued"] and draft(submission).is_stale
    monkeypatch.setattr(recheck, "compute", compute)
    work()
    assert_as_if_read(submission)
    assert not draft(submission).is_stale


def test_edits_and_rechecks_side_by_side(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """Whatever the order, the last edit is looked at: nobody is left waiting."""
    submission = on_screen(meishan_clerk, [camera(number) for number in range(1, 7)])
    rows = rows_of(submission)

    def check_now() -> None:
        for job in Job.objects.filter(kind=recheck.JOB_KIND, state=Job.State.QUEUED):
            jobs.run(str(job.pk))

    def press(by: Person, turn: int) -> Press:
        row, code = rows[turn % 6], rows[(turn * 5 + 1) % 6].code or ""
        return lambda: edit(by, submission, row.key, code).keys

    turns = range(12)
    together([[press(meishan_clerk, n) for n in turns], [press(meishan_colleague, n + 3) for n in turns],
              [check_now for _ in turns]])  # fmt: skip
    assert draft(submission).is_stale == recheck.is_coming(draft(submission))
    work()
    assert not draft(submission).is_stale
    assert_as_if_read(submission)
