"""Logging in and out, being locked out, and what the journal says of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client

from agencies import services
from agencies.models import Person
from audit.failures import Conflict
from audit.models import Entry
from jinzhai_video import settings as production
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def log_in(
    client: Client, username: str, password: str = PASSWORD, address: str = "10.0.0.1", **more: str
) -> HttpResponse:
    headers = {"x-forwarded-for": more.pop("forwarded")} if "forwarded" in more else {}
    data = {"username": username, "password": password, **more}
    return client.post("/login/", data, REMOTE_ADDR=address, headers=headers)  # type: ignore[return-value]


def actions() -> list[str]:
    return list(Entry.objects.exclude(action="reference.loaded").order_by("seq").values_list("action", flat=True))


def test_in_and_out(client: Client, meishan_clerk: Person) -> None:
    response = log_in(client, "clerk-meishan")
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session[SESSION_KEY] == str(meishan_clerk.pk)
    response = client.post("/logout/")  # type: ignore[assignment]
    assert (response.status_code, response["Location"]) == (302, "/login/")
    assert SESSION_KEY not in client.session
    assert actions() == ["login.ok", "logout"]
    entry = Entry.objects.get(action="login.ok")
    assert (entry.actor_id, entry.address, entry.agency_id) == (meishan_clerk.pk, "10.0.0.1", meishan_clerk.agency_id)


def test_the_page_is_open_and_says_where_to_type(client: Client) -> None:
    page = client.get("/login/")
    assert page.status_code == 200
    assert "登录名" in page.text
    assert page["Cache-Control"] == "no-store"


def test_logging_out_needs_a_post(client: Client, meishan_clerk: Person) -> None:
    client.force_login(meishan_clerk)
    assert client.get("/logout/").status_code == 405
    assert client.get("/password/").status_code == 200


def test_logging_out_twice_is_no_error(client: Client) -> None:
    assert client.post("/logout/").status_code == 302
    assert actions() == []


def test_a_new_session_id_on_log_in(client: Client, meishan_clerk: Person) -> None:
    """T37: an id planted before the log-in is worth nothing after it."""
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key or ""
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    log_in(client, "clerk-meishan")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value not in {planted, ""}
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/password/").status_code == 302


def without_noise(response: HttpResponse, username: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return text.replace(username, "")


def test_wrong_name_and_wrong_password_look_alike(client: Client, meishan_clerk: Person, sysadmin: Person) -> None:
    """T35; also for a disabled account with the right password."""
    services.set_active(sysadmin, meishan_clerk, False)
    wrong = log_in(client, "clerk-mabu", "nothing at all")
    known = log_in(client, "sysadmin", "nothing at all")
    disabled = log_in(client, "clerk-meishan")
    assert {wrong.status_code, known.status_code, disabled.status_code} == {422}
    assert without_noise(wrong, "clerk-mabu") == without_noise(known, "sysadmin")
    assert without_noise(wrong, "clerk-mabu") == without_noise(disabled, "clerk-meishan")
    assert "登录名或密码不对" in wrong.content.decode()


def test_a_failure_is_recorded_under_the_system_user(client: Client, meishan_clerk: Person) -> None:
    log_in(client, "clerk-meishan", "wrong")
    log_in(client, 'a"\u202e{"event":"login.ok"}', "wrong")
    first, second = Entry.objects.filter(action="login.failed").order_by("seq")
    assert first.actor == second.actor == Person.objects.system()
    assert (first.object_id, first.facts) == (str(meishan_clerk.pk), {"username": "clerk-meishan", "locked": False})
    assert second.facts["username"] == 'a"\u202e{"event":"login.ok"}'
    assert "wrong" not in str(first.facts)


@pytest.mark.parametrize("username", ["clerk-meishan", "nobody-at-all"])
def test_lock_out(client: Client, meishan_clerk: Person, username: str) -> None:
    """T33, T34: locked after five, also for the right password, whatever X-Forwarded-For says."""
    codes = [log_in(client, username, "wrong", forwarded=f"1.2.3.{turn}").status_code for turn in range(5)]
    assert codes == [422, 422, 422, 422, 429]
    locked = log_in(client, username, forwarded="9.9.9.9")
    assert locked.status_code == 429
    assert "请 15 分钟后再试，或联系安全管理员解锁" in locked.content.decode()
    assert actions() == [*["login.failed"] * 5, "login.locked", "login.failed"]
    told = list(Entry.objects.filter(action="login.failed").order_by("seq"))
    assert [entry.facts["locked"] for entry in told] == [False] * 5 + [True]
    assert {entry.address for entry in told} == {"10.0.0.1"}


def test_the_lock_is_for_one_address(client: Client, meishan_clerk: Person) -> None:
    """T36: an attacker cannot lock the only clerk out of her own office."""
    for _ in range(6):
        log_in(client, "clerk-meishan", "wrong")
    assert log_in(client, "clerk-meishan").status_code == 429
    assert log_in(Client(), "clerk-meishan", address="10.0.0.2").status_code == 302


def test_one_address_with_many_names_is_held_off(client: Client, meishan_clerk: Person, settings: Any) -> None:
    """T33: also for the right password; another address is not concerned."""
    settings.LOGIN_SPREAD_LIMIT = 6
    codes = [log_in(client, f"name-{turn}", "wrong").status_code for turn in range(7)]
    assert codes == [422] * 6 + [429]
    assert "用不同的登录名输错次数过多" in log_in(client, "clerk-meishan").content.decode()
    assert actions() == [*["login.failed"] * 6, "login.address_held_off"]
    assert log_in(Client(), "clerk-meishan", address="10.0.0.2").status_code == 302


def test_one_name_at_many_addresses_is_noted(client: Client, meishan_clerk: Person, settings: Any) -> None:
    """T33: noted, not locked: that would lock her out."""
    settings.LOGIN_SPREAD_LIMIT = 4
    for turn in range(5):
        log_in(Client(), "clerk-meishan", "wrong", address=f"10.0.1.{turn}")
    assert actions().count("login.many_addresses") == 1
    assert log_in(client, "clerk-meishan").status_code == 302


def test_the_security_administrator_unlocks(client: Client, meishan_clerk: Person, secadmin: Person) -> None:
    for _ in range(5):
        log_in(client, "clerk-meishan", "wrong")
    assert services.unlock_login(secadmin, meishan_clerk) == 1
    assert log_in(client, "clerk-meishan").status_code == 302
    assert actions()[-2:] == ["login.unlocked", "login.ok"]
    with pytest.raises(Conflict, match="没有被锁定"):
        services.unlock_login(secadmin, meishan_clerk)


def test_success_forgets_the_failures(client: Client, meishan_clerk: Person) -> None:
    for _ in range(2):
        for _ in range(4):
            assert log_in(client, "clerk-meishan", "wrong").status_code == 422
        assert log_in(client, "clerk-meishan").status_code == 302


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "http:///evil.example", ""],
)
def test_only_local_addresses_are_followed(client: Client, meishan_clerk: Person, address: str) -> None:
    """T66."""
    assert log_in(client, "clerk-meishan", next=address)["Location"] == "/"
    assert client.get("/login/", {"next": address})["Location"] == "/"


def test_back_to_where_one_wanted_to_go(client: Client, meishan_clerk: Person) -> None:
    asked = client.get("/password/?a=1")
    assert asked["Location"] == "/login/?next=/password/%3Fa%3D1"
    assert 'value="/password/?a=1"' in client.get(asked["Location"]).text
    assert log_in(client, "clerk-meishan", next="/password/?a=1")["Location"] == "/password/?a=1"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", ""),
        ("clerk-meishan", ""),
        ("x" * 61, "wrong"),
        ("a\x00b", "wrong"),
        pytest.param("clerk-meishan", "x" * 1024 * 1024, id="1 MB"),
    ],
)
def test_unreadable_input_is_not_even_tried(
    client: Client, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch, username: str, password: str
) -> None:
    """T42: a password of 1 MB is refused before anything is hashed."""
    monkeypatch.setattr("agencies.views.log_in", lambda *_: pytest.fail("tried"))
    assert log_in(client, username, password).status_code == 422
    assert actions() == []


def test_a_forged_post_is_refused(meishan_clerk: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict, "clerk-meishan").status_code == 403


def test_production_hashes_with_argon2_only() -> None:
    assert production.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
