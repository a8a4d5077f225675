"""A rule: one code, one severity, one wording, one fix; and the hits that become findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sheets.findings import Severity

ERROR = Severity.ERROR
WARNING = Severity.WARNING


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that may be wrong with a value, before a column gives it a code.

    `says` and `fix` are templates over `column` (header), `value` (raw text) and the details that the judge gives.
    `fails` / `passes`: what breaks and what keeps the rule, in words, where the examples of a sheet do not show it.
    """

    title: str
    says: str
    fix: str
    severity: Severity = ERROR
    adjustable: bool = False
    fails: str = ""
    passes: str = ""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """An entry of the rule catalogue: what the guide, the documents and the findings all quote.

    `sheet` is "camera", "platform" or "" (structure); `columns` the official headers concerned, `keys` their keys.
    `wording` and `fix` are readable sentences in which changing parts stand as "…"; `says` is the template behind
    `wording`. `adjustable`: the severity may be changed by a setting. `fails` / `passes`: an example of each, in words.
    """

    code: str
    severity: Severity
    title: str
    wording: str
    fix: str
    sheet: str = ""
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    clause: str = ""
    adjustable: bool = False
    says: str = ""
    says_fix: str = ""
    fails: str = ""
    passes: str = ""

    def message(self, details: Mapping[str, Any]) -> str:
        """The wording for one value."""
        return self.says.format_map(_Blanks(details))

    def remedy(self, details: Mapping[str, Any]) -> str:
        """The fix for one value."""
        return self.says_fix.format_map(_Blanks(details))


class Hit(NamedTuple):
    """A rule broken at one cell; cheap, because a bad file has many. The order is that of reading: row, then column.

    `row` is the index into the judged data rows (-1: the sheet as a whole), `column` the declared column's index
    (-1: none), `details` fill the wording, and their "fixes" (column key -> text) are the safe fix of `Finding`;
    `related` further (row, column) places, or the address of a cell on another sheet.
    """

    row: int
    column: int
    code: str
    value: str
    details: Mapping[str, Any]
    related: tuple[tuple[int, int] | str, ...] = ()


class _Blanks(dict[str, Any]):
    """Details in which whatever is not said reads as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def rule_info(code: str, issue: Issue, *, sheet: str, clause: str, columns: Iterable[tuple[str, str]] = ()) -> RuleInfo:
    """The catalogue entry of an issue under its code; `columns` are (key, header) pairs."""
    pairs = tuple(columns)
    headers = "、".join(dict.fromkeys(header for _, header in pairs))
    blanks = _Blanks(column=headers) if headers else _Blanks()
    return RuleInfo(
        code=code,
        severity=issue.severity,
        title=issue.title,
        wording=issue.says.format_map(blanks),
        fix=issue.fix.format_map(blanks),
        sheet=sheet,
        columns=tuple(header for _, header in pairs),
        keys=tuple(key for key, _ in pairs),
        clause=clause,
        adjustable=issue.adjustable,
        says=issue.says,
        says_fix=issue.fix,
        fails=issue.fails,
        passes=issue.passes,
    )


def placeholders(template: str) -> set[str]:
    """Names of the details that a template speaks of."""
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(template) if name}
