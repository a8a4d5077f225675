"""The map of a whole round: every row of a small one, the riskiest and an even choice of a large one, the registry."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import Person
from inventory import spread
from reviews.models import Round
from tests.factories_inventory import submitted, submitted_zero
from tests.factories_registry import register_camera
from tests.reviews.bench_scenes import busy, camera, coordinates
from tests.reviews.pages import url_of
from tests.reviews.scenes import case_of, keys_of, latest, mended, send_back

NOWHERE = {"longitude": None, "latitude": None, "wgs_longitude": None, "wgs_latitude": None}
EXCHANGED = {"wgs_longitude": 31.72, "wgs_latitude": 89.0}


def places(client: Client, round_: Round, **params: str) -> dict[str, Any]:
    answer = client.get(url_of(round_.case, "review_places"), params)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_every_row_with_a_place_and_what_is_registered_among_them(client: Client, data_reviewer: Person) -> None:
    near = register_camera("education", name="学校东门", **coordinates(1))
    own = register_camera("meishan", name="老车站", **coordinates(2))
    register_camera("education", name="很远的一台", longitude="115.500001", latitude="31.500001")
    values = [camera(1), camera(2), camera(3, **NOWHERE), camera(4, **EXCHANGED)]
    round_ = latest(submitted("meishan", values=values))
    client.force_login(data_reviewer)
    told = places(client, round_)
    assert [(key, words[:4]) for _, _, key, words, _ in told["rows"]] == [
        (key, f"第{number}行 ") for number, key in enumerate([key for key in keys_of(round_) if key > 0][:2], start=5)
    ]
    assert {tuple(each) for each in told["near"]} == {
        (near.wgs_latitude, near.wgs_longitude, f"县教育局 JZ-C-{near.pk:06d} 学校东门", True),
        (own.wgs_latitude, own.wgs_longitude, f"梅山镇 JZ-C-{own.pk:06d} 老车站", False),
    }
    assert told["says"] == "图上是本次全部 2 行，另 2 行没有可用的坐标。"


def test_of_a_large_round_the_riskiest_and_an_even_choice(
    client: Client, data_reviewer: Person, police_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "WHOLE", 20)
    monkeypatch.setattr(spread, "RISKIEST", 8)
    monkeypatch.setattr(spread, "EVENLY", 6)
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    told = places(client, round_)
    shown = {key: tone for _, _, key, _, tone in told["rows"]}
    first = list(round_.items.filter(part="camera").order_by("-risk", "key").values_list("key", flat=True)[:8])
    assert set(first) <= set(shown) and 8 < len(shown) <= 14
    assert [shown[key] for key in first[:3]] == ["bad", "bad", "attention"]
    keys = sorted(set(shown) - set(first))
    assert keys[-1] - keys[0] > 40, "not a heap of neighbouring rows"
    assert told["says"].startswith("共 66 行，图上是其中 ")


def test_each_round_has_its_own(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    sent = submitted("meishan", values=[camera(number) for number in range(1, 5)])
    first = send_back(sent, data_reviewer, police_reviewer)
    mended(sent)
    client.force_login(data_reviewer)
    assert len(places(client, latest(sent))["rows"]) == 1
    assert len(places(client, first, round="1")["rows"]) == 4
    for number in ("3", "x", "9" * 30):
        assert client.get(url_of(first.case, "review_places"), {"round": number}).status_code == 404


def test_a_zero_report_has_nothing_to_show(client: Client, data_reviewer: Person) -> None:
    zero = submitted_zero("mabu")
    client.force_login(data_reviewer)
    assert client.get(url_of(case_of(zero), "review_places")).json() == {
        "rows": [], "near": [], "says": "本次没有摄像机。",
    }  # fmt: skip
