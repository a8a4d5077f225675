"""节约: from the sheets' own costs; no figure where one is missing, and what is missing is told. No database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from planning.assumptions import KNOWN
from planning.saving import METHODS, Facts, Saving, Total, line, money
from sheets.vocabulary import MEASURES

D = Decimal
WHOLE = Facts("平安平台", build=D(100), upkeep=D(8), cameras=4, on_pole=2)
VALUES = {
    "upkeep_share": D(50),
    "build_share": D(80),
    "remove_cost": D("0.1"),
    "move_cost": D("0.3"),
    "pole_cost": D(2),
    "upgrade_cost": D("0.5"),
    "rent": D("0.4"),
}


@pytest.mark.parametrize(
    ("measure", "once", "yearly"),
    [
        ("拆除", D("-0.1"), D(1)),  # 8 / 4 * 50%
        ("以迁代拆", D("19.7"), None),  # 100 / 4 * 80% - 0.3
        ("以租代建", D(20), D("0.6")),  # 100 / 4 * 80%; 8 / 4 * 50% - 0.4
        ("杆塔复用", D(1), None),  # 2 / 2
        ("算法升级", D("19.5"), None),
        ("迁移", D("-0.3"), None),
        ("保留", None, None),
        ("一机多用", None, None),
        ("接入", None, None),
        ("", None, None),
        ("另行研究", None, None),
    ],
)
def test_each_measure_of_a_camera(measure: str, once: Decimal | None, yearly: Decimal | None) -> None:
    found = line("camera", measure, WHOLE, VALUES)
    assert (found.once and found.once.value, found.yearly and found.yearly.value) == (once, yearly)
    assert (measure in METHODS) == (once is not None or yearly is not None), "whatever is reckoned has its method told"


def test_every_measure_of_the_sheet_is_told_of() -> None:
    assert set(METHODS) <= set(MEASURES)


def test_the_reckoning_is_shown_with_its_figures() -> None:
    found = line("camera", "以迁代拆", WHOLE, VALUES).once
    assert found is not None
    assert found.how == "100 万元÷4 台×80%－0.3 万元"


@pytest.mark.parametrize(
    ("facts", "measure", "missing"),
    [
        (Facts(), "拆除", "没有关联管理平台"),
        (Facts("平台", build=D(1), cameras=1), "拆除", "平台没有填运维费用"),
    ],
)
def test_no_figure_a_year_where_a_cost_is_missing(facts: Facts, measure: str, missing: str) -> None:
    found = line("camera", measure, facts, VALUES).yearly
    assert found is not None
    assert (found.value, found.missing) == (None, (missing,))


def test_a_platform_that_cost_nothing_is_not_one_whose_cost_is_missing() -> None:
    found = line("camera", "拆除", Facts("平台", build=D(0), upkeep=D(0), cameras=3), VALUES).yearly
    assert found is not None
    assert found.value == 0


@pytest.mark.parametrize("key", sorted(set(VALUES)))
def test_no_figure_where_an_assumption_is_not_stated(key: str) -> None:
    left = {name: value for name, value in VALUES.items() if name != key}
    lacking = [
        amount
        for measure in METHODS
        for amount in (line("camera", measure, WHOLE, left).once, line("camera", measure, WHOLE, left).yearly)
        if amount is not None and amount.value is None
    ]
    assert lacking
    assert {each.missing for each in lacking} == {(f"没有填测算参数“{KNOWN[key].title}”",)}


def test_a_platform_given_up_saves_its_upkeep() -> None:
    found = line("platform", "迁移", Facts("平台", upkeep=D(8)), VALUES)
    assert found.once is None
    assert found.yearly is not None and found.yearly.value == D(4)
    bare = line("platform", "拆除", Facts("平台"), VALUES).yearly
    assert bare is not None and bare.missing == ("平台没有填运维费用",)
    assert line("platform", "接入", Facts("平台"), VALUES).yearly is None


def test_poles_are_reckoned_with_their_cameras() -> None:
    assert line("pole", "杆塔复用", WHOLE, VALUES) == line("pole", "保留", Facts(), {})


def test_a_total_says_of_how_many_it_is() -> None:
    found = Saving()
    found.add(line("camera", "拆除", WHOLE, VALUES), 3)
    found.add(line("camera", "拆除", Facts(), VALUES), 2)
    found.add(line("camera", "保留", WHOLE, VALUES), 7)
    assert (found.yearly.value, found.yearly.known, found.yearly.of) == (D(3), 3, 5)
    assert found.yearly.says == "3 项可测算，2 项缺少费用（没有关联管理平台 2 项）"
    assert (found.once.known, found.once.of) == (5, 5)
    assert Saving.unpacked(found.packed()) == found


def test_nothing_known_is_no_zero() -> None:
    found = Total()
    found.add(line("camera", "拆除", Facts(), VALUES).yearly)
    assert found.text == "–"
    assert Total().says == "没有要测算的"


def test_parts_add_up_to_their_whole() -> None:
    third = Facts("平台", build=D(10), upkeep=D(1), cameras=3)
    one, all_ = Saving(), Saving()
    for _ in range(3):
        one.add(line("camera", "拆除", third, VALUES))
    all_.add(line("camera", "拆除", third, VALUES), 3)
    assert one == all_


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234.5", "1,234.5"), ("0", "0"), ("-0.00001", "0"), ("-0.3", "-0.3"), ("100", "100"), ("0.0001", "0.0001")],
)
def test_money_reads_like_money(value: str, text: str) -> None:
    assert money(D(value)) == text
