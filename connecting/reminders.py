"""What is due or overdue, told to the unit's clerks once a day: connections that were promised, filings, signs.

One notice a unit, kind of thing and matter. Its key holds the latest day that has come due, so that what comes due
later is news, and the same is not told twice. It ends when nothing of it is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count, Max, Q
from django.urls import reverse

from agencies.models import Agency
from cameras.models import Camera
from jobs.daily import local_now
from notices import services as notices
from notices.models import Notice
from platforms.models import Platform

from . import states
from .models import Access, Sign, Topic
from .permissions import clerks_of, office_people

NEAR: Final = dt.timedelta(days=7)
PREFIX: Final = "connecting:due"
UNITS: Final = {"camera": "台摄像机", "platform": "个平台"}


@dataclass(frozen=True)
class Matter:
    """What may be due: the annotation with its day, what it is waited for with, and the words.

    `asked` are the conditions of the list that opens. `whose`: by which agency of the things it is told, and to whose
    clerks; `office`: the office is told instead.
    """

    key: str
    topic: Topic
    day: str
    waits: Q
    asked: Mapping[str, str]
    parameter: str
    late: str
    soon: str
    office: bool = False
    whose: str = "reporting_agency"


MATTERS: Final = (
    Matter(
        "promised",
        Topic.ACCESS,
        "now_due",
        states.access_promised(),
        {"decision": "promised"},
        "due",
        "已过应接入的日期",
        "快到应接入的日期",
    ),
    Matter(
        "plan",
        Topic.ACCESS,
        "now_due",
        Q(now_access=Access.SOCIAL),
        {"access": Access.SOCIAL.value},
        "due",
        "已过方案所定的接入日期",
        "快到方案所定的接入日期",
        whose="supervisor",
    ),
    Matter(
        "later",
        Topic.ACCESS,
        "now_due",
        states.access_put_off(),
        {"decision": "later"},
        "due",
        "已过再议的日期",
        "快到再议的日期",
        office=True,
    ),
    Matter(
        "filing",
        Topic.FILING,
        "filing_due",
        Q(now_filing__in=states.FILING_OPEN),
        {"view": "filing"},
        "filing_due",
        "备案已逾期",
        "备案快到期",
    ),
    Matter(
        "sign",
        Topic.SIGN,
        "sign_due",
        Q(now_sign=Sign.MISSING),
        {"view": "filing"},
        "sign_due",
        "设置标识已逾期",
        "设置标识快到期",
    ),
)


@dataclass(frozen=True)
class Due:
    """What is late of a unit, or will be soon; `day` is the latest of the dates."""

    kind: str
    late: bool
    agency_id: int
    count: int
    day: dt.date

    @property
    def tone(self) -> str:
        return "overdue" if self.late else "soon"


def every_day() -> None:
    """For the daily slot: all matters of all units, each matter in a transaction of its own."""
    for matter in MATTERS:
        with transaction.atomic():
            _tell(matter)


def done(topic: Topic, things: Iterable[Any]) -> None:
    """Something was said of these things: end, in its transaction, what their agencies were told and is not due now."""
    things = list(things)
    for matter in (matter for matter in MATTERS if matter.topic == topic):
        ids = sorted({pk for thing in things if (pk := getattr(thing, f"{matter.whose}_id"))})
        keys = [_key(matter, one) for one in _due(matter, local_now().date(), ids)]
        for agency_id in ids:
            notices.settle_others(f"{PREFIX}:{matter.key}:{agency_id}:", keys)


def _tell(matter: Matter) -> None:
    found = list(_due(matter, local_now().date(), None))
    for one in found:
        _remind(matter, one)
    notices.settle_others(f"{PREFIX}:{matter.key}:", [_key(matter, one) for one in found])


def _due(matter: Matter, now: dt.date, agencies: list[int] | None) -> Iterator[Due]:
    """What is late, and what will be soon, of these units or of all."""
    sources: dict[str, Any] = {
        "camera": states.cameras(Camera.objects.live()),
        "platform": states.platforms(Platform.objects.live()),
    }
    for kind, rows in sources.items():
        late = Q(**{f"{matter.day}__lt": now})
        soon = Q(**{f"{matter.day}__gte": now, f"{matter.day}__lte": now + NEAR})
        if kind == "camera":  # what follows its platform is told with the platform
            rows = rows.exclude(**{f"{matter.topic}_from": states.PLATFORM})  # noqa: PLW2901
        if agencies is not None:
            rows = rows.filter(**{f"{matter.whose}__in": agencies})  # noqa: PLW2901
        found = (
            rows.filter(matter.waits, late | soon, **{f"{matter.whose}__isnull": False})
            .order_by()
            .values(matter.whose)
            .annotate(
                late=Count("pk", filter=late),
                soon=Count("pk", filter=soon),
                last_late=Max(matter.day, filter=late),
                last_soon=Max(matter.day, filter=soon),
            )
        )
        for one in found:
            if one["late"]:
                yield Due(kind, True, one[matter.whose], one["late"], one["last_late"])
            if one["soon"]:
                yield Due(kind, False, one[matter.whose], one["soon"], one["last_soon"])


def _key(matter: Matter, due: Due) -> str:
    return f"{PREFIX}:{matter.key}:{due.agency_id}:{due.kind}:{due.tone}:{due.day:%Y%m%d}"


def _remind(matter: Matter, due: Due) -> None:
    agency = Agency.objects.get(pk=due.agency_id)
    whose = "agency" if matter.whose == "reporting_agency" else matter.whose
    asked = {**matter.asked, matter.parameter: due.tone, whose: agency.code}
    if due.kind == "camera":
        asked[f"{matter.topic}_own"] = "yes"
    words = matter.late if due.late else f"{matter.soon}（最晚 {due.day:%Y-%m-%d}）"
    notices.remind(
        office_people() if matter.office else clerks_of([due.agency_id]),
        Notice.Kind.OVERDUE if due.late else Notice.Kind.DUE_SOON,
        key=_key(matter, due),
        text=f"{due.count} {UNITS[due.kind]}{words}，请办理后登记。",
        url=f"{reverse(f'connecting_{due.kind}s')}?{urlencode(asked)}",
        whose=str(agency),
    )
