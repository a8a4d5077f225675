"""What the engine asks of the owner of a case: how to show it, how items are settled, what a decision does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agencies.models import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Person

    from .models import Choice, Round
    from .presenting import Presented

Outcome = Callable[["Round", "Person"], dict[str, Any]]
"""Called inside the deciding transaction with the case locked; returns plain facts (counts) for the journal.

It may raise Conflict: then nothing of the act has happened.
"""


@dataclass(frozen=True)
class Choosing:
    """An item that nobody may simply pass: where it stands and why, as a sentence for reviewers.

    `offer`: the choices with one of which it may be passed; empty: it can only be returned.
    """

    says: str
    offer: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Batch:
    """What undoing an accepted round does to the registry, or has done, in short clauses with counts.

    `url`: the list of what was left as it is, once that has happened.
    """

    says: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of case. `url_name` leads to the subject's page with its id.

    accepted      the round ended ACCEPTED or PARTIAL: take in every item that is not `returned`
    returned      the round ended without anything accepted: everything is back with the unit
    withdrawn     the unit took the round back before a side had closed it
    reopened      both sides gave a decided case back to the unit; the round is the latest
    undone        both sides withdraw what was accepted in this round; None where nothing can be undone
    in_part       whether some items may be accepted while others go back; else one returned item returns them all
    present       shows a round's items in the workbench; without it the workbench has no table
    choices       key -> Choosing, for the items of a round under way that nobody may simply pass; asked of certain keys
                  (None: of all), so that one press does not go through a hundred thousand rows
    before_closing  what still keeps this side from closing the round, in sentences
    figures       the totals of a round that was just opened, kept with it as plain JSON
    batch         what undoing an accepted round would do, or has done where that happened
    annex         what else belongs on the printed record of a round: headings with their lines
    speaks        the role in the case's own agency that speaks for it: is asked questions, is told what became of it
    opens         the subjects whose page a person may open, where a history leads there; without it none is led to
    """

    name: str
    label: str
    url_name: str
    accepted: Outcome
    returned: Outcome
    withdrawn: Outcome
    reopened: Outcome
    undone: Outcome | None = None
    in_part: bool = False
    present: Callable[[Round], Presented] | None = None
    choices: Callable[[Round, Collection[int] | None], Mapping[int, Choosing]] | None = None
    before_closing: Callable[[Round, str], Sequence[str]] | None = None
    figures: Callable[[Round], dict[str, Any]] | None = None
    batch: Callable[[Round], Batch] | None = None
    annex: Callable[[Round], Sequence[tuple[str, Sequence[str]]]] | None = None
    speaks: str = Role.CLERK
    opens: Callable[[Person], QuerySet[Any]] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    return _kinds[name]


def spoken_for_by(person: Person) -> list[str]:
    """The kinds of case in which the person speaks for its agency, by role."""
    return [kind.name for kind in _kinds.values() if person.holds(kind.speaks)]


def choices(round_: Round, keys: Collection[int] | None = None) -> Mapping[int, Choosing]:
    """The items of a round under way, among these (None: all), that nobody may simply pass: sentence and offer."""
    asked = kind_of(round_.case.kind).choices
    return asked(round_, keys) if asked else {}


def obstacles(round_: Round, side: str) -> Sequence[str]:
    """What keeps this side from closing the round, apart from undecided items."""
    asked = kind_of(round_.case.kind).before_closing
    return asked(round_, side) if asked else ()
