"""The auditor's page: what was done, by whom, when; and whether the chain holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from . import journal as chain
from .actions import ACTIONS, OBJECTS
from .failures import Invalid, require
from .models import Entry

PAGE = 50
AUDITOR = "auditor"
"""The role that reads the journal; the roles themselves belong to an app above this one."""


def _choice(label: str, every: str, words: dict[str, str]) -> forms.CharField:
    """Offers what has words; a link may name what has none yet."""
    widget = forms.Select(choices=[("", every), *words.items()])
    return forms.CharField(label=label, max_length=60, required=False, widget=widget)


def _day(label: str) -> forms.DateField:
    bounds = [MinValueValidator(dt.date(2000, 1, 1)), MaxValueValidator(dt.date(2200, 1, 1))]
    return forms.DateField(label=label, required=False, validators=bounds, widget=forms.DateInput({"type": "date"}))


class JournalFilter(forms.Form):
    """The list's filters, as they stand in the URL."""

    action = _choice("操作", "全部操作", ACTIONS)
    actor = forms.CharField(label="操作人", max_length=60, required=False, widget=forms.TextInput({"size": 12}))
    object_type = _choice("对象", "全部对象", OBJECTS)
    object_id = forms.CharField(label="对象编号", max_length=60, required=False, widget=forms.TextInput({"size": 6}))
    since = _day("从")
    until = _day("到")
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data, label_suffix="")
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"


@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """Newest first, 50 to a page; the next page begins before the last number shown."""
    _require_auditor(request)
    return _page(request)


@require_POST
def journal_verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say what was found. That somebody looked is an entry too."""
    _require_auditor(request)
    checked, fault = chain.verify()
    seq, text = chain.anchor(checked)
    with transaction.atomic():
        by: Any = request.user
        facts = {"fault": f"{fault.seq}: {fault.reason}"} if fault else {}
        chain.record(by, "journal.verified", by, agency_id=by.agency_id, checked=checked, **facts)
    return _page(request, {"verified": True, "checked": checked, "fault": fault, "anchor": f"{seq}:{text}"})


def _require_auditor(request: HttpRequest) -> None:
    person: Any = request.user
    require(person.holds(AUDITOR))


def _page(request: HttpRequest, more: dict[str, Any] | None = None) -> HttpResponse:
    form = JournalFilter(request.GET)
    if not form.is_valid():
        raise Invalid("筛选条件无法识别，请清除筛选后重新选择。")
    told = form.cleaned_data
    found = list(_chosen(told)[: PAGE + 1])
    entries = found[:PAGE]
    context = {
        "form": form,
        "entries": entries,
        "older": entries[-1].seq if len(found) > PAGE else None,
        "newest": told["before"] is None,
        "filtered": any(value for name, value in told.items() if name != "before"),
    }
    return render(request, "audit/journal.html", context | (more or {}))


def _chosen(told: dict[str, Any]) -> QuerySet[Entry]:
    entries = Entry.objects.order_by("-seq")
    if told["action"]:
        entries = entries.filter(action=told["action"])
    if told["actor"]:
        entries = entries.filter(actor__username=told["actor"])
    if told["object_type"]:
        entries = entries.filter(object_type=told["object_type"])
    if told["object_id"]:
        entries = entries.filter(object_id=told["object_id"])
    if told["since"]:
        entries = entries.filter(at__gte=_midnight(told["since"]))
    if told["until"]:
        entries = entries.filter(at__lt=_midnight(told["until"] + dt.timedelta(days=1)))
    if told["before"]:
        entries = entries.filter(seq__lt=told["before"])
    return entries


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
