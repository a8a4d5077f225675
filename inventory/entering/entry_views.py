"""Pages on which a unit enters its rows one by one, without a workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.sessions import person_of
from audit.failures import Conflict
from sheets.declare import Sheet

from .. import services, standing
from ..models import ChangeSet, Datum, Funding, ReportKind, SourceFile, StagedRow, Submission, Version
from ..onscreen import changes
from ..permissions import may_edit
from ..registering.checks import DECLARATIONS
from . import entry
from .entry_forms import RowForm, TermsForm
from .places import place_data


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
    )


def _editable(request: HttpRequest, pk: int) -> tuple[Submission, Version]:
    """The submission and its newest version; 404 for strangers, 403 and 409 as any change would be refused."""
    found = _found(request, pk)
    services.require_editable(person_of(request), found.pk, ReportKind.ROWS)
    return found, found.versions.order_by("-number")[0]


def _sheet(kind: str) -> Sheet:
    if kind not in DECLARATIONS:
        raise Http404
    return DECLARATIONS[kind]


@require_GET
def entry_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was entered on screen so far, and the way to add more."""
    return _page(request, _found(request, pk))


def _page(request: HttpRequest, found: Submission, *, status: int = 200, **forms: Any) -> HttpResponse:
    version = found.versions.order_by("-number")[0]
    source = entry.screen_of(version)
    is_open = found.kind == ReportKind.ROWS and found.state in (Submission.State.DRAFT, Submission.State.RETURNED)
    context = {
        "submission": found,
        "version": version,
        "source": source,
        "sheets": entry.entered(source),
        "editable": is_open and may_edit(person_of(request), found),
        "terms_form": TermsForm(agency=found.obligation.agency),
    }
    return render(request, "inventory/entry.html", context | forms, status=status)


@require_POST
def entry_start(request: HttpRequest, pk: int) -> HttpResponse:
    found, _ = _editable(request, pk)
    form = TermsForm(request.POST, agency=found.obligation.agency)
    if not form.is_valid():
        return _page(request, found, status=422, terms_form=form)
    terms = entry.Terms(Funding(form.cleaned_data["funding"]), form.cleaned_data["place_kind"])
    entry.begin(person_of(request), found.pk, terms)
    return redirect("entry", pk=found.pk)


@require_http_methods(["GET", "POST"])
def entry_add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The form of a new row: blank, after another one (?after=), or a copy of one (?copy=)."""
    sheet = _sheet(kind)
    found, version = _editable(request, pk)
    source = entry.screen_of(version)
    if source is None:
        raise Conflict("还没有开始在线填写。请回到报送页，点“在线填写”。")
    if request.method == "GET":
        return _form_page(request, found, _row_form(sheet, version, source, _start(request, version, kind)), kind)
    form = _row_form(sheet, version, source, {}, request.POST)
    if not form.is_valid():
        return _form_page(request, found, form, kind, status=422)
    if not any(form.cells.values()):
        form.add_error(None, "还没有填写任何内容，请至少填写一项。")
        return _form_page(request, found, form, kind, status=422)
    row = entry.add(person_of(request), found.pk, kind, form.cells, _way(form, ChangeSet.Way.ENTRY))
    return _after(request, found, kind, row, again="again" in request.POST and not row.errors)


@require_http_methods(["GET", "POST"])
def entry_row(request: HttpRequest, pk: int, kind: str, key: int) -> HttpResponse:
    """The form of a row that is there, with what was found about it at its fields; read-only where it is accepted."""
    sheet = _sheet(kind)
    found, version = _editable(request, pk)
    row = entry.row_of(version, kind, key)
    if row is None:
        raise Http404
    if standing.locked_keys(found.pk, [row]):
        if request.method == "POST":
            standing.refuse([key], [f"{row.sheet} 第{row.row}行"])
        form = _row_form(sheet, version, row.source_file, entry.cells_of(kind, row), row=row)
        form.close()
        return _form_page(request, found, form, kind, row, locked=True)
    if request.method == "GET":
        form = _row_form(sheet, version, row.source_file, entry.cells_of(kind, row), row=row)
        return _form_page(request, found, form, kind, row)
    form = _row_form(sheet, version, row.source_file, entry.cells_of(kind, row), request.POST, row=row)
    if not form.is_valid():
        return _form_page(request, found, form, kind, row, status=422)
    fixed = entry.fixes_of(kind, row, request.POST.get("fix", ""))
    told = list(entry.changed_cells(form.seen_cells, form.cells | fixed))
    if told:
        cells = [changes.Cell(key, column, text, was) for column, text, was in told]
        way = ChangeSet.Way.FIX if fixed else _way(form, ChangeSet.Way.EDIT)
        try:
            changes.change(person_of(request), found.pk, kind, cells, way)
        except Conflict as conflict:
            form.add_error(None, f"{conflict}您填的内容还在下面，没有保存。")
            return _form_page(request, found, form, kind, row, status=409)
    saved = entry.row_of(found.versions.order_by("-number")[0], kind, key)
    if saved is None:
        raise Conflict("这一行已被删除。")
    stay = bool(fixed) or (bool(told) and bool(saved.errors) and "again" not in request.POST)
    return _after(request, found, kind, saved, again="again" in request.POST, stay=stay)


@require_POST
def entry_remove(request: HttpRequest, pk: int, kind: str, key: int) -> HttpResponse:
    _sheet(kind)
    found, version = _editable(request, pk)
    row = entry.row_of(version, kind, key)
    if row is None:
        raise Http404
    changes.remove_rows(person_of(request), found.pk, kind, [key])
    messages.success(request, f"已移除“{entry.name_of(row)}”。")
    return redirect("entry", pk=found.pk)


@require_GET
def submission_recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked by a page that says 重新计算中: tells it to reload once the newest version has been checked again."""
    version = _found(request, pk).versions.order_by("-number")[0]
    return HttpResponse(status=204, headers={} if version.is_stale else {"HX-Refresh": "true"})


def _start(request: HttpRequest, version: Version, kind: str) -> dict[str, str]:
    """The cells that a new row begins with."""
    for name, cells in (("copy", entry.copied), ("after", entry.defaults_for_next)):
        told = request.GET.get(name, "")
        row = entry.row_of(version, kind, int(told[:18])) if told.isascii() and told.isdigit() else None
        if row is not None:
            return cells(kind, row)
    return {}


def _way(form: RowForm, otherwise: ChangeSet.Way) -> ChangeSet.Way:
    return ChangeSet.Way.MAP if form.cleaned_data["picked"] else otherwise


def _row_form(
    sheet: Sheet,
    version: Version,
    source: SourceFile,
    cells: dict[str, str],
    data: Any = None,
    row: StagedRow | None = None,
) -> RowForm:
    terms = {
        "funding": source.get_funding_display(),
        "datum": source.get_datum_display(),
        "mobility": source.get_mobility_display(),
        "place_kind": str(source.place_kind or ""),
    }
    return RowForm(
        data,
        sheet=sheet,
        cells=cells,
        findings=entry.findings_of(sheet.key, row) if row else (),
        terms=terms,
        said=entry.suggestions(sheet.key, version),
    )


def _form_page(
    request: HttpRequest,
    found: Submission,
    form: RowForm,
    kind: str,
    row: StagedRow | None = None,
    *,
    status: int = 200,
    locked: bool = False,
) -> HttpResponse:
    version = found.versions.order_by("-number")[0]
    context = {
        "submission": found,
        "version": version,
        "kind": kind,
        "sheet": DECLARATIONS[kind],
        "form": form,
        "row": row,
        "name": entry.name_of(row) if row else "",
        "on_screen": row is None or row.source_file.origin == SourceFile.Origin.SCREEN,
        "place": _place(found, version, row) if kind == "camera" and not locked else None,
        "locked": locked,
    }
    return render(request, "inventory/entry_row.html", context, status=status)


def _place(found: Submission, version: Version, row: StagedRow | None) -> dict[str, Any]:
    datum = row.source_file.datum if row is not None else Datum.WGS84
    return place_data(version, found.obligation.agency, datum, row.key if row is not None else None)


def _after(
    request: HttpRequest, found: Submission, kind: str, row: StagedRow, *, again: bool, stay: bool | None = None
) -> HttpResponse:
    """Where a saved row leads: to the next new one, to its own form while it is wrong, or to the list."""
    here = bool(row.errors) if stay is None else stay
    wrong = f"还有 {row.errors} 处错误，可以以后再改，改好才能提交。" if row.errors else ""
    if again or not (here and row.errors):
        said = f"“{entry.name_of(row)}”已保存。{wrong}"
        (messages.warning if row.errors else messages.success)(request, said)
    if again:
        return redirect(f"{reverse('entry_add', args=[found.pk, kind])}?after={row.key}")
    if here:
        return redirect("entry_row", pk=found.pk, kind=kind, key=row.key)
    if row.source_file.origin == SourceFile.Origin.SCREEN:
        return redirect("entry", pk=found.pk)
    return redirect("submission", pk=found.pk)


urlpatterns = [
    path("submissions/<int:pk>/recheck/", submission_recheck, name="submission_recheck"),
    path("submissions/<int:pk>/entry/", entry_page, name="entry"),
    path("submissions/<int:pk>/entry/start/", entry_start, name="entry_start"),
    path("submissions/<int:pk>/entry/<slug:kind>/add/", entry_add, name="entry_add"),
    path("submissions/<int:pk>/entry/<slug:kind>/<int:key>/", entry_row, name="entry_row"),
    path("submissions/<int:pk>/entry/<slug:kind>/<int:key>/remove/", entry_remove, name="entry_remove"),
]
