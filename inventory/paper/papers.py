"""What goes on paper or into the unit's hands: the page to be stamped, its scan's tick, the 原表 of each file."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.sessions import person_of
from audit.failures import require
from reviews.models import Case
from reviews.permissions import sides_of

from .. import downloads
from ..entering import original
from ..models import ReportKind, SourceFile, Submission, Version
from . import codes, qr, stamp, supplement, ticks


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
    )


@require_GET
def stamp_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The page of a version, list or zero report, to be printed on A4 and stamped."""
    found = _found(request, pk)
    version = get_object_or_404(Version.objects.select_related("submitted_by"), submission=found, number=number)
    version.submission = found
    choice = supplement.choose(version)
    sheets = stamp.listed(version, 0 if choice.supplement else stamp.IN_APPENDIX)
    total = sum(each.count for each in sheets)
    not_ready = stamp.not_ready(found, version)
    listed = choice.supplement.counts.all if choice.supplement else total
    context = {
        "submission": found,
        "version": version,
        "zero": found.kind == ReportKind.ZERO,
        "sheets": sheets,
        "total": total,
        "townships": stamp.by_township(version),
        "supplement": choice.supplement,
        "why": choice.why,
        "number": codes.number_of(found.pk),
        "code": None if not_ready else qr.drawn(version),
        "appended": listed > stamp.ON_THE_PAGE,
        "too_long": listed > stamp.IN_APPENDIX,
        "left_out": [] if choice.supplement else stamp.left_out(version),
        "files": version.files.filter(state=SourceFile.State.READ).select_related("file").order_by("slot"),
        "not_ready": not_ready,
    }
    return render(request, "inventory/stamp_page.html", context)


@require_GET
def original_form(request: HttpRequest, pk: int, number: int, slot: int) -> HttpResponse | FileResponse:
    """The 原表 in a slot: as it was uploaded; of rows entered on screen the official form filled with them."""
    version = get_object_or_404(Version, submission=_found(request, pk), number=number)
    files = version.files.select_related("file", "version__submission__obligation__campaign")
    source = get_object_or_404(files, slot=slot)
    if source.origin == SourceFile.Origin.UPLOAD or version.submitted_at is not None:
        return downloads.hand_out_original(source.file)
    response = HttpResponse(original.filled_form(source), content_type=downloads.XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(original.file_name(source), safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def scan_tick(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A reviewer says that the scan, which carries no code, was compared with the version."""
    person, found = person_of(request), _found(request, pk)
    side = next(iter(sides_of(person)), None)
    require(side is not None, "您的岗位只能查看，不能审核。")
    version = get_object_or_404(Version, submission=found, number=number)
    tick = ticks.tick_scan(person, version.pk, str(side), request.POST.get("note", ""))
    messages.success(request, f"已记下：{tick.get_side_display()}核对过盖章扫描件。")
    case = Case.objects.get(kind=codes.CASE_KIND, subject_id=found.pk)
    return redirect(f"{reverse('review', args=[case.pk])}#scan-check")


urlpatterns = [
    path("submissions/<int:pk>/versions/<int:number>/stamp/", stamp_page, name="stamp_page"),
    path("submissions/<int:pk>/versions/<int:number>/scan/tick/", scan_tick, name="scan_tick"),
    path("submissions/<int:pk>/versions/<int:number>/files/<int:slot>/original.xlsx", original_form, name="original"),
]
