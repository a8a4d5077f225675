"""T28: roles of two classes never meet in one person, whichever way they come in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import ROLE_CLASS, Person, PersonRole, Role


def by_orm(person: Person, role: str, duty_class: str) -> None:
    PersonRole.objects.create(person=person, role=role, duty_class=duty_class)


def by_bulk_create(person: Person, role: str, duty_class: str) -> None:
    PersonRole.objects.bulk_create([PersonRole(person=person, role=role, duty_class=duty_class)])


def by_sql(person: Person, role: str, duty_class: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agencies_personrole (person_id, role, duty_class) VALUES (%s, %s, %s)",
            [person.pk, role, duty_class],
        )


WAYS = [by_orm, by_bulk_create, by_sql]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.CLERK])
@pytest.mark.parametrize("lie", [False, True], ids=["honest class", "class of the person"])
def test_a_second_class_is_refused(
    auditor: Person, way: Callable[[Person, str, str], None], role: str, lie: bool
) -> None:
    duty_class = auditor.duty_class if lie else ROLE_CLASS[role]
    with pytest.raises(IntegrityError), transaction.atomic():
        way(auditor, role, duty_class)
        connection.check_constraints()
    assert list(auditor.roles.values_list("role", flat=True)) == ["auditor"]


@pytest.mark.parametrize("way", WAYS)
def test_a_second_role_of_the_same_class_is_taken(
    data_reviewer: Person, way: Callable[[Person, str, str], None]
) -> None:
    way(data_reviewer, Role.CLERK, "business")
    assert set(data_reviewer.roles.values_list("role", flat=True)) == {"clerk", "data_reviewer"}


def test_the_class_cannot_move_under_a_role(meishan_clerk: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=meishan_clerk.pk).update(duty_class="audit")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonRole.objects.filter(person=meishan_clerk).update(role=Role.AUDITOR)
