"""Which rules may be set aside for one cell: a judgement may be, the reading of a value and a row's identity never.

Errors are waivable only where listed here. Warnings about a single row may be waived as a rule: they block nothing, and
a granted waiver spares both sides the same question at every round.
"""

from __future__ import annotations

import re
from functools import cache

from sheets.rules import ERROR, WARNING, RuleInfo

from ..exported.export_rules import EXPORT_RULES
from ..registering.checks import DECLARATIONS, REGISTRY_RULES

WAIVABLE_ERRORS = frozenset(
    {
        "C131",  # no position: the place may not be measured (classified, indoors)
        "C133",  # position not to the sixth decimal: an old survey that cannot be repeated
        "C134",
        "C143",  # built later than today: under construction
        "C203",  # outside the county: a camera of the unit just across the border
        "P114",  # no vendor: built by the unit itself
        "P125",  # no storage time: the platform only forwards
        "P143",
    }
)
"""The value is clean or rightly blank, and only the judgement on it is set aside."""
_ABOUT_A_ROW = re.compile(r"[CP][12][0-9]{2}")
_EXPORT_CODES = frozenset({"C411", "C412", "P411"})


@cache
def catalogue() -> dict[str, RuleInfo]:
    """Every rule that a finding about a row may quote, by code."""
    found: dict[str, RuleInfo] = {}
    for kind, sheet in DECLARATIONS.items():
        found |= sheet.rules
        found |= {rule.code: rule for rule in (*REGISTRY_RULES[kind], *EXPORT_RULES[kind])}
    return found


def may_be_waived(code: str) -> bool:
    """Whether a finding of this rule, about a row, may be set aside by a waiver."""
    rule = catalogue().get(code)
    if rule is None:
        return False
    if rule.severity is ERROR:
        return code in WAIVABLE_ERRORS
    return rule.severity is WARNING and (bool(_ABOUT_A_ROW.fullmatch(code)) or code in _EXPORT_CODES)


def title_of(code: str) -> str:
    """The rule's short title; the code itself for one that is no more."""
    rule = catalogue().get(code)
    return rule.title if rule else code
