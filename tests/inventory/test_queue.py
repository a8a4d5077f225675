"""The queue with real workers: the reader is killed at once when its file is cancelled, and units take turns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from agencies.models import Person
from audit import journal
from inventory import uploads
from inventory.models import CameraRow, RowFinding, SourceFile
from inventory.reading import Progress, progress_of
from jobs.models import Job
from tests.conftest import ROOT
from tests.factories import make_person
from tests.inventory import web
from tests.inventory.drafts import DEFAULTS, camera_row, started, workbook
from tests.inventory.test_worker_killed import large_book, readers_of, wait_for

Worker = Callable[..., "subprocess.Popen[bytes]"]


def upload(clerk: Person, rows: list[dict[str, Any]], name: str = "表.xlsx", **more: Any) -> SourceFile:
    return uploads.upload_workbook(clerk, started(clerk).pk, workbook(rows), name, DEFAULTS, **more)


def test_cancelling_kills_the_reader_and_the_worker_goes_on(
    real_db: str, worker: Worker, meishan_clerk: Person, mabu_clerk: Person
) -> None:
    source = uploads.upload_workbook(meishan_clerk, started(meishan_clerk).pk, large_book(), "大表.xlsx", DEFAULTS)
    process = worker(WORKER_NICE="7")
    wait_for(lambda: bool(readers_of(process.pid)))
    (reader,) = readers_of(process.pid)
    here = os.getpriority(os.PRIO_PROCESS, 0)
    for pid in (process.pid, reader):
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, here + 7), "both give way to the web server"
    client = web.of(meishan_clerk)
    pressed = client.post(web.url("source_file_cancel", source.version.submission_id, source.pk), follow=True)
    assert "已取消读取“大表.xlsx”" in pressed.content.decode()
    asked = time.monotonic()
    wait_for(lambda: reader not in readers_of(process.pid), 5)
    assert time.monotonic() - asked < 5
    assert not SourceFile.objects.exists()
    assert Job.objects.get().state == "cancelled"
    other = upload(mabu_clerk, [camera_row(1)])
    wait_for(lambda: SourceFile.objects.get(pk=other.pk).state == "read")
    assert process.poll() is None
    assert (CameraRow.objects.count(), RowFinding.objects.filter(source_file=source).count()) == (1, 0)
    assert web.entry("submission.file_cancelled").facts["sha256"] == source.file.sha256
    assert journal.verify()[1] is None
    assert not [each for each in Path(settings.WORK_DIR).iterdir() if str(source.pk) in each.name]


@pytest.mark.nightly
def test_units_take_turns_and_all_finish(real_db: str, worker: Worker) -> None:
    """A unit with five files and three with one, all queued before the two workers start; the page follows along."""
    clerks = [make_person(f"turn-{code}", code, "clerk") for code in ("meishan", "mabu", "education", "qingshan")]
    book = [camera_row(n) for n in range(1, 301)]
    many = [upload(clerks[0], [camera_row(file, name=f"第{file}份"), *book[1:]], f"{file}.xlsx") for file in range(5)]
    single = [upload(clerk, book) for clerk in clerks[1:]]
    seen: dict[int, list[Progress]] = {source.pk: [] for source in many + single}
    for _ in range(2):
        worker()

    def all_read() -> bool:
        for pk, progress in progress_of(seen).items():
            seen[pk].append(progress)
        return not SourceFile.objects.filter(state="reading").exists()

    wait_for(all_read, 90)
    wait_for(lambda: not Job.objects.exclude(state="done").exists())
    assert set(SourceFile.objects.values_list("state", "rows_read")) == {("read", 300)}
    assert CameraRow.objects.count() == 300 * 8
    started_at = dict(Job.objects.values_list("subject_id", "started_at"))
    order = [pk for pk, _ in sorted(started_at.items(), key=lambda told: str(told[1]))]
    assert max(order.index(source.pk) for source in single) <= 4, "nobody waits for another's second file"
    assert order[-3:] == [source.pk for source in many[-3:]]
    for told in seen.values():
        phases = list(dict.fromkeys(each.phase for each in told))
        assert phases == [phase for phase in ("queued", "open", "read", "store") if phase in phases]
        assert all(each.ahead <= 8 for each in told)
        percent = [each.percent for each in told if each.percent is not None]
        assert percent == sorted(percent) and all(0 <= each <= 100 for each in percent)
    assert {"open", "store"} & {each.phase for told in seen.values() for each in told}, "it was seen at work"
    assert progress_of(seen) == {}


@pytest.mark.nightly
def test_twenty_units_at_once() -> None:
    """20 units x 5,000 rows, one of them with ten files: all read, in fair order. How quick pages stay is measured."""
    told = {"DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test", "POSTGRES_NAME": "load_nightly"}
    run = subprocess.run([sys.executable, "-m", "tools.load_intake"], cwd=ROOT, env=os.environ | told, check=False)
    assert run.returncode == 0
