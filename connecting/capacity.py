"""The county platform's own capacity and its link to the province: dated statements, of which the latest holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.failures import Invalid, require

from . import permissions
from .models import Capacity, ProvinceLink
from .services import today, words

REFUSED: Final = "县平台的能力由公安局、数据局和领导小组办公室登记。"
FIRST_DAY: Final = dt.date(2015, 1, 1)
MOST: Final = 10_000_000
LONGEST: Final = 200


@dataclass(frozen=True)
class Amounts:
    """Total and used: streams taken in, streams forwarded, storage in TB."""

    channels_total: int
    channels_used: int
    forwarding_total: int
    forwarding_used: int
    storage_total: Decimal
    storage_used: Decimal

    def pairs(self) -> list[tuple[str, int | Decimal, int | Decimal]]:
        """(what, used, total)."""
        return [
            ("接入路数", self.channels_used, self.channels_total),
            ("转发路数", self.forwarding_used, self.forwarding_total),
            ("存储", self.storage_used, self.storage_total),
        ]


def state_capacity(by: Person, as_of: dt.date, amounts: Amounts, source: str) -> Capacity:
    """Keep what the platform could carry and carried on a day; Invalid when more is used than there is."""
    require(by.is_active and permissions.may_keep_capacity(by), REFUSED)
    _refuse_day(as_of, "统计日期")
    for what, used, total in amounts.pairs():
        if not 0 <= used <= total <= MOST:
            raise Invalid(f"{what}：已用 {used}，总数 {total}。已用的不能多于总数，也不能是负数，请核对。")
    source = _source(source, "请写明这些数从哪里来，例如“县公安局科信部门 8 月统计”。")
    with transaction.atomic():
        made = Capacity.objects.create(as_of=as_of, source=source, made_by=by, **vars(amounts))
        journal.record(
            by,
            "connecting.capacity_stated",
            made,
            agency_id=by.agency_id,
            as_of=as_of.isoformat(),
            channels=f"{made.channels_used}/{made.channels_total}",
            forwarding=f"{made.forwarding_used}/{made.forwarding_total}",
            storage=f"{made.storage_used}/{made.storage_total}",
        )
    return made


def state_province_link(by: Person, state: str, since: dt.date, note: str) -> ProvinceLink:
    """Keep how the platform stands to the province's, since a day."""
    require(by.is_active and permissions.may_keep_capacity(by), REFUSED)
    if state not in ProvinceLink.State.values:
        raise Invalid("请选择与省平台的对接状态。")
    _refuse_day(since, "起始日期")
    note = _source(note, "请写明对接的情况，例如对接方式和完成的内容。")
    with transaction.atomic():
        made = ProvinceLink.objects.create(state=state, since=since, note=note, made_by=by)
        journal.record(
            by, "connecting.province_stated", made, agency_id=by.agency_id, state=state, since=since.isoformat()
        )
    return made


def _source(text: str, refusal: str) -> str:
    text = " ".join(words(text).split())
    if not text:
        raise Invalid(refusal)
    if len(text) > LONGEST:
        raise Invalid(f"请不要超过 {LONGEST} 个字。")
    return text


def _refuse_day(day: dt.date, title: str) -> None:
    now = today()
    if not FIRST_DAY <= day <= now:
        raise Invalid(f"{title}要在 {FIRST_DAY:%Y-%m-%d} 到今天（{now:%Y-%m-%d}）之间，请核对。")


# --- reading ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Bar:
    """One of the three: what is used of what there is. `unit` stands behind the figures."""

    label: str
    used: int | Decimal
    total: int | Decimal
    unit: str

    @property
    def free(self) -> int | Decimal:
        return self.total - self.used

    @property
    def percent(self) -> str:
        return f"{self.used * 100 / self.total:.1f}%" if self.total else "–"

    @property
    def nearly_full(self) -> bool:
        return self.used * 10 >= self.total * 9


def bars(now: Capacity) -> list[Bar]:
    return [
        Bar("视频接入", now.channels_used, now.channels_total, "路"),
        Bar("视频转发", now.forwarding_used, now.forwarding_total, "路"),
        Bar("录像存储", now.storage_used, now.storage_total, "TB"),
    ]
