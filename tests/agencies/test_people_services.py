"""Accounts, roles and passwords: what is done, what is refused, what stands in the journal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from agencies import services
from agencies.models import Agency, Person, Role
from audit.failures import Conflict, Invalid
from audit.models import Entry
from tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db
NEW = "Nine green umbrellas"


def last() -> Entry:
    entry = Entry.objects.first()
    assert entry is not None
    return entry


def new_clerk(by: Person, **changes: object) -> Person:
    told: dict[str, object] = {
        "username": "clerk-new",
        "display_name": "填报员",
        "agency": Agency.objects.get(code="gubei"),
        "password": NEW,
    }
    return services.create_person(by, **(told | changes))  # type: ignore[arg-type]


def test_create(sysadmin: Person) -> None:
    person = new_clerk(sysadmin)
    assert person.check_password(NEW)
    assert person.must_change
    assert person.role_set == frozenset()
    entry = last()
    assert (entry.action, entry.actor_id, entry.object_id) == ("person.created", sysadmin.pk, str(person.pk))
    assert entry.agency_id == person.agency_id
    assert NEW not in str(entry.facts)


@pytest.mark.parametrize("who", ["meishan_clerk", "secadmin", "auditor", "office", "leader"])
def test_only_the_system_administrator_manages_accounts(
    request: pytest.FixtureRequest, who: str, mabu_clerk: Person
) -> None:
    by = request.getfixturevalue(who)
    entries = Entry.objects.count()
    attempts: list[Callable[[], object]] = [
        lambda: new_clerk(by),
        lambda: services.set_active(by, mabu_clerk, False),
        lambda: services.set_password(by, mabu_clerk, NEW),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("who", ["meishan_clerk", "sysadmin", "auditor", "office", "leader"])
def test_only_the_security_administrator_manages_roles(
    request: pytest.FixtureRequest, who: str, data_reviewer: Person
) -> None:
    by = request.getfixturevalue(who)
    attempts: list[Callable[[], object]] = [
        lambda: services.grant_role(by, data_reviewer, Role.CLERK),
        lambda: services.revoke_role(by, data_reviewer, Role.DATA_REVIEWER),
        lambda: services.unlock_login(by, data_reviewer),
    ]
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()
    assert Person.objects.get(pk=data_reviewer.pk).role_set == {"data_reviewer"}


@pytest.mark.parametrize(
    "username", ["", "A", "a", "Clerk", "clerk meishan", '"a\n{"event":"login_ok"}', "a\u202eb", "x" * 41]
)
def test_odd_names_are_invalid(sysadmin: Person, username: str) -> None:
    with pytest.raises(Invalid, match="登录名用 2 到 40 个"):
        new_clerk(sysadmin, username=username)


def test_a_taken_name_and_a_closed_agency(sysadmin: Person, meishan_clerk: Person) -> None:
    with pytest.raises(Conflict, match="已经有人使用"):
        new_clerk(sysadmin, username=meishan_clerk.username)
    agency = Agency.objects.get(code="gubei")
    agency.active = False
    agency.save()
    with pytest.raises(Conflict, match="“古碑镇”已停用"):
        new_clerk(sysadmin, agency=agency)


def test_disable_and_enable(sysadmin: Person, meishan_clerk: Person, client: Client) -> None:
    client.force_login(meishan_clerk)
    assert not services.set_active(sysadmin, meishan_clerk, False).is_active
    assert (last().action, last().facts) == ("person.disabled", {"sessions_ended": 1})
    with pytest.raises(Conflict, match="已经是停用状态"):
        services.set_active(sysadmin, meishan_clerk, False)
    assert services.set_active(sysadmin, meishan_clerk, True).is_active
    assert last().action == "person.enabled"
    assert client.get("/password/").status_code == 302, "the old session must not come back to life"


def test_nobody_disables_themselves_or_the_machine(sysadmin: Person) -> None:
    with pytest.raises(Conflict, match="不能停用自己"):
        services.set_active(sysadmin, sysadmin, False)
    with pytest.raises(Conflict, match="不是人员账号"):
        services.set_active(sysadmin, Person.objects.system(), True)


def test_the_last_administrator_stays(sysadmin: Person, secadmin: Person, auditor: Person) -> None:
    for holder in (secadmin, auditor):
        with pytest.raises(Conflict, match="最后一名"):
            services.set_active(sysadmin, holder, False)
    with pytest.raises(Conflict, match="最后一名启用的审计员"):
        services.revoke_role(secadmin, auditor, Role.AUDITOR)
    make_person("auditor-2", "data-bureau", Role.AUDITOR)
    assert not services.set_active(sysadmin, auditor, False).is_active


def test_grant_and_revoke(secadmin: Person, data_reviewer: Person) -> None:
    person = services.grant_role(secadmin, data_reviewer, Role.CLERK)
    assert person.role_set == {"clerk", "data_reviewer"}
    assert (last().action, last().facts) == ("role.granted", {"role": "clerk"})
    with pytest.raises(Conflict, match="已经是填报员"):
        services.grant_role(secadmin, data_reviewer, Role.CLERK)
    assert services.revoke_role(secadmin, data_reviewer, Role.CLERK).role_set == {"data_reviewer"}
    assert (last().action, last().facts) == ("role.revoked", {"role": "clerk"})
    with pytest.raises(Conflict, match="不是填报员"):
        services.revoke_role(secadmin, data_reviewer, Role.CLERK)


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_separation_of_duties_is_said_in_words(secadmin: Person, data_reviewer: Person, role: Role) -> None:
    with pytest.raises(Conflict, match=r"不能兼任.*三员分立"):
        services.grant_role(secadmin, data_reviewer, role)


@pytest.mark.parametrize(
    ("agency", "role", "fits"),
    [
        ("data-bureau", Role.DATA_REVIEWER, True),
        ("police", Role.DATA_REVIEWER, False),
        ("meishan", Role.DATA_REVIEWER, False),
        ("police", Role.POLICE_REVIEWER, True),
        ("data-bureau", Role.POLICE_REVIEWER, False),
        ("office", Role.OFFICE, True),
        ("data-bureau", Role.OFFICE, False),
        ("government-office", Role.LEADER, True),
        ("meishan", Role.LEADER, False),
        ("technician-school", Role.CLERK, True),
        ("police", Role.CLERK, True),
    ],
)
def test_roles_belong_to_the_agencys_post(secadmin: Person, agency: str, role: Role, fits: bool) -> None:
    person = make_person("someone", agency)
    if fits:
        assert services.grant_role(secadmin, person, role).holds(role)
    else:
        with pytest.raises(Conflict, match=r"不是.*的岗位"):
            services.grant_role(secadmin, person, role)


def test_roles_need_an_enabled_other_person(secadmin: Person, sysadmin: Person, meishan_clerk: Person) -> None:
    with pytest.raises(Conflict, match="不能修改自己的角色"):
        services.revoke_role(secadmin, secadmin, Role.SECADMIN)
    with pytest.raises(Invalid, match="没有这个角色"):
        services.grant_role(secadmin, meishan_clerk, "king")
    services.set_active(sysadmin, meishan_clerk, False)
    with pytest.raises(Conflict, match="已停用"):
        services.grant_role(secadmin, meishan_clerk, Role.CLERK)


def test_a_reset_password_is_for_the_first_log_in(sysadmin: Person, meishan_clerk: Person, client: Client) -> None:
    client.force_login(meishan_clerk)
    person = services.set_password(sysadmin, meishan_clerk, NEW)
    assert person.check_password(NEW)
    assert person.must_change
    assert (last().action, last().facts) == ("password.reset", {"sessions_ended": 1})
    assert client.get("/password/").status_code == 302
    assert not services.set_password(person, person, "Twelve quiet harbours").must_change
    assert last().action == "password.changed"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "请填写"),
        ("short 1", "至少 10 个字符"),
        ("20262026202620", "数字"),
        ("password1234", "常见"),
        ("Huoqiu@2026", "一个单词加数字"),
        ("Jinzhai-20220817", "一个单词加数字"),
        ("my clerk-meishan 2026!", "不能含登录名"),
        ("My CLERK-Meishan 2026!", "不能含登录名"),
        pytest.param("x y" * 43, "最多 128", id="129 characters"),
        (PASSWORD, "最近用过"),
    ],
)
def test_refused_passwords(meishan_clerk: Person, password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        services.set_password(meishan_clerk, meishan_clerk, password)
    assert Person.objects.get(pk=meishan_clerk.pk).check_password(PASSWORD)


def test_the_last_five_passwords_are_remembered(meishan_clerk: Person) -> None:
    used = [f"Lantern number {word} please" for word in ("one", "two", "three", "four", "five", "six")]
    for password in used:
        services.set_password(meishan_clerk, meishan_clerk, password)
    for password in used[1:]:
        with pytest.raises(Invalid, match="最近用过"):
            services.set_password(meishan_clerk, meishan_clerk, password)
    services.set_password(meishan_clerk, meishan_clerk, used[0])
    assert meishan_clerk.former_passwords.count() == 5
