"""Names of one scene, of two, and of what may be either: lists made by hand, begun before the comparison."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cameras.neighbours import METRES
from planning.finding import Group, find_in
from planning.finding.likeness import Like, compare
from planning.finding.rows import CameraFacts
from planning.finding.scenes import scene

HERE = Path(__file__).parent
EAST, NORTH = 115.9, 31.7


def _table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def camera(pk: int, name: str, metres: float = 0.0, **facts: object) -> CameraFacts:
    """A camera so many metres north of the others."""
    told = {"owner": pk, "township": "341524100", "place_kind": "road", "status": "在用", "leased": False} | facts
    return CameraFacts(pk, name=name, longitude=EAST, latitude=NORTH + metres / METRES, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", _table("names.csv"), ids=lambda row: f"{row['label']}-{row['why']}")
def test_plain_cases_are_decided(row: dict[str, str]) -> None:
    same_owner = row["owner_a"] == row["owner_b"]
    like = compare(row["name_a"], row["name_b"], same_owner).like
    assert like is (Like.SAME if row["label"] == "same" else Like.APART)
    assert like is compare(row["name_b"], row["name_a"], same_owner).like


@pytest.mark.parametrize("row", _table("ambiguous.csv"), ids=lambda row: row["why"])
def test_what_may_be_either_is_explained_and_not_decided(row: dict[str, str]) -> None:
    pair = [
        camera(
            at,
            row[f"name_{side}"],
            float(row["metres"]) * (at - 1),
            owner=int(row[f"owner_{side}"]),
            place_kind=row[f"kind_{side}"],
            township=row[f"township_{side}"],
        )
        for at, side in enumerate("ab", 1)
    ]
    found = find_in(["duplicate"], cameras=pair)
    assert len(found) == 1
    group = found[0]
    assert {member.id for member in group.members} == {1, 2}
    assert not group.sure
    assert group.suggested == {}
    assert group.stays is None
    assert len(group.reasons) >= 4, "says how far, what kind, which names, whose, and what is left open"
    assert all(reason and not reason.endswith("。") for reason in group.reasons)


def test_there_are_twenty_ambiguous_pairs() -> None:
    assert len(_table("ambiguous.csv")) == 20


def _only(*cameras: CameraFacts, radius_m: float = 30) -> Group:
    found = find_in(["duplicate"], cameras=cameras, radius_m=radius_m)
    assert len(found) == 1
    return found[0]


def test_a_duplicate_is_explained() -> None:
    group = _only(
        camera(1, "梅山镇江店路与新北路交叉口朝东", built="2016.03"),
        camera(2, "新北路江店路路口东向球机", 21, built="2021.08", leased=True),
    )
    assert group.sure
    assert round(group.distance_m or 0) == 21
    told = "；".join(group.reasons)
    for clause in (
        "相距 21 米",
        "同属交通道路",
        "都朝东",
        "分属 2 个单位",
        "租用 1 台、自建 1 台",
        "建议留下在用、自建",
    ):
        assert clause in told
    stays, other = group.members
    assert group.stays == stays
    assert (stays.id, group.suggested[stays]) == (1, "一机多用")
    assert (other.id, group.suggested[other]) == (2, "拆除")


def test_the_later_built_one_in_use_stays() -> None:
    name = "南溪中学大门"
    group = _only(
        camera(1, name, owner=7, built="2021.08", status="停用", place_kind="school"),
        camera(2, name, 5, owner=7, built="2015.01", place_kind="school"),
        camera(3, name, 9, owner=7, built="2019.01", place_kind="school"),
    )
    assert group.stays
    assert group.stays.id == 3
    assert {member.id: measure for member, measure in group.suggested.items()} == {1: "拆除", 2: "以迁代拆", 3: "保留"}
    assert "在用 2 台、停用 1 台" in "；".join(group.reasons)


def test_another_kind_of_place_is_no_duplicate() -> None:
    pair = [camera(1, "南溪中学大门", place_kind="school"), camera(2, "南溪中学大门", 3, place_kind="road")]
    assert find_in(["duplicate"], cameras=pair) == []


def test_what_was_taken_down_or_moves_about_is_no_duplicate() -> None:
    for facts in ({"status": "拆除"}, {"mobility": "mobile"}):
        pair = [camera(1, "江店路口朝东"), camera(2, "江店路口朝东", 3, **facts)]
        assert find_in(["duplicate"], cameras=pair) == []


def test_without_a_position_there_is_no_duplicate() -> None:
    pair = [camera(1, "江店路口朝东"), camera(2, "江店路口朝东")._replace(longitude=None, latitude=None)]
    assert find_in(["duplicate"], cameras=pair) == []


def test_without_a_name_there_is_no_duplicate() -> None:
    assert find_in(["duplicate"], cameras=[camera(1, ""), camera(2, "")]) == []


def test_beyond_the_radius_there_is_none() -> None:
    pair = [camera(1, "江店路口朝东"), camera(2, "江店路口朝东", 31)]
    assert find_in(["duplicate"], cameras=pair) == []
    assert _only(*pair, radius_m=32).sure


def test_two_lenses_of_one_unit_and_one_of_another_are_left_to_people() -> None:
    """The third is like each of the two, which their own unit tells apart: which one is double, nobody can say."""
    group = _only(
        camera(1, "江店路口朝东1号", owner=1),
        camera(2, "江店路口朝东2号", 2, owner=1),
        camera(3, "江店路口朝东", 4, owner=2),
    )
    assert not group.sure
    assert "不像同一个画面" in group.reasons[-1]


def test_many_of_one_name_on_one_point_are_cut_off_and_said_to_be() -> None:
    group = _only(*(camera(pk, "江店路口", owner=1) for pk in range(1, 61)))
    assert not group.sure
    assert len(group.members) == 20
    assert "共 60 台，只列出 20 台" in group.reasons[0]


def test_a_heap_of_coordinates_is_told_as_one() -> None:
    heap = [camera(pk, f"点位{pk}号楼", owner=1) for pk in range(1, 501)]
    group = _only(*heap)
    assert not group.sure
    assert group.distance_m is None
    assert "500 台摄像机的坐标挤在一处，只列出 20 台" in group.reasons


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "金寨县梅山镇江店路与新北路交叉口东南角朝东３号球机",
            {"roads": ("江店路", "新北路"), "corner": "东南", "facing": "东", "number": "3"},
        ),
        ("江店路12号惠民超市门口", {"road": "江店路", "house": "12", "core": "惠民超市", "spot": "大门", "number": ""}),
        ("七道湾路与沿河路交叉口由南向北卡口2", {"flow": frozenset({"南北"}), "function": "卡口", "number": "2"}),
        ("南溪镇南溪中学西大门", {"core": "中学", "spot": "西门"}),
        ("向阳村东向阳小区", {"facing": ""}),
        ("朝阳路云溪路口北侧", {"roads": ("朝阳路", "云溪路"), "corner": "北", "facing": ""}),
        ("十一二路口朝东", {"facing": "东"}),
        ("", {"core": ""}),
        ("（）　\u200b", {"core": ""}),
        ("1号", {"number": ""}),
    ],
)
def test_what_a_name_says(name: str, parts: dict[str, object]) -> None:
    told = scene(name)
    assert {part: getattr(told, part) for part in parts} == parts


_SIGNS = st.text(
    "东南西北路街巷口门大校十一二3号楼与和-（） 朝向由侧角监控球机停车场入出对面金寨县梅山镇#§|?", max_size=14
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_SIGNS, _SIGNS)
def test_any_two_names_are_compared_alike_from_either_side(one: str, other: str) -> None:
    for same_owner in (True, False):
        answer = compare(one, other, same_owner)
        assert answer == compare(other, one, same_owner)
        assert bool(answer.doubts) == (answer.like in (Like.UNSURE, Like.STRANGE))
    alone = compare(one, one, True)
    assert alone.like in ((Like.SAME, Like.UNSURE) if scene(one).core or scene(one).roads or scene(one).house else Like)


@pytest.mark.parametrize("name", ["大门", "停车场", "1号", "入口", "监控1"])
def test_a_spot_without_a_place_decides_nothing(name: str) -> None:
    group = _only(camera(1, name), camera(2, name, 9))
    assert not group.sure
    assert "只写了部位，没有写是哪一处" in group.reasons


def test_twelve_is_not_one() -> None:
    assert compare("幸福小区12号楼", "幸福小区1号楼", False).like is Like.APART
