"""Pages of the platform's export: hand it in, take it out, and what it holds that the survey does not."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.sessions import person_of
from registry.workbook import write_xlsx
from sheets.findings import Refused
from sheets.gate_limits import human_size

from ..downloads import XLSX
from ..models import ExportedDevice, PlatformExport, ReportKind, Submission, Version
from ..permissions import may_edit
from ..services import require_editable
from . import platform_exports as exports

PAGE_SIZE = 100


class ExportForm(forms.Form):
    """The list as the platform wrote it."""

    export = forms.FileField(
        label="平台导出的设备清单",
        allow_empty_file=True,
        help_text=f"平台导出的 .xlsx、.xls 或 .csv，最大 {human_size(settings.UPLOAD_MAX_BYTES)}。"
        "其中一列是 20 位编码，一列是名称；请直接上传，不要先用 Excel 打开再保存。",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.xls,.csv", "data-drop": "把导出的清单拖到这里，或点击选择"}
        ),
    )


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
        kind=ReportKind.ROWS,
    )


def _latest(found: Submission) -> Version:
    return found.versions.order_by("-number")[0]


class Missing(Sequence[ExportedDevice]):
    """The missing cameras as the paginator wants them: counted and cut by the database."""

    def __init__(self, version: Version, export: PlatformExport) -> None:
        self._version, self._export = version, export
        self._count = exports.count_missing(version, export)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, asked: Any) -> Any:
        if isinstance(asked, slice):
            start, stop, _ = asked.indices(self._count)
            return exports.missing(self._version, self._export, stop - start, start)
        return exports.missing(self._version, self._export, 1, asked)[0]


@require_GET
def platform_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The list handed in beside the survey, and its cameras that the survey does not report.

    For htmx only how far the reading is; the page is told to reload when it is done.
    """
    found = _found(request, pk)
    if request.headers.get("HX-Request") != "true":
        return _page(request, found)
    newest = exports.export_of(found)
    told = {"submission": found, "newest": newest, "export": exports.in_force(found)}
    response = render(request, "inventory/_platform_export_state.html", told)
    if newest is None or newest.state != PlatformExport.State.READING:
        response["HX-Refresh"] = "true"
    return response


def _page(request: HttpRequest, found: Submission, status: int = 200, form: ExportForm | None = None) -> HttpResponse:
    newest, export = exports.export_of(found), exports.in_force(found)
    editable = found.state in (Submission.State.DRAFT, Submission.State.RETURNED) and may_edit(
        person_of(request), found
    )
    version = _latest(found)
    page = Paginator(Missing(version, export), PAGE_SIZE).get_page(request.GET.get("page")) if export else None
    told = {
        "submission": found,
        "version": version,
        "newest": newest,
        "export": export,
        "editable": editable,
        "page": page,
        "form": form or ExportForm(),
    }
    return render(request, "inventory/platform_export.html", told, status=status)


@require_POST
def platform_export_upload(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    require_editable(person_of(request), found.pk, ReportKind.ROWS)
    form = ExportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, 422, form)
    data = form.cleaned_data["export"]
    try:
        content = data.read(settings.UPLOAD_MAX_BYTES + 1)
        exports.upload_export(person_of(request), found.pk, content, data.name)
    except Refused as refused:
        finding = refused.finding
        form.add_error("export", f"{finding.message.rstrip('。')}。{finding.fix}（{finding.code}）")
        return _page(request, found, 422, form)
    return redirect("platform_export_list", pk=found.pk)


@require_POST
def platform_export_remove(request: HttpRequest, pk: int, export_pk: int) -> HttpResponse:
    found = _found(request, pk)
    get_object_or_404(PlatformExport, submission=found, pk=export_pk)
    exports.remove_export(person_of(request), found.pk, export_pk)
    return redirect(f"{reverse('submission', args=[found.pk])}#platform-export")


@require_GET
def platform_export_missing(request: HttpRequest, pk: int) -> HttpResponse:
    """Every missing camera as a workbook, codes as text."""
    found = _found(request, pk)
    export = exports.in_force(found)
    if export is None:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "missing.xlsx"
        with file.open("wb") as out:
            write_xlsx(out, "未填报", ("20位编码", "名称"), exports.missing_lines(_latest(found), export), (24, 40))
        response = HttpResponse(file.read_bytes(), content_type=XLSX)
    name = f"{found.obligation.agency.short_name}平台里有表里没有的摄像机.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


urlpatterns = [
    path("submissions/<int:pk>/platform-export/", platform_export, name="platform_export_list"),
    path("submissions/<int:pk>/platform-export/upload/", platform_export_upload, name="platform_export_upload"),
    path(
        "submissions/<int:pk>/platform-export/<int:export_pk>/remove/",
        platform_export_remove,
        name="platform_export_remove",
    ),
    path("submissions/<int:pk>/platform-export/missing.xlsx", platform_export_missing, name="platform_export_missing"),
]
