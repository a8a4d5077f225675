"""The administrators' pages: who sees what, which button does what."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from audit.models import Entry
from tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db
NEW = "Nine green umbrellas"


@pytest.fixture
def as_sysadmin(client: Client, sysadmin: Person) -> Client:
    client.force_login(sysadmin)
    return client


@pytest.fixture
def as_secadmin(client: Client, secadmin: Person) -> Client:
    client.force_login(secadmin)
    return client


def pages(person: Person) -> list[tuple[str, str]]:
    base = f"/people/{person.pk}/"
    return [
        ("get", "/people/"),
        ("get", "/people/add/"),
        ("get", base),
        ("post", "/people/add/"),
        ("post", f"{base}active/"),
        ("post", f"{base}password/"),
        ("post", f"{base}roles/"),
        ("post", f"{base}unlock/"),
    ]


@pytest.mark.parametrize("who", ["meishan_clerk", "data_reviewer", "police_reviewer", "office", "leader", "auditor"])
def test_others_see_and_do_nothing(
    request: pytest.FixtureRequest, client: Client, mabu_clerk: Person, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))
    for method, path in pages(mabu_clerk):
        assert getattr(client, method)(path).status_code == 403, path


def test_each_administrator_has_half(client: Client, sysadmin: Person, secadmin: Person, mabu_clerk: Person) -> None:
    codes = {}
    for who in (sysadmin, secadmin):
        client.force_login(who)
        codes[who] = [getattr(client, method)(path).status_code for method, path in pages(mabu_clerk)]
    assert codes[sysadmin] == [200, 200, 200, 422, 422, 422, 403, 403]
    assert codes[secadmin] == [200, 403, 200, 403, 403, 403, 422, 409]


def test_only_posts_change(as_sysadmin: Client, mabu_clerk: Person) -> None:
    for step in ("active", "password", "roles", "unlock"):
        assert as_sysadmin.get(f"/people/{mabu_clerk.pk}/{step}/").status_code == 405
    assert as_sysadmin.post("/people/").status_code == 405


def test_unknown_people_and_the_machine_are_not_found(as_sysadmin: Client) -> None:
    for pk in (0, 987654321, Person.objects.system().pk):
        assert as_sysadmin.get(f"/people/{pk}/").status_code == 404
        assert as_sysadmin.post(f"/people/{pk}/active/", {"active": "1"}).status_code == 404


def test_list_and_filters(as_sysadmin: Client, meishan_clerk: Person, data_reviewer: Person) -> None:
    make_person("gone", "meishan")
    Person.objects.filter(username="gone").update(is_active=False)

    def shown(**filters: str) -> set[str]:
        return {person.username for person in as_sysadmin.get("/people/", filters).context["page"].object_list}

    assert shown() == {"sysadmin", "clerk-meishan", "data-1", "gone"}
    assert shown(agency="meishan") == {"clerk-meishan", "gone"}
    assert shown(agency="meishan", state="active") == {"clerk-meishan"}
    assert shown(state="disabled") == {"gone"}
    assert shown(role="data_reviewer") == {"data-1"}
    assert shown(q="MEISHAN") == {"clerk-meishan"}
    assert shown(q="%") == set()
    assert as_sysadmin.get("/people/", {"agency": "nowhere"}).status_code == 422


def test_locked_names_are_shown_and_unlocked(as_secadmin: Client, meishan_clerk: Person) -> None:
    thief = Client()
    for _ in range(5):
        thief.post("/login/", {"username": "clerk-meishan", "password": "wrong"})
    page = as_secadmin.get("/people/", {"state": "locked"})
    assert [person.username for person in page.context["page"].object_list] == ["clerk-meishan"]
    assert "已锁定" in page.text
    assert "解除锁定" in as_secadmin.get(f"/people/{meishan_clerk.pk}/").text
    response = as_secadmin.post(f"/people/{meishan_clerk.pk}/unlock/", follow=True)
    assert "已解锁，可以重新登录" in response.text
    assert thief.post("/login/", {"username": "clerk-meishan", "password": PASSWORD}).status_code == 302


def account(**changes: str) -> dict[str, str]:
    told = {"agency": "gubei", "display_name": "填报员", "username": "clerk-gubei", "duty_class": "business"}
    return told | {"password": NEW} | changes


def test_add(as_sysadmin: Client) -> None:
    response = as_sysadmin.post("/people/add/", account(), follow=True)
    assert "已新建“古碑镇 填报员”（clerk-gubei）" in response.text
    made = Person.objects.get(username="clerk-gubei")
    assert (made.agency and made.agency.code, made.must_change, made.duty_class) == ("gubei", True, "business")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"agency": ""}, "请选择单位"),
        ({"agency": "nowhere"}, "没有这个单位"),
        ({"display_name": " "}, "请填写岗位"),
        ({"username": "Clerk 1"}, "登录名用 2 到 40 个小写字母"),
        ({"username": "sysadmin"}, "已经有人使用"),
        ({"duty_class": "king"}, "没有这个类别"),
        ({"password": "Jinzhai@2026"}, "一个单词加数字"),
        ({"password": "my clerk-gubei is here"}, "不能含登录名"),
    ],
)
def test_a_refused_account_says_why(as_sysadmin: Client, changes: dict[str, str], why: str) -> None:
    before = Person.objects.count()
    response = as_sysadmin.post("/people/add/", account(**changes))
    assert response.status_code == 422
    assert why in response.text
    assert Person.objects.count() == before


def test_extra_fields_are_ignored(as_sysadmin: Client) -> None:
    """T06: nobody becomes an administrator by adding a field."""
    as_sysadmin.post("/people/add/", account() | {"is_active": "0", "roles": "secadmin", "role": "secadmin"})
    made = Person.objects.get(username="clerk-gubei")
    assert (made.is_active, made.role_set) == (True, frozenset())


def test_disable_enable_and_reset(as_sysadmin: Client, meishan_clerk: Person) -> None:
    base = f"/people/{meishan_clerk.pk}/"
    assert "停用" in as_sysadmin.post(f"{base}active/", {"active": "0"}, follow=True).text
    assert as_sysadmin.post(f"{base}active/", {"active": "0"}).status_code == 409
    assert not Person.objects.get(pk=meishan_clerk.pk).is_active
    assert "启用账号" in as_sysadmin.get(base).text
    as_sysadmin.post(f"{base}active/", {"active": "1"})
    assert Person.objects.get(pk=meishan_clerk.pk).is_active
    response = as_sysadmin.post(f"{base}password/", {"new_password": NEW, "repeated": "different"})
    assert response.status_code == 422
    assert "两次输入的密码不一样" in response.text
    response = as_sysadmin.post(f"{base}password/", {"new_password": NEW, "repeated": NEW}, follow=True)
    assert "下次登录须改密码" in response.text
    assert Person.objects.get(pk=meishan_clerk.pk).check_password(NEW)


def test_ones_own_password_goes_the_ordinary_way(as_sysadmin: Client, sysadmin: Person) -> None:
    response = as_sysadmin.post(f"/people/{sysadmin.pk}/password/", {"new_password": NEW, "repeated": NEW})
    assert response["Location"] == "/password/"
    assert Person.objects.get(pk=sysadmin.pk).check_password(PASSWORD)


def test_roles(as_secadmin: Client, data_reviewer: Person) -> None:
    page = as_secadmin.get(f"/people/{data_reviewer.pk}/")
    assert [str(role.value) for role, _ in page.context["roles"]] == ["clerk", "data_reviewer", "leader"]
    path = f"/people/{data_reviewer.pk}/roles/"
    assert as_secadmin.post(path, {"role": "clerk", "step": "grant"}).status_code == 302
    assert as_secadmin.post(path, {"role": "clerk", "step": "grant"}).status_code == 409
    assert as_secadmin.post(path, {"role": "clerk", "step": "revoke"}).status_code == 302
    assert as_secadmin.post(path, {"role": "king", "step": "grant"}).status_code == 422
    refused = as_secadmin.post(path, {"role": "auditor", "step": "grant"})
    assert refused.status_code == 409
    assert "不能兼任审计员（三员分立）" in refused.text
    told = Entry.objects.filter(object_id=str(data_reviewer.pk), object_type="agencies.person").order_by("seq")
    assert [entry.action for entry in told] == ["role.granted", "role.revoked"]


def test_the_list_costs_the_same_for_more_people(as_sysadmin: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            as_sysadmin.get("/people/")
        return len(queries)

    cost()  # the first visit also starts the session's clocks
    first = cost()
    for number in range(12):
        make_person(f"clerk-{number}", "gubei", "clerk")
    assert cost() == first
