"""The scenes that the pages of reviews are looked at in: a queue with everything in it, and cases at every stage."""

from __future__ import annotations

from agencies.models import Person
from audit.models import Entry
from inventory.models import Submission
from reviews.models import Case, Decision, Round, Side
from reviews.services import close, mark
from tests.factories_inventory import make_campaign, resubmitted, submitted, submitted_zero

REASON = "编码与平台导出的不一致，请核对后重填"


def case_of(submission: Submission) -> Case:
    return Case.objects.get(kind="submission", subject_id=submission.pk)


def latest(submission: Submission) -> Round:
    return Round.objects.select_related("case").filter(case__subject_id=submission.pk).latest("number")


def keys_of(round_: Round) -> list[int]:
    return list(round_.items.order_by("key").values_list("key", flat=True))


def pass_all(by: Person, round_: Round, side: Side) -> int:
    return mark(by, round_.pk, side, Decision.PASS, version_hash=round_.version_hash)


def return_first(by: Person, round_: Round, side: Side, reason: str = REASON) -> int:
    keys = keys_of(round_)[:1]
    return mark(by, round_.pk, side, Decision.RETURN, version_hash=round_.version_hash, keys=keys, reason=reason)


def close_side(by: Person, round_: Round, side: Side) -> Round:
    return close(by, round_.pk, side, version_hash=round_.version_hash)


def accept(submission: Submission, data: Person, police: Person) -> Round:
    """Both sides pass everything and close."""
    round_ = latest(submission)
    for by, side in ((data, Side.DATA), (police, Side.POLICE)):
        pass_all(by, round_, side)
        round_ = close_side(by, round_, side)
    return round_


def send_back(submission: Submission, data: Person, police: Person) -> Round:
    """The data bureau passes everything, the police return the first row; both close."""
    round_ = latest(submission)
    pass_all(data, round_, Side.DATA)
    close_side(data, round_, Side.DATA)
    return_first(police, round_, Side.POLICE)
    pass_all(police, round_, Side.POLICE)
    return close_side(police, round_, Side.POLICE)


def registered_twice(data: Person, police: Person) -> tuple[Submission, str]:
    """梅山镇's second list over a registered first one: changed, unchanged, new, warned and collided rows."""
    first = submitted("meishan", rows=4, platforms=[{}])
    accept(first, data, police)
    other = submitted("education", rows=1)
    accept(other, data, police)
    from cameras.models import Camera

    own = list(Camera.objects.filter(reporting_agency__code="meishan").order_by("pk"))
    taken = Camera.objects.get(reporting_agency__code="education").code
    assert taken is not None
    told: list[dict[str, object]] = [
        {"name": own[0].name, "code": own[0].code, "status": "停用", "brand": "大华", "measure": "迁移"},
        {"name": own[1].name, "code": own[1].code, "brand": "", "label": "", "status": "维修"},
        {"name": own[2].name, "code": own[2].code},
        {"name": "梅山镇史河大道与新城路交叉口西北角球机", "code": taken},
        {"name": "梅山湖大坝观景台", "code": None, "warnings": ["这一行没有 20 位编码，按“未编码”登记"]},
    ]
    told += [{"name": f"新城区{number}号路口"} for number in range(1, 60)]
    return submitted("meishan", values=told, campaign=make_campaign("2023年补充梳理"), picture=True), taken


def mended(submission: Submission) -> Submission:
    """The returned first row with another brand, handed in again."""
    key = keys_of(latest(submission))[0]
    return resubmitted(submission, {key: {"brand": "宇视"}})


def zero(agency: str = "mabu") -> Submission:
    return submitted_zero(agency, picture=True)


def stamp(round_: Round, side: Side, **more: object) -> dict[str, object]:
    """What every form of the workbench carries."""
    return {"round": round_.pk, "side": side.value, "version_hash": round_.version_hash, **more}


def entries(action: str = "review") -> list[tuple[str, str, dict[str, object]]]:
    """(actor, action, facts) of the journal's entries whose action begins so, the first first."""
    found = Entry.objects.filter(action__startswith=action).order_by("seq")
    return [(entry.actor_name, entry.action, entry.facts) for entry in found]
