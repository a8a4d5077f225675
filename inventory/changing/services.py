"""Asking for a change of a registered thing, handing it in again, taking it back. Only this module writes requests.

The case is locked first, as in every decision, then the request.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import CharField, F, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Now

from agencies.models import Agency, Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from files import scans
from files import services as files
from files.models import StoredFile
from registry.models import Life, number_for
from reviews import services as reviews
from reviews.models import Case
from reviews.words import reason_from
from sheets.findings import Refused
from sheets.gate_names import safe_name

from ..models import ChangeRequest, RequestedChange
from ..permissions import may_ask_change, may_mend_change
from ..registering.targets import Target
from .cells import BY_KIND, titles_of
from .judging import Worth, worth

CASE_KIND = "change"
State = ChangeRequest.State
NO_REASON = "请写明为什么要更正，审核方据此给出意见。"
ANOTHER = "填报单位已为同一台设备另提了一件更正申请，同时只能办一件。请等它办结，再来办理。"
REMOVED = "拆除"
"""The status of a camera that was removed in the field."""
_TITLE = 120
_SENTENCES = 3


@dataclass(frozen=True)
class Asked:
    """What the form holds. `cells`: column key -> text; nothing in them counts where the thing `retires`.

    `seen`: the version that the person was shown; `evidence`: (name, bytes).
    """

    seen: int
    reason: str
    cells: Mapping[str, str] = field(default_factory=dict)
    retires: bool = False
    evidence: tuple[str, bytes] | None = None


def thing_of(target: Target, thing_id: int) -> Any:
    things: Any = target.identity._default_manager
    return things.select_related("reporting_agency").get(pk=thing_id)


def open_request(target: Target, thing_id: int) -> ChangeRequest | None:
    """The request under way for a thing."""
    found = ChangeRequest.objects.filter(kind=target.kind, thing_id=thing_id, state__in=ChangeRequest.OPEN_STATES)
    return found.first()


def ask(by: Person, target: Target, thing_id: int, asked: Asked) -> ChangeRequest:
    """Hand a request in: a round of its case opens for both sides.

    403 for all but the reporting agency's clerks; Conflict where the thing is no longer registered, has changed since
    it was shown, or has an open request; Invalid without a change or a reason, and for what the rules call wrong.
    """
    require(may_ask_change(by, thing_of(target, thing_id)), "更正由填报单位的填报员申请。")
    suffix = _examined(asked)
    with files.keeping(), transaction.atomic():
        thing = thing_of(target, thing_id)
        require(may_ask_change(by, thing), "更正由填报单位的填报员申请。")
        if open_request(target, thing_id) is not None:
            raise Conflict(already(target, thing_id))
        try:
            with transaction.atomic():
                request = ChangeRequest.objects.create(
                    kind=target.kind, thing_id=thing_id, agency=thing.reporting_agency, asked_by=by
                )
        except IntegrityError as error:
            raise Conflict(already(target, thing_id)) from error
        _hand_in(by, request, target, thing, asked, suffix)
    return request


def ask_again(by: Person, request_id: int, asked: Asked) -> ChangeRequest:
    """Hand a returned request in again, as the next round, beside the thing as it is now."""
    suffix = _examined(asked)
    with files.keeping(), transaction.atomic():
        request = _locked(by, request_id)
        reviews.refuse_reviewer_as_author(CASE_KIND, request.pk, by)
        if request.state != State.RETURNED:
            raise Conflict(f"这件申请现在是“{request.get_state_display()}”，不能修改。请刷新页面查看。")
        target = BY_KIND[request.kind]
        thing = thing_of(target, request.thing_id)
        if thing.reporting_agency_id != request.agency_id:
            raise Conflict("这台设备已移交其他单位，不能再由本单位更正。请放弃这件申请。")
        _hand_in(by, request, target, thing, asked, suffix)
        ChangeRequest.objects.filter(pk=request.pk).update(state=State.IN_REVIEW, state_since=Now())
        request.refresh_from_db()
    return request


def withdraw(by: Person, request_id: int, reason: str) -> None:
    """Take the request back before either side has closed; it ends with that."""
    request = ChangeRequest.objects.select_related("agency").get(pk=request_id)
    require(may_mend_change(by, request), "您不能撤回这个单位的申请。")
    reviews.withdraw(by, CASE_KIND, request_id, reason)


def give_up(by: Person, request_id: int) -> None:
    """End a returned request; what is registered stays as it is."""
    with transaction.atomic():
        request = _locked(by, request_id)
        if request.state != State.RETURNED:
            raise Conflict(f"这件申请现在是“{request.get_state_display()}”，不能放弃。请刷新页面查看。")
        ChangeRequest.objects.filter(pk=request.pk).update(state=State.WITHDRAWN, state_since=Now())
        _record(by, "change.given_up", request)


def move(request: ChangeRequest, state: ChangeRequest.State) -> None:
    """Called by the outcomes, under the case's lock. Conflict where the thing has another request under way by now."""
    if state in ChangeRequest.OPEN_STATES:
        other = open_request(BY_KIND[request.kind], request.thing_id)
        if other is not None and other.pk != request.pk:
            raise Conflict(ANOTHER)
    try:
        with transaction.atomic():
            ChangeRequest.objects.filter(pk=request.pk).update(state=state, state_since=Now())
    except IntegrityError as error:  # it was asked for at this very moment
        raise Conflict(ANOTHER) from error
    request.refresh_from_db()


def already(target: Target, thing_id: int) -> str:
    number = number_for(target.number_prefix, thing_id)
    return f"{number} 已有一件更正申请在办理，没有另提一件。请打开台账里的这一条，从“更正申请”查看。"


# --- handing in -----------------------------------------------------------------------------------------------------
def _hand_in(by: Person, request: ChangeRequest, target: Target, thing: Any, asked: Asked, suffix: str) -> None:
    """The next version of the request, and its round."""
    reason = reason_from(asked.reason, NO_REASON)
    _refuse_stale(target, thing, asked)
    told = retiring(target, thing) if asked.retires else worth(target, thing, asked.cells)
    _refuse_wrong(told, asked)
    last = request.versions.order_by("-number").first()
    evidence = _kept(by, request, asked, suffix) or (last.evidence if last else None)
    values = json.loads(json.dumps(told.values, cls=DjangoJSONEncoder))
    content = [
        request.kind, request.thing_id, thing.version_number, asked.retires, values, reason,
        evidence.sha256 if evidence else "",
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    if last is not None and last.hash == digest:
        raise Conflict("和上次提交的一样，没有改动。请按退回意见修改内容或原因，再提交。")
    version = RequestedChange.objects.create(
        request=request,
        number=last.number + 1 if last else 1,
        seen=thing.version_number,
        retires=asked.retires,
        values=values,
        reason=reason,
        evidence=evidence,
        warnings=[{"key": one.column_key, "code": one.code, "message": one.message} for one in told.warnings],
        hash=digest,
        asked_by=by,
    )
    authors = Person.objects.filter(pk__in=[by.pk, *request.versions.values_list("asked_by", flat=True)])
    reviews.open_round(
        kind=CASE_KIND,
        subject_id=request.pk,
        title=title_of(target, thing, request.agency, retires=asked.retires),
        agency=request.agency,
        number=version.number,
        version_hash=digest,
        items=[_items(version, target)],
        authors=authors,
    )
    _record(
        by,
        "change.asked",
        request,
        version=version.number,
        device=number_for(target.number_prefix, thing.pk),
        columns=titles_of(target, values),
        digest=digest,
    )


def retiring(target: Target, thing: Any) -> Worth:
    """What the end of a thing's life says of it. Invalid where something still hangs on it."""
    if target.kind == "camera":
        return Worth(frozenset({"status"}), {} if thing.status == REMOVED else {"status": REMOVED})
    cameras = thing.cameras.filter(life=Life.LIVE).count()
    if cameras:
        raise Invalid(
            f"还有 {cameras:,} 台在册的摄像机接在这个平台上，不能注销。请先更正它们的管理平台，或随下次调研表办理。"
        )
    return Worth(frozenset(), {})


def _items(version: RequestedChange, target: Target) -> Any:
    told: dict[str, Any] = {
        "of_item": F("request_id"),
        "of_part": Value(target.kind, output_field=CharField()),
        "of_risk": Value(int(bool(version.warnings)), output_field=SmallIntegerField()),
    }
    found: QuerySet[Any, Any] = RequestedChange.objects.filter(pk=version.pk).order_by()
    return found.annotate(**told).values_list("of_item", "hash", "of_part", "of_risk")


def title_of(target: Target, thing: Any, agency: Agency, *, retires: bool) -> str:
    number = number_for(target.number_prefix, thing.pk)
    act = "注销" if retires else "更正"
    return f"{agency.short_name} {act} {number} {thing.name or ''}".strip()[:_TITLE]


def _refuse_stale(target: Target, thing: Any, asked: Asked) -> None:
    number = number_for(target.number_prefix, thing.pk)
    if thing.life != Life.LIVE:
        raise Conflict(f"{number} 已不在册，不能申请更正。")
    if thing.version_number != asked.seen:
        raise Conflict(f"{number} 刚刚有变动，页面上的已不是现在的内容，没有提交。请核对现在的内容，再提交。")


def _refuse_wrong(told: Worth, asked: Asked) -> None:
    if told.errors:
        more = f"等 {len(told.errors)} 处" if len(told.errors) > _SENTENCES else ""
        words = "；".join(dict.fromkeys(one.message for one in told.errors[:_SENTENCES]))
        raise Invalid(f"还有错误要改：{words}{more}。")
    if not told.values and not asked.retires:
        raise Invalid("还没有改动任何一项，不用申请。")


# --- evidence -------------------------------------------------------------------------------------------------------
def _examined(asked: Asked) -> str:
    """The sniffed kind of the evidence, "" without one; looked at in the confined child, outside any transaction."""
    if asked.evidence is None:
        return ""
    name, data = asked.evidence
    Path(settings.WORK_DIR).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.WORK_DIR) as folder:
        raw = Path(folder) / "evidence"
        raw.write_bytes(data)
        try:
            return scans.examine_scan(raw, name, scans.ScanLimits(max_bytes=settings.SCAN_MAX_BYTES)).kind
        except Refused as refused:
            finding = refused.finding
            raise Invalid(f"佐证材料没有收下：{finding.message.rstrip('。')}。{finding.fix}") from refused


def _kept(by: Person, request: ChangeRequest, asked: Asked, suffix: str) -> StoredFile | None:
    if asked.evidence is None:
        return None
    name, data = asked.evidence
    return files.store(
        [data],
        kind=StoredFile.Kind.EVIDENCE,
        name=safe_name(name),
        suffix=suffix,
        agency_id=request.agency_id,
        by=by,
    )


# --- the door -------------------------------------------------------------------------------------------------------
def _locked(by: Person, request_id: int) -> ChangeRequest:
    """The case, then the request, for a clerk of its agency."""
    Case.objects.select_for_update().filter(kind=CASE_KIND, subject_id=request_id).first()
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("agency").get(pk=request_id)
    require(may_mend_change(by, request), "这件申请由填报单位的填报员办理。")
    return request


def _record(by: Person, action: str, request: ChangeRequest, **facts: Any) -> None:
    journal.record(by, action, request, agency_id=request.agency_id, **facts)
