"""Which staged row is which registered thing (model.md, Registry: identity).

A row that was accepted before is what it was registered as then, by its key. Others are matched by registry number,
then by a live or former code of the same agency; platforms, where a code is missing, also by their name within the
agency. Never by position. A code of another agency's thing leads there where both sides settled it so (合并). In SQL
over whole versions (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .targets import CAMERA, TARGETS, Target

NAME_KEY = "lower(regexp_replace(coalesce({}, ''), '\\s+', '', 'g'))"
"""A platform's name as its key: without white space, case folded."""
KNOWN_BY = {
    kind: f"{NAME_KEY.format('r.name')} || ' ' || {place}"
    for kind, place in (
        ("camera", "coalesce(r.longitude::text, '') || ' ' || coalesce(r.latitude::text, '')"),
        ("platform", "''"),
    )
}
"""What two rows without a common code must share to be the same: the name, for cameras with the position."""
SURE = 2
"""Ranks of the ways to find a thing up to here are certain: the row's key, its registry number, its code of today."""
ACCEPTED_ROW = "i.round_id = e.round_id AND i.key = r.key AND i.hash = r.row_hash AND NOT i.returned"
"""SQL: the item (i) with which the staged row (r) was accepted, of the round of a ledger entry (e)."""


def accepted_before(target: Target) -> str:
    """A subquery (key, thing_id): what the rows accepted in earlier rounds of %(version)s's submission became.

    The latest round counts; what was withdrawn again too: it comes back as the same thing.
    """
    return f"""SELECT DISTINCT ON (r.key) r.key, coalesce(became.{target.thing_id}, r.match_id) AS thing_id
               FROM inventory_version this
               JOIN inventory_version a ON a.submission_id = this.submission_id AND a.number < this.number
               JOIN inventory_ledgerentry e ON e.version_id = a.id AND e.kind = 'acceptance'
               JOIN inventory_sourcefile f ON f.version_id = a.id
               JOIN {target.rows} r ON r.source_file_id = f.id
               JOIN reviews_item i ON {ACCEPTED_ROW}
               LEFT JOIN {target.versions} became ON became.source_row_id = r.id
               WHERE this.id = %(version)s ORDER BY r.key, e.id DESC"""


def shared(target: Target) -> str:
    """SQL: %(agency)s reports the thing (t) beside the agency that is responsible for it; both sides settled it so."""
    return f"""EXISTS (SELECT FROM inventory_coreport co WHERE co.kind = '{target.kind}' AND co.thing_id = t.id
                 AND co.agency_id = %(agency)s AND co.ended_at IS NULL)"""


@dataclass(frozen=True)
class Known:
    """Which ways to a registered thing can lead anywhere at all for a version: the others need not be gone."""

    own: bool
    before: bool
    shared: bool

    def __bool__(self) -> bool:
        return self.own or self.shared


def known_to(target: Target, version_id: int, agency_id: int) -> Known:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT EXISTS (SELECT FROM {target.things} t WHERE t.reporting_agency_id = %(agency)s),
                       EXISTS (SELECT FROM inventory_version this
                               JOIN inventory_version a ON a.submission_id = this.submission_id
                                    AND a.number < this.number
                               JOIN inventory_ledgerentry e ON e.version_id = a.id WHERE this.id = %(version)s),
                       EXISTS (SELECT FROM inventory_coreport co WHERE co.kind = %(kind)s
                               AND co.agency_id = %(agency)s AND co.ended_at IS NULL)""",
            {"version": version_id, "agency": agency_id, "kind": target.kind},
        )
        return Known(*cursor.fetchone())


def matches(target: Target, known: Known) -> str:
    """A subquery (row_id, thing_id) for the rows of %(version)s that stand in the registry already: %(agency)s's own.

    A former code gives way where another row of the version means that thing by its number or its code of today: the
    code has then passed on to something else. Where the agency reports another's thing by settlement, its code leads
    there.
    """
    staged = f"{target.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s"
    own = "t.reporting_agency_id = %(agency)s"
    ways = [
        f"""SELECT r.id AS row_id, t.id AS thing_id, 1 AS rank FROM {staged} JOIN {target.things} t
            ON t.id = substring(r.registry_number FROM '^{target.number_prefix}([0-9]{{1,15}})$')::bigint
            WHERE r.registry_number <> '' AND {own}""",
        f"""SELECT r.id, t.id, CASE WHEN t.life = 'live' THEN 2 ELSE 4 END FROM {staged} JOIN {target.things} t
            ON t.code = r.code WHERE {own}""",
        f"""SELECT r.id, t.id, 3 FROM {staged} JOIN {target.versions} v ON v.code = r.code AND v.recorded_to IS NOT NULL
            JOIN {target.things} t ON t.id = v.{target.thing_id} WHERE {own}""",
    ]
    if known.before:
        ways.append(
            f"""SELECT r.id, t.id, 0 FROM {staged} JOIN ({accepted_before(target)}) b ON b.key = r.key
                JOIN {target.things} t ON t.id = b.thing_id WHERE {own}"""
        )
    if known.shared:
        ways.append(
            f"""SELECT r.id, t.id, 2 FROM {staged} JOIN {target.things} t ON t.code = r.code
                WHERE t.life = 'live' AND NOT {own} AND {shared(target)}"""
        )
    if target is not CAMERA:
        # A platform is known by its name where one of the two has no code: it got one, or the row does not state it.
        ways.append(
            f"""SELECT r.id, t.id, 5 FROM {staged} JOIN {target.things} t ON t.name_key = {NAME_KEY.format("r.name")}
                WHERE t.life = 'live' AND {own} AND (r.code IS NULL AND t.code IS NULL
                  OR (r.code IS NULL OR t.code IS NULL) AND NOT EXISTS (
                    SELECT FROM {target.things} o WHERE o.name_key = t.name_key AND o.id <> t.id AND o.life = 'live'
                      AND o.reporting_agency_id = t.reporting_agency_id))"""
        )
    return f"""SELECT row_id, thing_id FROM (
                 SELECT row_id, thing_id, rank, min(rank) OVER (PARTITION BY thing_id) AS best FROM (
                   SELECT DISTINCT ON (row_id) row_id, thing_id, rank FROM ({" UNION ALL ".join(ways)}) ways
                   ORDER BY row_id, rank, thing_id DESC) nearest
               ) ranked WHERE rank <= {SURE} OR rank = best"""


def match_version(version_id: int, agency_id: int, *, fresh: bool = False) -> None:
    """Write on each staged row of the version what it would do to the registry as it stands now.

    `fate` is '' for a new thing; a match is 'changed', 'unchanged', 'reactivated' or (another agency's, settled so)
    'merged'. Rows of which that is known already are not written again; of `fresh` ones nothing is known yet.
    """
    params = {"version": version_id, "agency": agency_id}
    with connection.cursor() as cursor:
        for target in TARGETS:
            known = known_to(target, version_id, agency_id)
            if not known and fresh:
                continue
            if not known:
                cursor.execute(
                    f"""UPDATE {target.rows} r SET match_id = NULL, fate = '' FROM inventory_sourcefile f
                        WHERE f.id = r.source_file_id AND f.version_id = %(version)s AND r.match_id IS NOT NULL""",
                    params,
                )
                continue
            cursor.execute(
                f"""WITH told AS MATERIALIZED (
                        SELECT r.id, t.id AS match_id, CASE
                            WHEN t.reporting_agency_id <> %(agency)s THEN 'merged'
                            WHEN t.life <> 'live' THEN 'reactivated'
                            WHEN {target.differs} THEN 'changed' ELSE 'unchanged' END AS fate
                        FROM ({matches(target, known)}) m JOIN {target.things} t ON t.id = m.thing_id
                        JOIN {target.rows} r ON r.id = m.row_id
                    ), lost AS (
                        UPDATE {target.rows} r SET match_id = NULL, fate = '' FROM inventory_sourcefile f
                        WHERE f.id = r.source_file_id AND f.version_id = %(version)s AND r.match_id IS NOT NULL
                          AND NOT EXISTS (SELECT FROM told WHERE told.id = r.id)
                    )
                    UPDATE {target.rows} r SET match_id = told.match_id, fate = told.fate FROM told
                    WHERE r.id = told.id AND (r.match_id, r.fate) IS DISTINCT FROM (told.match_id, told.fate)""",
                params,
            )


def collisions(
    target: Target, version_id: int, agency_id: int, keys: Collection[int] | None = None
) -> list[dict[str, Any]]:
    """Rows whose code is live in another agency's registry, but for what was settled as one thing reported twice.

    [{row_id, key, sheet, row, code, thing_id, agency_id, own_id}]: `own_id` is the agency's own thing that the row
    means besides, if any. `keys`: only among these; None among all rows of the version.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id AS row_id, r.key, r.sheet, r.row, r.code, t.id AS thing_id,
                       t.reporting_agency_id AS agency_id,
                       CASE WHEN r.fate <> 'merged' THEN r.match_id END AS own_id
                FROM {target.rows} r
                JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
                JOIN {target.things} t ON t.code = r.code AND t.life = 'live'
                WHERE t.reporting_agency_id <> %(agency)s {"" if keys is None else "AND r.key = ANY(%(keys)s)"}
                  AND NOT (r.match_id IS NOT DISTINCT FROM t.id AND {shared(target)})
                ORDER BY r.id""",
            {"version": version_id, "agency": agency_id, "keys": list(keys or ())},
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def carry_keys(new_file_id: int, old_file_id: int) -> None:
    """Give the rows of a re-uploaded file the identities of the rows they replace.

    By code; else by name and position, wherever the row has moved to; else by sheet and row, unless both have a code
    and a name of their own there. A key is taken once; a row that replaces none keeps its fresh key. Of rows alike in
    name and position the first is the first's.
    """
    with connection.cursor() as cursor:
        # Of rows that came a moment ago the planner knows nothing; it would go through all of them for each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for target in TARGETS:
            known = KNOWN_BY[target.kind]
            cursor.execute(
                f"""
                WITH by_code AS (
                    SELECT n.id, o.key FROM {target.rows} n JOIN {target.rows} o
                      ON o.source_file_id = %(old)s AND o.code = n.code
                    WHERE n.source_file_id = %(new)s
                ), sure AS MATERIALIZED (
                    SELECT DISTINCT ON (key) id, key
                    FROM (SELECT DISTINCT ON (id) id, key FROM by_code ORDER BY id, key) s
                    ORDER BY key, id
                ), named AS (
                    SELECT r.id, r.key, r.source_file_id, {known} AS known,
                           row_number() OVER (PARTITION BY r.source_file_id, {known} ORDER BY r.sheet, r.row) AS nth
                    FROM {target.rows} r
                    WHERE r.source_file_id IN (%(new)s, %(old)s) AND r.name <> ''
                      AND NOT EXISTS (SELECT FROM sure WHERE sure.id = r.id)
                      AND NOT EXISTS (SELECT FROM sure WHERE sure.key = r.key)
                ), by_name AS (
                    SELECT n.id, o.key FROM named n JOIN named o ON o.known = n.known AND o.nth = n.nth
                    WHERE n.source_file_id = %(new)s AND o.source_file_id = %(old)s
                ), known AS MATERIALIZED (
                    SELECT * FROM sure UNION ALL SELECT * FROM by_name
                ), by_place AS (
                    SELECT n.id, o.key FROM {target.rows} n JOIN {target.rows} o
                      ON o.source_file_id = %(old)s AND o.sheet = n.sheet AND o.row = n.row
                    WHERE n.source_file_id = %(new)s AND (n.code IS NULL OR o.code IS NULL OR n.name = o.name)
                      AND NOT EXISTS (SELECT FROM known WHERE known.id = n.id)
                      AND NOT EXISTS (SELECT FROM known WHERE known.key = o.key)
                )
                UPDATE {target.rows} r SET key = k.key
                FROM (SELECT * FROM known UNION ALL SELECT * FROM by_place) k WHERE r.id = k.id""",
                {"new": new_file_id, "old": old_file_id},
            )
        cursor.execute("SET LOCAL enable_nestloop = on")
