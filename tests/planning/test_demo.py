"""The demo's plan uses the services as people do, and leaves a proposal at every stage on whatever is registered."""

from __future__ import annotations

import pytest

from agencies.models import Person
from demo import people, planning
from planning import invariants
from planning.models import Proposal
from tests.factories import PASSWORD
from tests.factories_registry import register_camera

pytestmark = pytest.mark.django_db


def test_it_is_told() -> None:
    people.make_cast(PASSWORD)
    for code in ("mabu", "health"):
        for number in range(5):
            register_camera(code, name=f"{code} {number} 号", wgs_longitude=None, longitude=None, latitude=None)
    planning.tell(Person.objects.get(username="office-1"))
    assert set(planning.STAGES) <= set(Proposal.objects.values_list("state", flat=True))
    assert [*invariants.states(), *invariants.settled()] == []
