"""The first administrators come from the command line, under the system user's name."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Person
from audit.models import Entry

pytestmark = pytest.mark.django_db


def test_made_by_the_system_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "Nine green umbrellas")
    out = StringIO()
    call_command("add_administrator", "secadmin", "security-1", stdout=out)
    person = Person.objects.get(username="security-1")
    assert (person.duty_class, person.role_set, person.must_change) == ("security", frozenset({"secadmin"}), True)
    told = Entry.objects.filter(object_id=str(person.pk), object_type="agencies.person").order_by("seq")
    assert [(entry.action, entry.actor_name) for entry in told] == [
        ("person.created", "system"),
        ("role.granted", "system"),
    ]
    assert "已新建安全管理员“security-1”" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "password", "why"),
    [
        (["auditor", "Bad Name"], "Nine green umbrellas", "登录名用 2 到 40 个"),
        (["auditor", "auditor-1"], "short", "至少 10 个字符"),
        (["auditor", "auditor-1", "--agency", "nowhere"], "Nine green umbrellas", "没有代码为“nowhere”的单位"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, arguments: list[str], password: str, why: str) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    before = Person.objects.count(), Entry.objects.count()
    with pytest.raises(CommandError, match=why):
        call_command("add_administrator", *arguments)
    assert (Person.objects.count(), Entry.objects.count()) == before


def test_no_business_roles_this_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PASSWORD", "Nine green umbrellas")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("add_administrator", "data_reviewer", "data-9")
