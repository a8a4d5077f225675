"""The auditor's pages: what was done, by whom, when; and whether the journal holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from . import copies, exporting, search
from . import journal as chain
from .failures import require
from .forms import VerifyForm
from .models import DailyHead
from .verification import Kept

AUDITOR = "auditor"
"""The role that reads the journal; the roles themselves belong to an app above this one."""


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Newest first, 50 to a page; the next page begins before the last number shown."""
    require_auditor(request)
    form = search.JournalFilter(request.GET)
    told = form.told()
    context = {
        "form": form,
        "page": search.page(told),
        "newest": told["before"] is None,
        "filtered": any(value for name, value in told.items() if name != "before"),
        "behind": behind(),
    }
    return render(request, "audit/journal.html", context)


@require_safe
def journal_export(request: HttpRequest, form: str) -> FileResponse:
    """All that the filters find, as CSV; leaves its entry."""
    person = require_auditor(request)
    if form != "csv":
        raise Http404
    return exporting.download(person, search.JournalFilter(request.GET))


@require_http_methods(["GET", "HEAD", "POST"])
def journal_verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain, hold it against kept heads and the copy, say what was found. Looking is an entry, too."""
    person = require_auditor(request)
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    context: dict[str, Any] = {"form": form, "copied": settings.AUDIT_SINK is not None}
    if form.is_bound and not form.is_valid():
        return render(request, "audit/verify.html", context, status=422)
    if form.is_bound:
        context |= _verified(person, form.heads())
    return render(request, "audit/verify.html", context)


def _verified(by: Any, kept: list[Kept]) -> dict[str, Any]:
    """The findings, after they were recorded."""
    checked, fault = chain.verify(kept=kept)
    copy, missing = _copy()
    facts: dict[str, Any] = {}
    if kept:
        facts["anchors"] = len(kept)
    if settings.AUDIT_SINK is not None:
        facts["copy"] = "missing" if copy is None else "differs" if copy.fault else "same"
    found = fault or (copy.fault if copy else None)
    if found:
        facts["fault"] = f"{found.seq}: {found.reason}"
    seq, text = chain.anchor(checked)
    with transaction.atomic():
        chain.record(by, "journal.verified", by, agency_id=by.agency_id, checked=checked, **facts)
    told = {"checked": checked, "fault": fault, "kept": len(kept), "anchor": f"{seq}:{text}"}
    return {"verified": told, "copy": copy, "copy_missing": missing}


def _copy() -> tuple[copies.Comparison | None, str]:
    """The comparison, or why there is none."""
    if settings.AUDIT_SINK is None:
        return None, ""
    try:
        return copies.compare([settings.AUDIT_SINK]), ""
    except copies.Missing as error:
        return None, str(error)


def behind() -> dt.date | None:
    """The day of the last head, when yesterday's should be there and is not: nobody sealed it, or it does not hold."""
    latest = DailyHead.objects.order_by("-day").values_list("day", flat=True).first()
    return latest if latest and latest < timezone.localdate() - dt.timedelta(days=1) else None


def require_auditor(request: HttpRequest) -> Any:
    """The auditor who asks; 403 for everybody else."""
    person: Any = request.user
    require(person.holds(AUDITOR))
    return person
