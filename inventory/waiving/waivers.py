"""Waivers at work: which findings they set aside, and how that is told wherever the row is shown.

Asking and deciding is `waiver_services`. A waiver holds for a rule at a cell of a row (known by its key, so in every
later version too) as long as the cell says the same; the day it ends on is the database's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Subquery

from ..models import RowFinding, StagedRow, Submission, Version, Waiver
from ..registering.targets import TARGETS, Target

TODAY = "(now() AT TIME ZONE %(zone)s)::date"
"""The day by the database's clock, in the county."""


def apply(version_id: int, keys: Sequence[int] | None = None) -> None:
    """Set aside the findings of a draft version that a waiver in force covers, and no others; keep the counts right.

    `keys`: only the rows with these keys (of either kind). A waived finding is counted neither on its row nor on its
    file. A submitted version is never touched. Runs in the caller's transaction; costs nothing where none was asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT v.submission_id FROM inventory_version v WHERE v.id = %s AND v.submitted_at IS NULL
               AND EXISTS (SELECT FROM inventory_waiver w WHERE w.submission_id = v.submission_id)""",
            [version_id],
        )
        found = cursor.fetchone()
        if found is None:
            return
        params = {
            "version": version_id,
            "submission": found[0],
            "zone": settings.TIME_ZONE,
            "keys": list(keys) if keys is not None else None,
        }
        for target in TARGETS:
            cursor.execute(_turn(target, some=keys is not None), params | {"kind": target.kind})


def _turn(target: Target, *, some: bool) -> str:
    """SQL that turns the mark of every finding whose mark is not as it should be, and moves the counts along."""
    among = "AND r.key = ANY(%(keys)s)" if some else ""
    at_row = "o.source_file_id = r.source_file_id AND o.sheet = r.sheet AND o.row = r.row AND o.kind = %(kind)s"
    staged = f"""{target.rows} r JOIN inventory_sourcefile f
                 ON f.id = r.source_file_id AND f.version_id = %(version)s {among}"""
    waived = (
        f"SELECT o.id FROM {staged} JOIN inventory_rowfinding o ON {at_row} AND o.waived"
        if some
        else """SELECT o.id FROM inventory_rowfinding o JOIN inventory_sourcefile f ON f.id = o.source_file_id
                WHERE f.version_id = %(version)s AND o.kind = %(kind)s AND o.waived"""
    )
    return f"""WITH held AS MATERIALIZED (
                   SELECT DISTINCT o.id, o.waived FROM {staged}
                   JOIN inventory_waiver w ON w.row_key = r.key AND w.kind = %(kind)s
                   JOIN inventory_rowfinding o ON {at_row}
                     AND (o.code, o.column_key, o.value) = (w.code, w.column_key, w.value)
                   WHERE w.submission_id = %(submission)s AND w.state = 'granted' AND w.expires_on >= {TODAY}
               ), turned AS (
                   UPDATE inventory_rowfinding o SET waived = NOT o.waived FROM (
                       SELECT id FROM held WHERE NOT waived
                       UNION ALL SELECT id FROM ({waived}) w WHERE id NOT IN (SELECT id FROM held)
                   ) other WHERE o.id = other.id
                   RETURNING o.source_file_id, o.sheet, o.row, o.severity, CASE WHEN o.waived THEN -1 ELSE 1 END AS step
               ), by_row AS (
                   SELECT source_file_id, sheet, row, {_STEPS} FROM turned GROUP BY 1, 2, 3
               ), rows AS (
                   UPDATE {target.rows} r SET errors = r.errors + t.errors, warnings = r.warnings + t.warnings
                   FROM by_row t WHERE (r.source_file_id, r.sheet, r.row) = (t.source_file_id, t.sheet, t.row)
               )
               UPDATE inventory_sourcefile f SET errors = f.errors + t.errors, warnings = f.warnings + t.warnings
               FROM (SELECT source_file_id, {_STEPS} FROM turned GROUP BY 1) t WHERE f.id = t.source_file_id"""


_STEPS = """coalesce(sum(step) FILTER (WHERE severity = 'error'), 0) AS errors,
            coalesce(sum(step) FILTER (WHERE severity <> 'error'), 0) AS warnings"""


# --- told ---------------------------------------------------------------------------------------------------------
Address = tuple[int, str, int]
"""Source file id, sheet, row number."""


@dataclass(frozen=True)
class Standing:
    """A finding and the waiver that was asked for it, the latest; `held`: it set the finding aside in this version."""

    waiver: Waiver
    held: bool

    @property
    def words(self) -> str:
        """已豁免至2027年11月21日（数据局审核员：理由）."""
        waiver = self.waiver
        if self.held and waiver.expires_on is not None:
            day = waiver.expires_on
            by = f"{waiver.decided_by}批准，" if waiver.decided_by else ""
            ended = "，后已撤销" if waiver.state == Waiver.State.REVOKED else ""
            return f"已豁免至{day.year}年{day.month}月{day.day}日{ended}（{by}理由：{waiver.reason}）"
        return waiver.get_state_display()


def keys_at(addresses: Iterable[tuple[str, Address]]) -> dict[tuple[str, Address], int]:
    """Row keys by kind and address; one query for each kind that occurs."""
    wanted = set(addresses)
    found: dict[tuple[str, Address], int] = {}
    for target in TARGETS:
        places = [place for kind, place in wanted if kind == target.kind]
        if not places:
            continue
        rows = target.row._default_manager.filter(
            source_file__in={file for file, _, _ in places}, row__in={row for _, _, row in places}
        )
        for row in rows.only("key", "source_file", "sheet", "row"):
            found[target.kind, (row.source_file_id, row.sheet, row.row)] = row.key
    return found


def standing_of(submission_id: int, findings: Collection[RowFinding]) -> dict[int, Standing]:
    """By finding id: the waiver asked for exactly this finding (rule, cell and value), the latest where there are more.

    At most four queries; one where nothing was ever asked.
    """
    if not Waiver.objects.filter(submission=submission_id).exists():
        return {}
    about_rows = [finding for finding in findings if finding.row and finding.kind]
    keys = keys_at((finding.kind, _place(finding)) for finding in about_rows)
    asked = Waiver.objects.filter(submission=submission_id, row_key__in=set(keys.values()))
    by_cell: dict[tuple[str, int, str, str, str], list[Waiver]] = {}
    for waiver in asked.select_related("decided_by").order_by("pk"):
        cell = (waiver.kind, waiver.row_key, waiver.code, waiver.column_key, waiver.value)
        by_cell.setdefault(cell, []).append(waiver)
    found = {}
    for finding in about_rows:
        key = keys.get((finding.kind, _place(finding)), 0)
        waivers = by_cell.get((finding.kind, key, finding.code, finding.column_key, finding.value))
        if waivers:
            granted = [one for one in waivers if one.expires_on is not None] if finding.waived else []
            found[finding.pk] = Standing((granted or waivers)[-1], finding.waived)
    return found


def _place(finding: RowFinding) -> Address:
    return finding.source_file_id, finding.sheet, finding.row


def waived_at(submission_id: int, rows: Collection[StagedRow]) -> Mapping[Address, list[str]]:
    """For rows of one version, by address: each rule set aside there in a sentence, with who, until when and why."""
    findings = RowFinding.objects.filter(
        source_file__in={row.source_file_id for row in rows}, row__in={row.row for row in rows}, waived=True
    )
    shown = list(findings.order_by("pk"))
    told = standing_of(submission_id, shown)
    cells: dict[Address, dict[str, list[str]]] = {}
    for finding in shown:
        stands = told.get(finding.pk)
        sentence = f"{finding.message}。{stands.words}" if stands else finding.message
        at = cells.setdefault(_place(finding), {}).setdefault(sentence, [])
        at.append(finding.cell or finding.column_title)
    return {
        place: [f"{'、'.join(at)}：{sentence}" for sentence, at in sentences.items()]
        for place, sentences in cells.items()
    }


def row_of(waiver: Waiver) -> StagedRow | None:
    """The row as it stands in the newest version; None where it is gone."""
    return rows_of([waiver]).get((waiver.kind, waiver.row_key))


def rows_of(asked: Collection[Waiver]) -> dict[tuple[str, int], StagedRow]:
    """The rows of these waivers by kind and key, each as the newest version of its submission has it; two queries."""
    found: dict[tuple[str, int], StagedRow] = {}
    newest = Version.objects.filter(submission=OuterRef("source_file__version__submission")).order_by("-number")
    for target in TARGETS:
        keys = {one.row_key for one in asked if one.kind == target.kind}
        if not keys:
            continue
        rows = target.row._default_manager.filter(
            key__in=keys,
            source_file__version__submission__in={one.submission_id for one in asked},
            source_file__version=Subquery(newest.values("pk")[:1]),
        )
        for row in rows.select_related("source_file__file"):
            found[target.kind, row.key] = row
    return found


def earlier(submission: Submission, row: StagedRow, finding: RowFinding) -> Waiver | None:
    """The latest waiver granted to the same agency, in another report, for the same rule at the same registered thing.

    It is offered, and never holds by itself: circumstances may have changed, and it was another reviewer's word.
    """
    target = next(one for one in TARGETS if one.kind == finding.kind)
    if row.match_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT w.id FROM inventory_waiver w
                JOIN inventory_submission s ON s.id = w.submission_id AND s.id <> %(submission)s
                JOIN inventory_obligation o ON o.id = s.obligation_id AND o.agency_id = %(agency)s
                WHERE w.kind = %(kind)s AND (w.code, w.column_key) = (%(code)s, %(column)s)
                  AND w.expires_on IS NOT NULL AND w.state <> 'revoked'
                  AND EXISTS (SELECT FROM inventory_version v JOIN inventory_sourcefile f ON f.version_id = v.id
                    JOIN {target.rows} r ON r.source_file_id = f.id AND r.key = w.row_key
                    LEFT JOIN {target.versions} recorded ON recorded.source_row_id = r.id
                    WHERE v.submission_id = w.submission_id
                      AND (r.match_id = %(thing)s OR recorded.{target.thing_id} = %(thing)s))
                ORDER BY w.id DESC LIMIT 1""",
            {
                "submission": submission.pk,
                "agency": submission.obligation.agency_id,
                "kind": finding.kind,
                "code": finding.code,
                "column": finding.column_key,
                "thing": row.match_id,
            },
        )
        found = cursor.fetchone()
    return Waiver.objects.select_related("decided_by", "submission").get(pk=found[0]) if found else None


def version_of_latest(submission_id: int) -> Version | None:
    """The newest version, whose findings are those that count."""
    return Version.objects.filter(submission=submission_id).order_by("-number").first()
