"""How early reviewers look at a row: its signs, worked out once in SQL when the round opens, as bits of `Item.risk`.

The graver a sign the higher its bit, so the number orders rows by their gravest sign and then by the others, and every
filter of the workbench is a condition on (part, risk): one index serves them all, however many rows there are. What was
found is told in full for the rows that are shown, by `review_items`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import CharField, F, Q, QuerySet, SmallIntegerField, Value
from django.db.models.expressions import RawSQL

from cameras.models import Camera
from reviews.models import Item, Round

from .leftout.mark_items import PART as LEFT_OUT
from .leftout.mark_items import WEIGHTIEST_FIRST
from .models import MissingMark, ReportKind, Submission, Version, Waiver
from .registering import near
from .registering.proposals import METRES
from .registering.registry_rules import DECLARATIONS
from .registering.targets import CAMERA, TARGETS, Target

ZERO = "zero"
ROW_PARTS = tuple(target.kind for target in TARGETS)
MOVED_METRES = 50
"""A registered camera that is said to stand farther off than this has moved, or its position was corrected."""


class Sign(IntFlag):
    """What speaks for a closer look. NEW is none: it only tells a new row from an unchanged one."""

    INTERIOR = 1 << 14
    TAKEN = 1 << 13
    NEAR = 1 << 12
    AGAIN = 1 << 11
    MOVED = 1 << 10
    ODD = 1 << 9
    WARNED = 1 << 8
    REACTIVATED = 1 << 7
    CHANGED = 1 << 6
    WAIVED = 1 << 5
    BLANK = 1 << 4
    NEW = 1 << 1


WORDS: Final[Mapping[Sign, str]] = {
    Sign.INTERIOR: "像是禁装场所",
    Sign.TAKEN: "编码冲突",
    Sign.NEAR: "他单位就在近旁",
    Sign.AGAIN: "上轮退回",
    Sign.MOVED: "编码或位置有变",
    Sign.ODD: "数据有规律",
    Sign.WARNED: "有提醒",
    Sign.REACTIVATED: "恢复",
    Sign.CHANGED: "变更",
    Sign.WAIVED: "涉及豁免",
    Sign.BLANK: "缺项",
}
"""The reason for a rank in a few words, as the list shows it; the gravest first."""
GRAVE: Final = Sign.INTERIOR | Sign.TAKEN
ATTENTION: Final = Sign.NEAR | Sign.AGAIN | Sign.MOVED | Sign.ODD | Sign.WARNED
WARNINGS: Final = Sign.INTERIOR | Sign.TAKEN | Sign.NEAR | Sign.ODD | Sign.WARNED | Sign.BLANK
FATES: Final = Sign.NEW | Sign.CHANGED | Sign.REACTIVATED
CLEAN: Final = (int(Sign.NEW), 0)
"""The ranks of rows without a single sign: new ones, and registered ones that stay as they are."""

# --- filters --------------------------------------------------------------------------------------------------------
ANY_OF: Final[Mapping[str, Sign]] = {
    "new": Sign.NEW,
    "changed": Sign.CHANGED,
    "reactivated": Sign.REACTIVATED,
    "warned": WARNINGS,
    "taken": Sign.TAKEN,
    "again": Sign.AGAIN,
}
FILTERS: Final = {
    "new": "新增",
    "changed": "变更",
    "unchanged": "无变化",
    "reactivated": "恢复",
    "warned": "有提醒",
    "taken": "编码冲突",
    "again": "上轮退回",
    "clean": "无提醒",
    LEFT_OUT: "未上表",
}
"""Codes of the workbench's filters by content, with their words, in the order of the figures."""


def under(items: QuerySet[Item], show: str, also: Collection[int] = ()) -> QuerySet[Item]:
    """The items under a filter, and those with the keys `also`; all of them for a code that is none."""
    if show == LEFT_OUT:
        return items.filter(part=LEFT_OUT)
    if show not in FILTERS:
        return items
    rows = items.filter(part__in=ROW_PARTS)
    if show == "clean":
        return rows.filter(risk__in=CLEAN)
    if show == "unchanged":
        return rows.alias(fate=F("risk").bitand(int(FATES))).filter(fate=0)
    signs = int(ANY_OF[show])
    # The lower bound lets the index skip everything that cannot have one of the signs.
    shown = Q(risk__gte=signs & -signs, signs__gt=0)
    return rows.alias(signs=F("risk").bitand(signs)).filter(shown | Q(key__in=list(also)) if also else shown)


def stands_under(part: str, risk: int, show: str) -> bool:
    """Whether an item of this part and rank stands under a filter; as `under` says it to the database."""
    if show == LEFT_OUT:
        return part == LEFT_OUT
    if show not in FILTERS:
        return True
    if part not in ROW_PARTS:
        return False
    if show == "clean":
        return risk in CLEAN
    if show == "unchanged":
        return not risk & FATES
    return bool(risk & ANY_OF[show])


# --- the totals of a round ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Kept:
    """The totals of a round, out of `Round.figures`: every one is a sum over (part, rank)."""

    ranks: Mapping[str, Mapping[str, int]]
    held: Mapping[str, int]
    """How many there are of each part in the version, with those that were accepted in an earlier round."""

    def total(self, part: str = "", show: str = "") -> int:
        """Items of one part or all, under a filter or none."""
        return sum(
            count
            for each, ranks in self.ranks.items()
            if part in ("", each)
            for rank, count in ranks.items()
            if stands_under(each, int(rank), show)
        )

    @property
    def settled(self) -> int:
        return sum(self.held.values()) - self.total()


def figures(round_: Round) -> dict[str, Any]:
    """The totals of a round that was just opened, to be kept with it; see `Kept`."""
    version = Version.objects.get(submission=round_.case.subject_id, number=round_.number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT part, risk, count(*) FROM reviews_item WHERE round_id = %s GROUP BY 1, 2", [round_.pk])
        ranks: dict[str, dict[str, int]] = {}
        for part, risk, count in cursor.fetchall():
            ranks.setdefault(part, {})[str(risk)] = count
    if ZERO in ranks:
        return {"ranks": ranks, "held": {ZERO: 1}}
    held = {target.kind: target.row._default_manager.filter(source_file__version=version).count() for target in TARGETS}
    return {"ranks": ranks, "held": held | {LEFT_OUT: MissingMark.objects.filter(version=version).count()}}


def kept(round_: Round) -> Kept:
    """The round's totals; counted anew where none were kept."""
    told = round_.figures if "ranks" in round_.figures else figures(round_)
    return Kept(told["ranks"], told["held"])


# --- items with their ranks -----------------------------------------------------------------------------------------
def reasons(risk: int) -> list[tuple[str, Sign]]:
    """Why a row stands where it does, the gravest first."""
    return [(words, sign) for sign, words in WORDS.items() if risk & sign]


def items(submission: Submission, version: Version) -> list[QuerySet[Any, Any]]:
    """The version's items as querysets of (key, hash, part, risk)."""
    if submission.kind == ReportKind.ZERO:
        return [_with(Version.objects.filter(pk=version.pk), Value(0), "hash", ZERO, Value(0))]
    files = list(version.files.values_list("pk", flat=True))
    found = []
    for target in TARGETS:
        rows = target.row._default_manager.filter(source_file__in=files)
        found.append(_with(rows, F("key"), "row_hash", target.kind, _rank_of_row(target, submission, files)))
    marks = MissingMark.objects.filter(version=version)
    return [*found, _with(marks, F("item_key"), "row_hash", LEFT_OUT, _rank_of_mark())]


def _with(things: QuerySet[Any], key: Any, content: str, part: str, rank: Any) -> QuerySet[Any, Any]:
    told: dict[str, Any] = {"of_item": key, "of_part": Value(part, output_field=CharField()), "of_risk": rank}
    found: QuerySet[Any, Any] = things.order_by().annotate(**told).values_list("of_item", content, "of_part", "of_risk")
    return found


def _rank_of_mark() -> RawSQL:
    """What is given away or gone is looked at before what is said to be still there."""
    weights = " ".join(f"WHEN '{mark.value}' THEN {weight}" for weight, mark in enumerate(reversed(WEIGHTIEST_FIRST)))
    return RawSQL(f"(CASE mark {weights} ELSE 0 END)::smallint", [], output_field=SmallIntegerField())  # noqa: S611


def _rank_of_row(target: Target, submission: Submission, files: Sequence[int]) -> RawSQL:
    """SQL of a row's signs. What only some reports can have is not even asked of the others."""
    row = target.rows
    here = f"o.source_file_id = {row}.source_file_id AND o.sheet = {row}.sheet AND o.row = {row}.row"
    asked = [
        f"CASE {row}.fate WHEN 'changed' THEN {Sign.CHANGED} WHEN 'reactivated' THEN {Sign.REACTIVATED} "
        f"WHEN 'unchanged' THEN 0 WHEN 'merged' THEN 0 ELSE {Sign.NEW} END",
        f"""CASE WHEN {row}.warnings > 0 THEN coalesce((SELECT bit_or({_sign_of_finding()}) FROM inventory_rowfinding o
              WHERE {here} AND o.severity = 'warning' AND NOT o.waived), 0) ELSE 0 END""",
    ]
    params: list[Any] = [list(blank_codes())]
    if Waiver.objects.filter(submission=submission).exists():
        asked.append(
            f"""CASE WHEN EXISTS (SELECT FROM inventory_rowfinding o WHERE {here} AND o.waived)
                  OR EXISTS (SELECT FROM inventory_waiver w WHERE w.submission_id = %s AND w.kind = '{target.kind}'
                             AND w.row_key = {row}.key AND w.state = 'asked') THEN {Sign.WAIVED} ELSE 0 END"""
        )
        params.append(submission.pk)
    if submission.versions.filter(submitted_at__isnull=False).count() > 1:
        asked.append(
            f"""CASE WHEN EXISTS (SELECT FROM reviews_case c JOIN reviews_round d ON d.case_id = c.id
                  JOIN reviews_item i ON i.round_id = d.id AND i.key = {row}.key AND i.returned
                  WHERE c.kind = 'submission' AND c.subject_id = %s) THEN {Sign.AGAIN} ELSE 0 END"""
        )
        params.append(submission.pk)
    if target is CAMERA:
        asked.append(_moved(row))
        agency_id = submission.obligation.agency_id
        others = Camera.objects.live().exclude(reporting_agency=agency_id).exists()
        if others and near.draw_beside_others(files, agency_id):
            asked.append(f"CASE WHEN {row}.id IN (SELECT row_id FROM beside_others) THEN {Sign.NEAR} ELSE 0 END")
    return RawSQL(f"({' | '.join(asked)})::smallint", params, output_field=SmallIntegerField())  # noqa: S611


def _sign_of_finding() -> str:
    return f"""CASE WHEN o.code = 'C206' THEN {Sign.INTERIOR} WHEN o.code IN ('C401', 'P401') THEN {Sign.TAKEN}
               WHEN o.code = 'C408' THEN {Sign.NEAR} WHEN o.code ~ '^[CP]3' THEN {Sign.ODD}
               WHEN o.code = ANY(%s) THEN {Sign.BLANK} ELSE {Sign.WARNED} END"""


def _moved(row: str) -> str:
    """SQL: the row gives a registered camera another code, or a position more than `MOVED_METRES` away."""
    far = f"({METRES} * sqrt((({row}.wgs_longitude - t.wgs_longitude) * cos(radians(t.wgs_latitude))) ^ 2"
    return f"""CASE WHEN {row}.fate IN ('changed', 'reactivated') AND EXISTS (
                 SELECT FROM cameras_camera t WHERE t.id = {row}.match_id AND (
                   ({row}.code IS NOT NULL OR 'code' = ANY({row}.erased)) AND {row}.code IS DISTINCT FROM t.code
                   OR {far} + ({row}.wgs_latitude - t.wgs_latitude) ^ 2)) > {MOVED_METRES})
               ) THEN {Sign.MOVED} ELSE 0 END"""


@cache
def blank_codes() -> tuple[str, ...]:
    """The rules that say no more than that a wanted cell was left empty."""
    return tuple(
        sorted(
            code
            for sheet in DECLARATIONS.values()
            for code, rule in sheet.rules.items()
            if rule.title in ("没有填写", "未编码")
        )
    )
