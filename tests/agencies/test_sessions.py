"""T37, T38, T40: sessions end when they should, and not because of polling."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from agencies import services
from agencies.models import Person, Role
from agencies.sessions import SEEN, STARTED
from audit.models import Entry
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "Nine green umbrellas"
MEGABYTE = "x" * 1024 * 1024


@pytest.fixture
def logged_in(client: Client, data_reviewer: Person) -> Client:
    client.post("/login/", {"username": data_reviewer.username, "password": PASSWORD})
    return client


def shift(client: Client, **seconds: float) -> None:
    """Move the session's clocks into the past."""
    session = client.session
    for clock, ago in seconds.items():
        session[{"started": STARTED, "seen": SEEN}[clock]] = time.time() - ago
    session.save()


def look(client: Client, **headers: str) -> HttpResponse:
    return client.get("/password/", headers=headers)  # type: ignore[return-value]


def test_every_page_needs_a_log_in(client: Client) -> None:
    for path in ("/password/", "/people/", "/people/1/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/login/?next=")


def test_htmx_without_a_session_gets_no_fragment(client: Client) -> None:
    """T14."""
    response = client.get("/people/", headers={"hx-request": "true"})
    assert (response.status_code, response["HX-Redirect"], response.content) == (401, "/login/", b"")


def test_idle(logged_in: Client, data_reviewer: Person) -> None:
    shift(logged_in, seen=settings.SESSION_IDLE_SECONDS - 60)
    assert look(logged_in).status_code == 200
    assert time.time() - logged_in.session[SEEN] < 60, "that was activity"
    shift(logged_in, seen=settings.SESSION_IDLE_SECONDS + 1)
    assert look(logged_in).status_code == 302
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.action, entry.actor_id, entry.facts) == ("session.expired", data_reviewer.pk, {"limit": "idle"})


def test_absolute(logged_in: Client) -> None:
    shift(logged_in, started=settings.SESSION_ABSOLUTE_SECONDS + 1, seen=0)
    assert look(logged_in).status_code == 302
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.action, entry.facts) == ("session.expired", {"limit": "absolute"})


def test_polling_is_no_activity(logged_in: Client) -> None:
    shift(logged_in, seen=settings.SESSION_IDLE_SECONDS - 60)
    before = logged_in.session[SEEN]
    assert look(logged_in, **{"hx-polling": "true"}).status_code == 200
    assert logged_in.session[SEEN] == before
    shift(logged_in, seen=settings.SESSION_IDLE_SECONDS + 1)
    response = look(logged_in, **{"hx-polling": "true", "hx-request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, "/login/")


def test_logging_in_again_starts_both_clocks_anew(logged_in: Client, data_reviewer: Person) -> None:
    shift(logged_in, started=settings.SESSION_ABSOLUTE_SECONDS - 5, seen=100)
    logged_in.post("/login/", {"username": data_reviewer.username, "password": PASSWORD})
    assert time.time() - logged_in.session[STARTED] < 60


def test_after_log_out_the_cookie_is_worth_nothing(logged_in: Client) -> None:
    """T39, as far as the server goes: nothing may be kept by the browser."""
    cookie = logged_in.cookies[settings.SESSION_COOKIE_NAME].value
    assert look(logged_in)["Cache-Control"] == "no-store"
    logged_in.post("/logout/")
    logged_in.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert look(logged_in).status_code == 302


def test_disabled_with_a_live_session(logged_in: Client, data_reviewer: Person, sysadmin: Person) -> None:
    """T40."""
    services.set_active(sysadmin, data_reviewer, False)
    assert look(logged_in).status_code == 302


def test_password_change_ends_the_other_sessions_only(logged_in: Client, data_reviewer: Person) -> None:
    other = Client()
    other.post("/login/", {"username": data_reviewer.username, "password": PASSWORD})
    assert look(other).status_code == 200
    before = logged_in.session.session_key
    response = logged_in.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW})
    assert response.status_code == 302
    assert look(logged_in).status_code == 200
    assert logged_in.session.session_key != before
    assert look(other).status_code == 302


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"old_password": "wrong"}, "现在的密码不对"),
        ({"repeated": "something else"}, "两次输入的密码不一样"),
        ({"new_password": "Huoqiu@2026", "repeated": "Huoqiu@2026"}, "一个单词加数字"),
        ({"new_password": PASSWORD, "repeated": PASSWORD}, "最近用过"),
        ({"new_password": "x" * 129, "repeated": "x" * 129}, "最多 128 个字符"),
        ({"new_password": MEGABYTE}, "最多 128 个字符"),
        ({"old_password": MEGABYTE}, "最多 128 个字符"),
        ({"new_password": ""}, "请填写新密码"),
    ],
)
def test_a_refused_change_says_why(logged_in: Client, data_reviewer: Person, changes: dict[str, str], why: str) -> None:
    response = logged_in.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW} | changes)
    assert response.status_code == 422
    assert why in response.text
    assert Person.objects.get(pk=data_reviewer.pk).check_password(PASSWORD)
    assert look(logged_in).status_code == 200


def test_a_first_password_must_be_changed_first(client: Client, data_reviewer: Person, sysadmin: Person) -> None:
    services.set_password(sysadmin, data_reviewer, NEW)
    client.post("/login/", {"username": data_reviewer.username, "password": NEW})
    assert client.get("/people/")["Location"] == "/password/"
    assert client.get("/people/", headers={"hx-request": "true"})["HX-Redirect"] == "/password/"
    assert "请先换成只有您自己知道的密码" in look(client).content.decode()
    last = "Twelve quiet harbours"
    client.post("/password/", {"old_password": NEW, "new_password": last, "repeated": last})
    assert client.get("/people/").status_code == 403, "no longer sent away; a reviewer may not see the accounts"


def test_a_new_id_when_roles_change(logged_in: Client, data_reviewer: Person, secadmin: Person) -> None:
    """T37."""
    look(logged_in)
    before = logged_in.session.session_key
    services.grant_role(secadmin, data_reviewer, Role.CLERK)
    assert look(logged_in).status_code == 200
    after = logged_in.session.session_key
    assert after != before
    assert look(logged_in).status_code == 200
    assert logged_in.session.session_key == after
