"""某同事正在审: a hint to the colleagues of one's own side, refreshed by pages and marks, gone after a while."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from agencies.models import Person
from agencies.sessions import SEEN
from reviews.models import Claim, Round, Side
from tests.factories_inventory import submitted
from tests.reviews.pages import post, read, url_of
from tests.reviews.scenes import keys_of, latest, stamp

HINT = "data-1正在审"


@pytest.fixture
def round_(db: None) -> Round:
    return latest(submitted("meishan", rows=3))


@pytest.fixture
def named(data_reviewer: Person) -> Person:
    Person.objects.filter(pk=data_reviewer.pk).update(display_name="data-1")
    return data_reviewer


def age(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_claim SET seen_at = seen_at - %s * interval '1 minute'", [minutes])


def test_a_colleague_sees_who_is_at_work(
    client: Client, named: Person, data_reviewer2: Person, police_reviewer: Person, leader: Person, round_: Round
) -> None:
    client.force_login(named)
    assert HINT not in read(client, round_.case)
    client.force_login(data_reviewer2)
    assert HINT in read(client, round_.case)
    for person in (police_reviewer, leader):
        client.force_login(person)
        assert HINT not in read(client, round_.case)
    assert set(Claim.objects.values_list("person__username", "side")) == {
        ("data-1", "data"), ("data-2", "data"), ("police-1", "police"),
    }  # fmt: skip


def test_it_goes_by_itself_and_comes_back_with_a_mark(
    client: Client, named: Person, data_reviewer2: Person, round_: Round
) -> None:
    client.force_login(named)
    read(client, round_.case)
    age(11)
    client.force_login(data_reviewer2)
    assert HINT not in read(client, round_.case)
    client.force_login(named)
    post(client, round_.case, "review_pass", stamp(round_, Side.DATA, keys=keys_of(round_)[:1]))
    client.force_login(data_reviewer2)
    assert HINT in client.get(url_of(round_.case, "review_colleagues")).content.decode()


def test_asking_again_and_again_is_no_activity(client: Client, named: Person, round_: Round) -> None:
    """Neither the idle time of the session nor the claim lives on by the page's own questions."""
    client.force_login(named)
    read(client, round_.case)
    age(5)
    before = Claim.objects.get().seen_at
    session = client.session
    session[SEEN] = time.time() - 600
    session.save()
    seen = client.session[SEEN]
    answer = client.get(url_of(round_.case, "review_colleagues"), headers={"hx-request": "true", "hx-polling": "1"})
    assert answer.status_code == 200 and client.session[SEEN] == seen
    assert Claim.objects.get().seen_at == before
    assert settings.SESSION_IDLE_SECONDS > 600


def test_it_is_written_seldom(client: Client, named: Person, round_: Round) -> None:
    client.force_login(named)
    read(client, round_.case)
    before = Claim.objects.get().seen_at
    read(client, round_.case)
    assert Claim.objects.get().seen_at == before


def test_who_may_not_see_the_case_sees_no_hint(
    client: Client, meishan_clerk: Person, mabu_clerk: Person, auditor: Person, round_: Round
) -> None:
    for person, status in ((meishan_clerk, 403), (auditor, 403), (mabu_clerk, 404)):
        client.force_login(person)
        assert client.get(url_of(round_.case, "review_colleagues")).status_code == status
