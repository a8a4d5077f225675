"""What the office assumes where the sheets are silent: shares of what is saved, and what building or moving costs.

Shares begin at 100 (a saving is what the sheets say, no more and no less); money has no beginning: until the office
states it, whatever needs it has no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid
from sheets.cells import trim

from .models import Assumption
from .moves import require_office

LONGEST: Final = 200
UNSTATED: Final = ""


@dataclass(frozen=True)
class Known:
    """One figure that may be assumed: between `least` and `most`, `start` until the office states it."""

    key: str
    title: str
    unit: str
    most: Decimal
    used: str
    start: Decimal | None = None
    least: Decimal = Decimal(0)


KNOWN: Final[Mapping[str, Known]] = {
    each.key: each
    for each in (
        Known(
            "upkeep_share",
            "不再支付的运维费用占比",
            "%",
            Decimal(100),
            "拆除一台摄像机、并走一个平台后，按表分摊的运维费用里实际少付的部分",
            Decimal(100),
        ),
        Known(
            "build_share",
            "不再支付的新建费用占比",
            "%",
            Decimal(100),
            "以迁代拆、以租代建、算法升级替代一台新建时，按表分摊的建设费用里实际少付的部分",
            Decimal(100),
        ),
        Known("remove_cost", "拆除一台摄像机的费用", "万元/台", Decimal(20), "拆除"),
        Known("move_cost", "迁移一台摄像机的费用", "万元/台", Decimal(20), "以迁代拆、迁移"),
        Known("pole_cost", "新立一根杆件的费用", "万元/根", Decimal(50), "杆塔复用"),
        Known("upgrade_cost", "一台摄像机算法升级的费用", "万元/台", Decimal(20), "算法升级"),
        Known("rent", "租用一台摄像机的费用", "万元/台·年", Decimal(20), "以租代建"),
    )
}

Values = Mapping[str, Decimal]
"""Key -> value of what is assumed; a key that is missing has not been stated."""


def values() -> dict[str, Decimal]:
    """What is assumed now; one query."""
    return _values({row.key: row for row in Assumption.objects.all()})


def _values(rows: Mapping[str, Assumption]) -> dict[str, Decimal]:
    found = {}
    for key, known in KNOWN.items():
        value = rows[key].value if key in rows else known.start
        if value is not None:
            found[key] = value
    return found


@dataclass(frozen=True)
class Stated:
    """A figure as the page shows it. `row`: as the office last said it, None where it never did."""

    known: Known
    value: Decimal | None
    row: Assumption | None

    @property
    def text(self) -> str:
        return plain(self.value) if self.value is not None else UNSTATED


def stated() -> list[Stated]:
    """All of them with who said what when; one query."""
    rows = {row.key: row for row in Assumption.objects.select_related("changed_by")}
    found = _values(rows)
    return [Stated(known, found.get(key), rows.get(key)) for key, known in KNOWN.items()]


def plain(value: Decimal) -> str:
    """0.0500 as 0.05."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def state(by: Person, key: str, value: str, source: str, seen: str) -> Assumption:
    """Let the office say a figure, or take it back ("" as value). `seen`: the value that stood on its page.

    403 for all but the office, KeyError for an unknown key, Invalid for no number, one out of bounds or no source,
    Conflict where a colleague has changed it meanwhile.
    """
    known = KNOWN[key]
    require_office(by)
    number = _number(known, trim(value))
    source = trim(source)[:LONGEST]
    if not source:
        raise Invalid("请写明依据（合同、中标价、询价或会议纪要），看方案的人据此判断。")
    with transaction.atomic():
        # The person holds the lock: of two colleagues at once, the second sees what the first has said.
        Assumption.objects.get_or_create(key=key, defaults={"value": known.start, "source": "初始值", "changed_by": by})
        row = Assumption.objects.select_for_update().get(key=key)
        before = plain(row.value) if row.value is not None else UNSTATED
        if before != trim(seen):
            raise Conflict(f"“{known.title}”刚刚改成了 {before or '未填'}。请刷新页面，看过再改。")
        row.value, row.source, row.changed_by = number, source, by
        Assumption.objects.filter(pk=row.pk).update(value=number, source=source, changed_by=by, changed_at=Now())
        after = plain(number) if number is not None else UNSTATED
        journal.record(
            by,
            "planning.assumed",
            row,
            agency_id=by.agency_id,
            name=known.title,
            before=before,
            after=after,
            reason=source,
        )
    return row


def _number(known: Known, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text.removesuffix("%") if known.unit == "%" else text)
    except InvalidOperation:
        raise Invalid(f"“{text[:20]}”不是数字。请填写数字，单位是{known.unit}。") from None
    if not number.is_finite() or not known.least <= number <= known.most:
        raise Invalid(f"{known.title}须在 {plain(known.least)} 到 {plain(known.most)} {known.unit}之间。")
    if number != number.quantize(Decimal("0.0001")):
        raise Invalid("最多四位小数。")
    return number
