"""People for tests, made straight in the database; the services have tests of their own."""

from __future__ import annotations

from agencies.models import ROLE_CLASS, Agency, Person, PersonRole, Role

PASSWORD = "Shan-shui 7 lantern"
"""Everybody's password in tests; long enough for every rule."""


def make_person(username: str, agency_code: str, *roles: Role | str) -> Person:
    """An enabled person of the agency with these roles, all of one class; the password is `PASSWORD`."""
    held = [Role(role) for role in roles]
    agency = Agency.objects.get(code=agency_code)
    post = "、".join(role.label for role in held) or "工作人员"
    person = Person(username=username, display_name=post, agency=agency)
    if held:
        person.duty_class = ROLE_CLASS[held[0]]
    person.set_password(PASSWORD)
    person.save()
    for role in held:
        PersonRole.objects.create(person=person, role=role)
    return person
