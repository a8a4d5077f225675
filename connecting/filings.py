"""备案: the unit states that it has filed with the police, the police confirm with the number or say why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from agencies.models import Person
from audit.failures import Conflict, Invalid, require

from . import announcing, permissions
from .models import Filing, Statement, Topic
from .saying import Spoken, say
from .services import today, words

FIRST_DAY = dt.date(2000, 1, 1)
LONGEST_NUMBER = 60


def file(
    by: Person,
    kind: str,
    ids: Sequence[int],
    seen: int,
    *,
    filed_on: dt.date | None,
    number: str = "",
    used_since: dt.date | None = None,
    text: str = "",
) -> list[Statement]:
    """The unit says when it filed, with the number if it has it, and since when the thing is in use, where the
    registry's month is too coarse. A filing after a change is stated the same way."""
    require(permissions.speaks(by), "备案情况由填报单位说明。")
    if filed_on is None:
        raise Invalid("请填写备案日期。")
    _refuse_day(filed_on, "备案日期")
    if used_since is not None:
        _refuse_day(used_since, "投入使用日期")
    values = {
        "state": Filing.STATED,
        "filed_on": filed_on,
        "number": number_from(number),
        "used_since": used_since,
        "text": words(text),
    }
    spoken = Spoken(
        Topic.FILING,
        "connecting.filed",
        permissions.voice_of(by),
        permissions.may_speak_of(by),
        values,
        tell=announcing.filed,
        facts={"state": Filing.STATED, "filed_on": filed_on.isoformat()},
    )
    return say(by, kind, ids, seen, spoken)


def confirm(
    by: Person, kind: str, ids: Sequence[int], seen: int, *, number: str = "", text: str = ""
) -> list[Statement]:
    """The police confirm; a number is needed wherever the unit gave none, and replaces the one that it gave."""
    require(permissions.may_confirm(by), "备案由公安局的审核员确认。")
    number = number_from(number)

    def check(thing: Any, standing: Any) -> None:
        _refuse_nothing_stated(thing, standing)
        if not (number or standing.filing_number):
            raise Invalid(f"{thing.number} 还没有备案编号，请填写。")

    def repeated(standing: Any) -> dict[str, Any]:
        return {**_stated(standing), "number": number or standing.filing_number}

    spoken = Spoken(
        Topic.FILING,
        "connecting.filing_confirmed",
        Statement.Voice.POLICE,
        lambda thing: True,
        {"state": Filing.CONFIRMED, "text": words(text)},
        of=repeated,
        check=check,
        tell=announcing.confirmed,
        facts={"state": Filing.CONFIRMED},
    )
    return say(by, kind, ids, seen, spoken)


def refuse(by: Person, kind: str, ids: Sequence[int], seen: int, *, text: str) -> list[Statement]:
    """The police do not find the filing, or not as stated; with the reason."""
    require(permissions.may_confirm(by), "备案由公安局的审核员确认。")
    text = words(text)
    if not text:
        raise Invalid("请写明为什么不能确认。")

    def repeated(standing: Any) -> dict[str, Any]:
        return {**_stated(standing), "number": standing.filing_number}

    spoken = Spoken(
        Topic.FILING,
        "connecting.filing_refused",
        Statement.Voice.POLICE,
        lambda thing: True,
        {"state": Filing.REFUSED, "text": text},
        of=repeated,
        check=_refuse_nothing_stated,
        tell=announcing.refused,
        facts={"state": Filing.REFUSED, "reason": text},
    )
    return say(by, kind, ids, seen, spoken)


def number_from(text: str) -> str:
    text = words(text)
    if len(text) > LONGEST_NUMBER or any(sign.isspace() for sign in text):
        raise Invalid(f"备案编号不超过 {LONGEST_NUMBER} 个字，中间没有空格，请核对。")
    return text


def _stated(standing: Any) -> dict[str, Any]:
    return {"filed_on": standing.filed_on, "used_since": standing.used_since}


def _refuse_nothing_stated(thing: Any, standing: Any) -> None:
    if standing.filing_state != Filing.STATED:
        raise Conflict(f"{thing.number} 没有待确认的备案。请返回清单重新选择。")


def _refuse_day(day: dt.date, title: str) -> None:
    now = today()
    if not FIRST_DAY <= day <= now:
        raise Invalid(f"{title}要在 {FIRST_DAY:%Y-%m-%d} 到今天（{now:%Y-%m-%d}）之间，请核对。")
