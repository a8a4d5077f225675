"""What the unit says of each registered thing that its survey leaves out: 仍在, 拆除, 移交 or 他人填报."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from agencies.models import Agency, Person
from audit import journal
from audit.failures import Conflict, Invalid

from ..models import MissingMark, ReportKind, Version
from ..registering.targets import CAMERA, TARGETS
from ..services import draft_version, locked
from ..versions import rehash
from .missing import HASH, KEYS, unmentioned

LONGEST_NOTE = 200
Mark = MissingMark.Mark
_TARGETS = {target.kind: target for target in TARGETS}


def mark(
    by: Person,
    submission_id: int,
    kind: str,
    things: Sequence[int],
    said: MissingMark.Mark | None,
    *,
    to_agency_id: int | None = None,
    note: str = "",
) -> int:
    """Say the same of all these things, or (None) take back what was said; returns of how many that is news.

    Raises Invalid without things or where a transfer names no other agency, Conflict where one of the things stands in
    the survey by now, or is no longer the unit's.
    """
    wanted, note = sorted(set(things)), " ".join(note.split())
    if not wanted:
        raise Invalid("还没有选择任何一条。请先勾选，再操作。")
    if kind not in _TARGETS:
        raise Invalid("没有这种设备，请从报送页重新进入。")
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"说明请不要超过 {LONGEST_NOTE} 个字。")
    with transaction.atomic():
        submission = locked(by, submission_id, ReportKind.ROWS)
        agency_id = submission.obligation.agency_id
        version = draft_version(by, submission)
        _refuse_mentioned(version, agency_id, kind, wanted)
        if said == Mark.TRANSFERRED:
            _refuse_receiver(to_agency_id, agency_id)
        else:
            to_agency_id = None
        count = _write(by, version, kind, wanted, said, to_agency_id, note) if said else _erase(version, kind, wanted)
        if not count:
            transaction.set_rollback(True)  # nothing was said, so no version was opened by it either
            return 0
        if not version.is_stale:
            rehash(version)
        journal.record(
            by,
            "submission.missing_marked" if said else "submission.missing_unmarked",
            submission,
            agency_id=agency_id,
            version=version.number,
            device=kind,
            count=count,
            digest=version.hash,
            **_facts(said, to_agency_id),
        )
    return count


def _facts(said: MissingMark.Mark | None, to_agency_id: int | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"mark": said.value} if said else {}
    if to_agency_id is not None:
        facts["to_agency"] = Agency.objects.get(pk=to_agency_id).short_name
    return facts


def _refuse_receiver(to_agency_id: int | None, agency_id: int) -> None:
    if to_agency_id is None or not Agency.objects.filter(pk=to_agency_id).exists():
        raise Invalid("标为“移交”的，请选择移交给哪个单位。")
    if to_agency_id == agency_id:
        raise Invalid("不能移交给本单位。仍由本单位管理的，请标为“仍在”。")


def _refuse_mentioned(version: Version, agency_id: int, kind: str, things: Sequence[int]) -> None:
    target = _TARGETS[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM unnest(%(things)s::bigint[]) AS asked(id) JOIN ({unmentioned(target)}) t USING (id)",
            {"version": version.pk, "agency": agency_id, "things": list(things)},
        )
        known = cursor.fetchone()[0]
    if known < len(things):
        unit = "台" if target is CAMERA else "个"
        raise Conflict(
            f"所选的有 {len(things) - known} {unit}已经写进表里、已入库，或者已不在本单位名下，没有标记。"
            "请刷新页面后再选。"
        )


def _write(
    by: Person,
    version: Version,
    kind: str,
    things: Sequence[int],
    said: MissingMark.Mark,
    to_agency_id: int | None,
    note: str,
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO inventory_missingmark AS held
                  (version_id, kind, thing_id, item_key, mark, to_agency_id, note, row_hash, marked_by_id)
                SELECT %(version)s, m.kind, m.thing_id, {KEYS[kind]}, m.mark, m.to_agency_id, m.note, {HASH}, %(by)s
                FROM (SELECT %(kind)s::text AS kind, thing_id, %(mark)s::text AS mark,
                             %(to)s::bigint AS to_agency_id, %(note)s::text AS note
                      FROM unnest(%(things)s::bigint[]) AS asked(thing_id)) m
                ON CONFLICT (version_id, kind, thing_id) DO UPDATE SET mark = EXCLUDED.mark, note = EXCLUDED.note,
                   to_agency_id = EXCLUDED.to_agency_id, row_hash = EXCLUDED.row_hash,
                   marked_by_id = EXCLUDED.marked_by_id, marked_at = now()
                WHERE held.row_hash <> EXCLUDED.row_hash""",
            {
                "version": version.pk,
                "kind": kind,
                "mark": said.value,
                "to": to_agency_id,
                "note": note,
                "things": list(things),
                "by": by.pk,
            },
        )
        return int(cursor.rowcount)


def _erase(version: Version, kind: str, things: Sequence[int]) -> int:
    gone, _ = MissingMark.objects.filter(version=version, kind=kind, thing_id__in=things).delete()
    return gone
