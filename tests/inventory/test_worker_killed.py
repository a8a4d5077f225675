"""F09: kill -9 of the worker in mid-parse. The file is read or failed after a restart; nothing is half stored."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import pytest
from django.conf import settings

from agencies.models import Person
from audit import journal
from inventory import uploads
from inventory.models import CameraRow, RowFinding, SourceFile
from jobs.models import Job
from tests.inventory.drafts import DEFAULTS, camera_row, started, workbook

Worker = Callable[..., "subprocess.Popen[bytes]"]
ROWS = 4000
LEASE = "3"


@cache
def large_book() -> bytes:
    """A workbook that keeps a reader busy long enough to be caught at it; made once, for it takes longer to make."""
    return workbook(
        [camera_row(n, longitude=f"115.{900001 + n * 2}", latitude=f"31.{700001 + n * 2}") for n in range(1, ROWS + 1)]
    )


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Poll until the condition holds; the time-out is generous, the result is not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def readers_of(pid: int) -> list[int]:
    """Those of its children that are reading a file: they work in its scratch folder, a waiting one does not."""
    found = []
    for child in children_of(pid):
        with suppress(OSError):
            if os.readlink(f"/proc/{child}/cwd").startswith(str(settings.WORK_DIR)):  # noqa: PTH115
                found.append(child)
    return found


@pytest.mark.parametrize(
    "moment",
    [
        "as the job is claimed",
        "while the reader runs",
        pytest.param("after half the attempts", marks=pytest.mark.nightly),
    ],
)
def test_the_upload_survives(moment: str, real_db: str, worker: Worker, meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    source = uploads.upload_workbook(meishan_clerk, submission.pk, large_book(), "大表.xlsx", DEFAULTS)
    job = Job.objects.get(subject_id=source.pk)

    for _ in range(2 if moment == "after half the attempts" else 1):
        victim = worker(JOB_LEASE_SECONDS=LEASE)
        before = job.attempt
        wait_for(lambda: Job.objects.filter(pk=job.pk, state="running", attempt__gt=before).exists())  # noqa: B023
        if moment == "while the reader runs":
            wait_for(lambda: bool(readers_of(victim.pid)))  # noqa: B023
        readers = children_of(victim.pid)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        for reader in readers:
            wait_for(lambda: not os.path.exists(f"/proc/{reader}") or _is_dead(reader))  # noqa: B023, PTH110
        job.refresh_from_db()
        source.refresh_from_db()
        assert (source.state, CameraRow.objects.count(), RowFinding.objects.count()) == ("reading", 0, 0)

    worker(JOB_LEASE_SECONDS=LEASE)
    wait_for(lambda: SourceFile.objects.get(pk=source.pk).state != "reading")
    source.refresh_from_db()
    assert (source.state, source.rows_read) == ("read", ROWS)
    assert CameraRow.objects.filter(source_file=source).count() == ROWS
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "done")
    assert Job.objects.get(pk=job.pk).attempt >= 2
    assert journal.verify()[1] is None


def _is_dead(pid: int) -> bool:
    """Gone or a zombie that nobody has reaped yet."""
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_job_that_always_dies_fails_with_a_reason(real_db: str, worker: Worker, meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    source = uploads.upload_workbook(meishan_clerk, submission.pk, workbook([camera_row(1)]), "表.xlsx", DEFAULTS)
    Job.objects.filter(subject_id=source.pk).update(attempt=3)
    Job.objects.filter(subject_id=source.pk).update(
        state="running", token="00000000-0000-4000-8000-000000000000", lease_until="2020-01-01T00:00:00Z"
    )
    worker(JOB_LEASE_SECONDS=LEASE)
    wait_for(lambda: SourceFile.objects.get(pk=source.pk).state == "failed")
    source.refresh_from_db()
    assert source.summary["refused"]["code"] == "G060"
    assert Job.objects.get(subject_id=source.pk).state == "failed"
    assert CameraRow.objects.count() == 0
