"""已核对: a side's word that the stamped scan attests this version, where no code on the scan says so by itself."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid, require
from reviews.locks import lock_round
from reviews.marking import for_whom
from reviews.models import Round
from reviews.parts import join_side
from reviews.permissions import may_act_for
from reviews.presenting import Document, PaperCheck, Ticked

from ..models import ScanCode, ScanTick, Version
from .codes import CASE_KIND, handed_in_before, mismatch

LONGEST_NOTE = 500
NEEDS_TICK = (ScanCode.ABSENT, ScanCode.UNREAD)
NOT_THERE = "这一版不在审核中，请刷新页面查看。"


def tick_scan(by: Person, version_id: int, side: str, note: str = "") -> ScanTick:
    """Record that this side compared the scan with the version; the second press changes nothing.

    Raises PermissionDenied for who does not act for the side or had a hand in the version, Conflict where the version
    is not under review, the side has closed, or the scan's code already says what there is to say.
    """
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"说明请控制在 {LONGEST_NOTE} 个字以内。")
    require(may_act_for(by, side), "您不能代表这一方审核。")
    with transaction.atomic():
        version = Version.objects.select_related("scan").get(pk=version_id)
        rounds = Round.objects.filter(case__kind=CASE_KIND, case__subject_id=version.submission_id)
        round_id = rounds.filter(number=version.number).values_list("pk", flat=True).first()
        if round_id is None:
            raise Conflict(NOT_THERE)
        round_ = lock_round(by, round_id, side, version.hash)
        if version.scan_code not in NEEDS_TICK:
            raise Conflict("扫描件上的二维码已经说明它属于哪一版，不用另行核对。")
        for_person = join_side(round_.case, by, side)
        held = ScanTick.objects.filter(version=version, side=side).first()
        if held is not None:
            return held
        tick = ScanTick.objects.create(version=version, side=side, person=by, for_person=for_person, note=note)
        journal.record(
            by,
            "review.scan_ticked",
            round_.case,
            agency_id=round_.case.agency_id,
            round=round_.number,
            side=side,
            scan=version.scan.sha256 if version.scan else "",
            **({"note": note} if note else {}),
            **for_whom(for_person),
        )
    return tick


def paper_check(version: Version) -> PaperCheck:
    """What the workbench tells of the version's scan, and the words that sides gave on it."""
    said = {
        tick.side: Ticked(_who(tick), tick.ticked_at, tick.note)
        for tick in ScanTick.objects.filter(version=version).select_related("person", "for_person")
    }
    return PaperCheck(
        state=str(version.scan_code),
        says=mismatch(version),
        tick_url=reverse("scan_tick", args=[version.submission_id, version.number]),
        longest_note=LONGEST_NOTE,
        ticked=said,
        before=[
            Document(f"第 {each.number} 版", reverse("submission_scan_file", args=[each.submission_id, each.number]))
            for each in reversed(handed_in_before(version))
        ],
    )


def _who(tick: ScanTick) -> str:
    return f"{tick.person}（受{tick.for_person}委托）" if tick.for_person else str(tick.person)
