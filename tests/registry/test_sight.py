"""Who opens the registry: whoever has a reason to see any of it, and for as long as the reason lasts."""

from __future__ import annotations

import datetime as dt

import pytest

from agencies.models import Person
from reviews import services
from reviews.delegations import today
from reviews.models import Side
from tests.factories import make_person
from tests.factories_registry import register_camera
from tests.registry.days import as_of, batch
from tests.registry.reading import as_person, listed

PATHS = ["/cameras/", f"/cameras/?{as_of(3)}", "/cameras/export.csv", "/poles/", "/platforms/"]


@pytest.fixture
def deputy(db: None) -> Person:
    """Somebody at the data bureau without a role."""
    return make_person("deputy", "data-bureau")


def test_a_deputy_sees_it_while_the_power_is_lent(deputy: Person, data_reviewer: Person) -> None:
    camera = register_camera("meishan", batch=batch(9))
    assert {as_person(deputy).get(path).status_code for path in PATHS} == {403}
    lent = services.delegate(data_reviewer, deputy, Side.DATA, today(), today() + dt.timedelta(days=2), "赴省里培训")
    assert {as_person(deputy).get(path).status_code for path in PATHS} == {200}
    assert listed(as_person(deputy).get("/cameras/")) == [camera.number]
    assert as_person(deputy).get(f"/cameras/{camera.pk}/").status_code == 200
    services.revoke_delegation(data_reviewer, lent.pk)
    assert {as_person(deputy).get(path).status_code for path in [*PATHS, f"/cameras/{camera.pk}/"]} == {403}


def test_without_any_reason_there_is_nothing_to_open(secadmin: Person, auditor: Person, sysadmin: Person) -> None:
    register_camera("meishan", batch=batch(9))
    for person in (make_person("nobody", "meishan"), secadmin, auditor, sysadmin):
        assert {as_person(person).get(path).status_code for path in PATHS} == {403}
