"""Registered things change by what both sides decided, without a sheet: once, from what was judged, with lineage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from agencies.models import Person
from audit.failures import Conflict
from cameras.models import Camera, CameraVersion
from inventory.invariants import violations
from inventory.models import LedgerEntry
from inventory.registering import batch_told, withdrawing
from inventory.registering.amending import Amendment, amend
from inventory.registering.targets import CAMERA
from registry.lineage import source_of
from reviews import kinds
from reviews.models import Motion, Round
from tests.dashboards.pages import browse
from tests.inventory.judging import agreed
from tests.inventory.registering import registered
from tests.reviews.toys import KIND, Toy, decide, toy

__all__ = ["toy"]
pytestmark = pytest.mark.django_db
CODES = ("34152400001320900001", "34152400001320900002")
Amends = Callable[..., Round]


@pytest.fixture
def amends(toy: Toy, monkeypatch: pytest.MonkeyPatch, data_reviewer: Person, police_reviewer: Person) -> Amends:
    """Both sides decide that these cameras (id -> values) change; the round."""
    registered(cameras=[{"code": code, "measure": "保留"} for code in CODES])

    def decided(values: dict[int, dict[str, Any]], seen: int = 1) -> Round:
        asked = [Amendment(pk, seen, told) for pk, told in values.items()]
        monkeypatch.setitem(
            kinds._kinds,
            KIND,
            replace(
                toy.kind,
                accepted=lambda round_, by: amend(round_, CAMERA, asked),
                undone=withdrawing.withdraw,
                batch=batch_told.batch,
            ),
        )
        return decide(data_reviewer, police_reviewer, toy.open({pk: str(told) for pk, told in values.items()}))

    return decided


def test_each_has_a_new_version_and_the_rest_stays(amends: Amends) -> None:
    first, second = Camera.objects.order_by("code")
    round_ = amends({first.pk: {"measure": "杆塔复用"}, second.pk: {"measure": "保留"}})
    entry = LedgerEntry.objects.get(round=round_)
    assert (entry.kind, entry.version) == ("amendment", None)
    assert entry.counts == {"camera": {"changed": 1, "unchanged": 1}}
    changed = Camera.objects.get(pk=first.pk)
    assert (changed.measure, changed.version_number, changed.changed_at) == ("杆塔复用", 2, entry.recorded_at)
    assert (changed.name, changed.code, changed.longitude) == (first.name, first.code, first.longitude)
    old, new = CameraVersion.objects.filter(camera=first).order_by("number")
    assert (old.measure, old.recorded_to) == ("保留", entry.recorded_at)
    assert (new.measure, new.source_row_id, new.ledger_entry_id) == ("杆塔复用", None, entry.pk)
    assert CameraVersion.objects.filter(camera=second).count() == 1
    assert violations("I5") == {}


def test_its_history_leads_to_the_case_and_both_sides(amends: Amends, leader: Person) -> None:
    camera = Camera.objects.order_by("code")[0]
    round_ = amends({camera.pk: {"measure": "杆塔复用"}})
    told = source_of("cameras.camera", LedgerEntry.objects.get(round=round_).pk, None)
    assert told is not None
    assert (told.title, told.campaign, told.submission_id) == ("梅山镇 玩具", "", 0)
    assert {reviewer.side for reviewer in told.reviewers} == {"数据局", "公安局"}
    text = browse(leader).get(reverse("camera", args=[camera.pk])).content.decode()
    assert "梅山镇 玩具" in text and "更正" in text


def test_what_changed_since_it_was_judged_is_refused_whole(amends: Amends) -> None:
    first, second = Camera.objects.order_by("code")
    with pytest.raises(Conflict, match=f"{first.number}、{second.number} 在审核之后又有变动"):
        amends({first.pk: {"measure": "拆除"}, second.pk: {"measure": "拆除"}}, seen=2)
    assert set(Camera.objects.values_list("measure", "version_number")) == {("保留", 1)}
    assert not LedgerEntry.objects.filter(kind="amendment").exists()


def test_a_code_of_another_is_refused(amends: Amends) -> None:
    first, _ = Camera.objects.order_by("code")
    with pytest.raises(Conflict, match="已由另一条在册记录使用"):
        amends({first.pk: {"code": CODES[1]}})


def test_a_column_that_no_sheet_has_is_our_mistake(amends: Amends) -> None:
    with pytest.raises(ValueError, match="owner_id"):
        amends({Camera.objects.all()[0].pk: {"owner_id": 1}})


def test_both_sides_take_it_back(amends: Amends) -> None:
    camera = Camera.objects.order_by("code")[0]
    round_ = amends({camera.pk: {"measure": "杆塔复用", "wgs_longitude": None}})
    agreed(round_, Motion.Kind.UNDO)
    camera.refresh_from_db()
    assert (camera.measure, camera.version_number) == ("保留", 3)
    assert camera.wgs_longitude is not None
    assert LedgerEntry.objects.get(round=round_, kind="withdrawal").version is None
    assert violations("I5") == {}
    assert batch_told.batch(Round.objects.get(pk=round_.pk)).says == ("已恢复 1 台摄像机的原登记",)


def test_a_life_that_no_decision_gives_is_our_mistake(amends: Amends) -> None:
    camera = Camera.objects.order_by("code")[0]
    with pytest.raises(ValueError, match="withdrawn"):
        amend(Round(), CAMERA, [Amendment(camera.pk, 1, {}, "withdrawn")])


def test_what_follows_from_values_follows(amends: Amends) -> None:
    registered(platforms=[{"name": "梅山镇视频平台", "code": None}])
    camera = Camera.objects.order_by("code")[0]
    amends({camera.pk: {"platform_name": "梅山镇视频平台", "place_kind": "school"}})
    camera.refresh_from_db()
    assert camera.platform is not None and camera.platform.name == "梅山镇视频平台"
    assert camera.supervisor is not None and camera.supervisor.code == "education"
    assert violations("I5") == {}
