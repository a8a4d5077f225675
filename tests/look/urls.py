"""The gallery: every component on a page of its own, for tests only. No query is needed for any of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from agencies.models import Person
from dashboards.badges import BADGES
from dashboards.context import CampaignNow, Frame
from dashboards.navigation import NavItem
from jinzhai_video import errors

PAGES = Path(__file__).parent / "pages"


class UploadForm(forms.Form):
    """A form with one of each kind of control."""

    file = forms.FileField(
        label="填好的表格",
        help_text="Excel 工作簿（.xlsx 或 .xls），不超过 50 MB。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls", "data-max-bytes": 1000}),
    )
    datum = forms.ChoiceField(
        label="坐标系",
        choices=[("", "请选择"), ("wgs84", "WGS-84 / CGCS2000"), ("gcj02", "GCJ-02（高德、腾讯地图）")],
        help_text="平台导出一般为 GCJ-02。",
    )
    funding = forms.ChoiceField(
        label="资金来源", choices=[("government", "政府投资"), ("social", "社会投资")], widget=forms.RadioSelect
    )
    kinds = forms.MultipleChoiceField(
        label="场所类别",
        required=False,
        choices=[("a", "城市道路"), ("b", "公园广场"), ("c", "医疗卫生机构")],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(label="视频存储时长（天）", min_value=1, help_text="少于 30 天会给出提醒。")
    reason = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sure = forms.BooleanField(label="已与盖章纸质件核对一致")


def gallery_frame(size: str = "1") -> Frame:
    """The frame of the clerk of a town, five days before the due date."""
    parts = (
        NavItem("cameras", "摄像机", "", "/look/table", True),
        NavItem("poles", "杆件", "", "/look/empty", False),
        NavItem("platforms", "平台", "", "/look/empty", False),
    )
    return Frame(
        size=size,
        person=Person(username="clerk-meishan", display_name="数据局审核员一"),
        agency="县数据政务局",
        nav=[
            NavItem("home", "待办", "check2-square", "/look/todo", False, count=4),
            NavItem("submissions", "填报", "cloud-upload", "/look/form", False, count=2),
            NavItem("cameras", "台账", "camera-video", "/look/table", False, True, parts=parts),
            NavItem("progress", "进度", "bar-chart", "/look/progress", False),
            NavItem("guide", "填报指南", "book", "/look/detail", False),
        ],
        campaign=CampaignNow("2022年公共场所视频资源梳理整合", timezone.now() + dt.timedelta(days=5), 5),
        search_url="/look/table",
    )


def rows(count: int) -> list[dict[str, Any]]:
    """Invented cameras; some texts are long, for that is how they come."""
    names = ["金寨县梅山镇新城区江店大道与史河路交叉口东北角红绿灯杆件上枪机", "史河路小学南门", "红军广场"]
    states = ["live", "changed", "retired"]
    return [
        {
            "number": f"JZ-C-{number:06d}",
            "code": f"34152401001320{number:06d}" if number % 7 else "",
            "name": names[number % 3],
            "brand": ["海康威视", "大华", "宇视"][number % 3],
            "longitude": f"115.{883000 + number * 37}",
            "latitude": f"31.{671000 + number * 53}",
            "built": "2019.06",
            "state": states[number % 3],
            "changed_at": timezone.now() - dt.timedelta(days=number * 20),
        }
        for number in range(1, count + 1)
    ]


def context_for(request: HttpRequest, name: str) -> dict[str, Any]:
    form = UploadForm(request.POST or None, request.FILES or None) if name == "form" else None
    if form is not None and request.GET.get("bad"):
        form = UploadForm({"datum": "", "days": "0"})
    paginator = Paginator(range(12345), 50)
    return {
        "frame": gallery_frame(request.COOKIES.get("size", "1")),
        "rows": rows(40),
        "form": form,
        "states": list(BADGES),
        "page": paginator.get_page(request.GET.get("page", 3)),
        "now": timezone.now(),
        "cells": [f"H{number}" for number in range(12, 60)],
        "units": ["梅山镇", "麻埠镇", "青山镇", "燕子河镇", "天堂寨镇", "流波䃥镇", "经济开发区", "教育局"],
    }


@csrf_exempt
@login_not_required
def show(request: HttpRequest, name: str) -> HttpResponse:
    source = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    return HttpResponse(engines["django"].from_string(source).render(context_for(request, name), request))


@login_not_required
def refuse(request: HttpRequest, status: int) -> HttpResponse:
    return errors.refusal(request, status, "这一版已由公安局退回，您看到的是旧页面。文件已保存，请刷新后继续。")


@csrf_exempt
@login_not_required
def echo(request: HttpRequest) -> HttpResponse:
    """What was posted, and whether the request called itself a poll."""
    posted = " ".join(f"{key}={value}" for key, value in request.POST.items())
    return HttpResponse(f"<p id='echo'>{posted}|{request.headers.get('HX-Polling', '')}</p>")


@csrf_exempt
@login_not_required
def quiet(request: HttpRequest) -> HttpResponse:
    """No new page: what the browser shows stays as it was when the form was sent."""
    return HttpResponse(status=204)


@login_not_required
def expired(request: HttpRequest) -> HttpResponse:
    """As agencies/sessions.py answers htmx without a session."""
    return HttpResponse(status=401, headers={"HX-Redirect": "/look/empty"})


@login_not_required
def mend(request: HttpRequest) -> HttpResponse:
    """A form with its errors, as a fragment."""
    return HttpResponse("<p id='mend'>经度只有 5 位小数。</p>", status=422)


urlpatterns = [
    path("look/quiet", quiet),
    path("look/expired", expired),
    path("look/mend", mend),
    path("look/refuse/<int:status>", refuse),
    path("look/echo", echo),
    path("look/<slug:name>", show),
    path("password", echo, name="password_change"),
    path("logout", echo, name="logout"),
    path("", lambda request: show(request, "todo")),
]
handler404 = "jinzhai_video.errors.not_found"
handler500 = "jinzhai_video.errors.failed"
