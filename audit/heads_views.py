"""The daily heads on paper and as files, so that they can be kept where nobody who has the database reaches."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from . import anchors
from . import journal as chain
from .failures import Invalid
from .models import DailyHead
from .views import behind, require_auditor


@require_safe
def journal_heads(request: HttpRequest) -> HttpResponse:
    """The daily heads of a month, to be printed, signed and kept."""
    require_auditor(request)
    latest = DailyHead.objects.order_by("-day").first()
    asked = _month(request)
    month = asked or (latest.day.replace(day=1) if latest else timezone.localdate().replace(day=1))
    after = _next_month(month)
    heads = DailyHead.objects.filter(day__gte=month, day__lt=after).order_by("day")
    earlier = DailyHead.objects.filter(day__lt=month).order_by("-day").first()
    seq, text = chain.head()
    context = {
        "month": month,
        "heads": list(heads),
        "earlier": earlier.day.replace(day=1) if earlier else None,
        "later": after if DailyHead.objects.filter(day__gte=after).exists() else None,
        "behind": behind(),
        "now": {"seq": seq, "groups": [text[start : start + 4] for start in range(0, len(text), 4)]},
    }
    return render(request, "audit/heads.html", context)


@require_safe
def journal_heads_export(request: HttpRequest, form: str) -> HttpResponse:
    """The heads of a month, or all of them, as a file that can be read again; leaves its entry."""
    person = require_auditor(request)
    if form not in anchors.FORMS:
        raise Http404
    heads = DailyHead.objects.order_by("day")
    month = _month(request)
    if month:
        heads = heads.filter(day__gte=month, day__lt=_next_month(month))
    write, media = anchors.FORMS[form]
    with transaction.atomic():
        listed = list(heads)
        chain.record(person, "journal.heads_exported", person, agency_id=person.agency_id, form=form, count=len(listed))
    name = f"每日链尾_{month:%Y%m}.{form}" if month else f"每日链尾_全部_{timezone.localdate():%Y%m%d}.{form}"
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(write(listed), content_type=media, headers={"Content-Disposition": disposition})


def _month(request: HttpRequest) -> dt.date | None:
    """The first day of the month that the address asks for. Raises Invalid."""
    told = request.GET.get("month", "")
    if not told:
        return None
    if not (found := re.fullmatch(r"(2[01]\d\d)-(0[1-9]|1[0-2])", told, re.ASCII)):
        raise Invalid("月份写作 2026-11 这样。请从页面上的链接进入。")
    return dt.date(int(found[1]), int(found[2]), 1)


def _next_month(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
