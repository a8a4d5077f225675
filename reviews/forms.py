"""What the workbench posts. Each act carries round, side and content hash of the page it was pressed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .models import Side

LONGEST_REASON = 500
_LARGEST = 2**63 - 1
_KEY = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class KeysField(forms.Field):
    """The ticked rows as a list of item keys."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> Sequence[int]:
        texts = value or []
        if any(not (_KEY.fullmatch(text) and abs(int(text)) <= _LARGEST) for text in texts):
            raise ValidationError("所选的行无法识别，请刷新页面重新选择。")
        return [int(text) for text in texts]


class ActForm(forms.Form):
    """Which page was acted on."""

    round = forms.IntegerField(min_value=1, max_value=_LARGEST, widget=forms.HiddenInput)
    side = forms.ChoiceField(choices=Side.choices, widget=forms.HiddenInput)
    version_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)


class PassForm(ActForm):
    """All that are undecided (`every`), or the ticked ones."""

    every = forms.BooleanField(required=False)
    keys = KeysField(required=False)


class ReturnForm(ActForm):
    """The ticked rows, with one reason."""

    keys = KeysField(required=False)
    reason = forms.CharField(
        label="退回理由",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={
            "required": "请写明退回理由：哪里不对，应当怎么改。",
            "max_length": f"退回理由请不要超过 {LONGEST_REASON} 个字。",
        },
    )
