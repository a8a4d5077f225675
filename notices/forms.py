"""The filters of the inbox, and where the digest goes."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms

from .adapters import Adapter
from .models import Address, Notice


class InboxFilter(forms.Form):
    """As they stand in the URL."""

    show = forms.ChoiceField(choices=[("", "全部"), ("unread", "未读")], required=False)
    kind = forms.ChoiceField(label="类别", choices=[("", "全部类别"), *Notice.Kind.choices], required=False)


class ReadAll(forms.Form):
    until = forms.DateTimeField()


class AddressesForm(forms.Form):
    """An address and a tick for each channel in use; no address, no digest."""

    def __init__(self, *args: Any, adapters: list[Adapter], held: dict[str, Address], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adapters = adapters
        for adapter in adapters:
            name, label = adapter.channel.value, adapter.channel.label
            has = held.get(name)
            self.fields[name] = forms.CharField(
                label=f"{label}地址" if name == "email" else "手机号码",
                required=False,
                max_length=120,
                initial=has.address if has else "",
                help_text=f"例如 {adapter.example}。不填就不发。",
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
                error_messages={"max_length": "地址最多 120 个字符。"},
            )
            self.fields[f"{name}_on"] = forms.BooleanField(
                label=f"每天发一次{label}", required=False, initial=has.enabled if has else True
            )
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": ""}
        self.helper.add_input(Submit("", "保存"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for adapter in self.adapters:
            name = adapter.channel.value
            address = cleaned.get(name)
            if address and not adapter.check(address):
                self.add_error(name, f"“{address}”不是能用的地址，例如 {adapter.example}。")
        return cleaned
