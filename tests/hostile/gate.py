"""What every test of the gate asks: which code, and that the answer cost little memory."""

from __future__ import annotations

import hashlib

import pytest

from sheets.findings import Finding, Refused, Severity
from sheets.gate import Limits, examine
from tests.hostile.memory import stays_small


def refusal(data: bytes, name: str = "清单.xlsx", limits: Limits | None = None) -> Finding:
    """The finding with which the gate turns `data` away."""
    with stays_small(), pytest.raises(Refused) as caught:
        examine(data, name, limits)
    finding = caught.value.finding
    assert finding.severity is Severity.ERROR
    assert finding.message and finding.fix and "{" not in finding.message
    return finding


def code(data: bytes, name: str = "清单.xlsx", limits: Limits | None = None) -> str:
    """Its code."""
    return refusal(data, name, limits).code


def passes(data: bytes, name: str = "清单.xlsx", limits: Limits | None = None) -> str:
    """The kind of a workbook that the gate lets pass."""
    with stays_small():
        container = examine(data, name, limits)
    assert container.sha256 == hashlib.sha256(data).hexdigest()
    assert container.size == len(data)
    return container.kind


def shown(value: object) -> str:
    """Test ids without whole files in them."""
    return value if isinstance(value, str) else type(value).__name__
