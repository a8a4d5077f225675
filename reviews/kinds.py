"""What the engine asks of the owner of a case: what happens when both sides have decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agencies.models import Person

    from .models import Round

Outcome = Callable[["Round", "Person"], dict[str, Any]]
"""Called inside the deciding transaction with the case locked; returns plain facts for the journal."""


@dataclass(frozen=True)
class Kind:
    """A kind of case. `url_name` leads to the subject's page with its id."""

    name: str
    label: str
    url_name: str
    accepted: Outcome
    returned: Outcome


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    return _kinds[name]
