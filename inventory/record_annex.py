"""What belongs on the printed review record of a report beside the verdicts: waivers, and what entered the registry."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from reviews.models import Round

from .models import LedgerEntry, Waiver
from .registering.batch_told import batch
from .waiving.waivable import title_of
from .waiving.waivers import rows_of

MOST = 300


def annex(round_: Round) -> Sequence[tuple[str, Sequence[str]]]:
    """Headings with their lines; none that is empty."""
    found = (("豁免", _waivers(round_)), ("登记入库", _ledger(round_)))
    return [(heading, lines) for heading, lines in found if lines]


def _waivers(round_: Round) -> list[str]:
    """What was decided on the report's requests until the round ended; one line for each request and cell."""
    until = Q(decided_at__lte=round_.ended_at) if round_.ended_at else Q()
    decided = Waiver.objects.filter(until, submission=round_.case.subject_id, decided_at__isnull=False)
    shown = list(decided.select_related("decided_by").order_by("decided_at", "pk")[: MOST + 1])
    rows = rows_of(shown[:MOST])
    lines = []
    for one in shown[:MOST]:
        row = rows.get((one.kind, one.row_key))
        place = f"{row.sheet} 第{row.row}行" if row else "已不在表里的一行"
        until_day = f"，到 {one.expires_on:%Y-%m-%d}" if one.expires_on else ""
        answer = f"（{one.answer}）" if one.answer else ""
        lines.append(
            f"{place}，{one.code} {title_of(one.code)}：{one.get_state_display()}{until_day}。"
            f"申请：{one.reason}；批复：{one.decided_by}{answer}"
        )
    return lines + (["其余没有印出，以系统为准。"] if len(shown) > MOST else [])


def _ledger(round_: Round) -> list[str]:
    lines = []
    for entry in LedgerEntry.objects.filter(round=round_).order_by("pk"):
        when = f"{timezone.localtime(entry.recorded_at):%Y-%m-%d %H:%M}"
        told = ""
        if entry.kind == LedgerEntry.Kind.WITHDRAWAL:
            told = "".join(f"；{says}" for says in batch(round_).says)
        lines.append(f"{entry.get_kind_display()}，台账批次 {entry.pk}，{when}{told}")
    return lines
