"""The one way in which something is said of things: lock them, check, keep the statements, let them hold, tell, record.

A statement is made of explicit ids, all or none: one that is not the speaker's refuses the whole act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from cameras.models import Camera
from platforms.models import Platform
from registry.models import Life

from . import reminders
from .models import CameraStanding, PlatformStanding, Statement, Topic

MOST: Final = 500
"""Things that one act may speak of."""
KINDS: Final[dict[str, type[Any]]] = {"camera": Camera, "platform": Platform}
STANDINGS: Final[dict[str, type[Any]]] = {"camera": CameraStanding, "platform": PlatformStanding}
UNITS: Final = {"camera": "台摄像机", "platform": "个平台"}
CHANGED_MEANWHILE: Final = "打开这一页以后，所选的有了新的登记。请返回清单看过，再办理。"


@dataclass(frozen=True)
class Spoken:
    """What is to be said. `values` are the statement's fields; `of`, where given, adds what depends on the standing.

    `allowed` asks the right for each thing (403), `check` its state (raises Conflict or Invalid).
    """

    topic: Topic
    action: str
    voice: str
    allowed: Callable[[Any], bool]
    values: Mapping[str, Any]
    of: Callable[[Any], Mapping[str, Any]] = lambda standing: {}
    check: Callable[[Any, Any], None] = lambda thing, standing: None
    refused: str = "所选的有不属于您单位的，不能一起办理。"
    tell: Callable[[Sequence[Any], Sequence[Statement]], None] = lambda things, said: None
    facts: Mapping[str, Any] = field(default_factory=dict)


def say(by: Person, kind: str, ids: Sequence[int], seen: int, spoken: Spoken) -> list[Statement]:
    """Say it of all these things; returns the statements.

    `seen` is what the speaker had before the eyes (`seen_of`): Conflict (409) when something newer was said of one of
    the things, and for what is not registered any more. Invalid for no ids or more than MOST.
    """
    ids = sorted(set(ids))
    if not 0 < len(ids) <= MOST:
        raise Invalid(f"请先在清单里勾选，一次最多 {MOST} 条。")
    with transaction.atomic():
        things = list(
            KINDS[kind].objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk")
        )
        require(by.is_active and len(things) == len(ids) and all(map(spoken.allowed, things)), spoken.refused)
        for thing in things:
            if thing.life != Life.LIVE:
                raise Conflict(f"{thing.number} 已经不在册，不能再登记。请返回清单重新选择。")
        standings = _standings(kind, things)
        if seen_of(standings.values(), spoken.topic) != seen:
            raise Conflict(CHANGED_MEANWHILE)
        for thing in things:
            spoken.check(thing, standings[thing.pk])
        said = Statement.objects.bulk_create(
            _statement(by, kind, thing, standings[thing.pk], spoken) for thing in things
        )
        _hold(kind, standings, said, spoken.topic)
        agencies = {thing.reporting_agency_id for thing in things}
        reminders.done(spoken.topic, things)
        spoken.tell(things, said)
        journal.record(
            by,
            spoken.action,
            things[0] if len(things) == 1 else by.agency or by,
            agency_id=agencies.pop() if len(agencies) == 1 else by.agency_id,
            device=kind,
            count=len(things),
            digest=hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:32],
            **spoken.facts,
        )
    return said


def seen_of(standings: Any, topic: Topic) -> int:
    """A number that grows whenever something new is said of one of these things on the topic; 0 where nothing was.

    It is the sum of the ids that hold, not the highest: an act that began earlier and ends later has the lower id.
    """
    return sum(getattr(standing, f"{topic}_id") or 0 for standing in standings)


def standings_of(kind: str, ids: Sequence[int]) -> list[Any]:
    return list(STANDINGS[kind].objects.filter(pk__in=ids))


def _standings(kind: str, things: Sequence[Any]) -> dict[int, Any]:
    """What holds of each thing, made where nothing was said so far; the things are locked."""
    model = STANDINGS[kind]
    model.objects.bulk_create([model(pk=thing.pk) for thing in things], ignore_conflicts=True)
    return {standing.pk: standing for standing in model.objects.filter(pk__in=[thing.pk for thing in things])}


def _statement(by: Person, kind: str, thing: Any, standing: Any, spoken: Spoken) -> Statement:
    return Statement(
        **{kind: thing},
        topic=spoken.topic,
        voice=spoken.voice,
        made_by=by,
        agency_id=cast(int, by.agency_id),
        **{**spoken.values, **spoken.of(standing)},
    )


def _hold(kind: str, standings: Mapping[int, Any], said: Sequence[Statement], topic: Topic) -> None:
    for statement in said:
        standings[getattr(statement, f"{kind}_id")].follow(statement)
    columns = [
        column.name for column in STANDINGS[kind]._meta.concrete_fields if column.name.startswith(_PREFIXES[topic])
    ]
    STANDINGS[kind].objects.bulk_update(list(standings.values()), columns)


_PREFIXES: Final[dict[str, tuple[str, ...]]] = {
    Topic.ACCESS: ("access",),
    Topic.FILING: ("filing", "filed_on", "used_since"),
    Topic.SIGN: ("sign",),
}
