"""The doors of a case: who comes in to read, who to act, and on which page's round."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid, require

from . import queries
from .forms import ActForm
from .models import Case, Round, Side

BROKEN = "页面传来的内容不完整，没有办理。请刷新页面后再试。"


def to_read(request: HttpRequest, pk: int) -> tuple[Person, Case]:
    """The person and the case: 404 for a stranger's or an unknown one, 403 for who has no part in reviews."""
    person = person_of(request)
    require(queries.has_business_sight(person))
    case = get_object_or_404(Case.objects.visible_to(person).select_related("agency"), pk=pk)
    require(queries.may_see_reviews(person), "双审由数据局和公安局办理。审核结果请在本单位的填报页查看。")
    return person, case


def to_act(request: HttpRequest, pk: int) -> tuple[Person, Case]:
    """As `to_read`, and 403 for who only reads reviews."""
    person, case = to_read(request, pk)
    require(queries.side_of(person) is not None, "您的岗位只能查看，不能审核。")
    return person, case


def stamped(form: ActForm, case: Case) -> tuple[Round, Side, str]:
    """The round, side and content that the page was about.

    Invalid when the hidden fields are broken, 404 when the round is another case's.
    """
    form.is_valid()
    if any(form.errors.get(name) for name in ActForm.base_fields):
        raise Invalid(BROKEN)
    told = form.cleaned_data
    round_ = get_object_or_404(Round.objects.select_related("case"), pk=told["round"], case=case)
    return round_, Side(told["side"]), told["version_hash"]


def problems_of(form: ActForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in cast("list[str]", errors)]


def left(request: HttpRequest) -> QueryDict:
    """The filters that the workbench was left with."""
    return QueryDict(request.POST.get("back", ""), mutable=True)


def wants_json(request: HttpRequest) -> bool:
    """Whether the workbench's script asked, and not a form."""
    return "application/json" in request.headers.get("Accept", "")
