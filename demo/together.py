"""Crossings of the demo where several units stand side by side, so that there is something to integrate."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from .invented_names import Hand, Place, View

CROSSINGS = {
    "341524101": ("望山路", "新晨街"),
    "341524102": ("云溪路", "石桥街"),
    "341524105": ("竹海大道", "映红路"),
    "341524109": ("松风路", "溪口路"),
}
"""One each in townships whose reports the demo accepts."""
FIRST = 4
"""The row from which on rows are moved: it has a pole of its own."""
LEAST = 20
"""Shorter lists stay as they are."""


def stand_together(rows: list[dict[str, Any]], seed: str, townships: list[tuple[str, str]]) -> None:
    """Move a few rows of a unit's list to the crossings of its townships, each written in the unit's own hand."""
    names = dict(townships)
    here = [code for code in CROSSINGS if code in names]
    if len(rows) < LEAST:
        return
    draw, hand = random.Random(f"together {seed}"), Hand(seed)  # noqa: S311
    for row, code in zip(rows[FIRST:], here, strict=False):
        a, b = CROSSINGS[code]
        way = draw.choices("东南", (3, 1))[0]
        name = hand.write(Place((f"{a}与{b}交叉口",), (), (a, b)), View(facing=way), names[code]).strip()
        corner = random.Random(code)  # noqa: S311
        row |= {
            "name": name,
            "label": name if row["label"] else "",
            "township": code,
            "police_station": f"{names[code][:-1]}派出所",
            "longitude": _near(corner.uniform(115.5, 116.0), draw),
            "latitude": _near(corner.uniform(31.25, 31.7), draw),
            "place_kind": "road",
            "status": "在用",
        }


def _near(degrees: float, draw: random.Random) -> Decimal:
    """Some metres off, with six decimals, the sixth not zero, as the form asks."""
    return Decimal(f"{degrees + draw.uniform(-5e-5, 5e-5):.5f}{draw.randrange(1, 10)}")
