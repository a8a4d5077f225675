"""What the journal is held against, as the auditor hands it in."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.files.uploadedfile import UploadedFile

from . import anchors
from .verification import Kept

FILE_MOST = 4 * 1024 * 1024


class VerifyForm(forms.Form):
    """What to hold the journal against, besides its own chain."""

    kept = forms.CharField(
        label="抄存的链尾",
        required=False,
        max_length=anchors.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text="一行一个，照纸质件抄：日期 序号 当日条数 校验值 校核码；或者只抄 序号:校验值。可以不填。",
    )
    file = forms.FileField(
        label="导出的链尾文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,.json", "data-max-bytes": FILE_MOST}),
        help_text="以前从“每日链尾”导出、保存在系统之外的文件。可以不选。",
        error_messages={"empty": "这个文件是空的，请重新选择。"},
    )

    helper = FormHelper()
    helper.attrs = {"novalidate": ""}
    helper.form_error_title = "没有核对"
    helper.add_input(Submit("", "开始核对"))

    def clean_kept(self) -> list[Kept]:
        return _read(self.cleaned_data["kept"])

    def clean_file(self) -> list[Kept]:
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return []
        if (file.size or 0) > FILE_MOST:
            raise forms.ValidationError("文件太大，不像是链尾文件。请提供从“每日链尾”页面导出的文件。")
        try:
            return _read(anchors.decoded(file.read()))
        except anchors.Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def heads(self) -> list[Kept]:
        """All that was typed and uploaded."""
        return [*self.cleaned_data["kept"], *self.cleaned_data["file"]]


def _read(text: str) -> list[Kept]:
    try:
        return anchors.read(text)
    except anchors.Unreadable as error:
        raise forms.ValidationError(str(error)) from error
