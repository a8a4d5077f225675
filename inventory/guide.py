"""The guide: how to fill the sheets, and every rule, straight from the declarations."""

from __future__ import annotations

from unicodedata import normalize

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sheets.declare import Column, Need
from sheets.findings import Severity
from sheets.guide import catalogue
from sheets.rules import RuleInfo

from .exported.export_rules import EXPORT_RULES
from .registering.registry_rules import DECLARATIONS, REGISTRY_RULES
from .waiving.waivable import may_be_waived

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
    official = [_told(column) for column in sheet.official]
    extras = [_told(column) for column in sheet.extras if not column.hidden]
    return render(
        request,
        "inventory/guide_sheet.html",
        {"sheet": sheet, "groups": [("官方列", official), ("补充信息（可选，在官方列右侧）", extras)]},
    )


def _told(column: Column) -> tuple[Column, str, list[str]]:
    """A column, whether it must be filled, and the codes of what may be wrong in its cell."""
    return column, NEEDS[column.need], sorted(set(column.codes.values()))


SCOPES = (("camera", "摄像机表"), ("platform", "平台表"), ("file", "整份文件"))
SEVERITIES = ((Severity.ERROR, "错误"), (Severity.WARNING, "提醒"))


def registry_rules() -> list[RuleInfo]:
    """The rules that need the registry or the platform's export; they stand in the same catalogue."""
    return [info for rules in (REGISTRY_RULES, EXPORT_RULES) for pair in rules.values() for info in pair]


def scope_of(rule: RuleInfo) -> str:
    """Which part of the catalogue a rule belongs to; the gate's and the workbook's are of the whole file."""
    return rule.sheet or "file"


def found_rules(scope: str, severity: str, words: str) -> list[RuleInfo]:
    """The rules that fit the filters, by code; every word must occur in what the page shows of a rule."""
    wanted = fold_words(words)
    return [
        rule
        for rule in catalogue(DECLARATIONS.values(), registry_rules())
        if scope in ("", scope_of(rule))
        and severity in ("", rule.severity)
        and all(word in _shown(rule) for word in wanted)
    ]


def fold_words(words: str) -> list[str]:
    """Search words in the form they are looked for in."""
    return normalize("NFKC", words).casefold().split()


def _shown(rule: RuleInfo) -> str:
    told = (rule.code, rule.title, *rule.columns, rule.wording, rule.fix, rule.clause, rule.fails, rule.passes)
    return normalize("NFKC", " ".join(told)).casefold()


@require_GET
def guide_rules(request: HttpRequest) -> HttpResponse:
    """The rule catalogue: code, severity, wording, what to do, clause, an example of each; findings lead here."""
    chosen = {name: request.GET.get(name, "")[:60] for name in ("sheet", "severity", "q")}
    if chosen["sheet"] not in dict(SCOPES):
        chosen["sheet"] = ""
    if chosen["severity"] not in {"error", "warning"}:
        chosen["severity"] = ""
    rules = found_rules(chosen["sheet"], chosen["severity"], chosen["q"])
    groups = [(label, [rule for rule in rules if scope_of(rule) == scope]) for scope, label in SCOPES]
    return render(
        request,
        "inventory/guide_rules.html",
        {
            "groups": [(label, found) for label, found in groups if found],
            "count": len(rules),
            "chosen": chosen,
            "filtered": any(chosen.values()),
            "scopes": SCOPES,
            "severities": SEVERITIES,
            "waivable": {rule.code for rule in rules if rule.sheet and may_be_waived(rule.code)},
        },
    )
