"""What is said of connections and signs: by the unit or the office, by the department of a social resource, and the
office's decision on an assessment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from agencies.models import Person
from audit.failures import Conflict, Invalid, require
from jobs.daily import local_now

from . import announcing, permissions
from .models import Access, Decision, Sign, Statement, Topic
from .saying import Spoken, say

LONGEST: Final = 500
MOST_COST: Final = Decimal(100_000)
"""万元: no assessment of one platform or camera costs more than a billion."""
FURTHEST: Final = dt.timedelta(days=3660)


def today() -> dt.date:
    """The day in the county by the database's clock."""
    return local_now().date()


def state(
    by: Person,
    kind: str,
    ids: Sequence[int],
    seen: int,
    *,
    state: str,
    by_date: dt.date | None = None,
    cost: Decimal | None = None,
    gain: str = "",
    text: str = "",
) -> list[Statement]:
    """The unit, or the office for it, says: connected; planned by a day; not ready, with cost, gain and reason."""
    require(permissions.speaks(by), "接入情况由填报单位说明。")
    gain, text = words(gain), words(text)
    if state not in (Access.CONNECTED, Access.PLANNED, Access.NOT_READY):
        raise Invalid("请选择接入情况。")
    if state == Access.PLANNED:
        by_date = _ahead(by_date, "请填写计划接入的日期。")
    if state == Access.NOT_READY:
        if cost is None or not 0 <= cost <= MOST_COST:
            raise Invalid(f"请填写改造费用（万元），从 0 到 {MOST_COST}；不需要费用的写 0。")
        if not gain or not text:
            raise Invalid("暂不具备条件的，请写明缺什么条件和接入后的效益，供办公室决定。")
    assessed = state == Access.NOT_READY
    values = {
        "state": state,
        "by_date": by_date if state == Access.PLANNED else None,
        "cost": cost if assessed else None,
        "gain": gain if assessed else "",
        "text": text,
    }
    spoken = Spoken(
        Topic.ACCESS,
        "connecting.stated",
        permissions.voice_of(by),
        permissions.may_speak_of(by),
        values,
        tell=announcing.assessed if assessed else lambda things, said: None,
        facts=_facts(values),
    )
    return say(by, kind, ids, seen, spoken)


def plan(
    by: Person, kind: str, ids: Sequence[int], seen: int, *, by_date: dt.date | None, text: str
) -> list[Statement]:
    """The supervising department says when and how social resources of its kinds of place are to be connected."""
    require(bool(permissions.supervised_kinds(by)), "社会资源的接入方案由行业主管部门制定。")
    values = {
        "state": Access.SOCIAL,
        "by_date": _ahead(by_date, "请填写接入的日期。"),
        "text": _needed(text, "请写明怎样推动接入。"),
    }

    def check(thing: Any, standing: Any) -> None:
        if thing.funding != "social":
            raise Invalid(f"{thing.number} 不是社会资金投资的，由填报单位说明接入情况。请把它从所选的里去掉。")
        if standing.access_state == Access.CONNECTED:
            raise Conflict(f"{thing.number} 已经接入，不用再定方案。请把它从所选的里去掉。")

    spoken = Spoken(
        Topic.ACCESS,
        "connecting.planned",
        Statement.Voice.SUPERVISOR,
        permissions.may_plan(by),
        values,
        check=check,
        refused="所选的有不归您单位主管的场所，不能一起办理。",
        tell=announcing.planned,
        facts=_facts(values),
    )
    return say(by, kind, ids, seen, spoken)


def decide(
    by: Person, kind: str, ids: Sequence[int], seen: int, *, decision: str, by_date: dt.date | None, text: str
) -> list[Statement]:
    """The office decides on assessments: connect by a day, do not connect, or look again on a day; with its reason."""
    require(permissions.may_decide(by), "是否接入由领导小组办公室决定。")
    if decision not in Decision.values:
        raise Invalid("请选择决定。")
    if decision != Decision.DO_NOT:
        words_ = "请填写接入的日期。" if decision == Decision.CONNECT else "请填写再议的日期。"
        by_date = _ahead(by_date, words_)
    values = {
        "state": Access.NOT_READY,
        "decision": decision,
        "by_date": None if decision == Decision.DO_NOT else by_date,
        "text": _needed(text, "请写明决定的理由。"),
    }

    def check(thing: Any, standing: Any) -> None:
        if standing.access_state != Access.NOT_READY:
            raise Conflict(f"{thing.number} 没有待决定的论证。请返回清单重新选择。")

    def repeated(standing: Any) -> dict[str, Any]:
        return {"cost": standing.access.cost, "gain": standing.access.gain}

    spoken = Spoken(
        Topic.ACCESS,
        "connecting.decided",
        Statement.Voice.DECISION,
        lambda thing: True,
        values,
        of=repeated,
        check=check,
        tell=announcing.decided,
        facts=_facts(values),
    )
    return say(by, kind, ids, seen, spoken)


def sign(
    by: Person, kind: str, ids: Sequence[int], seen: int, *, state: str, by_date: dt.date | None = None, text: str = ""
) -> list[Statement]:
    """Whether the warning sign stands at the site, or by when it will."""
    require(permissions.speaks(by), "标识由填报单位说明。")
    if state not in Sign.values:
        raise Invalid("请选择标识是否已设置。")
    if state == Sign.MISSING:
        by_date = _ahead(by_date, "请填写设置标识的日期。")
    values = {"state": state, "by_date": by_date if state == Sign.MISSING else None, "text": words(text)}
    spoken = Spoken(
        Topic.SIGN,
        "connecting.signed",
        permissions.voice_of(by),
        permissions.may_speak_of(by),
        values,
        facts=_facts(values),
    )
    return say(by, kind, ids, seen, spoken)


def words(text: str) -> str:
    """Trimmed; Invalid when too long."""
    text = text.replace("\0", "").strip()
    if len(text) > LONGEST:
        raise Invalid(f"请不要超过 {LONGEST} 个字。")
    return text


def _needed(text: str, refusal: str) -> str:
    text = words(text)
    if not text:
        raise Invalid(refusal)
    return text


def _ahead(day: dt.date | None, refusal: str) -> dt.date:
    """A day from today on, and not absurdly far; Invalid otherwise."""
    if day is None:
        raise Invalid(refusal)
    now = today()
    if not now <= day <= now + FURTHEST:
        raise Invalid(f"日期要从今天（{now:%Y-%m-%d}）起、十年之内，请重新填写。")
    return day


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """What the journal keeps of a statement; the words themselves stand in it."""
    told = {"state": values["state"]}
    if values.get("decision"):
        told["decision"] = values["decision"]
    if values.get("by_date"):
        told["by_date"] = values["by_date"].isoformat()
    if values.get("cost") is not None:
        told["cost"] = str(values["cost"])
    return told
