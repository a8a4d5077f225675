"""The hook by which the apps above tell where a version came from."""

from __future__ import annotations

import pytest
from django.utils import timezone

from registry import lineage
from registry.lineage import Lineage, register_source, source_of


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "_providers", [])


def told(campaign: str) -> Lineage:
    return Lineage(
        campaign=campaign, agency="梅山镇", submission_id=1, submission_number=1, version_number=1, file_name="a.xlsx",
        sha256="0" * 64, sheet="摄像机", row=6, recorded_at=timezone.now(),
    )  # fmt: skip


def test_nobody_knows(alone: None) -> None:
    assert source_of("cameras.camera", 1, 2) is None


def test_the_first_who_knows_tells(alone: None) -> None:
    asked: list[tuple[str, int, int | None]] = []

    def silent(label: str, entry: int, row: int | None) -> Lineage | None:
        asked.append((label, entry, row))
        return None

    found = told("2022年")
    register_source(silent)
    register_source(lambda label, entry, row: found)
    register_source(lambda label, entry, row: told("never asked"))
    assert source_of("cameras.pole", 7, None) is found
    assert asked == [("cameras.pole", 7, None)]


def test_registering_twice_asks_once(alone: None) -> None:
    asked: list[int] = []

    def provider(label: str, entry: int, row: int | None) -> Lineage | None:
        asked.append(entry)
        return None

    register_source(provider)
    register_source(provider)
    source_of("cameras.camera", 1, 2)
    assert asked == [1]
