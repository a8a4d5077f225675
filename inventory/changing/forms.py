"""The form of a request: the cells of the thing, as online entry shows a row, and why they are to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings

from reviews.words import LONGEST
from sheets.declare import Sheet
from sheets.gate_limits import human_size

from ..entering.entry_forms import CellField, RowForm
from ..models import RowFinding
from .cells import OF_OTHERS


class WhyForm(forms.Form):
    """Why the change is asked for, and what proves it."""

    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    """The thing's version that the page showed."""
    reason = forms.CharField(
        label="为什么要更正",
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="写清楚根据什么改，例如“7月12日重新测量”“设备已更换品牌”。审核方据此给出意见。",
        error_messages={"max_length": "写得太长了，最多 %(limit_value)d 个字。"},
    )
    evidence = forms.FileField(
        label="佐证材料（可以不附）",
        required=False,
        allow_empty_file=True,  # the confined reader has its own sentence for it
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, retires: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if retires:
            self.fields["reason"].label = "为什么要注销"
            self.fields["reason"].help_text = "写清楚什么时候、因为什么拆除的。审核方据此给出意见。"
        limit = human_size(settings.SCAN_MAX_BYTES)
        self.fields["evidence"].help_text = f"照片或盖章说明，PDF、JPG、PNG，最大 {limit}。"

    def enclosed(self) -> tuple[str, bytes] | None:
        """Name and bytes of what was enclosed."""
        sent = self.cleaned_data.get("evidence")
        if not sent:
            return None
        if sent.size > settings.SCAN_MAX_BYTES:
            self.add_error("evidence", f"文件超过 {human_size(settings.SCAN_MAX_BYTES)}，没有收下。请压缩后再传。")
            return None
        return str(sent.name), sent.read()


class CellsForm(RowForm):
    """The cells that a request may change. What is blank in it is blank in the registry: nothing is left unsaid."""

    def __init__(
        self,
        *args: Any,
        sheet: Sheet,
        cells: Mapping[str, str],
        findings: Iterable[RowFinding] = (),
        said: Mapping[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, sheet=sheet, cells=cells, findings=findings, terms={}, said=said, **kwargs)
        for key in OF_OTHERS:
            self.fields.pop(key, None)
        for key, cell in cells.items():
            held = self.fields.get(key)
            if isinstance(held, CellField) and held.is_choice and cell:
                select = cast(forms.Select, held.widget)
                select.choices = [(value, word) for value, word in select.choices if value]

    def touched(self) -> dict[str, str]:
        """Column key -> text of the cells that the person changed from what the page showed."""
        seen = self.seen_cells
        told = {key: text.replace("\r\n", "\n").strip() for key, text in self.cells.items()}
        return {key: text for key, text in told.items() if text != seen.get(key, "").strip()}
