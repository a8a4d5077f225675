"""Who is told of what was said, in its own transaction and before the journal's entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from agencies.models import Agency
from notices import services as notices
from notices.models import Notice

from .models import CameraStanding, Decision, Filing, PlatformStanding, Statement
from .permissions import clerks_of, office_people, police_people

UNITS = {"camera": "台摄像机", "platform": "个平台"}
ASSESSED, FILED = "connecting:assessed", "connecting:filed"


def assessed(things: Sequence[Any], said: Sequence[Statement]) -> None:
    """The office has something to decide."""
    for agency, kind, count in _by_agency(things, said):
        notices.notify(
            office_people().exclude(pk=said[0].made_by_id),
            Notice.Kind.TO_REVIEW,
            key=f"{ASSESSED}:{agency.pk}:{kind}",
            text=f"{agency}有 {count} {UNITS[kind]}暂不具备接入条件，已附论证，请决定是否接入。",
            url=f"{reverse(f'connecting_{kind}s')}?access=not_ready&decision=open&agency={agency.code}",
            whose=str(agency),
        )


def planned(things: Sequence[Any], said: Sequence[Statement]) -> None:
    """The reporters of social resources hear of the department's plan."""
    text = f"行业主管部门已定接入方案，{said[0].by_date} 前接入"
    _tell_units(things, said, "planned", text, Notice.Kind.ANSWERED)


def decided(things: Sequence[Any], said: Sequence[Statement]) -> None:
    """The units hear what the office decided; where nothing is left to decide, the office's notices end."""
    one = said[0]
    until = f"，日期 {one.by_date:%Y-%m-%d}" if one.by_date else ""
    label = Decision(one.decision).label
    _tell_units(things, said, "decided", f"办公室{label}{until}", Notice.Kind.ANSWERED)
    _settle_where_done(things, said, ASSESSED, access_state="not_ready", access_decision="")


def filed(things: Sequence[Any], said: Sequence[Statement]) -> None:
    """The police have something to confirm."""
    for agency, kind, count in _by_agency(things, said):
        notices.notify(
            police_people().exclude(pk=said[0].made_by_id),
            Notice.Kind.TO_REVIEW,
            key=f"{FILED}:{agency.pk}:{kind}",
            text=f"{agency}登记了 {count} {UNITS[kind]}的备案，请核对并确认。",
            url=f"{reverse(f'connecting_{kind}s')}?view=filing&filing=stated&agency={agency.code}",
            whose=str(agency),
        )


def confirmed(things: Sequence[Any], said: Sequence[Statement]) -> None:
    _tell_units(things, said, "filing", "公安局已确认备案", Notice.Kind.ACCEPTED, filing=True)
    _settle_where_done(things, said, FILED, filing_state=Filing.STATED)


def refused(things: Sequence[Any], said: Sequence[Statement]) -> None:
    _tell_units(things, said, "filing", f"公安局没有确认备案：{said[0].text}", Notice.Kind.RETURNED, filing=True)
    _settle_where_done(things, said, FILED, filing_state=Filing.STATED)


def _tell_units(
    things: Sequence[Any], said: Sequence[Statement], what: str, text: str, notice: Notice.Kind, *, filing: bool = False
) -> None:
    view = "?view=filing" if filing else "?view=access"
    for agency, kind, count in _by_agency(things, said):
        notices.notify(
            clerks_of([agency.pk]).exclude(pk=said[0].made_by_id),
            notice,
            key=f"connecting:{what}:{agency.pk}:{said[0].pk}",
            text=f"{count} {UNITS[kind]}：{text}",
            url=f"{reverse(f'connecting_{kind}s')}{view}&agency={agency.code}",
            whose=str(agency),
        )


def _settle_where_done(things: Sequence[Any], said: Sequence[Statement], prefix: str, **left: str) -> None:
    """End the notices of agencies of which nothing of this kind is left to do."""
    for agency, kind, _ in _by_agency(things, said):
        model = CameraStanding if kind == "camera" else PlatformStanding
        of_agency = {f"{kind}__reporting_agency": OuterRef("pk"), f"{kind}__life": "live"}
        open_ = model._default_manager.filter(**left, **of_agency)
        if not Agency.objects.filter(Exists(open_), pk=agency.pk).exists():
            notices.settle(f"{prefix}:{agency.pk}:{kind}")


def _by_agency(things: Sequence[Any], said: Sequence[Statement]) -> Iterator[tuple[Agency, str, int]]:
    """(reporting agency, kind of thing, how many of these) in a settled order."""
    kind = "camera" if said[0].camera_id else "platform"
    counts: dict[int, int] = {}
    for thing in things:
        counts[thing.reporting_agency_id] = counts.get(thing.reporting_agency_id, 0) + 1
    for agency in Agency.objects.filter(pk__in=counts).order_by("pk"):
        yield agency, kind, counts[agency.pk]
