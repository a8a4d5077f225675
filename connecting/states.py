"""How each thing stands now, in one place and in the database: what was said of it, else what its platform or its sheet
says.

A camera of which nothing was said follows its live platform; a platform of which nothing was said follows the column
是否对接本级雪亮平台 of its sheet. Every list, figure and page reads the annotations made here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from cameras.models import Camera

from .models import Access, Decision, Filing, Sign

PARTIAL, NONE, UNSTATED, SOCIAL_OPEN = "partial", "unplanned", "unstated", "social_open"
"""None of them is the "none" that stands for a blank in addresses (lists.BLANK)."""
ACCESS_WORDS: Final[dict[str, str]] = {
    Access.CONNECTED: "已接入",
    PARTIAL: "部分接入",
    Access.PLANNED: "计划接入",
    Access.NOT_READY: "暂不具备条件",
    Access.SOCIAL: "社会资源已定方案",
    SOCIAL_OPEN: "社会资源未定方案",
    NONE: "未接入未安排",
    UNSTATED: "未说明",
}
"""Every state of a connection; they exclude one another and add up to all live things."""
UNFILED, CHANGED = "unfiled", "changed"
FILING_WORDS: Final[dict[str, str]] = {
    Filing.CONFIRMED: "已备案",
    Filing.STATED: "待公安确认",
    Filing.REFUSED: "公安未确认",
    CHANGED: "变更未备案",
    UNFILED: "未备案",
}
FILING_OPEN: Final = (Filing.REFUSED, CHANGED, UNFILED)
"""States in which it is the unit's turn."""
SIGN_WORDS: Final[dict[str, str]] = {Sign.SET: "已设置", Sign.MISSING: "未设置", UNSTATED: "未说明"}
OWN, PLATFORM, SHEET = "own", "platform", "sheet"

ORDER_IN_FORCE: Final = dt.date(2025, 4, 1)
OLD_DUE: Final = dt.date(2025, 7, 1)
DAYS: Final = 30
"""Order 799, article 14: within 30 days of being put to use; what was in use before it came into force: by OLD_DUE."""
MONTH, YEAR = r"^[0-9]{4}\.(0[1-9]|1[0-2])$", r"^[0-9]{4}$"


class EndOfMonth(Func):
    """The last day of a month written YYYY.MM."""

    template = "(to_date(%(expressions)s, 'YYYY.MM') + interval '1 month' - interval '1 day')::date"
    output_field = DateField()


class EndOfYear(Func):
    """The last day of a year written YYYY."""

    template = "make_date((%(expressions)s)::int, 12, 31)"
    output_field = DateField()


class Later(Func):
    """The day `DAYS` after another."""

    template = f"(%(expressions)s + {DAYS})"
    output_field = DateField()


class Month(Func):
    """A day as YYYY.MM."""

    template = "to_char(%(expressions)s, 'YYYY.MM')"
    output_field = CharField()


def _own(topic: str) -> Q:
    return Q(**{f"standing__{topic}_state__gt": ""})


_LIVE_PLATFORM = Q(platform__life="live")


def _text(*cases: When, default: Any) -> Case:
    return Case(*cases, default=default, output_field=CharField())


def _day(*cases: When, default: Any = None) -> Case:
    return Case(*cases, default=default, output_field=DateField())


def _when(condition: Q, value: Any) -> When:
    return When(condition, then=value if hasattr(value, "resolve_expression") else Value(value))


def _put_to_use(path: str = "") -> Coalesce:
    """The day that was stated, else the end of the month or year in which it was built; null where neither is known."""
    built = f"{path}built"
    return Coalesce(
        F(f"{path}standing__used_since"),
        _day(
            _when(Q(**{f"{built}__regex": MONTH}), EndOfMonth(F(built))),
            _when(Q(**{f"{built}__regex": YEAR}), EndOfYear(F(built))),
        ),
    )


def _due_of(day: str) -> Case:
    """When what is in use since the annotation `day` is to be filed."""
    return _day(
        _when(Q(**{f"{day}__lt": ORDER_IN_FORCE}), Value(OLD_DUE, output_field=DateField())),
        _when(Q(**{f"{day}__isnull": False}), Later(F(day))),
    )


def cameras(rows: Any) -> Any:
    """Cameras, each with now_access, now_due, now_decision, access_from, now_filing, filing_due, now_number,
    now_filed_on, filing_from, now_sign, sign_from and platform_called."""
    rows = rows.annotate(
        platform_called=F("platform__name"),
        access_from=_follows("access"),
        filing_from=_follows("filing", sheet=False),
        sign_from=_follows("sign"),
        in_use=_put_to_use(),
        platform_in_use=_put_to_use("platform__"),
    )
    rows = rows.annotate(
        now_access=_text(
            _when(Q(access_from=OWN), F("standing__access_state")),
            _when(Q(access_from=PLATFORM), F("platform__standing__access_state")),
            _when(_LIVE_PLATFORM & Q(platform__connected="yes"), Access.CONNECTED),
            _when(_LIVE_PLATFORM & Q(platform__connected="partial"), PARTIAL),
            _when(Q(funding="social"), SOCIAL_OPEN),
            _when(_LIVE_PLATFORM & Q(platform__connected="no"), NONE),
            default=Value(UNSTATED),
        ),
        now_due=_of("access", "access_due", _day),
        now_decision=_of("access", "access_decision", _text, Value("")),
        now_sign=_of("sign", "sign_state", _text, Value(UNSTATED)),
        sign_due=_of("sign", "sign_due", _day),
        is_new=_flag(
            Q(
                filing_from=PLATFORM,
                platform__standing__filing_state=Filing.CONFIRMED,
                built__regex=MONTH,
                built__gt=Month(F("platform__standing__filed_on")),
            )
        ),
    )
    return rows.annotate(
        now_filing=_text(
            _when(Q(filing_from=OWN), F("standing__filing_state")),
            _when(Q(is_new=True), CHANGED),
            _when(
                Q(filing_from=PLATFORM, platform__standing__filing_state__gt=""), F("platform__standing__filing_state")
            ),
            default=Value(UNFILED),
        ),
        filing_due=_day(
            _when(Q(is_new=False, filing_from=PLATFORM), _due_of("platform_in_use")), default=_due_of("in_use")
        ),
        now_number=_of("filing", "filing_number", _text, Value("")),
        now_filed_on=_of("filing", "filed_on", _day),
    )


def platforms(rows: Any) -> Any:
    """Platforms, each with the same annotations as cameras, but for the platform it would follow.

    `first_added`: since when, at the earliest, a camera belongs to it that was built after it was filed.
    """
    added = (
        Camera.objects.live()
        .filter(platform=OuterRef("pk"), built__regex=MONTH, built__gt=Month(OuterRef("standing__filed_on")))
        .exclude(standing__filing_state__gt="")
        .order_by()
        .values("platform")
    )
    rows = rows.annotate(
        access_from=_text(_when(_own("access"), OWN), default=Value(SHEET)),
        filing_from=Value(OWN, output_field=CharField()),
        sign_from=Value(OWN, output_field=CharField()),
        in_use=_put_to_use(),
        first_added=Subquery(added.annotate(first=EndOfMonth(Min("built"))).values("first"), output_field=DateField()),
    )
    return rows.annotate(
        now_access=_text(
            _when(Q(access_from=OWN), F("standing__access_state")),
            _when(Q(connected="yes"), Access.CONNECTED),
            _when(Q(connected="partial"), PARTIAL),
            _when(Q(funding="social"), SOCIAL_OPEN),
            _when(Q(connected="no"), NONE),
            default=Value(UNSTATED),
        ),
        now_due=F("standing__access_due"),
        now_decision=Coalesce(F("standing__access_decision"), Value("")),
        now_filing=_text(
            _when(Q(standing__filing_state=Filing.CONFIRMED, first_added__isnull=False), CHANGED),
            _when(_own("filing"), F("standing__filing_state")),
            default=Value(UNFILED),
        ),
        now_number=Coalesce(F("standing__filing_number"), Value("")),
        now_filed_on=F("standing__filed_on"),
        now_sign=_text(_when(_own("sign"), F("standing__sign_state")), default=Value(UNSTATED)),
        sign_due=F("standing__sign_due"),
    ).annotate(filing_due=_day(_when(Q(now_filing=CHANGED), Later(F("first_added"))), default=_due_of("in_use")))


def _follows(topic: str, *, sheet: bool = True) -> Case:
    """Where a camera's state of this topic comes from.

    Without `sheet` a camera with a live platform follows it in any case: what is filed is the whole system.
    """
    theirs = _LIVE_PLATFORM & Q(**{f"platform__standing__{topic}_state__gt": ""}) if sheet else _LIVE_PLATFORM
    return _text(_when(_own(topic), OWN), _when(theirs, PLATFORM), default=Value(SHEET))


def _of(topic: str, name: str, kind: Any, default: Any = None) -> Any:
    """The standing's value that a camera has, its own or its platform's."""
    found = kind(
        _when(Q(**{f"{topic}_from": OWN}), F(f"standing__{name}")),
        _when(Q(**{f"{topic}_from": PLATFORM}), F(f"platform__standing__{name}")),
        default=default,
    )
    return found if default is None else Coalesce(found, default)


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def access_promised() -> Q:
    """Annotated things with a date by which they are to be connected."""
    decided = Q(now_access=Access.NOT_READY, now_decision=Decision.CONNECT)
    return Q(now_access__in=[Access.PLANNED, Access.SOCIAL]) | decided


def access_put_off() -> Q:
    """Annotated things that the office wants to look at again."""
    return Q(now_access=Access.NOT_READY, now_decision=Decision.LATER)


def access_waits() -> Q:
    """Both."""
    return access_promised() | access_put_off()


def access_overdue(today: dt.date) -> Q:
    return access_waits() & Q(now_due__lt=today)


def filing_overdue(today: dt.date) -> Q:
    return Q(now_filing__in=FILING_OPEN, filing_due__lt=today)


def sign_overdue(today: dt.date) -> Q:
    return Q(now_sign=Sign.MISSING, sign_due__lt=today)
