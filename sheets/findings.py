"""What a check has to say: one finding for each mistake, at its true cell, with what to press."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """ERROR blocks submission; WARNING travels to the reviewers."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in one place.

    `cell` is an A1 address ("" when the finding concerns a whole sheet or file), `row` the 1-based row number (0
    likewise), `column` the official header, `key` the declared column key, `value` the raw text as the user wrote it,
    `related` further cells concerned (the other duplicate, for instance). `fixes`: a safe fix, where there is one, as
    (column key, text to write there) pairs of the same row; never a digit that the user's own cells do not hold.
    """

    code: str
    severity: Severity
    message: str
    fix: str
    sheet: str = ""
    cell: str = ""
    column: str = ""
    value: str = ""
    row: int = 0
    key: str = ""
    related: tuple[str, ...] = ()
    fixes: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values in a stable order, ready for JSON."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {"severity": self.severity.value, "related": list(self.related), "fixes": dict(self.fixes)}


class Refused(Exception):
    """A file that cannot be read at all; carries the finding that says why and what to press."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.code} {finding.message}")
        self.finding = finding
