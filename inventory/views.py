"""Pages of the unit: its reports, one report from upload to submission, and the files behind it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Conflict, Invalid, require
from reviews.models import Round
from sheets.findings import Finding, Refused

from . import outcome_views, overview, question_views, services, standing, uploads
from .entering.entry_forms import TermsForm
from .exported import platform_exports
from .forms import ScanForm, WorkbookForm, ZeroForm
from .leftout import missing_views
from .models import Campaign, Datum, Funding, Mobility, ReportKind, RowFinding, SourceFile, Submission, Version
from .paper import codes
from .permissions import may_edit, may_report, may_see_reports, reportable
from .waiving.waivable import may_be_waived
from .waiving.waivers import standing_of
from .workbook import clashes

OBLIGATIONS_SHOWN = 50


@require_GET
def submissions(request: HttpRequest) -> HttpResponse:
    """Each obligation the person may answer, or (reviewers, office, leader) all, with its submissions."""
    require(may_see_reports(person_of(request)))
    seen = Submission.objects.visible_to(person_of(request))
    owed = reportable(person_of(request))
    campaigns = Campaign.objects.filter(pk__in=owed.values("campaign"))
    wanted = request.GET.get("campaign", "")
    if wanted:
        owed = owed.filter(campaign__in=[each.pk for each in campaigns if str(each.pk) == wanted])
    obligations = (
        owed.select_related("campaign", "agency")
        .prefetch_related(Prefetch("submissions", queryset=seen.order_by("-number"), to_attr="seen"))
        .order_by("-campaign__opens_on", "agency__position", "agency__code", "pk")
    )
    page = Paginator(obligations, OBLIGATIONS_SHOWN).get_page(request.GET.get("page"))
    shown = [(each, _startable(person_of(request), each)) for each in page]
    return render(
        request,
        "inventory/submissions.html",
        {"obligations": shown, "page": page, "campaigns": campaigns, "campaign": wanted},
    )


def _startable(person: Person, obligation: Any) -> bool:
    """Whether a new report may be begun: nobody's open one, the campaign running, no accepted zero report."""
    open_one = any(sent.state in Submission.OPEN_STATES for sent in obligation.seen)
    zero_done = any(
        sent.kind == ReportKind.ZERO and sent.state == Submission.State.ACCEPTED for sent in obligation.seen
    )
    campaign = obligation.campaign
    running = campaign.closed_at is None and campaign.opens_on <= timezone.localdate()
    return may_report(person, obligation) and running and not open_one and not zero_done


@require_POST
def submission_start(request: HttpRequest, pk: int) -> HttpResponse:
    obligation = get_object_or_404(reportable(person_of(request)), pk=pk)
    kind = request.POST.get("kind", ReportKind.ROWS)
    if kind not in ReportKind.values:
        raise Invalid("请选择报送清单或零报告。")
    started = services.start(person_of(request), obligation.pk, ReportKind(kind))
    return redirect("submission", pk=started.pk)


def _found(request: HttpRequest, pk: int) -> Submission:
    return get_object_or_404(
        Submission.objects.visible_to(person_of(request)).select_related("obligation__campaign", "obligation__agency"),
        pk=pk,
    )


@require_GET
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    """One report on one page: what was uploaded, what is wrong, the scan, and the next step."""
    return page_of(request, _found(request, pk))


def page_of(request: HttpRequest, found: Submission, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The report's page; `forms` are those to be shown again with what is wrong in them."""
    version = _shown_version(request, found)
    latest = found.versions.last()
    files = overview.files_of(version)
    editable = (
        version.pk == latest.pk  # type: ignore[union-attr]
        and found.state in (Submission.State.DRAFT, Submission.State.RETURNED)
        and may_edit(person_of(request), found)
    )
    zero = found.kind == ReportKind.ZERO
    left_out = missing_views.panel(found, version)
    returned = _returned(found)
    context: dict[str, Any] = {
        "submission": found,
        "version": version,
        "versions": found.versions.all(),
        "zero": zero,
        "files": files,
        "editable": editable,
        "reading": any(view.is_reading for view in files),
        "step": overview.step_key(found, version, files, left_out),
        "done": found.state == Submission.State.ACCEPTED,
        "next": overview.next_step(found, version, files, left_out, bool(returned)),
        "missing": left_out,
        "obstacles": services.obstacles(found, version) if editable and version.submitted_at is None else [],
        "clashes": clashes.asked(version) if editable else None,
        "totals": _totals(files),
        "scan_mismatch": codes.mismatch(version) if version.scan_hash == version.hash else "",
        "returned": returned,
    }
    context |= outcome_views.told(person_of(request), found, version)
    context |= question_views.told(person_of(request), found)
    if not zero:
        context |= {"newest": platform_exports.export_of(found), "export": platform_exports.in_force(found)}
    if editable:
        context["workbook_form"] = WorkbookForm(agency=found.obligation.agency)
        if not any(view.source.origin == SourceFile.Origin.SCREEN for view in files):
            context["terms_form"] = TermsForm(agency=found.obligation.agency)
        context["scan_form"] = ScanForm()
        context["to_replace"] = _to_replace(request, found, files)
        context["zero_form"] = ZeroForm(initial={"reason": version.zero_reason})
    return render(request, "inventory/submission.html", context | forms, status=status)


def _to_replace(request: HttpRequest, found: Submission, files: list[overview.FileView]) -> str:
    """The file that a new upload most likely mends: as posted, else the first wrong one, or any after a return."""
    if "replaces" in request.POST:
        return request.POST["replaces"]
    returned = found.state == Submission.State.RETURNED
    wrong = [str(view.source.pk) for view in files if view.source.slot and (view.source.errors or returned)]
    return wrong[0] if wrong else ""


def _shown_version(request: HttpRequest, found: Submission) -> Version:
    """The version named by ?version=, else the newest."""
    number = request.GET.get("version", "")
    versions = found.versions.select_related("scan", "submitted_by")
    if number.isascii() and number.isdigit():
        return get_object_or_404(versions, number=int(number[:9]))
    return versions.order_by("-number")[0]


def _totals(files: list[overview.FileView]) -> dict[str, int]:
    return {
        "rows": sum(view.rows for view in files),
        "good": sum(view.good for view in files),
        "wrong": sum(view.wrong for view in files),
        "ignored": sum(view.source.rows_ignored for view in files),
        "removed": sum(view.source.rows_removed for view in files),
        "errors": sum(view.source.errors for view in files),
        "warnings": sum(view.source.warnings for view in files),
    }


def _returned(found: Submission) -> list[Any]:
    """What was returned and why, of the last round that sent anything back; empty once accepted."""
    from reviews.queries import returned_items

    last = standing.last_decided(found) if found.state == Submission.State.RETURNED else None
    if last is None or last.outcome not in (Round.Outcome.RETURNED, Round.Outcome.PARTIAL) or last.undone_at:
        return []
    version = found.versions.get(number=last.number)
    return overview.with_places(version, returned_items(last))


@require_http_methods(["POST"])
def submission_upload(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    services.require_editable(person_of(request), found.pk, ReportKind.ROWS)
    form = WorkbookForm(request.POST, request.FILES, agency=found.obligation.agency)
    if not form.is_valid():
        return page_of(request, found, status=422, workbook_form=form)
    told = form.cleaned_data
    defaults = uploads.Defaults(
        Datum(told["datum"]), Funding(told["funding"]), Mobility(told["mobility"]), told["place_kind"]
    )
    data = told["workbook"]
    try:
        content = data.read(settings.UPLOAD_MAX_BYTES + 1)
        uploads.upload_workbook(person_of(request), found.pk, content, data.name, defaults, told["replaces"])
    except Refused as refused:
        form.add_error("workbook", _sentence(refused.finding))
        return page_of(request, found, status=422, workbook_form=form, refused=refused.finding)
    return redirect("submission", pk=found.pk)


def _sentence(finding: Finding) -> str:
    return f"{finding.message.rstrip('。')}。{finding.fix}（{finding.code}）"


@require_POST
def submission_scan_upload(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    services.require_editable(person_of(request), found.pk)
    form = ScanForm(request.POST, request.FILES)
    if not form.is_valid():
        return page_of(request, found, status=422, scan_form=form)
    data = form.cleaned_data["scan"]
    try:
        version = uploads.upload_scan(person_of(request), found.pk, data.read(settings.SCAN_MAX_BYTES + 1), data.name)
    except Refused as refused:
        form.add_error("scan", _sentence(refused.finding))
        return page_of(request, found, status=422, scan_form=form)
    return redirect(f"{reverse('submission', args=[found.pk])}#{'submit' if codes.stamped(version) else 'scan'}")


@require_POST
def submission_zero(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    services.require_editable(person_of(request), found.pk, ReportKind.ZERO)
    form = ZeroForm(request.POST)
    if form.is_valid():
        try:
            services.state_zero(person_of(request), found.pk, form.cleaned_data["reason"])
        except Invalid as error:
            form.add_error("reason", str(error))
        else:
            return redirect(f"{reverse('submission', args=[found.pk])}#scan")
    return page_of(request, found, status=422, zero_form=form)


@require_POST
def submission_submit(request: HttpRequest, pk: int) -> HttpResponse:
    found, content = _found(request, pk), request.POST.get("version_hash", "")
    try:
        services.submit(person_of(request), found.pk, content)
    except Conflict:
        # A second press, or one whose answer was lost: what was wanted has been done, the page shows it.
        if not services.is_under_review(found.pk, content):
            raise
    return redirect("submission", pk=found.pk)


@require_POST
def submission_discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    services.discard(person_of(request), found.pk)
    return redirect("submissions")


@require_POST
def source_file_remove(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    found = _found(request, pk)
    source = get_object_or_404(SourceFile, version__submission=found, pk=file_pk)
    services.remove_file(person_of(request), found.pk, source.pk)
    return redirect("submission", pk=found.pk)


@require_GET
def source_file_findings(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """Every finding of one file, of one rule when ?code= names it."""
    found = _found(request, pk)
    source = get_object_or_404(SourceFile.objects.select_related("file"), version__submission=found, pk=file_pk)
    findings = RowFinding.objects.filter(source_file=source).order_by("waived", "severity", "code", "pk")
    codes = list(findings.order_by("code").values_list("code", flat=True).distinct())
    code = request.GET.get("code", "")
    if code:
        if code not in codes:
            raise Invalid("没有这条规则的问题，请从核对页重新进入。")
        findings = findings.filter(code=code)
    if request.GET.get("waived"):
        findings = findings.filter(waived=True)
    page = Paginator(findings, 100).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    told = standing_of(found.pk, shown)
    asks = (
        found.state in (Submission.State.DRAFT, Submission.State.RETURNED)
        and source.version_id == found.versions.latest("number").pk
        and may_edit(person_of(request), found)
    )
    return render(
        request,
        "inventory/findings.html",
        {
            "submission": found,
            "source": source,
            "page": page,
            "findings": [(one, told.get(one.pk), asks and bool(one.row) and may_be_waived(one.code)) for one in shown],
            "code": code,
            "codes": codes,
            "only_waived": bool(request.GET.get("waived")),
        },
    )
