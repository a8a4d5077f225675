"""From a pick on the map to the proposals under way; nobody learns from it where the things of others are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from dashboards.map import touching, views
from planning import asking
from tests.dashboards.pages import browse
from tests.dashboards.test_map import box_of
from tests.factories_registry import accepted_batch, register_camera
from tests.planning import scenes

pytestmark = pytest.mark.django_db
JUNCTION = box_of(115.93, 31.72, 115.94, 31.73, 15)
ELSEWHERE = box_of(115.60, 31.50, 115.61, 31.51, 15)


def picked(person: Person, where: dict[str, str] = JUNCTION, **params: Any) -> Any:
    response = browse(person).get("/map/picked/", {**where, **params})
    assert response.status_code == 200
    return response


def beside(person: Person, where: dict[str, str] = JUNCTION) -> str:
    told: str = browse(person).get("/map/picked/", where, headers={"HX-Request": "true"}).content.decode()
    return told


def test_a_pick_leads_to_the_proposals_about_its_cameras(office: Person) -> None:
    proposal = scenes.found()
    other = scenes.found(register_camera("gubei", longitude=Decimal("115.601234"), latitude=Decimal("31.501231")))
    for html in (beside(office), picked(office).content.decode()):
        assert f"/planning/{proposal.pk}/" in html
        assert f"/planning/{other.pk}/" not in html
        assert "其中 2 台" in html
    about = picked(office).context["about"]
    assert about.total == 1
    assert [[one.pk for one in row["proposals"]] for row in picked(office).context["rows"]] == [[proposal.pk]] * 2
    assert "其中 1 台" in beside(office, ELSEWHERE)


def test_what_is_decided_or_set_aside_is_not_under_way(office: Person) -> None:
    cameras = scenes.two_cameras()
    scenes.settled(scenes.found(*cameras))
    asking.dismiss(office, scenes.found(*cameras, kind="leased").pk, "现场看过，两台方向不同")
    assert picked(office).context["about"].total == 0
    html = beside(office)
    assert "没有正在办的方案涉及这些摄像机" in html
    assert 'href="/planning/search/"' in html
    assert "正在办的整合方案" not in picked(office).content.decode()


def test_those_with_most_of_the_picked_come_first_and_the_rest_are_counted(
    office: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touching, "MOST_SHOWN", 1)
    first, second = scenes.two_cameras()
    scenes.found(first)
    both = scenes.found(first, second)
    about = picked(office).context["about"]
    assert (about.total, [one.proposal.pk for one in about.shown]) == (2, [both.pk])
    assert "列出涉及最多的 1 件" in picked(office).content.decode()
    monkeypatch.setattr(views, "FEW", 0)
    assert picked(office).context["about"].total == 2, "the same, looked up for a large pick"


def test_an_owner_is_led_to_what_it_was_asked_about_by_its_own_camera_only(
    office: Person, meishan_clerk: Person, leader: Person
) -> None:
    """麻埠镇's camera stands at the same junction; 梅山镇 is led by its own one, and counts no other."""
    draft = scenes.found()
    assert picked(leader).context["about"].total == 1
    assert picked(meishan_clerk).context["about"].total == 0, "not asked yet"
    scenes.asked(draft)
    about = picked(meishan_clerk).context["about"]
    assert [(one.proposal.pk, one.picked) for one in about.shown] == [(draft.pk, 1)]


def test_a_past_day_has_no_proposals_of_today(office: Person) -> None:
    long_ago = timezone.now() - dt.timedelta(days=3)
    scenes.found(register_camera("meishan", batch=accepted_batch("meishan", at=long_ago)))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    then, now = picked(office, as_of=yesterday.isoformat()).context, picked(office).context
    assert (then["total"], then["about"]) == (1, None)
    assert (now["total"], now["about"].total) == (1, 1)


def test_queries_do_not_grow(office: Person) -> None:
    scenes.found()
    with CaptureQueriesContext(connection) as few:
        picked(office)
    for _ in range(3):
        scenes.found()
    with CaptureQueriesContext(connection) as more:
        picked(office)
    assert len(more) == len(few)
