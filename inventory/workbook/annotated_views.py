"""Downloading the annotated workbook: at once, or after a page that waits for it."""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_GET

from agencies.sessions import person_of
from audit.failures import Conflict
from sheets.findings import Refused

from ..downloads import XLSX, attachment
from ..models import SourceFile, Submission
from . import annotated

NOT_MADE = "标注后的表格没有做成。请先下载原表，对照核对页修改；如需帮助，请联系系统管理员。"


def _found(request: HttpRequest, pk: int, file_pk: int) -> SourceFile:
    submission = get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)
    files = SourceFile.objects.select_related("file", "version__submission__obligation__agency")
    source = get_object_or_404(files, version__submission=submission, pk=file_pk)
    if source.state != SourceFile.State.READ:
        raise Conflict("这份表格还没有读完，读完以后才能标注。")
    return source


@require_GET
def source_file_annotated(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse | FileResponse:
    """The workbook itself; for a large file not made yet, the page that waits for it."""
    source = _found(request, pk, file_pk)
    if not annotated.is_large(source):
        try:
            with annotated.made_at_once(source) as made:
                return _hand_out(request, source, made)
        except Refused as refused:
            raise Conflict(NOT_MADE) from refused
    made_before = annotated.ready(source)
    if made_before is not None:
        return _hand_out(request, source, made_before)
    annotated.ask_for(source, person_of(request))
    return render(request, "inventory/annotated_wait.html", {"submission": source.version.submission, "source": source})


@require_GET
def source_file_annotated_state(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """The fragment that the waiting page asks for: still coming, ready, or given up."""
    source = _found(request, pk, file_pk)
    state = "ready" if annotated.ready(source) else "coming" if annotated.is_coming(source) else "failed"
    context = {"submission": source.version.submission, "source": source, "annotated": state}
    return render(request, "inventory/_annotated_state.html", context)


def _hand_out(request: HttpRequest, source: SourceFile, made: Path) -> FileResponse:
    annotated.note_download(source, person_of(request))
    name = f"{Path(source.file.name).stem}（标注）.xlsx"
    # Opened before its folder goes: the open file stays readable.
    return attachment(made.open("rb"), name, XLSX)


urlpatterns = [
    path(
        "submissions/<int:pk>/files/<int:file_pk>/annotated.xlsx", source_file_annotated, name="source_file_annotated"
    ),
    path(
        "submissions/<int:pk>/files/<int:file_pk>/annotated/",
        source_file_annotated_state,
        name="source_file_annotated_state",
    ),
]
