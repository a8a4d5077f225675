"""What a decision about a request does: to the request, and to what is registered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from agencies.models import Person
from registry.models import Life, number_for
from reviews.kinds import Choosing, Kind
from reviews.models import Round

from ..models import ChangeRequest, RequestedChange
from ..registering import batch_told, withdrawing
from ..registering.amending import Amendment, amend
from . import services
from .cells import BY_KIND, typed
from .presenting import RequestItems, lines

State = ChangeRequest.State


def kind() -> Kind:
    return Kind(
        name=services.CASE_KIND,
        label="更正申请",
        url_name="change_request",
        accepted=accepted,
        returned=returned,
        withdrawn=withdrawn,
        reopened=reopened,
        undone=undone,
        present=RequestItems,
        choices=choices,
        batch=batch_told.batch,
        annex=annex,
        opens=ChangeRequest.objects.visible_to,
    )


def accepted(round_: Round, by: Person) -> dict[str, Any]:
    """The thing gets a new version. Conflict, told to whoever closes, where it has changed since it was judged."""
    request, version = _decided(round_)
    target = BY_KIND[request.kind]
    values = typed(target, version.values)
    life = Life.RETIRED.value if version.retires else ""
    facts = amend(round_, target, [Amendment(request.thing_id, version.seen, values, life)])
    services.move(request, State.ACCEPTED)
    return facts


def returned(round_: Round, by: Person) -> dict[str, Any]:
    services.move(_decided(round_)[0], State.RETURNED)
    return {}


def withdrawn(round_: Round, by: Person) -> dict[str, Any]:
    services.move(_decided(round_)[0], State.WITHDRAWN)
    return {}


def reopened(round_: Round, by: Person) -> dict[str, Any]:
    """The unit may ask for something else; what is registered stays until that is accepted."""
    services.move(_decided(round_)[0], State.RETURNED)
    return {}


def undone(round_: Round, by: Person) -> dict[str, Any]:
    """The thing gets back what it said before, and the request is with the unit."""
    services.move(_decided(round_)[0], State.RETURNED)
    return withdrawing.withdraw(round_, by)


def choices(round_: Round, keys: Collection[int] | None) -> Mapping[int, Choosing]:
    """Nobody may pass what was asked of a thing that has changed since: its sentence, and no offer."""
    request, version = _found(round_)
    if keys is not None and request.pk not in keys:
        return {}
    says = overtaken(request, version)
    return {request.pk: Choosing(says)} if says else {}


def overtaken(request: ChangeRequest, version: RequestedChange) -> str:
    """Why the request cannot be carried out any more, "" where it can."""
    target = BY_KIND[request.kind]
    thing = services.thing_of(target, request.thing_id)
    number = number_for(target.number_prefix, thing.pk)
    if thing.life != Life.LIVE:
        return f"{number} 在申请之后已不在册"
    return f"{number} 在申请之后又有变动，原来的对照已不适用" if thing.version_number != version.seen else ""


def annex(round_: Round) -> Sequence[tuple[str, Sequence[str]]]:
    """On the printed record: what was asked, why, and what was enclosed."""
    request, version = _found(round_)
    told = [("更正的内容", lines(request, version)), ("原因", [version.reason])]
    if version.evidence:
        told.append(("佐证材料", [f"{version.evidence.name}，SHA-256 {version.evidence.sha256}"]))
    return told


def _found(round_: Round) -> tuple[ChangeRequest, RequestedChange]:
    version = RequestedChange.objects.select_related("request__agency", "evidence").get(
        request=round_.case.subject_id, number=round_.number
    )
    return version.request, version


def _decided(round_: Round) -> tuple[ChangeRequest, RequestedChange]:
    """As `_found`, with the request locked after its case."""
    request = ChangeRequest.objects.select_for_update().get(pk=round_.case.subject_id)
    return request, RequestedChange.objects.get(request=request, number=round_.number)
