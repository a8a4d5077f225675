"""Two units, one code: how both sides settle it, and that what they settled is still so when it is carried out.

merge        the registered thing stays with its first agency and as it is; this agency reports it too (CoReport)
transfer     the thing is this agency's from now on, with the values of its row
distinct     they are two: the code stays where it is, the row is registered without one (model.md, Registry)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

from audit.failures import Conflict
from registry.models import number_for
from registry.names import Names
from reviews.kinds import Choosing
from reviews.models import Choice, Item, Round

from ..models import ReportKind, Version
from .batch import Batch
from .matching import collisions
from .targets import TARGETS, Target

OFFER = (Choice.MERGE, Choice.TRANSFER, Choice.DISTINCT)
OF_A_KNOWN_ONE = (Choice.DISTINCT,)
"""What may be chosen for a row that means a thing of the agency's own already: that one cannot become another."""
SAID = """SELECT min(v.choice) AS choice, min(v.decided_at) AS since FROM reviews_verdict v
          WHERE v.case_id = %(case)s AND v.side IN ('data', 'police') AND v.item_key = r.key
            AND v.item_hash = r.row_hash AND v.superseded_at IS NULL AND v.decision = 'pass'"""
"""SQL of what both sides said of a row (r), and since when; of what is accepted they chose the same."""


def choices(round_: Round, keys: Collection[int] | None = None) -> dict[int, Choosing]:
    """`reviews.kinds.Kind.choices`: the rows under review whose code another agency has registered."""
    version = Version.objects.select_related("submission__obligation").get(
        submission=round_.case.subject_id, number=round_.number
    )
    if version.submission.kind != ReportKind.ROWS:
        return {}
    agency_id, names, found = version.submission.obligation.agency_id, Names(), {}
    for target in TARGETS:
        for hit in collisions(target, version.pk, agency_id, keys):
            number = number_for(target.number_prefix, hit["thing_id"])
            says = f"{hit['sheet']} 第{hit['row']}行编码已由{names.agency(hit['agency_id'])}登记（{number}）"
            if hit["own_id"]:
                says += f"，这一行是本单位的 {number_for(target.number_prefix, hit['own_id'])}"
            found[hit["key"]] = Choosing(says, OF_A_KNOWN_ONE if hit["own_id"] else OFFER)
    items = Item.objects.filter(round=round_, key__in=list(found)) if found else Item.objects.none()
    asked = set(items.values_list("key", flat=True))
    return {key: told for key, told in found.items() if key in asked}


@dataclass(frozen=True)
class _Hit:
    """An accepted row whose code is another agency's thing's by now; `held`: it was when the sides chose."""

    row_id: int
    place: str
    thing_id: int
    is_own: bool
    choice: str
    held: bool

    @property
    def fits(self) -> bool:
        return self.choice in (OF_A_KNOWN_ONE if self.is_own else OFFER)


def settle(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    """Carry the choices over to the plan of this kind, whose rows have been matched.

    Raises Conflict where a code was taken, freed or passed on to a third unit since the sides judged it.
    """
    hits = _hits(cursor, target, batch)
    _refuse_overtaken(cursor, target, batch, hits)
    for choice, change in (
        (Choice.MERGE, "fate = 'merged', thing_id = told.thing_id"),
        (Choice.TRANSFER, "fate = 'transferred', thing_id = told.thing_id"),
        (Choice.DISTINCT, "apart = true"),
    ):
        chosen = [hit for hit in hits if hit.choice == choice]
        if chosen:
            cursor.execute(
                f"""UPDATE plan_{target.kind} plan SET {change}
                    FROM unnest(%s::bigint[], %s::bigint[]) AS told (row_id, thing_id)
                    WHERE plan.row_id = told.row_id""",
                [[hit.row_id for hit in chosen], [hit.thing_id for hit in chosen]],
            )


def _hits(cursor: CursorWrapper, target: Target, batch: Batch) -> list[_Hit]:
    cursor.execute(
        f"""SELECT plan.row_id, r.sheet || ' 第' || r.row || '行', t.id, plan.fate = 'matched',
                   coalesce(said.choice, ''), EXISTS (
                     SELECT FROM {target.versions} v WHERE v.{target.thing_id} = t.id AND v.code = r.code
                       AND v.life = 'live' AND v.reporting_agency_id = t.reporting_agency_id
                       AND v.recorded_from <= said.since AND (v.recorded_to IS NULL OR v.recorded_to > said.since))
            FROM plan_{target.kind} plan JOIN {target.rows} r ON r.id = plan.row_id
            JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
            LEFT JOIN LATERAL ({SAID}) said ON true
            WHERE t.reporting_agency_id <> %(agency)s AND NOT (plan.fate = 'merged' AND plan.thing_id = t.id)
            ORDER BY plan.row_id""",
        batch.params,
    )
    return [_Hit(*row) for row in cursor.fetchall()]


def _refuse_overtaken(cursor: CursorWrapper, target: Target, batch: Batch, hits: Sequence[_Hit]) -> None:
    if taken := [hit.place for hit in hits if not hit.choice]:
        raise Conflict(
            f"有 {len(taken)} 行的编码刚由其他单位登记（{_named(taken)}），还没有选定怎样处理。"
            "请刷新页面，为这些行选定合并、移交或各自独立，或者退回，再办结。"
        )
    if passed_on := [hit.place for hit in hits if not hit.held]:
        raise Conflict(
            f"有 {len(passed_on)} 行的编码在审核之后改由另一个单位登记（{_named(passed_on)}），"
            "选定的处理方式不再适用。请退回这些行，由填报单位核对编码。"
        )
    if unfit := [hit.place for hit in hits if not hit.fits]:
        raise Conflict(f"有 {len(unfit)} 行不能这样处理（{_named(unfit)}）。请刷新页面，重新选定或退回，再办结。")
    settled = [hit.row_id for hit in hits]
    cursor.execute(
        f"""SELECT r.sheet || ' 第' || r.row || '行' FROM reviews_verdict v
            JOIN {target.rows} r ON r.key = v.item_key AND r.row_hash = v.item_hash
            JOIN plan_{target.kind} plan ON plan.row_id = r.id
            WHERE v.case_id = %(case)s AND v.side = 'data' AND v.superseded_at IS NULL AND v.choice <> ''
              AND plan.fate <> 'merged' AND NOT plan.row_id = ANY(%(settled)s)
            ORDER BY plan.row_id""",
        batch.params | {"settled": settled},
    )
    if freed := [place for (place,) in cursor.fetchall()]:
        raise Conflict(
            f"有 {len(freed)} 行的编码已不再由其他单位登记（{_named(freed)}），选定的处理方式不再适用。"
            "请刷新页面，把这些行重新标为通过，再办结。"
        )


def _named(places: Sequence[str]) -> str:
    return "、".join(places[:5]) + ("等" if len(places) > 5 else "")


def write_co_reports(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    """The agency stands beside the responsible one, once for each thing."""
    cursor.execute(
        f"""INSERT INTO inventory_coreport (kind, thing_id, agency_id, ledger_entry_id, source_row_id, settled_at)
            SELECT %(kind)s, plan.thing_id, %(agency)s, %(entry)s, plan.row_id, %(now)s
            FROM plan_{target.kind} plan WHERE plan.fate = 'merged' ON CONFLICT DO NOTHING""",
        batch.params | {"kind": target.kind},
    )
