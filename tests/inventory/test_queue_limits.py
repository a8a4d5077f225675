"""What one unit may ask for at once and in a day; a file that is known already; giving up a reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agencies.models import Person
from files.models import StoredFile
from inventory import reading, staging
from inventory.models import CameraRow, SourceFile, Submission
from inventory.reading import Progress
from inventory.staging import gave_up
from jobs import services as jobs
from jobs.models import Job
from sheets import gate
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, submitted, uploaded, work, workbook
from tests.inventory.quickly import read_here, store_in
from tests.reviews.scenes import send_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    read_here(monkeypatch)
    store_in(settings, tmp_path)


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk)


def send(clerk: Person, draft: Submission, number: int, **more: Any) -> Any:
    return web.send(clerk, draft, workbook([camera_row(number)]), f"{number}.xlsx", **more)


def test_a_unit_has_so_many_files_waiting(
    settings: Any, meishan_clerk: Person, mabu_clerk: Person, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INTAKE_WAITING_FILES = 2
    assert [send(meishan_clerk, draft, n).status_code for n in (1, 2)] == [302, 302]
    looked: list[str] = []
    monkeypatch.setattr(gate, "examine", lambda *told: looked.append("gate"))
    answer = send(meishan_clerk, draft, 3)
    html = answer.content.decode()
    assert answer.status_code == 429 and looked == [], "refused before any work is done for it"
    assert "已有 2 份表格在排队读取" in html and "等前面的读完" in html
    monkeypatch.undo()
    assert (SourceFile.objects.count(), StoredFile.objects.count(), Job.objects.count()) == (2, 2, 2)
    assert send(mabu_clerk, started(mabu_clerk), 1).status_code == 302, "another unit is not held up"


def test_after_they_are_read_more_may_come(settings: Any, meishan_clerk: Person, draft: Submission) -> None:
    settings.INTAKE_WAITING_FILES = 1
    assert send(meishan_clerk, draft, 1).status_code == 302
    assert send(meishan_clerk, draft, 2).status_code == 429
    work()
    assert send(meishan_clerk, draft, 2).status_code == 302


def test_a_unit_sends_so_much_in_a_day(settings: Any, meishan_clerk: Person, draft: Submission) -> None:
    assert send(meishan_clerk, draft, 1).status_code == 302
    size = StoredFile.objects.get().size
    settings.INTAKE_BYTES_PER_DAY = 2 * size - 1
    answer = send(meishan_clerk, draft, 2)
    assert answer.status_code == 429 and "请明天再上传" in answer.content.decode()
    assert SourceFile.objects.count() == StoredFile.objects.count() == 1


# --- a file that is known -------------------------------------------------------------------------------------------
def test_the_same_file_is_known_again_after_a_return(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """The next version holds the same original: uploading it unchanged mends nothing, and says so."""
    rows = [camera_row(1)]
    submission = submitted(meishan_clerk, rows)
    original = bytes(Path(_stored_path(submission)).read_bytes())
    send_back(submission, data_reviewer, police_reviewer)
    first = SourceFile.objects.get(version__submission=submission)
    answer = web.send(meishan_clerk, submission, original, "又一次.xlsx", replaces=str(first.pk))
    assert answer.status_code == 409 and "内容完全相同" in answer.content.decode()
    assert not Job.objects.filter(state="queued").exists()


def _stored_path(submission: Submission) -> str:
    from django.core.files.storage import default_storage

    return str(default_storage.path(SourceFile.objects.get(version__submission=submission).file.path))


# --- giving up ------------------------------------------------------------------------------------------------------
def test_a_cancelled_file_is_gone_and_the_one_it_was_to_replace_stays(meishan_clerk: Person, draft: Submission) -> None:
    old = uploaded(meishan_clerk, draft, [camera_row(1)])
    send(meishan_clerk, draft, 2, replaces=str(old.pk))
    pending = SourceFile.objects.get(state="reading")
    page = web.page(meishan_clerk, draft)
    form = web.form(page, web.url("source_file_cancel", draft.pk, pending.pk))
    assert form.send(web.of(meishan_clerk)).status_code == 302
    work()
    assert list(SourceFile.objects.values_list("pk", "state")) == [(old.pk, "read")]
    assert CameraRow.objects.get().source_file_id == old.pk
    assert send(meishan_clerk, draft, 2, replaces=str(old.pk)).status_code == 302, "the same file may come again"


def test_what_is_read_or_somebody_elses_is_not_cancelled(
    meishan_clerk: Person, mabu_clerk: Person, draft: Submission
) -> None:
    source = uploaded(meishan_clerk, draft, [camera_row(1)])
    answer = web.press(meishan_clerk, "source_file_cancel", draft.pk, source.pk)
    assert answer.status_code == 409 and "已经读完" in answer.content.decode()
    send(meishan_clerk, draft, 2)
    pending = SourceFile.objects.get(state="reading")
    assert web.press(mabu_clerk, "source_file_cancel", draft.pk, pending.pk).status_code == 404
    theirs = started(mabu_clerk)
    assert web.press(mabu_clerk, "source_file_cancel", theirs.pk, pending.pk).status_code == 404
    assert Job.objects.get(subject_id=pending.pk).state == "queued"


def test_a_reader_notices_that_its_file_was_taken_out(
    meishan_clerk: Person, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(meishan_clerk, draft, 1)
    source, job = SourceFile.objects.get(), jobs.claim(str(Job.objects.get().pk))
    assert job is not None
    monkeypatch.setattr(staging, "_LOOK_SECONDS", 0)
    heart = staging._Heart(jobs.Run(job), source.pk)
    assert not heart.beats()
    web.press(meishan_clerk, "source_file_remove", draft.pk, source.pk)
    assert heart.beats(), "the file is gone: the reader is stopped, the job ends"
    jobs.cancel(job.kind, source.pk)
    with pytest.raises(jobs.LeaseLost):
        heart.beats()


def test_what_failed_is_no_longer_read(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, 1)
    source = SourceFile.objects.get()
    gave_up(Job.objects.get())
    with pytest.raises(Exception, match="已经读完"):
        reading.cancel(meishan_clerk, draft.pk, source.pk)
    assert SourceFile.objects.get().state == "failed" and Job.objects.get().state == "queued"


# --- what the page says ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("progress", "words", "percent"),
    [
        (Progress(), "正在排队，马上开始", None),
        (Progress(ahead=3), "正在排队，前面还有 3 份", None),
        (Progress("open"), "正在打开", None),
        (Progress("read", 12_345, 100_000), "已读取并核对 12,345 / 100,000 行", 7),
        (Progress("read", 12_345), "已读取并核对 12,345 行", None),
        (Progress("store", 0, 100_000), "已核对 100,000 行，正在保存", 60),
        (Progress("store", 100_000, 100_000), "已保存 100,000 行，正在与登记库核对", 100),
        (Progress("store", 50_000, 100_000), "正在保存 50,000 / 100,000 行", 80),
    ],
)
def test_the_words_of_each_phase(progress: Progress, words: str, percent: int | None) -> None:
    assert (progress.words, progress.percent) == (words, percent)
