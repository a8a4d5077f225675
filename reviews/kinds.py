"""What the engine asks of the owner of a case: how to show it, what can be passed, what happens when it is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agencies.models import Person

    from .models import Round
    from .presenting import Presented

Outcome = Callable[["Round", "Person"], dict[str, Any]]
"""Called inside the deciding transaction with the case locked; returns plain facts for the journal."""


@dataclass(frozen=True)
class Kind:
    """A kind of case. `url_name` leads to the subject's page with its id.

    `present` shows a round's items in the workbench; without it the workbench has no table. `unpassable` names the
    items of a round under way that nobody may pass: key -> where it stands and why, as a sentence for reviewers.
    """

    name: str
    label: str
    url_name: str
    accepted: Outcome
    returned: Outcome
    present: Callable[[Round], Presented] | None = None
    unpassable: Callable[[Round], Mapping[int, str]] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    return _kinds[name]


def unpassable(round_: Round) -> Mapping[int, str]:
    """The items of the round that can only be returned, each with its sentence."""
    asked = kind_of(round_.case.kind).unpassable
    return asked(round_) if asked else {}
