"""What a measure saves, in 万元 once and in 万元 a year: from the sheets' own costs, and from what the office assumes.

A platform's building cost and upkeep are spread evenly over its live cameras. Where a cost that the method needs is
missing there is no figure; what is missing is told instead. Every amount is exact to the yuan (four decimals of 万元),
so that sums add up wherever they are shown. Pure functions: nothing here reads the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from .assumptions import KNOWN, Values, plain

YUAN: Final = Decimal("0.0001")
METHODS: Final[Mapping[str, str]] = {
    "拆除": "每年少付分摊到这台的运维费用×不再支付的运维费用占比；一次性支出拆除费用。",
    "以迁代拆": "移到需要新建的地方用，少付分摊到这台的建设费用×不再支付的新建费用占比，减去迁移费用。",
    "以租代建": "少付分摊到这台的建设费用×不再支付的新建费用占比；"
    "每年少付分摊到这台的运维费用×不再支付的运维费用占比，减去租用费用。",
    "杆塔复用": "少立一根新杆：新立一根杆件的费用÷原杆上的在册摄像机台数；没有登记杆件的按一台一根。",
    "算法升级": "以升级替代新建，少付分摊到这台的建设费用×不再支付的新建费用占比，减去升级费用。",
    "迁移": "一次性支出迁移费用。",
}
"""How each measure of a camera is reckoned; the others of the sheet's column save nothing by themselves."""
SPREAD: Final = "平台的建设费用、运维费用平均分摊到该平台在册的各台摄像机。"
OF_PLATFORM: Final = "平台迁移、拆除：每年少付该平台的运维费用×不再支付的运维费用占比。"
WITHOUT: Final = "保留、一机多用、接入本身不计节约；一机多用的节约计在同组拆除、迁移的摄像机上。"

NO_PLATFORM: Final = "没有关联管理平台"
NO_BUILD: Final = "平台没有填建设费用"
NO_UPKEEP: Final = "平台没有填运维费用"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one thing. Camera: its platform's costs, how many live cameras share them and its pole.

    Platform: its own costs. `platform`: the platform's name, None for a camera without one.
    """

    platform: str | None = None
    build: Decimal | None = None
    upkeep: Decimal | None = None
    cameras: int = 1
    on_pole: int = 1


@dataclass(frozen=True, slots=True)
class Amount:
    """万元, or what is missing for it; `how`: the reckoning with its figures."""

    value: Decimal | None
    missing: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one thing's measure saves; None where the measure saves nothing of that sort. Negative: it costs."""

    once: Amount | None = None
    yearly: Amount | None = None


class _Sum:
    """An amount put together from terms, or the list of what it lacks."""

    def __init__(self) -> None:
        self.value = Decimal(0)
        self.missing: list[str] = []
        self.how: list[str] = []

    def spread(self, cost: Decimal | None, facts: Facts, unit: str, missing: str, share: Decimal | None) -> _Sum:
        """A platform's cost over its cameras, of which `share` percent counts."""
        if facts.platform is None:
            self.missing.append(NO_PLATFORM)
        elif cost is None:
            self.missing.append(missing)
        if share is None:
            self.missing.append(_unstated("upkeep_share" if missing == NO_UPKEEP else "build_share"))
        if not self.missing and cost is not None and share is not None:
            self.value += cost * share / 100 / max(facts.cameras, 1)
            self.how.append(f"{plain(cost)} {unit}÷{facts.cameras} 台×{plain(share)}%")
        return self

    def assumed(self, values: Values, key: str, sign: int, over: int = 1) -> _Sum:
        value = values.get(key)
        if value is None:
            self.missing.append(_unstated(key))
        else:
            self.value += sign * value / over
            divided = f"÷{over} 台" if over > 1 else ""
            self.how.append(f"{'－' if sign < 0 else ''}{plain(value)} {KNOWN[key].unit.split('/')[0]}{divided}")
        return self

    def amount(self) -> Amount:
        if self.missing:
            return Amount(None, tuple(dict.fromkeys(self.missing)))
        return Amount(self.value.quantize(YUAN, ROUND_HALF_EVEN), (), "".join(_joined(self.how)))


def _joined(terms: list[str]) -> Iterable[str]:
    for place, term in enumerate(terms):
        yield term if place == 0 or term.startswith("－") else f"＋{term}"


def _unstated(key: str) -> str:
    return f"没有填测算参数“{KNOWN[key].title}”"


def line(kind: str, measure: str, facts: Facts, values: Values) -> Line:
    """What the measure saves for a "camera" or a "platform"; poles are reckoned with their cameras."""
    if kind == "platform":
        return _of_platform(measure, facts, values)
    if kind != "camera":
        return Line()
    upkeep, build = values.get("upkeep_share"), values.get("build_share")
    once, yearly = _Sum(), _Sum()
    if measure == "拆除":
        once.assumed(values, "remove_cost", -1)
        yearly.spread(facts.upkeep, facts, "万元/年", NO_UPKEEP, upkeep)
        return Line(once.amount(), yearly.amount())
    if measure == "以租代建":
        once.spread(facts.build, facts, "万元", NO_BUILD, build)
        yearly.spread(facts.upkeep, facts, "万元/年", NO_UPKEEP, upkeep).assumed(values, "rent", -1)
        return Line(once.amount(), yearly.amount())
    if measure in ("以迁代拆", "算法升级"):
        once.spread(facts.build, facts, "万元", NO_BUILD, build)
        once.assumed(values, "move_cost" if measure == "以迁代拆" else "upgrade_cost", -1)
        return Line(once.amount())
    if measure == "杆塔复用":
        return Line(once.assumed(values, "pole_cost", 1, max(facts.on_pole, 1)).amount())
    if measure == "迁移":
        return Line(once.assumed(values, "move_cost", -1).amount())
    return Line()


def _of_platform(measure: str, facts: Facts, values: Values) -> Line:
    if measure not in ("迁移", "拆除"):
        return Line()
    share, missing = values.get("upkeep_share"), []
    if facts.upkeep is None:
        missing.append(NO_UPKEEP)
    if share is None:
        missing.append(_unstated("upkeep_share"))
    if facts.upkeep is None or share is None:
        return Line(yearly=Amount(None, tuple(missing)))
    value = (facts.upkeep * share / 100).quantize(YUAN, ROUND_HALF_EVEN)
    return Line(yearly=Amount(value, (), f"{plain(facts.upkeep)} 万元/年×{plain(share)}%"))


@dataclass
class Total:
    """Amounts of one sort added up: `known` of `of` could be reckoned, the others lack what `missing` counts.

    One thing may lack more than one figure; it then counts under each.
    """

    value: Decimal = Decimal(0)
    known: int = 0
    of: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, amount: Amount | None, count: int = 1) -> None:
        if amount is None:
            return
        self.of += count
        if amount.value is None:
            for each in amount.missing:
                self.missing[each] += count
            return
        self.known += count
        self.value += amount.value * count

    def packed(self) -> dict[str, Any]:
        """As plain JSON; `unpacked` gives it back."""
        return {"value": str(self.value), "known": self.known, "of": self.of, "missing": dict(self.missing)}

    @classmethod
    def unpacked(cls, told: Mapping[str, Any]) -> Total:
        return cls(Decimal(told["value"]), told["known"], told["of"], Counter(told["missing"]))

    @property
    def text(self) -> str:
        """The figure, or "–" where nothing could be reckoned."""
        return money(self.value) if self.known else "–"

    @property
    def says(self) -> str:
        """3 项可测算，2 项缺少费用（平台没有填运维费用 2 项）."""
        if not self.of:
            return "没有要测算的"
        told = [f"{self.known:,} 项可测算"]
        if self.of > self.known:
            why = "，".join(f"{reason} {count:,} 项" for reason, count in sorted(self.missing.items()))
            told.append(f"{self.of - self.known:,} 项缺少费用（{why}）")
        return "，".join(told)


@dataclass
class Saving:
    """What a number of measures save together."""

    once: Total = field(default_factory=Total)
    yearly: Total = field(default_factory=Total)

    def add(self, found: Line, count: int = 1) -> None:
        self.once.add(found.once, count)
        self.yearly.add(found.yearly, count)

    def merge(self, other: Saving) -> None:
        for mine, its in ((self.once, other.once), (self.yearly, other.yearly)):
            mine.value += its.value
            mine.known += its.known
            mine.of += its.of
            mine.missing += its.missing

    def packed(self) -> dict[str, Any]:
        return {"once": self.once.packed(), "yearly": self.yearly.packed()}

    @classmethod
    def unpacked(cls, told: Mapping[str, Any]) -> Saving:
        return cls(Total.unpacked(told["once"]), Total.unpacked(told["yearly"]))


def money(value: Decimal) -> str:
    """1234.5 as 1,234.5; as many decimals as it has, four at most."""
    whole, _, part = f"{value.quantize(YUAN):,f}".partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole.replace("-0", "0") if whole == "-0" else whole
