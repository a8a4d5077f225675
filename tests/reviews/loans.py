"""Power lent for tests, by the service and past it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction

from agencies.models import Person
from reviews import services
from reviews.delegations import today
from reviews.models import Delegation, Participation, Round, Side
from tests.factories import make_person

DATA, POLICE = Side.DATA, Side.POLICE
TWO = {1: "a", 2: "b"}
WHY = "赴省里培训"
DAY = dt.timedelta(days=1)


@pytest.fixture
def deputy(_stage: None) -> Person:
    """Somebody at the data bureau without a role."""
    return make_person("deputy", "data-bureau")


def lend(
    by: Person, deputy: Person, side: Side = DATA, *, start: int = 0, days: int = 5, reason: str = WHY
) -> Delegation:
    begin = today() + start * DAY
    return services.delegate(by, deputy, side, begin, begin + (days - 1) * DAY, reason)


def shift(delegation: Delegation, days: int) -> None:
    """Move its term, past the trigger that keeps delegations as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE reviews_delegation SET starts_on = starts_on + %s, ends_on = ends_on + %s WHERE id = %s",
            [days, days, delegation.pk],
        )
        cursor.execute("SET session_replication_role = origin")


def run(sql: str, params: list[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def insert(delegator: Person, deputy: Person) -> None:
    run(
        """INSERT INTO reviews_delegation (side, delegator_id, deputy_id, starts_on, ends_on, reason, made_at)
           VALUES ('data', %s, %s, current_date, current_date + 3, 'x', now())""",
        [delegator.pk, deputy.pk],
    )


def join(round_: Round, *people: Person) -> None:
    Participation.objects.bulk_create(
        [Participation(case=round_.case, person=person, part="data") for person in people], ignore_conflicts=True
    )


def insert_verdict(round_: Round, person: Person, for_person: Person) -> None:
    join(round_, person)
    run(
        """INSERT INTO reviews_verdict (case_id, round_id, item_key, item_hash, side, person_id, for_person_id,
                                        decision, reason, decided_at)
           VALUES (%s, %s, 99, 'x', 'data', %s, %s, 'pass', '', now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )


def insert_closing(round_: Round, person: Person, for_person: Person) -> None:
    run(
        """INSERT INTO reviews_closing (case_id, round_id, side, person_id, for_person_id, version_hash, passed,
                                        returned, closed_at)
           VALUES (%s, %s, 'data', %s, %s, 'x', 0, 0, now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )


def insert_motion(round_: Round, person: Person, for_person: Person) -> None:
    run(
        """INSERT INTO reviews_motion (case_id, round_id, side, person_id, for_person_id, kind, reason, moved_at)
           VALUES (%s, %s, 'data', %s, %s, 'undo', 'x', now())""",
        [round_.case_id, round_.pk, person.pk, for_person.pk],
    )
