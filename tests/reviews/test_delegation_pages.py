"""委托 on its page: lending, what was given and received, ending it; a deputy finds the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from reviews.delegations import today
from reviews.models import Delegation
from reviews.services import delegate, revoke_delegation
from tests.factories import make_person
from tests.factories_inventory import submitted

URL, ADD = reverse("delegations"), reverse("delegate")


@pytest.fixture
def deputy(_stage: None) -> Person:
    return make_person("deputy", "data-bureau")


def told(deputy: Person, more: Mapping[str, object] = MappingProxyType({})) -> dict[str, object]:
    day = today()
    return {"deputy": deputy.pk, "starts_on": day, "ends_on": day + dt.timedelta(days=3), "reason": "出差"} | dict(more)


def lent(by: Person, deputy: Person) -> Delegation:
    return delegate(by, deputy, "data", today(), today() + dt.timedelta(days=3), "出差")


def page(client: Client, person: Person, url: str = URL) -> str:
    client.force_login(person)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_lending_and_taking_back(client: Client, data_reviewer: Person, deputy: Person) -> None:
    assert "没有委托过他人" in page(client, data_reviewer)
    assert client.post(ADD, told(deputy)).status_code == 302
    made = Delegation.objects.get()
    assert (made.delegator, made.deputy, made.side) == (data_reviewer, deputy, "data")
    shown = page(client, data_reviewer)
    assert "有效" in shown and f"收回对{deputy}的委托？" in shown
    assert client.post(reverse("delegation_revoke", args=[made.pk])).status_code == 302
    assert "已收回" in page(client, data_reviewer)
    assert client.post(reverse("delegation_revoke", args=[made.pk])).status_code == 409


def test_a_deputy_sees_what_was_lent_gives_it_back_and_lends_nothing(
    client: Client, data_reviewer: Person, deputy: Person
) -> None:
    made = lent(data_reviewer, deputy)
    shown = page(client, deputy)
    assert "委托给我的" in shown and str(data_reviewer) in shown and f'action="{ADD}"' not in shown
    assert client.post(ADD, told(data_reviewer)).status_code == 403
    assert client.post(reverse("delegation_revoke", args=[made.pk])).status_code == 302
    assert "已交回" in page(client, deputy)


def test_a_deputy_finds_the_queue_while_the_loan_lasts(client: Client, data_reviewer: Person, deputy: Person) -> None:
    submitted("meishan")
    made = lent(data_reviewer, deputy)
    home = page(client, deputy, reverse("home"))
    assert f'href="{reverse("review_queue")}"' in home and f'href="{URL}"' in home and "开始审核" in home
    assert f'href="{reverse("waivers")}"' not in home
    assert "梅山镇" in page(client, deputy, reverse("review_queue"))
    revoke_delegation(data_reviewer, made.pk)
    home = page(client, Person.objects.get(pk=deputy.pk), reverse("home"))
    assert f'href="{reverse("review_queue")}"' not in home
    assert client.get(reverse("review_queue")).status_code == 403


def test_only_colleagues_who_may_be_deputies_are_offered(
    client: Client, data_reviewer: Person, deputy: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    gone = make_person("gone", "data-bureau")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    admin = make_person("admin", "data-bureau", "sysadmin")
    shown = page(client, data_reviewer)
    assert f'<option value="{deputy.pk}">' in shown
    for person in (data_reviewer, data_reviewer2, police_reviewer, gone, admin):
        assert f'<option value="{person.pk}">' not in shown
        answer = client.post(ADD, told(person))
        assert answer.status_code == 422 and "请重新选择" in answer.content.decode()
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ends_on": "x"}, "日期请写成"),
        ({"ends_on": ""}, "请填写结束日期"),
        ({"reason": "。"}, "请写明委托的事由"),
        ({"reason": ""}, "请写明委托的事由"),
        ({"deputy": ""}, "请选择受托人"),
        ({"starts_on": "2020-01-01"}, "开始日期不能早于今天"),
        ({"ends_on": "2999-01-01"}, "一次委托最长"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(
    client: Client, data_reviewer: Person, deputy: Person, wrong: dict[str, str], says: str
) -> None:
    client.force_login(data_reviewer)
    answer = client.post(ADD, told(deputy, wrong))
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Delegation.objects.exists()


def test_the_same_loan_twice_is_refused_at_the_form(client: Client, data_reviewer: Person, deputy: Person) -> None:
    lent(data_reviewer, deputy)
    client.force_login(data_reviewer)
    answer = client.post(ADD, told(deputy))
    assert answer.status_code == 422 and "不用重复" in answer.content.decode()


def test_a_strangers_loan_is_not_found(
    client: Client, data_reviewer: Person, deputy: Person, data_reviewer2: Person
) -> None:
    made = lent(data_reviewer, deputy)
    client.force_login(data_reviewer2)
    assert client.post(reverse("delegation_revoke", args=[made.pk])).status_code == 404
    assert str(deputy) not in page(client, data_reviewer2).partition("我委托的")[2]


def test_a_loan_that_gives_nothing_says_so(client: Client, data_reviewer: Person, deputy: Person) -> None:
    lent(data_reviewer, deputy)
    data_reviewer.roles.all().delete()
    assert "暂不起作用" in page(client, deputy)


@pytest.mark.parametrize("who", ["meishan_clerk", "office", "leader", "sysadmin", "auditor"])
def test_other_posts_have_no_such_page(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(URL).status_code == 403
