"""How a registered thing stands with connection, filing and sign, for its page in the registry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from agencies.models import Person

from . import lists, states, things
from .models import Statement
from .services import today

_SAID: Final = ("standing__access__agency",)
_SAID_OF_PLATFORM: Final = ("platform__standing__access__agency",)


@dataclass(frozen=True)
class Panel:
    """The three states of today; `said`: the statement that the connection's state rests on, None where nobody spoke.

    `assessment`: what it would cost and bring, where the thing is technically not ready.
    """

    access: things.State
    filing: things.State
    sign: things.State
    filing_number: str
    filed_on: dt.date | None
    said: Statement | None
    assessment: Sequence[things.Fact]
    url: str


def panel(person: Person, kind: str, pk: int) -> Panel | None:
    """Of the live thing, as the person may see it; None for what is out of sight or not in the registry any more.

    Two queries, one of them for the day.
    """
    related = _SAID + (_SAID_OF_PLATFORM if kind == "camera" else ())
    row = lists.annotated(kind, person).select_related(*related).filter(pk=pk).first()
    if row is None:
        return None
    now, said = today(), _said(row)
    return Panel(
        things.access_of(row, now),
        things.filing_of(row, now),
        things.sign_of(row, now),
        row.now_number,
        row.now_filed_on,
        said,
        things.assessment(said) if said is not None else (),
        reverse("connecting_thing", args=[kind, pk]),
    )


def _said(row: Any) -> Statement | None:
    """What was said of the thing itself, or of the platform that it follows."""
    if row.access_from == states.SHEET:
        return None
    source = row if row.access_from == states.OWN else row.platform
    standing = getattr(source, "standing", None)
    said: Statement | None = standing.access if standing is not None else None
    return said
