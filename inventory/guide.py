"""The guide: how to fill the sheets, and every rule, straight from the declarations."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sheets.declare import Need

from .checks import DECLARATIONS, REGISTRY_RULES
from .export_rules import EXPORT_RULES
from .waivable import may_be_waived

NEEDS = {Need.REQUIRED: "必填", Need.WANTED: "应填", Need.OPTIONAL: "选填"}


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """What to do from the blank form to the stamped scan."""
    return render(request, "inventory/guide.html", {"sheets": DECLARATIONS.values()})


@require_GET
def guide_sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """One sheet, column by column."""
    sheet = DECLARATIONS.get(kind)
    if sheet is None:
        raise Http404
    official = [(column, NEEDS[column.need]) for column in sheet.official]
    extras = [(column, NEEDS[column.need]) for column in sheet.extras if not column.hidden]
    return render(
        request,
        "inventory/guide_sheet.html",
        {"sheet": sheet, "groups": [("官方列", official), ("补充信息（可选，在官方列右侧）", extras)]},
    )


@require_GET
def guide_rules(request: HttpRequest) -> HttpResponse:
    """The rule catalogue: code, severity, wording, what to do, clause."""
    groups = [
        (
            sheet,
            sorted(
                [*sheet.rules.values(), *REGISTRY_RULES[sheet.key], *EXPORT_RULES[sheet.key]],
                key=lambda rule: rule.code,
            ),
        )
        for sheet in DECLARATIONS.values()
    ]
    waivable = {rule.code for _, rules in groups for rule in rules if may_be_waived(rule.code)}
    return render(request, "inventory/guide_rules.html", {"groups": groups, "waivable": waivable})
