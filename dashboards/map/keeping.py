"""I10 for the map: what its cells say is what one would count."""

from __future__ import annotations

from collections.abc import Iterator

from cameras.mapcells import DIMS
from inventory.invariants.told import told

_COUNTED = " UNION ALL ".join(
    f"""SELECT '{dim}' AS dim, level, x15 >> (15 - level) AS x, y15 >> (15 - level) AS y, reporting_agency_id AS agency,
               owner_id AS owner, township, {dim} AS value, count(*) AS n FROM placed, generate_series(10, 15) level
        GROUP BY 2, 3, 4, 5, 6, 7, 8"""  # noqa: S608 - names of our own
    for dim in DIMS
)
_KEPT = """SELECT dim, level, x, y, reporting_agency AS agency, owner, township,
                  CASE dim WHEN 'place_kind' THEN place_kind WHEN 'status' THEN status ELSE measure END AS value, n
           FROM cameras_mapcell WHERE level > 0 AND n <> 0"""
_DIFFER = f"""
WITH placed AS (
    SELECT floor((wgs_longitude + 0.005) * 400)::int AS x15, floor((wgs_latitude + 0.005) * 400)::int AS y15, *
    FROM cameras_camera WHERE life = 'live' AND wgs_longitude IS NOT NULL AND wgs_latitude IS NOT NULL
), counted AS ({_COUNTED}), kept AS ({_KEPT})
SELECT level, dim, count(*) FROM (
    (SELECT * FROM counted EXCEPT SELECT * FROM kept) UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM counted)
) apart GROUP BY 1, 2 ORDER BY 1, 2"""  # noqa: S608
_TOTALS = """
SELECT dim, sum(kept.n), live.n FROM cameras_mapcell kept
CROSS JOIN (SELECT count(*) AS n FROM cameras_camera WHERE life = 'live') live
WHERE level = 0 GROUP BY dim, live.n HAVING sum(kept.n) <> live.n ORDER BY dim"""


def cells_are_counts() -> Iterator[str]:
    """Every kept cell against the cameras that lie in it, and everybody against all that are registered."""
    yield from told("地图格第 {} 级（{}）有 {} 处与台账的台数不一致。", _DIFFER)
    yield from told("地图图例（{}）共 {} 台，台账在册 {} 台。", _TOTALS)
