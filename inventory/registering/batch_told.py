"""What taking a batch out of the registry does, in clauses with counts: before both sides agree, and afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from reviews.kinds import Batch
from reviews.models import Round

from ..models import LedgerEntry
from . import withdrawing
from .versioning import CAMERAS, PLATFORMS, POLES

WORDS = {CAMERAS.kind: ("台", "摄像机"), PLATFORMS.kind: ("个", "平台"), POLES.kind: ("根", "杆件")}
GONE, RESTORED, REVIVED = "withdrawn", "restored", "revived"


def batch(round_: Round) -> Batch:
    """Of a round that was undone what has happened, with the list of what was left; else what would happen now."""
    if round_.undone_at is None:
        counts = withdrawing.preview(round_)
        return Batch(clauses(counts, "将"))
    entry = LedgerEntry.objects.select_related("version").filter(round=round_, kind=LedgerEntry.Kind.WITHDRAWAL).first()
    if entry is None or entry.version is None:
        return Batch(clauses(entry.counts, "已")) if entry else Batch()
    left = any(entry.counts.get(kind, {}).get(why) for kind in WORDS for why in withdrawing.LEFT)
    page = reverse("submission_undone", args=[entry.version.submission_id, entry.version.number])
    return Batch(clauses(entry.counts, "已"), page if left else "")


def clauses(counts: Mapping[str, Mapping[str, int]], when: str) -> tuple[str, ...]:
    """`when` is 将 or 已. A kind of which there is nothing is not named."""
    said = []
    for kind, (unit, name) in WORDS.items():
        told = counts.get(kind, {})
        if gone := told.get(GONE, 0):
            said.append(f"{when}从台账撤回 {gone:,} {unit}{name}")
        if back := told.get(RESTORED, 0) + told.get(REVIVED, 0):
            said.append(f"{when}恢复 {back:,} {unit}{name}的原登记")
        for why, words in withdrawing.LEFT.items():
            if left := told.get(why, 0):
                said.append(f"{left:,} {unit}{name}{words}，保持现状")
    return tuple(said)
