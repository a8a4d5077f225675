"""What the start page says to somebody."""

from __future__ import annotations

from django.urls import reverse

from agencies.models import Person
from dashboards.home import Home
from dashboards.todo import Todo
from tests.dashboards.pages import browse


def home_of(person: Person) -> Home:
    response = browse(person).get(reverse("home"))
    assert response.status_code == 200
    found: Home = response.context["home"]
    return found


def lines(person: Person) -> list[tuple[str, str, str]]:
    """(what, note, verb) of each line that waits."""
    return [(todo.what, todo.note, todo.verb) for todo in home_of(person).todos]


def only(person: Person) -> Todo:
    (todo,) = home_of(person).todos
    return todo
