"""A new survey: works and is recorded; wrong role 403; bad input 422; what it is judged by is pinned."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency, Person
from audit.failures import Invalid
from audit.models import Entry
from cameras.sheet import CAMERA
from inventory.campaign import campaigns
from inventory.models import Campaign
from platforms.sheet import PLATFORM
from tests.factories_progress import make_campaign

pytestmark = pytest.mark.django_db


def terms(**changed: Any) -> campaigns.Terms:
    told: dict[str, Any] = {
        "name": "2022年第二次梳理",
        "scope": "全县公共场所视频监控",
        "opens_on": timezone.localdate(),
        "due_at": timezone.now() + dt.timedelta(days=14),
    }
    return campaigns.Terms(**(told | changed))


def posted(**changed: Any) -> dict[str, Any]:
    """A filled-in form; the roster is 梅山镇 alone."""
    told: dict[str, Any] = {
        "name": "2022年第二次梳理",
        "scope": "全县公共场所视频监控",
        "opens_on": f"{timezone.localdate():%Y-%m-%d}",
        "due_at": f"{timezone.localtime() + dt.timedelta(days=14):%Y-%m-%dT18:00}",
        "agencies": [Agency.objects.get(code="meishan").pk],
    }
    return told | changed


@pytest.fixture
def browse() -> Callable[[Person], Client]:
    def log_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


def test_the_default_roster_is_attachment_3() -> None:
    kinds = Counter(campaigns.default_roster().values_list("kind", flat=True))
    assert kinds == {"township": 23, "zone": 1, "department": 11, "police": 1}


def test_the_office_makes_one(office: Person, browse: Callable[[Person], Client]) -> None:
    response = browse(office).post(reverse("campaign_add"), posted())
    made = Campaign.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("campaign", args=[made.pk])
    assert [one.agency.code for one in made.obligations.all()] == ["meishan"]
    assert timezone.localtime(made.due_at).strftime("%H:%M") == "18:00"
    entry = Entry.objects.get(action="campaign.created")
    assert (entry.actor_id, entry.object_id, entry.facts["agencies"]) == (office.pk, str(made.pk), ["meishan"])
    assert entry.facts["rules"] == made.rule_version


def test_template_and_rules_are_pinned(office: Person) -> None:
    made = campaigns.create(office, terms(), campaigns.default_roster().values_list("pk", flat=True))
    assert made.template_version == "/".join(dict.fromkeys([PLATFORM.version, CAMERA.version]))
    assert made.rule_version.startswith(f"{made.template_version}-")
    assert len(made.rule_version) <= Campaign._meta.get_field("rule_version").max_length  # type: ignore[operator]
    assert made.obligations.count() == 36


def test_another_severity_is_another_rule_version(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    from sheets.findings import Severity

    before = campaigns.rule_version()
    rule = CAMERA.rules["C101"]
    monkeypatch.setitem(CAMERA._rules, "C101", dataclasses.replace(rule, severity=Severity.WARNING))
    assert campaigns.rule_version() != before


def test_the_form_ticks_the_default_roster(office: Person, browse: Callable[[Person], Client]) -> None:
    page = browse(office).get(reverse("campaign_add"))
    assert page.content.decode().count(" checked") == 36
    assert page.context["ticked"] == set(campaigns.default_roster().values_list("pk", flat=True))


@pytest.mark.parametrize(
    "who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader", "sysadmin", "secadmin", "auditor"]
)
def test_nobody_else_may(who: str, request: pytest.FixtureRequest, browse: Callable[[Person], Client]) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.get(reverse("campaign_add")).status_code == 403
    assert client.post(reverse("campaign_add"), posted()).status_code == 403
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": ""}, "轮次名称"),
        ({"name": "一"}, "2 到 60 个字"),
        ({"scope": "   "}, "范围"),
        ({"opens_on": "2022-13-01"}, "开始日期"),
        ({"due_at": "明天"}, "截止时间"),
        ({"due_at": "2022-08-22T18:00", "opens_on": "2022-08-01"}, "截止时间已经过去"),
        ({"due_at": "2090-08-22T18:00", "opens_on": "2090-08-23"}, "早于开始日期"),
        ({"agencies": []}, "至少选择一个应报单位"),
        ({"agencies": [999999]}, "请重新勾选"),
        ({"agencies": ["x"]}, "请重新勾选"),
    ],
)
def test_bad_input_comes_back_with_a_sentence(
    office: Person, browse: Callable[[Person], Client], changed: dict[str, Any], says: str
) -> None:
    response = browse(office).post(reverse("campaign_add"), posted(**changed))
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Campaign.objects.exists()
    assert not Entry.objects.filter(action__startswith="campaign.").exists()


def test_what_was_filled_in_is_kept(office: Person, browse: Callable[[Person], Client]) -> None:
    response = browse(office).post(reverse("campaign_add"), posted(due_at="2022-08-22T18:00", opens_on="2022-08-01"))
    text = response.content.decode()
    assert 'value="2022年第二次梳理"' in text
    assert response.context["ticked"] == {Agency.objects.get(code="meishan").pk}


def test_a_name_is_used_once(office: Person) -> None:
    make_campaign("2022年第二次梳理")
    with pytest.raises(Invalid, match="已有一个轮次叫"):
        campaigns.create(office, terms(), [Agency.objects.get(code="meishan").pk])


def test_an_agency_out_of_use_cannot_owe(office: Person) -> None:
    meishan = Agency.objects.get(code="meishan")
    Agency.objects.filter(pk=meishan.pk).update(active=False)
    assert meishan not in campaigns.default_roster()
    with pytest.raises(Invalid, match="停用"):
        campaigns.create(office, terms(), [meishan.pk])
    assert not Campaign.objects.exists()
