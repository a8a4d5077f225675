"""The hooks by which the apps above tell where versions came from, and who reports a thing too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Person
from registry import lineage
from registry.lineage import (
    CoReporter,
    Lineage,
    Ref,
    co_reporters_of,
    register_co_reporters,
    register_sources,
    source_of,
    sources_of,
)

FIRST, SECOND, THIRD = Ref(1, 2), Ref(3, 4), Ref(5, None)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "_providers", [])
    monkeypatch.setattr(lineage, "_co_providers", [])


class Knowing:
    """A provider that knows some versions, and remembers what it was asked."""

    def __init__(self, **campaigns: Ref) -> None:
        self.known = {
            ref: Lineage(
                campaign=name, agency="梅山镇", submission_id=1, submission_number=1, version_number=1,
                recorded_at=timezone.now(),
            )
            for name, ref in campaigns.items()
        }  # fmt: skip
        self.asked: list[tuple[str, list[Ref], Ref | None]] = []

    def __call__(
        self, label: str, refs: Sequence[Ref], viewer: Person | None, in_full: Ref | None
    ) -> Mapping[Ref, Lineage]:
        self.asked.append((label, list(refs), in_full))
        return {ref: self.known[ref] for ref in refs if ref in self.known}


def test_nobody_knows(alone: None) -> None:
    assert source_of("cameras.camera", 1, 2) is None
    assert sources_of("cameras.camera", [FIRST], None) == {}
    assert co_reporters_of("cameras.camera", 1, None) == []


def test_each_is_asked_only_for_what_is_left(alone: None) -> None:
    one, other = Knowing(first=FIRST), Knowing(never=FIRST, second=SECOND)
    register_sources(one)
    register_sources(other)
    found = sources_of("cameras.pole", [FIRST, SECOND, THIRD, FIRST], None, SECOND)
    assert {ref: told.campaign for ref, told in found.items()} == {FIRST: "first", SECOND: "second"}
    assert one.asked == [("cameras.pole", [FIRST, SECOND, THIRD], SECOND)]
    assert other.asked == [("cameras.pole", [SECOND, THIRD], SECOND)]


def test_one_alone_is_told_in_full(alone: None) -> None:
    provider = Knowing(first=FIRST)
    register_sources(provider)
    assert source_of("cameras.camera", *FIRST) is provider.known[FIRST]
    assert provider.asked == [("cameras.camera", [FIRST], FIRST)]


def test_registering_twice_asks_once(alone: None) -> None:
    provider = Knowing(first=FIRST)
    register_sources(provider)
    register_sources(provider)
    source_of("cameras.camera", *SECOND)
    assert len(provider.asked) == 1


def test_co_reporters_of_a_moment(alone: None) -> None:
    now = timezone.now()
    ended = CoReporter(1, now - timedelta(days=9), now - timedelta(days=5))
    lasting = CoReporter(2, now - timedelta(days=3), None)
    register_co_reporters(lambda label, pk: [ended, lasting] if (label, pk) == ("cameras.camera", 7) else [])
    assert co_reporters_of("cameras.camera", 7, None) == [lasting]
    assert co_reporters_of("cameras.camera", 7, now - timedelta(days=4)) == []
    assert co_reporters_of("cameras.camera", 7, ended.since) == [ended]
    assert co_reporters_of("cameras.camera", 7, now - timedelta(days=5)) == [], "it had just ended"
    assert co_reporters_of("cameras.camera", 8, None) == []
