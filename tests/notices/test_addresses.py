"""Where one's digest goes: set by oneself, recorded, for the channels in use."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from audit.actions import fact_lines
from audit.models import Entry
from notices.models import Address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def both(settings: Any) -> None:
    settings.NOTICE_CHANNELS = ["sms", "email"]


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def save(person: Person, **told: str) -> int:
    return of(person).post(reverse("notice_addresses"), told).status_code


def held(person: Person) -> list[tuple[str, str, bool]]:
    return list(Address.objects.filter(person=person).order_by("pk").values_list("channel", "address", "enabled"))


def entries() -> list[tuple[str, dict[str, object]]]:
    return list(Entry.objects.filter(action__startswith="notice").order_by("seq").values_list("action", "facts"))


def test_setting_changing_pausing_removing(meishan_clerk: Person, mabu_clerk: Person) -> None:
    assert save(meishan_clerk, sms=" 13812345678 ", sms_on="on", email="", email_on="on") == 302
    assert held(meishan_clerk) == [("sms", "13812345678", True)]
    save(meishan_clerk, sms="13812345678", sms_on="on", email="post@example.gov.cn")
    assert held(meishan_clerk) == [("sms", "13812345678", True), ("email", "post@example.gov.cn", False)]
    save(meishan_clerk, sms="", email="post@example.gov.cn")
    assert held(meishan_clerk) == [("email", "post@example.gov.cn", False)]
    assert entries() == [
        ("notice.address_set", {"channel": "sms", "to": "138****5678", "enabled": True}),
        ("notice.address_set", {"channel": "email", "to": "p***@example.gov.cn", "enabled": False}),
        ("notice.address_removed", {"channel": "sms", "to": "138****5678"}),
    ]
    assert ("提醒方式", "短信") in fact_lines(dict(entries()[0][1]))
    assert held(mabu_clerk) == []


def test_the_same_again_is_no_change(meishan_clerk: Person) -> None:
    for _ in range(2):
        save(meishan_clerk, sms="13812345678", sms_on="on")
    assert len(entries()) == 1


@pytest.mark.parametrize(
    "told", [{"sms": "12345"}, {"sms": "138123456789"}, {"email": "post@"}, {"email": "x" * 121}, {"sms": "你好"}]
)
def test_what_is_no_address_is_refused_and_kept_on_the_page(told: dict[str, str], meishan_clerk: Person) -> None:
    response = of(meishan_clerk).post(reverse("notice_addresses"), {"sms_on": "on"} | told)
    assert response.status_code == 422
    assert next(iter(told.values())) in response.content.decode()
    assert held(meishan_clerk) == [] and entries() == []


def test_what_was_set_stands_in_the_form(meishan_clerk: Person) -> None:
    save(meishan_clerk, sms="13812345678")
    page = of(meishan_clerk).get(reverse("notice_addresses")).content.decode()
    assert 'value="13812345678"' in page and "checked" in page.split('name="email_on"')[1][:200]
    assert "checked" not in page.split('name="sms_on"')[1].split(">")[0]


def test_without_a_channel_there_is_nothing_to_set(meishan_clerk: Person, settings: Any) -> None:
    settings.NOTICE_CHANNELS = []
    client = of(meishan_clerk)
    assert "没有开通电子邮件和短信提醒" in client.get(reverse("notice_addresses")).content.decode()
    assert "每日提醒" not in client.get(reverse("notices")).content.decode()
    client.post(reverse("notice_addresses"), {"sms": "13812345678", "sms_on": "on"})
    assert held(meishan_clerk) == []
    settings.NOTICE_CHANNELS = ["email"]
    assert "每日提醒" in client.get(reverse("notices")).content.decode()
    client.post(reverse("notice_addresses"), {"sms": "13812345678", "sms_on": "on"})
    assert held(meishan_clerk) == [], "only what is in use"
