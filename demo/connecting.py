"""The demo's part of 接入 and 备案: what an invented county platform can carry, and how its units stand to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from agencies.models import Person
from cameras.models import Camera
from connecting import capacity, filings, permissions, reminders, saying, services
from connecting.models import Topic
from platforms.models import Platform

from .people import clerk_of

TOPICS: dict[Callable[..., Any], Topic] = {
    services.sign: Topic.SIGN,
    filings.file: Topic.FILING,
    filings.confirm: Topic.FILING,
    filings.refuse: Topic.FILING,
}
SOCIAL = {"culture-tourism"}
"""Units whose cameras are invented as paid for by social funds."""


def tell() -> None:
    """After the registry has been filled. Through the services that people use."""
    police, office = Person.objects.get(username="police-1"), Person.objects.get(username="office-1")
    today = services.today()
    _county(police, today)
    _connections(office, today)
    _filings(police, today)
    reminders.every_day()


def _county(police: Person, today: dt.date) -> None:
    for days, used in ((200, 96), (20, 170)):
        amounts = capacity.Amounts(300, used, 120, used // 3, Decimal(800), Decimal(used * 4))
        day = today - dt.timedelta(days=days)
        capacity.state_capacity(police, day, amounts, f"县公安局 {day.year} 年 {day.month} 月统计（示例）")
    for state, since, note in (
        ("under_way", dt.date(2022, 10, 8), "开展级联改造"),
        ("connected", dt.date(2022, 12, 20), "按 GB/T 28181 与省平台级联，可按需调看"),
    ):
        capacity.state_province_link(police, state, since, note)


def _connections(office: Person, today: dt.date) -> None:
    def after(days: int) -> dt.date:
        return today + dt.timedelta(days=days)

    _say(services.state, "qingshan", "platform", 1, state="planned", by_date=after(40), text="已列入今年改造")
    _say(services.state, "water", "camera", 6, state="planned", by_date=after(5), text="等待专线开通")
    assessed = _say(
        services.state, "gubei", "camera", 4, state="not_ready", cost=Decimal("6.8"), gain="补上集镇出口的盲区",
        text="模拟摄像机，没有编码器",
    )  # fmt: skip
    _act(
        services.decide,
        office,
        "camera",
        assessed[:2],
        decision="connect",
        by_date=after(60),
        text="费用合理，一并改造",
    )
    supervised = Q(place_kind__in=permissions.supervised_kinds(clerk_of("culture-tourism")))
    _say(
        services.plan, "culture-tourism", "camera", 20, supervised,
        by_date=after(120), text="由景区接入运营商汇聚平台，费用自理",
    )  # fmt: skip


def _filings(police: Person, today: dt.date) -> None:
    filed = today - dt.timedelta(days=30)
    for agency, number in (("mabu", "示例备〔1〕号"), ("health", "示例备〔2〕号")):
        things = _say(filings.file, agency, "platform", 1, filed_on=filed, number=number)
        _act(filings.confirm, police, "platform", things)
        _say(services.sign, agency, "platform", 1, state="set")
    things = _say(filings.file, "water", "platform", 1, filed_on=filed)
    _act(filings.refuse, police, "platform", things, text="没有收到摄像机位置清单，请补齐后再备案。")
    _say(filings.file, "nanxi", "platform", 1, filed_on=filed)
    _say(services.sign, "nanxi", "camera", 8, state="missing", by_date=today + dt.timedelta(days=25))


def _say(
    do: Callable[..., Any],
    agency: str,
    kind: str,
    count: int,
    among: Q | None = None,
    **told: Any,
) -> list[Any]:
    """The unit's clerk says it of its first things, among these."""
    model = Camera if kind == "camera" else Platform
    own = model.objects.live().filter(among or Q(), reporting_agency__code=agency)
    things: list[Any] = list(own.order_by("pk")[:count])
    if things:
        _act(do, clerk_of(agency), kind, things, **told)
    return things


def _act(do: Callable[..., Any], by: Person, kind: str, things: Sequence[Any], **told: Any) -> None:
    if not things:
        return
    ids = [thing.pk for thing in things]
    seen = saying.seen_of(saying.standings_of(kind, ids), TOPICS.get(do, Topic.ACCESS))
    do(by, kind, ids, seen, **told)
