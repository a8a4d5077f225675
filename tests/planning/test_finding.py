"""Poles to share, cameras on one pole, platforms to merge, leased beside own ones, gaps; and what is impossible."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.failures import Invalid
from cameras.neighbours import METRES
from planning.finding import KINDS, Group, Member, find, find_in
from planning.finding.coverage import Usual, gaps, usual
from planning.finding.rows import CameraFacts, PlatformFacts, PoleFacts
from sheets.kinds.places import townships
from sheets.vocabulary import MEASURES
from tests.factories_registry import register_camera, register_platform, register_pole

from .test_finding_names import EAST, NORTH, camera


def pole(pk: int, metres: float = 0.0, **facts: Any) -> PoleFacts:
    told: dict[str, Any] = {"owner": pk, "arms": 2, "height": 6.0, "condition": "完整", "number": f"G{pk}"} | facts
    return PoleFacts(pk, longitude=EAST, latitude=NORTH + metres / METRES, **told)


def platform(pk: int, **facts: Any) -> PlatformFacts:
    told: dict[str, Any] = {"owner": 1, "name": f"平台{pk}", "place_kind": "school", "gbt28181": "no"} | facts
    return PlatformFacts(pk, **told)


def _told(group: Group) -> str:
    return "；".join(group.reasons)


class TestPoles:
    def share(self, *poles: PoleFacts, cameras: list[CameraFacts] | None = None) -> list[Group]:
        return find_in(["pole_share"], poles=poles, cameras=cameras or [])

    def test_the_pole_with_arms_takes_the_other_units_cameras(self) -> None:
        hanging = [camera(1, "甲", pole=1), camera(2, "乙", pole=2)]
        (group,) = self.share(pole(1, arms=1), pole(2, 12, arms=3), cameras=hanging)
        assert group.sure
        assert group.stays == Member("pole", 2)
        assert group.suggested == {
            Member("pole", 2): "保留",
            Member("camera", 2): "保留",
            Member("pole", 1): "杆塔复用",
            Member("camera", 1): "杆塔复用",
        }
        for clause in ("相距 12 米", "分属 2 个单位", "杆件 G2 有横臂 3 个，已挂 1 台", "接过另外 1 根杆"):
            assert clause in _told(group)

    def test_full_broken_own_and_far_ones_are_not_shared(self) -> None:
        hanging = [camera(1, "甲", pole=1), camera(2, "乙", pole=2)]
        assert self.share(pole(1, arms=1), pole(2, 5, arms=1), cameras=hanging) == []
        assert self.share(pole(1, condition="损坏"), pole(2, 5, condition="损坏")) == []
        assert self.share(pole(1, owner=7), pole(2, 5, owner=7)) == []
        assert self.share(pole(1), pole(2, 21)) == []

    def test_a_camera_that_was_taken_down_frees_its_arm(self) -> None:
        hanging = [camera(1, "甲", pole=1), camera(2, "乙", pole=2, status="拆除")]
        (group,) = self.share(pole(1, arms=1), pole(2, 5, arms=1), cameras=hanging)
        assert group.sure

    def test_unknown_arms_are_left_to_people(self) -> None:
        (group,) = self.share(pole(1, arms=None), pole(2, 5, arms=None))
        assert not group.sure
        assert group.suggested == {}
        assert "没有填横臂数量" in _told(group)

    def test_a_pole_takes_no_more_than_it_has_arms_for(self) -> None:
        hanging = [camera(at, "甲", pole=at) for at in (1, 2, 3)]
        poles = [pole(1, arms=2), pole(2, 5, arms=1), pole(3, 8, arms=1)]
        (group,) = self.share(*poles, cameras=hanging)
        assert group.stays == Member("pole", 1)
        moved = {member for member, measure in group.suggested.items() if measure == "杆塔复用"}
        assert moved == {Member("pole", 2), Member("camera", 2)}
        assert group.suggested[Member("camera", 3)] == "保留"

    def test_cameras_of_two_units_on_one_pole(self) -> None:
        rows = [camera(1, "江店路口朝东", pole=9), camera(2, "江店路口朝西", pole=9)]
        (group,) = find_in(["one_pole"], cameras=rows, poles=[pole(9, arms=1)])
        assert not group.sure
        assert group.members[0] == Member("pole", 9)
        for clause in ("杆件 G9 上挂了 2 台", "分属 2 个单位", "画面不同", "横臂只有 1 个"):
            assert clause in _told(group)

    def test_one_units_cameras_that_look_different_ways_are_what_a_pole_is_for(self) -> None:
        rows = [camera(1, "江店路口朝东", pole=9, owner=3), camera(2, "江店路口朝西", pole=9, owner=3)]
        assert find_in(["one_pole"], cameras=rows, poles=[pole(9)]) == []

    def test_one_scene_on_one_pole_is_found_without_positions_and_told_once_with_them(self) -> None:
        rows = [camera(1, "江店路口朝东", pole=9), camera(2, "江店路路口向东", pole=9)]
        assert [group.kind for group in find_in(["one_pole", "duplicate"], cameras=rows)] == ["duplicate"]
        nowhere = [row._replace(longitude=None, latitude=None) for row in rows]
        (group,) = find_in(["one_pole", "duplicate"], cameras=nowhere)
        assert (group.kind, group.sure) == ("one_pole", True)
        assert sorted(group.suggested.values()) == ["一机多用", "保留", "拆除"]


class TestPlatforms:
    def merge(self, *platforms: PlatformFacts, cameras: list[CameraFacts] | None = None) -> list[Group]:
        return find_in(["platform_merge"], platforms=platforms, cameras=cameras or [])

    def test_weak_ones_go_into_the_owners_good_one(self) -> None:
        (group,) = self.merge(platform(1), platform(2, gbt28181="yes"), cameras=[camera(1, "甲", platform=1)])
        assert group.sure
        assert group.stays == Member("platform", 2)
        assert group.suggested == {Member("platform", 2): "保留", Member("platform", 1): "迁移"}
        for clause in ("同一单位所有", "平台1 1 台", "1 个不符合 GB/T 28181", "平台2 符合 GB/T 28181"):
            assert clause in _told(group)

    def test_without_a_good_one_the_countys_takes_them(self) -> None:
        (group,) = self.merge(platform(1), platform(2))
        assert (group.sure, group.stays) == (True, None)
        assert set(group.suggested.values()) == {"接入"}

    def test_used_ones_and_conforming_ones_stay(self) -> None:
        many = [camera(pk, "甲", platform=1) for pk in range(1, 31)]
        assert self.merge(platform(1), platform(2, gbt28181="yes"), cameras=many) == []
        assert self.merge(platform(1, gbt28181="yes"), platform(2, gbt28181="yes")) == []

    def test_not_said_is_not_no(self) -> None:
        (group,) = self.merge(platform(1, gbt28181=""), platform(2, gbt28181="yes"))
        assert not group.sure
        assert "没有填是否符合 GB/T 28181" in _told(group)

    def test_those_of_one_kind_are_a_question_for_their_units(self) -> None:
        (group,) = self.merge(platform(1, owner=1), platform(2, owner=2))
        assert not group.sure
        assert "同属学校，分属 2 个单位" in _told(group)
        assert self.merge(platform(1, owner=1), platform(2, owner=2, place_kind="office")) == []

    def test_a_long_list_is_cut_off_and_said_to_be(self) -> None:
        (group,) = self.merge(*(platform(pk) for pk in range(1, 31)))
        assert len(group.members) == 20
        assert not group.sure
        assert "共 30 个平台，只列出接入最少的 20 个" in _told(group)


def test_leased_beside_own_ones_at_one_crossing() -> None:
    rows = [camera(1, "江店路口朝东", leased=True), camera(2, "江店路口朝西", 9, leased=False)]
    (group,) = find_in(["leased", "duplicate"], cameras=rows)
    assert (group.kind, group.sure) == ("leased", False)
    assert "租用 1 台、自建 1 台" in _told(group)
    assert find_in(["leased"], cameras=[row._replace(leased=None) for row in rows]) == []


def test_a_leased_duplicate_is_told_once() -> None:
    rows = [camera(1, "江店路口朝东", leased=True), camera(2, "江店路口朝东", 9, leased=False)]
    assert [group.kind for group in find_in(cameras=rows)] == ["duplicate"]


def test_gaps_by_township_and_kind_of_place() -> None:
    """20 townships have ten cameras each at schools; one has two, one has one, one has none."""
    codes = list(townships())[:23]
    counts = {(code, "school"): {0: 0, 1: 2, 2: 1}.get(at, 10) for at, code in enumerate(codes)}
    assert usual(counts)["school"] == Usual(22, 10)
    assert not usual(counts)["market"].holds
    found = {gap.township: gap for gap in gaps(counts)}
    assert {code: gap.cameras for code, gap in found.items()} == {codes[0]: 0, codes[1]: 2, codes[2]: 1}
    assert found[codes[0]].sure
    assert found[codes[0]].usual == 10
    assert "一台也没有登记" in "；".join(found[codes[0]].reasons)
    elsewhere = gaps({(code, "reservoir"): count for (code, _), count in counts.items()})
    assert elsewhere
    assert not any(gap.sure for gap in elsewhere)
    assert gaps({(code, "school"): 10 for code in codes[:2]}) == [], "a kind of place that is not usual"


@pytest.mark.parametrize("metres", [0, -1, 10_000, float("nan")])
def test_impossible_distances_are_refused_in_a_clear_sentence(metres: float) -> None:
    for ask in ({"radius_m": metres}, {"pole_radius_m": metres}):
        with pytest.raises(Invalid, match=r"^距离.*米.*。"):
            find_in(cameras=[camera(1, "甲")], **ask)  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="没有这种查找"):
        find_in(["anything"])  # type: ignore[list-item]
    with pytest.raises(Invalid, match="至少 1 台"):
        find_in(["platform_merge"], low_use=0)


def test_nothing_registered_is_nothing_found() -> None:
    assert find_in() == []
    assert gaps({}) == []


def test_measures_are_those_of_the_sheet_and_kinds_in_order() -> None:
    rows = [camera(1, "江店路口朝东", pole=1), camera(2, "江店路口朝东", 9, pole=2)]
    found = find_in(cameras=rows, poles=[pole(1), pole(2, 9)], platforms=[platform(1), platform(2)])
    assert [group.kind for group in found] == ["duplicate", "pole_share", "platform_merge"]
    assert all(measure in MEASURES for group in found for measure in group.suggested.values())
    assert all(set(group.suggested) <= set(group.members) for group in found)
    assert [group.kind for group in found] == sorted((g.kind for g in found), key=KINDS.index)


@pytest.mark.django_db
def test_the_registry_is_read_once_a_kind() -> None:
    here: dict[str, Any] = {"longitude": Decimal("115.934366"), "latitude": Decimal("31.727178")}
    beside: dict[str, Any] = {"longitude": Decimal("115.934466"), "latitude": Decimal("31.727178")}
    own = register_pole("meishan", **here)
    theirs = register_pole("mabu", **beside)
    one = register_camera("meishan", name="江店路口朝东", pole=own, **here)
    two = register_camera("mabu", name="江店路路口向东", pole=theirs, **beside)
    register_camera("mabu", name="江店路口朝东", life="retired", **here)
    register_camera("mabu", name="江店路口朝东", mobility="mobile")
    register_platform("meishan", gbt28181="no")
    register_platform("meishan", gbt28181="yes")
    with CaptureQueriesContext(connection) as queries:
        found = find()
    assert len(queries) == 3
    assert [group.kind for group in found] == ["duplicate", "platform_merge"]
    assert {member.id for member in found[0].members} == {one.pk, two.pk}
    assert find(["duplicate"], radius_m=5) == []
