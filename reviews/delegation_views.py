"""委托: power lent to colleagues for a term; what one has given and received, and ending it early."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from agencies.models import DutyClass, Person
from agencies.sessions import person_of
from audit.failures import Conflict, Invalid, require

from . import services
from .delegations import today
from .models import Delegation, Side
from .permissions import SIDE_ROLE, in_force, own_sides_of
from .words import LONGEST

SHOWN = 100
"""The latest delegations listed of each kind."""


def colleagues(person: Person) -> QuerySet[Person]:
    """Who may be the person's deputy: of the same agency, enabled, and no reviewer by role."""
    able = Person.objects.filter(agency=person.agency_id, is_active=True, duty_class=DutyClass.BUSINESS)
    reviewers = Person.objects.filter(roles__role__in=SIDE_ROLE.values())
    return able.exclude(pk=person.pk).exclude(pk__in=reviewers).order_by("display_name", "pk")


class DelegateForm(forms.Form):
    """To whom, for which days, and why."""

    deputy = forms.ModelChoiceField(
        label="受托人",
        queryset=Person.objects.none(),
        empty_label="请选择本单位的同事",
        error_messages={"required": "请选择受托人。", "invalid_choice": "只能委托给本单位在职的同事，请重新选择。"},
    )
    starts_on = forms.DateField(
        label="自",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写开始日期。", "invalid": "日期请写成 2022-08-22 的样子。"},
    )
    ends_on = forms.DateField(
        label="至（含当天）",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请填写结束日期。", "invalid": "日期请写成 2022-08-22 的样子。"},
    )
    reason = forms.CharField(
        label="事由",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"placeholder": "例如出差、休假", "autocomplete": "off"}),
        error_messages={
            "required": "请写明委托的事由，例如“出差”“休假”。",
            "max_length": f"请不要超过 {LONGEST} 个字。",
        },
    )

    def __init__(self, *args: Any, by: Person, now: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = dt.timedelta(days=settings.DELEGATION_MAX_DAYS)
        self.fields["deputy"].queryset = colleagues(by)  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = now
        self.fields["starts_on"].widget.attrs |= {"min": now.isoformat(), "max": (now + most).isoformat()}
        self.fields["ends_on"].widget.attrs |= {"min": now.isoformat()}


@dataclass(frozen=True)
class Line:
    """A delegation as the list shows it."""

    delegation: Delegation
    now: dt.date
    works: bool

    @property
    def word(self) -> str:
        one = self.delegation
        if one.revoked_at is not None:
            return "已收回" if one.revoked_by_id == one.delegator_id else "已交回"
        if one.ends_on < self.now:
            return "已到期"
        if one.starts_on > self.now:
            return "未开始"
        return "有效" if self.works else "暂不起作用"

    @property
    def badge(self) -> str:
        return {"有效": "active", "未开始": "waiting"}.get(self.word, "disabled")

    @property
    def is_over(self) -> bool:
        return self.delegation.revoked_at is not None or self.delegation.ends_on < self.now


def own(person: Person) -> QuerySet[Delegation]:
    """What the person has given and received."""
    mine = Delegation.objects.filter(Q(delegator=person) | Q(deputy=person))
    return mine.select_related("delegator", "deputy", "revoked_by").order_by("-pk")


@require_GET
def delegations(request: HttpRequest) -> HttpResponse:
    """Given and received, and the form for who may lend."""
    person = person_of(request)
    sides = own_sides_of(person)
    mine = own(person)
    require(bool(sides) or mine.exists(), "委托由数据局和公安局的审核员办理。您没有委托，也没有受人委托。")
    return _page(request, person, DelegateForm(by=person, now=today()) if sides else None)


def _page(request: HttpRequest, person: Person, form: DelegateForm | None, status: int = 200) -> HttpResponse:
    now, mine = today(), list(own(person)[: 2 * SHOWN])
    works = set(in_force().filter(pk__in=[one.pk for one in mine]).values_list("pk", flat=True))
    lines = [Line(one, now, one.pk in works) for one in mine]
    return render(
        request,
        "reviews/delegations.html",
        {
            "form": form,
            "given": [line for line in lines if line.delegation.delegator_id == person.pk][:SHOWN],
            "received": [line for line in lines if line.delegation.deputy_id == person.pk][:SHOWN],
            "most_days": settings.DELEGATION_MAX_DAYS,
            "lends": bool(own_sides_of(person)),
        },
        status=status,
    )


@require_POST
def delegate(request: HttpRequest) -> HttpResponse:
    """Lend one's power for a term."""
    person = person_of(request)
    sides = own_sides_of(person)
    require(bool(sides), "只有本方的审核员能委托他人代为审核。")
    form = DelegateForm(request.POST, by=person, now=today())
    if form.is_valid():
        told = form.cleaned_data
        days = told["starts_on"], told["ends_on"]
        try:
            made = services.delegate(person, told["deputy"], sides[0], *days, told["reason"])
        except (Invalid, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"已委托{made.deputy}代表{Side(made.side).label}审核，到{made.ends_on:%Y-%m-%d}为止。"
            )
            return redirect("delegations")
    return _page(request, person, form, 422)


@require_POST
def delegation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The delegator takes it back, or the deputy gives it back, before its term."""
    person = person_of(request)
    found = get_object_or_404(own(person), pk=pk)
    services.revoke_delegation(person, found.pk)
    taken = found.delegator_id == person.pk
    messages.success(request, f"已收回对{found.deputy}的委托。" if taken else f"已把委托交回{found.delegator}。")
    return redirect("delegations")


urlpatterns = [
    path("reviews/delegations/", delegations, name="delegations"),
    path("reviews/delegations/add/", delegate, name="delegate"),
    path("reviews/delegations/<int:pk>/revoke/", delegation_revoke, name="delegation_revoke"),
]
