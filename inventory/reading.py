"""A workbook being read: how far it is, whose turn it is, and giving it up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit import journal
from audit.failures import Conflict
from jobs import services as jobs
from jobs.models import Job

from .models import ReportKind, SourceFile, Submission
from .services import drop_file, locked, require_editable
from .uploads import JOB_KIND, MOST_FILES, ROWS_STORED


@dataclass(frozen=True)
class Progress:
    """How far the reading of one file is. `rows` of `of` rows; either may not be known yet (0)."""

    phase: str = "queued"
    rows: int = 0
    of: int = 0
    ahead: int = 0
    """Jobs that are done before this one, about; only while it waits."""
    again: bool = False
    """An earlier attempt broke off."""

    @property
    def words(self) -> str:
        """What is being done, for people."""
        counted = f"{self.rows:,} / {self.of:,} 行" if self.of else f"{self.rows:,} 行"
        if self.phase == "queued":
            return f"正在排队，前面还有 {self.ahead} 份" if self.ahead else "正在排队，马上开始"
        if self.phase == "store":
            if self.rows >= self.of:
                return f"已保存 {self.of:,} 行，正在与登记库核对"
            return f"正在保存 {counted}" if self.rows else f"已核对 {self.of:,} 行，正在保存"
        if self.rows:
            return f"已读取并核对 {counted}"
        return "正在打开"

    @property
    def percent(self) -> int | None:
        """Of the whole way, judging the first half and storing the rest; None while nothing can be counted."""
        if not self.of or (self.phase == "read" and not self.rows):
            return None
        share = min(1.0, self.rows / self.of)
        return round(60 * share) if self.phase == "read" else 60 + round(40 * share)


def progress_of(file_ids: Iterable[int]) -> dict[int, Progress]:
    """File id -> how far its reading is, for files with a live job."""
    live = Job.objects.filter(
        kind=JOB_KIND, subject_id__in=list(file_ids), state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    return {job.subject_id: _progress(job) for job in live}


def _progress(job: Job) -> Progress:
    again = job.attempt > 1 or (job.attempt == 1 and job.state == Job.State.QUEUED)
    if job.state == Job.State.QUEUED:
        return Progress(ahead=jobs.ahead_of(job), again=again)
    told = job.progress
    phase, rows, of = str(told.get("phase", "open")), int(told.get("rows", 0)), int(told.get("of", 0))
    if phase == "store":
        rows = _stored(int(told.get("backend", 0)), of)
        if not rows and not Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).exists():
            rows = of  # it came to its end between the two looks
    return Progress(phase=phase, rows=rows, of=of, again=again)


def _stored(backend: int, of: int) -> int:
    """Rows that a connection has stored of the file at hand.

    What it writes cannot be seen before its transaction ends; how far its COPY is can.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT a.application_name = %s, c.tuples_processed FROM pg_stat_activity a
               LEFT JOIN pg_stat_progress_copy c USING (pid) WHERE a.pid = %s AND a.datname = current_database()""",
            [ROWS_STORED, backend],
        )
        all_stored, so_far = cursor.fetchone() or (False, 0)
        return of if all_stored else int(so_far or 0)


def cancel(by: Person, submission_id: int, source_file_id: int) -> str:
    """Give up the reading of a workbook and take it out; returns its name. What it was to replace stays.

    Raises Conflict when it has been read meanwhile. Its reader is stopped within a second.
    """
    require_editable(by, submission_id, ReportKind.ROWS)
    with transaction.atomic():
        # The job before the submission, as whoever stores the rows locks them: else each would wait for the other.
        live = jobs.cancel(JOB_KIND, source_file_id)
        submission = locked(by, submission_id, ReportKind.ROWS)
        source = (
            SourceFile.objects.select_related("file", "version")
            .filter(pk=source_file_id, version__submission=submission, state=SourceFile.State.READING)
            .first()
        )
        if not live or source is None:
            raise Conflict("这份表格已经读完，不用取消。请刷新页面看结果；不要它的话，可以移除。")
        drop_file(source)
        journal.record(
            by,
            "submission.file_cancelled",
            submission,
            agency_id=submission.obligation.agency_id,
            version=source.version.number,
            sha256=source.file.sha256,
        )
        return source.file.name


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)


@require_GET
def submission_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """What the page asks for while files are being read; tells it to reload once none is.

    Asked every second by everybody who waits, so it looks at nothing but the files and their jobs. `?files=` are those
    that the page shows as being read.
    """
    found = _found(request, pk)
    reading = SourceFile.objects.filter(version__submission=found, state=SourceFile.State.READING)
    sources = list(reading.select_related("file").order_by("pk"))
    progress = progress_of(source.pk for source in sources)
    words = request.GET.get("files", "").split(",")[:MOST_FILES]
    shown = {int(word) for word in words if word.isascii() and word.isdigit()}
    context: dict[str, Any] = {
        "reading_files": [(source, progress.get(source.pk, Progress())) for source in sources],
        "done": sorted(shown - {source.pk for source in sources}),
    }
    response = render(request, "inventory/_reading_poll.html", context)
    if not sources:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def source_file_cancel(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    found = _found(request, pk)
    source = get_object_or_404(SourceFile, version__submission=found, pk=file_pk)
    name = cancel(person_of(request), found.pk, source.pk)
    messages.success(request, f"已取消读取“{name}”，这份表格没有进入本次报送。")
    return redirect("submission", pk=found.pk)


urlpatterns = [
    path("submissions/<int:pk>/progress/", submission_progress, name="submission_progress"),
    path("submissions/<int:pk>/files/<int:file_pk>/cancel/", source_file_cancel, name="source_file_cancel"),
]
