"""What each accepted row does to the registry, drawn up once; every statement of an acceptance follows it.

plan_<kind>(row_id, thing_id, fate, apart) is in the order of the rows and narrow, so that it drives each join and
indexes grow at their right edge. `apart`: the row's code stays with another agency's thing (各自独立).
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from audit.failures import Conflict

from . import settling
from .batch import Batch
from .matching import known_to, matches
from .poles import SPEAKS
from .targets import CAMERA, Target

WRITTEN = "plan.fate IN ('changed', 'reactivated', 'transferred')"
"""SQL: the row changes a registered thing."""
MORE = {CAMERA.kind: f", r.platform_name, {SPEAKS} AS speaks"}
"""What later statements ask of every row, so that they need not read the rows again."""


def draw(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    """Draw up the plan of one kind; new things get their id here.

    Raises Conflict where a code stands with another agency and nobody settled that, and where two rows mean one thing.
    """
    _match(cursor, target, batch)
    settling.settle(cursor, target, batch)
    _refuse_twice(cursor, target)
    _see_what_changes(cursor, target)


def _match(cursor: CursorWrapper, target: Target, batch: Batch) -> None:
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [target.things])
    sequence = cursor.fetchone()[0]
    known = known_to(target, batch.version.pk, batch.agency_id)
    found, fate, joined = "NULL::bigint", "'new'", ""
    if known:
        found = "m.thing_id"
        fate = """CASE WHEN m.thing_id IS NULL THEN 'new' WHEN t.reporting_agency_id <> %(agency)s THEN 'merged'
                       ELSE 'matched' END"""
        joined = f"""LEFT JOIN ({matches(target, known)}) m ON m.row_id = r.id
                     LEFT JOIN {target.things} t ON t.id = m.thing_id"""
    cursor.execute(f"DROP TABLE IF EXISTS plan_{target.kind}")
    cursor.execute(
        f"""CREATE TEMP TABLE plan_{target.kind} ON COMMIT DROP AS
            SELECT r.id AS row_id, coalesce({found}, nextval('{sequence}'::regclass)) AS thing_id,
                   {fate} AS fate, false AS apart {MORE.get(target.kind, "")}
            FROM {batch.rows(target)} {joined}
            ORDER BY r.id""",
        batch.params,
    )
    batch.draw_settled(cursor, target)
    cursor.execute(f"ANALYZE plan_{target.kind}")


def _refuse_twice(cursor: CursorWrapper, target: Target) -> None:
    """Two rows of the version that mean one thing, be one of them accepted before."""
    cursor.execute(
        f"""SELECT thing_id FROM (SELECT thing_id FROM plan_{target.kind} WHERE fate <> 'new'
                                  UNION ALL SELECT thing_id FROM settled_{target.kind}) meant
            GROUP BY thing_id HAVING count(*) > 1 LIMIT 1"""
    )
    if twice := cursor.fetchone():
        number = f"{target.number_prefix}{twice[0]:06d}"
        raise Conflict(f"有两行对应同一条登记记录 {number}，不能入库。请退回其中一行，由填报单位核对编码或登记编号。")


def _see_what_changes(cursor: CursorWrapper, target: Target) -> None:
    """Give the matched rows their fate beside the registry as it stands."""
    cursor.execute(
        f"""UPDATE plan_{target.kind} plan SET fate = CASE
                WHEN t.life <> 'live' THEN 'reactivated'
                WHEN {target.differs_but_for("code")} OR NOT plan.apart AND {target.changes("code")} THEN 'changed'
                ELSE 'unchanged' END
            FROM {target.rows} r, {target.things} t
            WHERE plan.fate = 'matched' AND r.id = plan.row_id AND t.id = plan.thing_id"""
    )
    if cursor.rowcount:
        cursor.execute(f"ANALYZE plan_{target.kind}")


def fates(cursor: CursorWrapper, target: Target) -> dict[str, int]:
    """How many rows have each fate."""
    cursor.execute(f"SELECT fate, count(*) FROM plan_{target.kind} GROUP BY fate")
    return dict(cursor.fetchall())
