"""The county platform's capacity and its link to the province: what was stated, and stating it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agencies.sessions import person_of
from audit.failures import Invalid, require
from cameras.models import Camera
from registry.permissions import require_sight

from . import capacity
from .forms import CapacityForm, ProvinceForm
from .models import Capacity, ProvinceLink
from .permissions import may_keep_capacity
from .services import today

SHOWN = 30


@require_safe
def county_platform(request: HttpRequest) -> HttpResponse:
    """All that was stated, the latest first; the forms for whoever keeps it."""
    require_sight(request, Camera)
    return _page(request, CapacityForm(initial={"as_of": today()}), ProvinceForm(initial={"since": today()}))


@require_POST
def capacity_add(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    require(may_keep_capacity(person), capacity.REFUSED)
    form = CapacityForm(request.POST)
    if form.is_valid():
        try:
            told = form.cleaned_data
            made = capacity.state_capacity(person, told["as_of"], form.amounts(), told["source"])
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记 {made.as_of} 的平台能力。")
            return redirect("county_platform")
    return _page(request, form, ProvinceForm(initial={"since": today()}), 422)


@require_POST
def province_add(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    require(may_keep_capacity(person), capacity.REFUSED)
    form = ProvinceForm(request.POST)
    if form.is_valid():
        try:
            told = form.cleaned_data
            made = capacity.state_province_link(person, told["state"], told["since"], told["note"])
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记与省平台的对接：{made.get_state_display()}。")
            return redirect("county_platform")
    return _page(request, CapacityForm(initial={"as_of": today()}), form, 422)


def _page(request: HttpRequest, form: CapacityForm, province: ProvinceForm, status: int = 200) -> HttpResponse:
    stated = list(Capacity.objects.select_related("made_by__agency")[:SHOWN])
    told: dict[str, Any] = {
        "form": form,
        "province_form": province,
        "keeps": may_keep_capacity(person_of(request)),
        "stated": [(one, capacity.bars(one)) for one in stated],
        "links": ProvinceLink.objects.select_related("made_by__agency")[:SHOWN],
    }
    return render(request, "connecting/county_platform.html", told, status=status)
