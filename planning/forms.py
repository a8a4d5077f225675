"""Forms of the planning pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.datastructures import MultiValueDict

from reviews.words import LONGEST
from sheets.gate_limits import human_size
from sheets.vocabulary import MEASURES

from .finding import KIND_WORDS, KINDS
from .models import Reply
from .searching import FARTHEST, NEAREST

WRONG_NUMBER = f"请填 {NEAREST} 到 {FARTHEST} 之间的整数。"


def _metres(label: str, initial: int, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        initial=initial,
        min_value=NEAREST,
        max_value=FARTHEST,
        help_text=help_text,
        error_messages={
            "required": "请填写距离。",
            "invalid": WRONG_NUMBER,
            "min_value": WRONG_NUMBER,
            "max_value": WRONG_NUMBER,
        },
    )


class SearchForm(forms.Form):
    """What to look for, and how near counts as near."""

    kinds = forms.MultipleChoiceField(
        label="查找内容",
        choices=[(kind, KIND_WORDS[kind]) for kind in KINDS],
        initial=list(KINDS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一项要查找的内容。", "invalid_choice": "没有这一项，请从列表中选。"},
    )
    radius_m = _metres("摄像机相距不超过（米）", 30, "两台摄像机在这个距离以内、场所和朝向相同，才算同一点位。")
    pole_radius_m = _metres("杆件相距不超过（米）", 20, "不同单位的杆件在这个距离以内，才算可以共用。")


class HandForm(forms.Form):
    """Cameras that the office puts together itself."""

    numbers = forms.CharField(
        label="摄像机登记编号",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono"}),
        help_text="每行一个，如 JZ-C-000123；在台账列表里可以看到。",
        error_messages={"required": "请填写至少一台摄像机的登记编号，每行一个。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明为什么放在一起考虑，例如“同一路口，三家单位各建一台”。",
        error_messages={"required": "请写明理由。"},
    )

    def listed(self) -> list[str]:
        """The numbers; only after `is_valid()`."""
        text: str = self.cleaned_data["numbers"]
        for sign in "，,；;、\t":
            text = text.replace(sign, "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]


class AnswerForm(forms.Form):
    """What an owner says of a proposal."""

    answer = forms.ChoiceField(
        label="本单位的意见",
        choices=[choice for choice in Reply.Answer.choices if choice[0]],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意、建议调整或不同意。", "invalid_choice": "请从三项中选一项。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="建议调整或不同意的，请写明理由；同意的可以不写。",
    )


class ReasonForm(forms.Form):
    """Words that an act needs."""

    reason = forms.CharField(
        label="理由",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由。"},
    )


class EvidenceForm(forms.Form):
    """A photograph or a paper that shows that it is done."""

    evidence = forms.FileField(
        label="证明材料",
        allow_empty_file=True,
        help_text=f"现场照片或验收材料，PDF、JPEG 或 PNG，最大 {human_size(settings.SCAN_MAX_BYTES)}。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": "请选择证明材料。"},
    )
    note = forms.CharField(label="说明（可不写）", max_length=LONGEST, required=False)


def measures_from(posted: MultiValueDict[str, str], prefix: str) -> dict[int, str]:
    """measure-12=保留 -> {12: 保留}: what a table of selects says. Names that are not of this form are passed over."""
    found: dict[int, str] = {}
    for name in posted:
        pk = name.removeprefix(prefix)
        if name != pk and pk.isascii() and pk.isdigit() and len(pk) < 19:
            found[int(pk)] = str(posted.get(name) or "")
    return found


def number_from(text: Any) -> int | None:
    """An id as a form says it; None for blank and for what is none."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


CHOICES = tuple(MEASURES)
"""The measures to choose from, in the sheet's order."""
