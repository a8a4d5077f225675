"""Handing files out: originals, scans, previews and blank templates. Only to those who may see the submission."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from agencies.sessions import person_of
from audit.failures import require
from files.models import StoredFile

from .models import SourceFile, Submission, Version
from .permissions import may_see_reports
from .registering.checks import DECLARATIONS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _hand_out(path: str, name: str, media_type: str, *, inline: bool = False) -> FileResponse:
    """A download that no browser runs: attachment by default, own name by RFC 6266, sandboxed."""
    return attachment(default_storage.open(path, "rb"), name, media_type, inline=inline)


def attachment(content: IO[bytes], name: str, media_type: str, *, inline: bool = False) -> FileResponse:
    """As above, of an open file, which is closed when it is sent."""
    response = FileResponse(content, content_type=media_type)
    disposition = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def source_file(request: HttpRequest, pk: int, file_pk: int) -> FileResponse:
    """The workbook exactly as it was handed in."""
    found = get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)
    source = get_object_or_404(SourceFile.objects.select_related("file"), version__submission=found, pk=file_pk)
    return hand_out_original(source.file)


def hand_out_original(original: StoredFile) -> FileResponse:
    """A stored original, exactly as it was handed in."""
    return _hand_out(original.path, original.name, original.media_type)


def _scan(request: HttpRequest, pk: int, number: int) -> StoredFile:
    found = get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)
    version = get_object_or_404(Version.objects.select_related("scan"), submission=found, number=number)
    if version.scan is None:
        raise Http404
    return version.scan


@require_GET
def submission_scan(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The preview (PNG) of the scan's first page."""
    scan = _scan(request, pk, number)
    if not scan.preview:
        raise Http404
    return _hand_out(scan.preview, f"{Path(scan.name).stem}.png", "image/png", inline=True)


@require_GET
def submission_scan_file(request: HttpRequest, pk: int, number: int) -> FileResponse:
    """The scan exactly as it was handed in."""
    return hand_out_original(_scan(request, pk, number))


@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """The blank official form, with the unit's name filled in."""
    from sheets.template import write_template

    require(may_see_reports(person_of(request)))
    declaration = DECLARATIONS.get(kind)
    if declaration is None:
        raise Http404
    agency = person_of(request).agency
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(declaration, path, unit_name=agency.name if agency else "")
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    name = f"调研表（{declaration.title}）.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
