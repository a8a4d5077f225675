"""Forms of the waiver pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms


class AskForm(forms.Form):
    """Why the rule cannot be kept at this cell."""

    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清为什么不能按要求填写，例如“摄像机架在县界河对岸，由本镇管理”。审核人据此决定。",
    )


class GrantForm(forms.Form):
    """Until when the rule is set aside."""

    expires_on = forms.DateField(label="有效期至", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    answer = forms.CharField(
        label="批复意见（可不写）", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, today: dt.date, last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["expires_on"]
        field.initial = last
        field.widget.attrs |= {"min": today.isoformat(), "max": last.isoformat()}
        field.help_text = f"最长到 {last.year}年{last.month}月{last.day}日；到期后这一处重新按规则检查。"


class WordsForm(forms.Form):
    """A reason, for refusing or revoking."""

    words = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
