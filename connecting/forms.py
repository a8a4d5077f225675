"""Forms of what is said. They only read and shape; the services judge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from .capacity import Amounts
from .models import Access, Decision, ProvinceLink, Sign
from .services import LONGEST

DATE = "日期请写成 2026-08-22 的样子。"
NUMBER = "请填写数字，不带单位。"


def day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": DATE, "required": f"请填写{label}。"},
    )


def words(label: str, *, required: bool = False, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": f"请填写{label}。", "max_length": f"请不要超过 {LONGEST} 个字。"},
    )


def choice(label: str, choices: Any, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        help_text=help_text,
        error_messages={"required": f"请选择{label}。", "invalid_choice": f"请选择{label}。"},
    )


class StateForm(forms.Form):
    state = choice("接入情况", [one for one in Access.choices if one[0] != Access.SOCIAL])
    by_date = day("计划接入日期", help_text="选“计划接入”时填写。")
    cost = forms.DecimalField(
        label="改造费用（万元）",
        required=False,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=4,
        help_text="选“暂不具备条件”时填写：升级改造到能接入要花多少，不需要费用的写 0。",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"invalid": NUMBER, "min_value": "费用不能是负数。"},
    )
    gain = words("接入效益", help_text="选“暂不具备条件”时填写：接入后有什么用，没有接入有什么影响。", rows=2)
    text = words("说明", help_text="暂不具备条件的，写明缺什么条件。", rows=2)


class PlanForm(forms.Form):
    by_date = day("接入日期", required=True, help_text="到这一天要接入县雪亮平台。")
    text = words("接入方案", required=True, help_text="怎样推动接入：谁来做、用什么方式、费用由谁承担。")


class DecideForm(forms.Form):
    decision = choice("决定", Decision.choices)
    by_date = day("日期", help_text="决定接入的写接入日期，暂缓的写再议日期；不接入的不用填。")
    text = words("理由", required=True)


class FileForm(forms.Form):
    filed_on = day("备案日期", required=True, help_text="向县公安局报送备案材料的日期。")
    number = forms.CharField(
        label="备案编号",
        required=False,
        max_length=60,
        help_text="公安机关已经给出的填写，没有的由公安确认时填写。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    used_since = day(
        "投入使用日期",
        help_text="台账里只有建设年月，备案期限按当月最后一天推算；知道确切日期的请填写。",
    )
    text = words("说明", help_text="变更备案的，写明变更了什么。", rows=2)


class ConfirmForm(forms.Form):
    number = forms.CharField(
        label="备案编号",
        required=False,
        max_length=60,
        help_text="单位已填写的可以不填；填写后对所选的全部生效。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = words("说明", rows=2)


class RefuseForm(forms.Form):
    text = words("理由", required=True, help_text="单位会看到这段话。")


class SignForm(forms.Form):
    state = choice("现场提示标识", Sign.choices)
    by_date = day("设置日期", help_text="选“未设置”时填写：到哪一天设好。")
    text = words("说明", rows=2)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": f"请填写{label}。",
            "invalid": "请填写整数。",
            "min_value": "不能是负数。",
            "max_value": "这个数太大了，请核对。",
        },
    )


def _amount(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": f"请填写{label}。", "invalid": NUMBER, "min_value": "不能是负数。"},
    )


class CapacityForm(forms.Form):
    as_of = day("统计日期", required=True)
    channels_total = _count("接入路数")
    channels_used = _count("其中已用接入路数")
    forwarding_total = _count("转发路数")
    forwarding_used = _count("其中已用转发路数")
    storage_total = _amount("存储容量（TB）")
    storage_used = _amount("其中已用存储（TB）")
    source = forms.CharField(
        label="依据",
        max_length=200,
        help_text="这些数从哪里来，例如“县公安局科信部门 8 月统计”。",
        error_messages={"required": "请写明这些数从哪里来。"},
    )

    def amounts(self) -> Amounts:
        """What was filled in; only after `is_valid()`."""
        told = {name: self.cleaned_data[name] for name in Amounts.__dataclass_fields__}
        return Amounts(**told)


class ProvinceForm(forms.Form):
    state = choice("与省平台的对接", ProvinceLink.State.choices)
    since = day("自", required=True)
    note = forms.CharField(
        label="情况",
        max_length=200,
        help_text="对接方式和完成的内容。",
        error_messages={"required": "请写明对接的情况。"},
    )
