"""已核对: a side's word that the stamped scan attests this version, where no code on the scan says so by itself."""

from __future__ import annotations

from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from reviews import services as reviews
from reviews.models import Case, Closing, Round
from reviews.permissions import may_act_for

from ..models import ScanCode, ScanTick, Version
from .codes import CASE_KIND

LONGEST_NOTE = 500
NEEDS_TICK = (ScanCode.ABSENT, ScanCode.UNREAD)


def tick_scan(by: Person, version_id: int, side: str, note: str = "") -> ScanTick:
    """Record that this side compared the scan with the version; the second press changes nothing.

    Raises PermissionDenied for who does not act for the side or had a hand in the version, Conflict where the version
    is not under review, the side has closed, or the scan's code already says what there is to say.
    """
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"说明请控制在 {LONGEST_NOTE} 个字以内。")
    with transaction.atomic():
        version = Version.objects.select_related("submission").get(pk=version_id)
        case = Case.objects.select_for_update().filter(kind=CASE_KIND, subject_id=version.submission_id).first()
        require(may_act_for(by, side), "您不能代表这一方审核。")
        round_ = Round.objects.filter(case=case, number=version.number, ended_at__isnull=True).first()
        if case is None or round_ is None:
            raise Conflict("这一版不在审核中，请刷新页面查看。")
        if Closing.objects.filter(round=round_, side=side).exists():
            raise Conflict("本方已经办结，不用再核对扫描件。")
        if version.scan_code not in NEEDS_TICK:
            raise Conflict("扫描件上的二维码已经说明它属于哪一版，不用另行核对。")
        reviews._join(case, by, side)
        held = ScanTick.objects.filter(version=version, side=side).first()
        if held is not None:
            return held
        tick = ScanTick.objects.create(version=version, side=side, person=by, note=note)
        journal.record(
            by,
            "review.scan_ticked",
            case,
            agency_id=case.agency_id,
            round=round_.number,
            side=side,
            scan=version.scan.sha256 if version.scan else "",
            **({"note": note} if note else {}),
        )
    return tick
