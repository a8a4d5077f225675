"""What the workbench posts. Each act carries round, side and content hash of the page it was pressed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .models import Choice, Side
from .words import LONGEST

LONGEST_REASON = LONGEST
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


class MarkForm(ActForm):
    """The ticked rows, else the row at hand (`current`); `choice` is how that one is settled."""

    keys = KeysField(required=False)
    current = KeysField(required=False)
    choice = forms.ChoiceField(choices=Choice.choices, required=False)

    def meant(self) -> list[int]:
        """The keys that the mark is about."""
        told = self.cleaned_data
        return list(told.get("keys") or told.get("current") or ())

    def choices_made(self) -> dict[int, Choice]:
        """How the row at hand is to be settled, where the mark is about it."""
        told = self.cleaned_data
        made, at_hand = told.get("choice"), set(told.get("current") or ())
        return {key: Choice(made) for key in self.meant() if made and key in at_hand}


class PassForm(MarkForm):
    """Rows to be passed."""


class ReasonForm(MarkForm):
    """Rows to be returned or asked about, with one reason."""

    reason = forms.CharField(
        label="理由",
        max_length=LONGEST_REASON,
        error_messages={
            "required": "请写明理由：哪里不对，应当怎么改。",
            "max_length": f"理由请不要超过 {LONGEST_REASON} 个字。",
        },
    )


class SampleForm(ActForm):
    """How many items are to be drawn."""

    size = forms.IntegerField(
        label="抽取行数", error_messages={"required": "请填要抽取的行数。", "invalid": "请填要抽取的行数。"}
    )


class BulkForm(ActForm):
    """The lot that was shown, by its digest."""

    which = forms.ChoiceField(choices=[("clean", ""), ("all", "")])
    digest = forms.CharField(max_length=64)
