"""Forms of the intake pages. Labels and choices come from the models and the declarations."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms
from django.conf import settings

from agencies.models import Agency, PlaceKind
from sheets.gate_limits import human_size

from .models import Datum, Funding, Mobility


class WorkbookForm(forms.Form):
    """A workbook and what holds for its rows unless a row says otherwise."""

    workbook = forms.FileField(
        label="填好的调研表",
        allow_empty_file=True,  # the gate has its own sentence and code for it
        help_text="Excel、WPS 或 LibreOffice 保存的 .xlsx、.xls、.et、.xlsb、.ods、.csv，"
        f"最大 {human_size(settings.UPLOAD_MAX_BYTES)}。平台表、摄像机表可以在同一个文件里。",
        widget=forms.ClearableFileInput(
            attrs={
                "accept": ".xlsx,.xls,.et,.xlsb,.ods,.csv,.tsv,.txt",
                "data-drop": "把文件拖到这里，或点击选择",
            }
        ),
    )
    datum = forms.ChoiceField(
        label="坐标系", choices=Datum.choices, help_text="平台导出一般是 WGS-84；手机地图上取的点是 GCJ-02 或 BD-09。"
    )
    funding = forms.ChoiceField(label="资金来源", choices=Funding.choices)
    mobility = forms.ChoiceField(label="固定或移动", choices=Mobility.choices)
    place_kind = forms.ModelChoiceField(
        label="场所类别",
        queryset=PlaceKind.objects.all(),
        required=False,
        empty_label="各行不同（见“场所类别”列）",
        help_text="表中“场所类别”列填了的，以表为准。",
    )
    replaces = forms.IntegerField(required=False)
    """Id of the source file whose place this one takes; the page's own drop-down asks for it."""

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        duties = list(agency.duties.filter(place_kind__isnull=False)[:2])
        if len(duties) == 1:
            self.fields["place_kind"].initial = duties[0].place_kind_id
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "workbook",
            Row(Column("datum"), Column("funding"), Column("mobility"), Column("place_kind")),
            Submit("upload", "上传并检查"),
        )


class ScanForm(forms.Form):
    """The stamped scan of exactly this content."""

    scan = forms.FileField(
        label="盖章扫描件",
        allow_empty_file=True,
        help_text=f"PDF、JPEG 或 PNG，最大 {human_size(settings.SCAN_MAX_BYTES)}。须与上面的表格内容一致。",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png", "data-drop": "把扫描件拖到这里，或点击选择"}
        ),
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout("scan", Submit("attach", "上传扫描件"))


class ZeroForm(forms.Form):
    """Why a unit reports zero."""

    reason = forms.CharField(
        label="零报告理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明核查了哪些场所、确认没有自建或主管的公共场所视频监控。",
    )

    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout("reason", Submit("save", "保存理由"))
