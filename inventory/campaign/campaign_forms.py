"""Forms of the campaign pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from agencies.models import Agency

from ..models import Campaign
from .campaigns import Terms

DUE_FORMAT = "%Y-%m-%dT%H:%M"


class TermsForm(forms.Form):
    """Name, scope, first day and due time of a survey."""

    name = forms.CharField(
        label="轮次名称", max_length=60, help_text="填报单位在每一页的顶上看到它，例如“2022年第一次梳理”。"
    )
    scope = forms.CharField(
        label="范围",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明哪些场所、谁建的视频监控要报，依据哪份文件。",
    )
    opens_on = forms.DateField(label="开始日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    due_at = forms.DateTimeField(
        label="截止时间",
        input_formats=[DUE_FORMAT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=DUE_FORMAT, attrs={"type": "datetime-local"}),
        help_text="到这个时间还没有通过的单位算逾期。",
    )

    def terms(self) -> Terms:
        """What was filled in; only after `is_valid()`."""
        told: dict[str, Any] = self.cleaned_data
        return Terms(told["name"], told["scope"], told["opens_on"], told["due_at"])


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """The form's values for a survey as it stands."""
    return {
        "name": campaign.name,
        "scope": campaign.scope,
        "opens_on": campaign.opens_on,
        "due_at": timezone.localtime(campaign.due_at),
    }


def initial_of_new() -> dict[str, Any]:
    """A new survey begins today and is due in two weeks, at the end of the working day."""
    today = timezone.localdate()
    due = dt.datetime.combine(today + dt.timedelta(days=14), dt.time(18), timezone.get_current_timezone())
    return {"opens_on": today, "due_at": due}


class AgenciesForm(forms.Form):
    """Ticked agencies, by id."""

    agencies = forms.ModelMultipleChoiceField(queryset=Agency.objects.all(), required=False)

    def ids(self) -> list[int]:
        """The ticked ids; only after `is_valid()`."""
        return [agency.pk for agency in self.cleaned_data["agencies"]]
