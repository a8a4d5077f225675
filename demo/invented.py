"""A whole invented county with known truth: which cameras watch the same scene, which poles stand side by side.

20,000 cameras over the real townships' names (their places are drawn, never the real ones), of 40 units that write each
in its own hand, with positions measured badly. What is planted is known by construction, before anybody looks for it:
a view (one direction of a crossing, one gate of a school) watched by a second camera is a duplicate; poles of two units
whose true feet are near each other may be shared.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from cameras.sheet import COUNTY_BOX
from planning.finding.rows import CameraFacts, PlatformFacts, PoleFacts
from sheets.kinds.places import townships

from .county import BRANDS
from .invented_names import Hand, Place, View
from .invented_places import SORTS, Town, junction, lanes, shops, stretch

METRES = 111_195.0
NOISE = 4.0
"""Metres by which a measured position is off, along each axis (standard deviation)."""
SECOND, THIRD, TWINS, ASIDE = 0.07, 0.08, 0.04, 0.02
"""Shares: views watched twice, of those three times, views with two lenses on purpose, duplicates known by nickname."""
OTHER_KIND = 0.03
"""Share of the school gates and shop doors that are also named by a camera of the road."""
KINDS = {
    "road": 30, "mall": 12, "school": 10, "community": 9, "office": 8, "medical": 5, "hotel": 4, "market": 3, "park": 4,
    "scenic": 3, "factory": 3, "construction": 2, "forest": 1, "reservoir": 1, "river": 2, "parking": 2, "station": 1,
    "agri_factory": 1, "agri_park": 1,
}  # fmt: skip
ON_POLES = frozenset({"road", "park", "scenic", "river", "reservoir", "forest", "parking", "station"})
TRADE = {"road": 0, "community": 1, "market": 1, "park": 1, "parking": 1, "school": 2, "medical": 3, "hotel": 4,
         "mall": 5, "factory": 5, "scenic": 6, "forest": 7, "reservoir": 8, "river": 8, "station": 9,
         "construction": 10, "agri_factory": 11, "agri_park": 11}  # fmt: skip
"""Which of the departments answers for a kind of place."""


@dataclass(slots=True)
class County:
    """The rows, and the truth about them. Owners are numbered from 1: townships first, then departments."""

    cameras: list[CameraFacts] = field(default_factory=list)
    poles: list[PoleFacts] = field(default_factory=list)
    platforms: list[PlatformFacts] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)
    costs: dict[int, tuple[float, float]] = field(default_factory=dict)
    duplicates: set[tuple[int, int]] = field(default_factory=set)
    shareable: set[tuple[int, int]] = field(default_factory=set)


@dataclass(slots=True)
class _Site:
    place: Place
    kind: str
    town: int
    x: float
    y: float


def invent(seed: int, cameras: int = 20_000, owners: int = 40) -> County:
    """The county of this seed, the same every time, with exactly so many cameras. `owners`: at least 36."""
    return _Making(seed, owners).county(cameras)


def distance_m(a: CameraFacts | PoleFacts, b: CameraFacts | PoleFacts) -> float:
    """Metres between two measured positions."""
    assert a.longitude and a.latitude and b.longitude and b.latitude  # noqa: S101
    middle = math.cos(math.radians((a.latitude + b.latitude) / 2))
    return METRES * math.hypot((a.longitude - b.longitude) * middle, a.latitude - b.latitude)


class _Making:
    def __init__(self, seed: int, owners: int) -> None:
        self._draw = draw = random.Random(seed)  # noqa: S311
        self._codes = list(townships())[:23]
        self._towns = [Town(townships()[code], draw) for code in self._codes]
        self._seed, self._owners = seed, owners
        self._hands = {owner: Hand(f"{seed}-{owner}") for owner in range(1, owners + 1)}
        self._made = County()
        self._feet: list[tuple[float, float]] = []
        self._on: dict[int, int] = defaultdict(int)
        west, south, east, north = COUNTY_BOX
        self._width = (east - west) * METRES * math.cos(math.radians(south))
        self._height = (north - south) * METRES
        self._centres = [
            (self._width * (0.12 + 0.19 * (at % 5) + draw.uniform(-0.04, 0.04)),
             self._height * (0.12 + 0.19 * (at // 5) + draw.uniform(-0.04, 0.04)))
            for at in range(23)
        ]  # fmt: skip

    def county(self, cameras: int) -> County:
        self._platforms()
        while len(self._made.cameras) < cameras:
            for site in self._sites():
                self._equip(site, cameras)
        self._share()
        return self._made

    def _sites(self) -> Iterator[_Site]:
        """One place, or a row of neighbouring shops."""
        draw = self._draw
        town = draw.randrange(23)
        kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
        x, y = (draw.gauss(middle, 1500) for middle in self._centres[town])
        if kind == "mall":
            for at, place in enumerate(shops(self._towns[town], draw)):
                yield _Site(place, kind, town, x + 11 * at, y + draw.uniform(-2, 2))
        elif kind == "road" and draw.random() < 0.04:
            for at, place in enumerate(lanes(self._towns[town], draw)):
                yield _Site(place, kind, town, x + 18 * at, y + draw.uniform(-2, 2))
        else:
            make = (junction if draw.random() < 0.75 else stretch) if kind == "road" else SORTS[kind]
            yield _Site(make(self._towns[town], draw), kind, town, x, y)

    def _equip(self, site: _Site, most: int) -> None:
        """Cameras for each view of the site: one, or more of them planted."""
        draw = self._draw
        first = self._owner_of(site)
        wide = 10.0 if site.kind in ("road", "mall") else 25.0
        for view in site.place.views:
            x, y = site.x + draw.uniform(-wide, wide) / 2, site.y + draw.uniform(-wide, wide) / 2
            chance = draw.random()
            if chance < TWINS:
                pole = self._pole(first, site, x, y)
                for number in (1, 2):
                    self._put(first, site, view, x, y, pole=pole, number=number, most=most)
                continue
            ids = [self._put(first, site, view, x, y, most=most)]
            if chance < TWINS + SECOND:
                others = [self._another(first, site)] + ([self._another(first, site)] if draw.random() < THIRD else [])
                if draw.random() < 0.12:
                    others[0] = first
                for owner in others:
                    aside = owner != first and bool(site.place.nickname) and draw.random() < ASIDE
                    like = ids[0] if owner == first else None
                    near = (x + draw.uniform(-6, 6), y + draw.uniform(-6, 6))
                    ids.append(self._put(owner, site, view, *near, most=most, aside=aside, like=like))
            if site.kind in ("school", "mall") and draw.random() < OTHER_KIND:
                road = replace(site, kind="road")
                self._put(self._another(first, site), road, view, x + 3, y, most=most)
            self._made.duplicates.update((a, b) for a, b in combinations(ids, 2) if a and b)

    def _owner_of(self, site: _Site) -> int:
        trade = TRADE.get(site.kind)
        return site.town + 1 if trade is None or self._draw.random() < 0.5 else 24 + trade

    def _another(self, owner: int, site: _Site) -> int:
        """A second unit at the same place: the township, the department, or one that has no business there."""
        likely = [site.town + 1, 24 + TRADE.get(site.kind, 0), *self._draw.sample(range(24, self._owners + 1), 2)]
        return self._draw.choice([one for one in likely if one != owner])

    def _put(
        self, owner: int, site: _Site, view: View, x: float, y: float, *, most: int, pole: int | None = None,
        number: int = 0, aside: bool = False, like: int | None = None,
    ) -> int:  # fmt: skip
        """Register one camera as its owner writes it; its id, or 0 when the county is full."""
        if len(self._made.cameras) >= most:
            return 0
        draw, town = self._draw, self._towns[site.town]
        if pole is None and site.kind in ON_POLES:
            pole = self._pole(owner, site, x, y)
        longitude, latitude = self._measured(x, y)
        name = (
            self._made.cameras[like - 1].name
            if like
            else self._hands[owner].write(site.place, view, town.name, number, aside=aside)
        )
        pk = len(self._made.cameras) + 1
        if pole is not None:
            self._on[pole] += 1
        self._made.brands.append(draw.choice(BRANDS))
        self._made.cameras.append(
            CameraFacts(
                pk,
                owner,
                name,
                self._codes[site.town],
                site.kind,
                longitude,
                latitude,
                self._leased(owner, site),
                draw.choices(("在用", "停用", "维修"), (20, 1, 1))[0],
                "fixed",
                f"{draw.randrange(2014, 2026)}.{draw.randrange(1, 13):02d}",
                pole,
                draw.choice(self._of[owner]),
            )
        )
        return pk

    def _leased(self, owner: int, site: _Site) -> bool:
        """Contracts are made place by place, and some units make many."""
        return random.Random(f"{self._seed}-{owner}-{site.x}").random() < (0.6 if owner % 5 == 0 else 0.1)  # noqa: S311

    def _pole(self, owner: int, site: _Site, x: float, y: float) -> int | None:
        """A pole of the owner within a few metres, its own or a new one; three in ten cameras hang on walls."""
        draw = self._draw
        if site.kind not in ON_POLES or draw.random() < 0.3:
            return None
        for at in range(len(self._feet) - 1, max(-1, len(self._feet) - 12), -1):
            if self._made.poles[at].owner == owner and math.dist(self._feet[at], (x, y)) < 6:
                return at + 1
        foot = (x + draw.uniform(-1, 1), y + draw.uniform(-1, 1))
        self._feet.append(foot)
        pk = len(self._feet)
        self._made.poles.append(
            PoleFacts(
                pk,
                owner,
                *self._measured(*foot),
                draw.choices((None, 1, 2, 3, 4), (1, 2, 6, 6, 3))[0],
                draw.choice((4.0, 6.0, 6.5)),
                draw.choices(("完整", "破损", "损坏"), (16, 2, 1))[0],
                f"G{pk:05d}",
            )
        )
        return pk

    def _measured(self, x: float, y: float) -> tuple[float, float]:
        """The position as somebody measured it, in degrees with six decimals."""
        x, y = x + self._draw.gauss(0, NOISE), y + self._draw.gauss(0, NOISE)
        latitude = COUNTY_BOX[1] + y / METRES
        return round(COUNTY_BOX[0] + x / (METRES * math.cos(math.radians(latitude))), 6), round(latitude, 6)

    def _platforms(self) -> None:
        draw, self._of = self._draw, defaultdict[int, list[int]](list)
        kinds = list(KINDS)
        for owner in range(1, self._owners + 1):
            for at in range(draw.choices((1, 2, 3, 5), (6, 3, 2, 1))[0]):
                pk = len(self._made.platforms) + 1
                cost = round(draw.uniform(8, 300), 1)
                self._of[owner].append(pk)
                self._made.costs[pk] = (cost, round(cost * 0.08, 2))
                self._made.platforms.append(
                    PlatformFacts(
                        pk,
                        owner,
                        f"单位{owner:02d}视频平台{at + 1}",
                        draw.choice(kinds),
                        draw.choices(("yes", "no", "partial", ""), (5, 3, 1, 1))[0],
                        draw.choice(("yes", "no")),
                        self._made.costs[pk][1],
                    )
                )

    def _share(self) -> None:
        """Poles of two units whose true feet are within 20 m, one of them whole and with arms enough for both."""
        cells = defaultdict[tuple[int, int], list[int]](list)
        for at, (x, y) in enumerate(self._feet):
            cells[int(x // 20), int(y // 20)].append(at)
        for (column, row), found in list(cells.items()):
            around = [at for dx in (-1, 0, 1) for dy in (-1, 0, 1) for at in cells.get((column + dx, row + dy), ())]
            for a in found:
                for b in around:
                    if a < b and self._may_share(a, b):
                        self._made.shareable.add((a + 1, b + 1))

    def _may_share(self, a: int, b: int) -> bool:
        one, other = self._made.poles[a], self._made.poles[b]
        needed = self._on[a + 1] + self._on[b + 1]
        room = any(pole.arms is not None and pole.arms >= needed and pole.condition != "损坏" for pole in (one, other))
        return one.owner != other.owner and room and math.dist(self._feet[a], self._feet[b]) <= 20
