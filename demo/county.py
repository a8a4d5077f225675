"""An invented county: cameras and platforms that do not exist, at places drawn at random. Never real positions."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from .together import stand_together

ROADS = ("望山路", "云溪路", "松风路", "竹海大道", "青岚街", "映红路", "石桥街", "茶园路", "溪口路", "新晨路")
SPOTS = ("路口东南角", "路口西北角", "人行道", "停车区", "出入口", "公交站旁", "桥头", "广场北侧")
BRANDS = ("海康威视", "大华", "宇视", "科达", "天地伟业")


def cameras(seed: str, townships: list[tuple[str, str]], platform: str, count: int) -> list[dict[str, Any]]:
    """`count` camera rows of clean values, the same for the same seed; every fourth on a pole of its own.

    `townships`: (code, name) pairs to draw from.
    """
    draw = random.Random(seed)  # noqa: S311
    base = draw.randrange(100_000, 900_000)
    rows = []
    for place in range(count):
        code, township = draw.choice(townships)
        name = f"{township[:-1]}{draw.choice(ROADS)}{draw.choice(SPOTS)}{place + 1:02d}"
        row: dict[str, Any] = {
            "seq": place + 1,
            "code": f"34152400{draw.choice(('00', '01', '08', '03'))}1320{base + place:06d}",
            "name": name,
            "platform_name": platform,
            "brand": draw.choice(BRANDS),
            "township": code,
            "police_station": f"{township[:-1]}派出所",
            "longitude": _degrees(draw, 115.45, 116.10),
            "latitude": _degrees(draw, 31.20, 31.75),
            "built": f"{draw.randrange(2016, 2026)}.{draw.randrange(1, 13):02d}",
            "label": name if draw.random() < 0.8 else "",
            "leased": draw.random() < 0.15,
            "status": draw.choices(("在用", "停用", "维修"), (20, 1, 2))[0],
            "measure": draw.choices(("保留", "接入", "一机多用", "以迁代拆", "杆塔复用"), (8, 4, 1, 1, 1))[0],
        }
        if place % 4 == 0:
            row |= {
                "pole_built": row["built"],
                "pole_number": f"{base}-{place:03d}",
                "pole_height": draw.choice((4, 6, 6.5)),
                "pole_arms": draw.randrange(1, 4),
                "pole_condition": draw.choices(("完整", "破损"), (9, 1))[0],
            }
        rows.append(row)
    stand_together(rows, seed, townships)
    return rows


def _degrees(draw: random.Random, low: float, high: float) -> Decimal:
    """Six decimals, the sixth not zero, as the form asks."""
    return Decimal(f"{draw.uniform(low, high):.5f}{draw.randrange(1, 10)}")


def platforms(seed: str, name: str) -> list[dict[str, Any]]:
    """One platform row of clean values."""
    draw = random.Random(seed)  # noqa: S311
    cost = draw.randrange(20, 400)
    return [
        {
            "seq": 1,
            "name": name,
            "vendor": draw.choice(BRANDS),
            "gbt28181": draw.choice(("yes", "yes", "no")),
            "gat1400": draw.choice(("是", "否")),
            "address": f"示例街道{draw.randrange(1, 200)}号",
            "network": draw.choice(("专线", "视频专网", "互联网")),
            "protection": "防火墙一台，入侵检测一套",
            "retention_days": draw.choice((30, 30, 60, 90, 15)),
            "description": "管理本单位公共区域视频",
            "version": f"V{draw.randrange(2, 6)}.{draw.randrange(0, 9)}",
            "sharing": "具备联网网关，可按需共享",
            "connected": draw.choice(("yes", "no")),
            "code": f"3415240000200{draw.choice((0, 2, 6, 8))}{draw.randrange(1, 999_999):06d}",
            "cascade": draw.choice(("市县两级", "县本级", "未级联")),
            "built": f"{draw.randrange(2016, 2025)}.{draw.randrange(1, 13):02d}",
            "cost": cost,
            "upkeep": round(cost * 0.08, 1),
        }
    ]
