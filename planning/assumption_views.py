"""What a saving is reckoned with: everybody who plans or reviews reads it, the office says it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Person
from agencies.sessions import person_of
from audit.failures import Invalid, require

from . import assumptions
from .permissions import may_plan, may_see_planning
from .saving import METHODS, OF_PLATFORM, SPREAD, WITHOUT

NOT_YOURS = "您的岗位不能查看整合方案。"


@require_GET
def plan_assumptions(request: HttpRequest) -> HttpResponse:
    """Every figure with who said it and when, and the method that uses it."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    return _show(request, person)


@require_POST
def plan_assumption(request: HttpRequest, key: str) -> HttpResponse:
    """The office says one figure, or takes it back."""
    person = person_of(request)
    require(may_see_planning(person), NOT_YOURS)
    if key not in assumptions.KNOWN:
        raise Http404
    require(may_plan(person), "测算参数由领导小组办公室填写。")
    told = {name: request.POST.get(name, "") for name in ("value", "source", "seen")}
    try:
        assumptions.state(person, key, **told)
    except Invalid as error:
        return _show(request, person, {"key": key, "says": str(error), **told})
    messages.success(request, f"已保存“{assumptions.KNOWN[key].title}”，下一版方案按新的参数测算。")
    return redirect(f"{reverse('plan_assumptions')}#{key}")


def _show(request: HttpRequest, person: Person, refused: dict[str, str] | None = None) -> HttpResponse:
    return render(
        request,
        "planning/assumptions.html",
        {
            "stated": assumptions.stated(),
            "plans": may_plan(person),
            "refused": refused or {},
            "methods": METHODS,
            "notes": (SPREAD, OF_PLATFORM, WITHOUT),
        },
        status=422 if refused else 200,
    )
