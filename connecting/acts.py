"""What can be done with the ticked things of a list: who may, which rows it fits, its form, its service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms as django_forms

from agencies.models import Person

from . import filings, forms, permissions, services, states
from .models import Access, Filing, Statement, Topic

Do = Callable[..., list[Statement]]


def _everything(person: Person) -> Callable[[Any], bool]:
    return lambda thing: True


@dataclass(frozen=True)
class Act:
    """`may`: whether the person may do it at all; `allowed`: with this thing; `fits`: whether this row asks for it.

    `view` is the list that offers it. The service is called with the form's values by name.
    """

    key: str
    verb: str
    title: str
    view: str
    topic: Topic
    may: Callable[[Person], bool]
    allowed: Callable[[Person], Callable[[Any], bool]]
    form: type[django_forms.Form]
    do: Do
    done: str
    fits: Callable[[Any], bool] = lambda row: True
    hint: str = ""


ACTS: Final = (
    Act(
        "state",
        "说明接入情况",
        "说明接入情况",
        "access",
        Topic.ACCESS,
        permissions.speaks,
        permissions.may_speak_of,
        forms.StateForm,
        services.state,
        "已登记接入情况",
        hint="政府投资的应当无条件接入县雪亮平台；暂不具备技术条件的，附改造费用和效益，由办公室决定是否接入。",
    ),
    Act(
        "plan",
        "制定接入方案",
        "制定社会资源接入方案",
        "access",
        Topic.ACCESS,
        lambda person: bool(permissions.supervised_kinds(person)),
        permissions.may_plan,
        forms.PlanForm,
        services.plan,
        "已登记接入方案",
        fits=lambda row: row.funding == "social" and row.now_access != Access.CONNECTED,
        hint="社会资金投资的，由行业主管部门制定接入方案。",
    ),
    Act(
        "decide",
        "决定是否接入",
        "决定是否接入",
        "access",
        Topic.ACCESS,
        permissions.may_decide,
        _everything,
        forms.DecideForm,
        services.decide,
        "已登记决定",
        fits=lambda row: row.now_access == Access.NOT_READY and row.access_from == states.OWN,
        hint="看过单位的论证（改造费用、效益）再决定；决定和理由会通知单位。",
    ),
    Act(
        "file",
        "登记备案",
        "登记备案",
        "filing",
        Topic.FILING,
        permissions.speaks,
        permissions.may_speak_of,
        forms.FileForm,
        filings.file,
        "已登记备案，等待公安确认",
        hint="新建的系统投入使用后 30 日内备案；2025年4月1日前已在用的，2025年7月1日前备案；有变更的也要备案。",
    ),
    Act(
        "sign",
        "登记标识",
        "登记现场提示标识",
        "filing",
        Topic.SIGN,
        permissions.speaks,
        permissions.may_speak_of,
        forms.SignForm,
        services.sign,
        "已登记标识",
        hint="公共场所的采集设备应当设置显著的提示标识。平台登记后，它的摄像机跟着算；个别不同的，到摄像机清单单独登记。",
    ),
    Act(
        "confirm",
        "确认备案",
        "确认备案",
        "filing",
        Topic.FILING,
        permissions.may_confirm,
        _everything,
        forms.ConfirmForm,
        filings.confirm,
        "已确认备案",
        fits=lambda row: row.now_filing == Filing.STATED and row.filing_from == states.OWN,
    ),
    Act(
        "refuse",
        "不确认",
        "不确认备案",
        "filing",
        Topic.FILING,
        permissions.may_confirm,
        _everything,
        forms.RefuseForm,
        filings.refuse,
        "已退给单位",
        fits=lambda row: row.now_filing == Filing.STATED and row.filing_from == states.OWN,
    ),
)
BY_KEY: Final = {act.key: act for act in ACTS}


def offered(person: Person, view: str) -> list[Act]:
    return [act for act in ACTS if act.view == view and act.may(person)]


def fitting(person: Person, acts: Sequence[Act], rows: Sequence[Any]) -> Mapping[int, list[Act]]:
    """Which of these acts each row asks for and the person may do with it."""
    allowed = {act.key: act.allowed(person) for act in acts}
    return {row.pk: [act for act in acts if act.fits(row) and allowed[act.key](row)] for row in rows}
