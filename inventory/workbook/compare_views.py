"""After a mended file: the lists of what it changed, and the questions it left open."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.sessions import person_of
from audit.failures import Invalid

from ..models import Clash, ReportKind, SourceFile, Submission
from ..services import require_editable
from . import compare, settling


@require_GET
def source_file_compared(request: HttpRequest, pk: int, file_pk: int, which: str) -> HttpResponse:
    """One list of how a mended file stands to the one before it."""
    found = get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)
    source = get_object_or_404(SourceFile.objects.select_related("file"), version__submission=found, pk=file_pk)
    told = source.summary.get("compared")
    if told is None or which not in compare.LISTS or which not in told["lists"]:
        raise Http404
    listed = told["lists"][which]
    of_rows = which in told["rows"]
    count = told["rows"][which] if of_rows else told["errors"][which] + told["warnings"][which]
    context = {
        "submission": found,
        "source": source,
        "told": told,
        "which": which,
        "title": compare.LISTS[which],
        "tabs": {name: title for name, title in compare.LISTS.items() if name in told["lists"]},
        "listed": listed,
        "of_rows": of_rows,
        "count": count,
        "errors": told["errors"].get(which, 0),
        "warnings": told["warnings"].get(which, 0),
        "more": count - len(listed),
    }
    return render(request, "inventory/compared.html", context)


@require_POST
def submission_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which one holds: `choice` file or screen, `clash` one of them or "all"."""
    found = get_object_or_404(Submission.objects.visible_to(person_of(request)), pk=pk)
    require_editable(person_of(request), found.pk, ReportKind.ROWS)
    choice, which = request.POST.get("choice", ""), request.POST.get("clash", "")
    if choice not in Clash.Choice.values or not (which == "all" or (which.isascii() and which.isdigit())):
        raise Invalid("请选择以文件为准，还是以在线修改为准。")
    clash_id = None if which == "all" else int(which[:18])
    count = settling.settle(person_of(request), found.pk, Clash.Choice(choice), clash_id)
    messages.success(request, f"{count} 处已{Clash.Choice(choice).label}。")
    return redirect(f"{reverse('submission', args=[found.pk])}#findings")


urlpatterns = [
    path(
        "submissions/<int:pk>/files/<int:file_pk>/compared/<slug:which>/",
        source_file_compared,
        name="source_file_compared",
    ),
    path("submissions/<int:pk>/settle/", submission_settle, name="submission_settle"),
]
