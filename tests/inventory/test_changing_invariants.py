"""Requests keep what must hold; each check notices what it is there for; what was handed in stays as it was."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.models import Person
from cameras.models import Camera
from inventory.invariants import changing, violations
from inventory.models import ChangeRequest, RequestedChange
from reviews.models import Motion
from tests.inventory.changing import asked_for, mended, round_of, state_of
from tests.inventory.judging import agreed
from tests.inventory.registering import registered
from tests.reviews.toys import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    """Requests in every state: accepted, undone, reopened and asked again, returned, under review."""
    registered(cameras=[{"name": f"{name}路口"} for name in "甲乙丙丁戊"])
    made = [asked_for(camera, by=meishan_clerk) for camera in Camera.objects.order_by("pk")]
    for place, request in enumerate(made[:4]):
        decide(data_reviewer, police_reviewer, round_of(request), returned=[request.pk] if place == 3 else [])
    agreed(round_of(made[1]), Motion.Kind.UNDO)
    agreed(round_of(made[2]), Motion.Kind.REOPEN)
    mended(made[2], Camera.objects.get(pk=made[2].thing_id), brand="宇视")
    assert [state_of(each) for each in made] == ["accepted", "returned", "in_review", "returned", "in_review"]


def act(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_they_hold(county: None) -> None:
    assert violations("I3", "I5", "I6", "I7") == {}
    assert list(changing.four_eyes()) == []


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE inventory_changerequest SET state = 'withdrawn' WHERE state = 'in_review'", changing.states),
        ("UPDATE inventory_changerequest SET state = 'returned' WHERE state = 'accepted'", changing.states),
        ("DELETE FROM inventory_ledgerentry WHERE kind = 'amendment'", changing.ledger),
        ("UPDATE cameras_camera SET version_number = version_number + 7 WHERE version_number = 2", changing.ledger),
        ("UPDATE reviews_round SET version_hash = 'x' WHERE number = 2", changing.four_eyes),
    ],
)
def test_each_notices(county: None, sql: str, check: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = origin")
    assert list(check()) != []  # type: ignore[operator]


def test_one_who_asked_and_judged_is_noticed(county: None, data_reviewer: Person) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE inventory_requestedchange SET asked_by_id = %s WHERE number = 1", [data_reviewer.pk])
        cursor.execute("SET session_replication_role = origin")
    assert any("又审核了它" in told for told in changing.four_eyes())


def test_what_was_handed_in_is_never_changed(county: None) -> None:
    for change in (
        lambda: RequestedChange.objects.update(reason="另一个原因"),
        lambda: act("DELETE FROM inventory_requestedchange"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_database_keeps_one_open_request(county: None) -> None:
    held = ChangeRequest.objects.filter(state="in_review").first()
    assert held is not None
    with pytest.raises(DatabaseError, match="one_open_change"), transaction.atomic():
        ChangeRequest.objects.create(
            kind=held.kind, thing_id=held.thing_id, agency=held.agency, asked_by=held.asked_by, state="returned"
        )
