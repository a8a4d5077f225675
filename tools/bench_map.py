"""`map`: what the map asks for, at 1,000,000 cameras against 10,000; and what keeping its counts costs an acceptance.

Both registries stand in one database, one after the other: the smaller is measured, then the rest is added, so the two
are compared by medians of many requests rather than in turns. Cameras lie as they do in a county: about 23 townships,
dense in their middles, of 40 units, each of several kinds of place.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Person, PersonRole, Role
from inventory.models import LedgerEntry, Version
from tools import bench_accept

SMALL, LARGE = 10_000, 1_000_000
TURNS = 21

GENERATE = """
INSERT INTO cameras_camera
  (life, reporting_agency_id, owner_id, version_number, changed_at, ledger_entry_id, code, name, platform_name,
   brand, police_station, built, label, label_state, leased, status, measure, place_kind, funding, mobility, vehicle,
   township, longitude, latitude, datum, wgs_longitude, wgs_latitude, pole_built, pole_number, pole_condition)
SELECT 'live', agency, agency, 1, now(), %(entry)s, NULL, '测试点位' || n, '平台' || n %% 7,
       '海康威视', '', '2021.05', '', 'yes', false,
       CASE WHEN draw < 0.9 THEN '在用' WHEN draw < 0.95 THEN '停用' ELSE '维修' END,
       (ARRAY['保留','保留','保留','一机多用','以迁代拆','杆塔复用','接入','拆除',''])[1 + (random() * 8)::int],
       kind, 'government', 'fixed', '', town, x, y, 'wgs84', x, y, '', '', ''
FROM (
    SELECT n, random() AS draw, town.code AS town,
           round((115.45 + 0.16 * (town.place %% 5) + 0.016 * sqrt(-2 * ln(1 - random())) * cos(6.2832 * random()))
                 ::numeric, 6)::float8 AS x,
           round((31.19 + 0.14 * (town.place / 5) + 0.0135 * sqrt(-2 * ln(1 - random())) * cos(6.2832 * random()))
                 ::numeric, 6)::float8 AS y,
           (%(kinds)s::text[])[1 + (random() * 7)::int] AS kind,
           CASE WHEN random() < 0.6 THEN (%(agencies)s::bigint[])[1 + town.place]
                ELSE (%(agencies)s::bigint[])[24 + (random() * 12)::int] END AS agency
    FROM generate_series(%(first)s, %(last)s) n
    CROSS JOIN LATERAL (SELECT (n::bigint * 7919 %% 23)::int AS place,
                               (%(towns)s::text[])[1 + (n::bigint * 7919 %% 23)::int] AS code) town
) drawn
"""

LOOKS = {
    "map_county": (9, (115.10, 30.90, 116.45, 32.0), ""),
    "map_town": (13, (115.53, 31.12, 115.69, 31.26), ""),
    "map_street": (16, (115.600, 31.185, 115.622, 31.199), ""),
    "map_measure": (11, (115.45, 31.15, 115.95, 31.55), "by=measure"),
    "map_filtered": (10, (115.30, 31.0, 116.3, 31.9), "kind=school&township=341524101"),
}
"""Zoom, extent and query: what a screen of 1366x768 asks for."""


def grow(first: int, last: int, entry: int) -> None:
    """Add invented cameras; the triggers that list and map live on stay in force."""
    from sheets.kinds.places import townships

    agencies = list(Agency.objects.order_by("pk").values_list("pk", flat=True))[:36]
    with connection.cursor() as cursor:
        for start in range(first, last + 1, 100_000):
            cursor.execute(
                GENERATE,
                {
                    "first": start,
                    "last": min(start + 99_999, last),
                    "entry": entry,
                    "kinds": ["road", "road", "road", "school", "community", "mall", "park", "office"],
                    "agencies": agencies,
                    "towns": list(townships())[:23],
                },
            )
        cursor.execute("VACUUM ANALYZE cameras_camera, cameras_mapcell")


def ledger_entry() -> int:
    """Something that the invented cameras came by."""
    round_, _ = bench_accept.prepare(1)
    version = Version.objects.get(submission_id=round_.case.subject_id)
    return int(LedgerEntry.objects.create(round=round_, version=version, recorded_at=Now()).pk)


def measure() -> Iterator[dict[str, Any]]:
    reader = Person.objects.create(
        username="bench-map", display_name="规划员", agency=Agency.objects.get(code="data-bureau")
    )
    PersonRole.objects.create(person=reader, role=Role.LEADER)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    entry = ledger_entry()
    grow(1, SMALL, entry)
    small = {name: _asked(client, name) for name in LOOKS}
    grow(SMALL + 1, LARGE, entry)
    large = {name: _asked(client, name) for name in LOOKS}
    for name in LOOKS:
        (slow, more, bytes_large), (fast, few, bytes_small) = large[name], small[name]
        yield {
            "name": name, "aim": "<= 2", "rows": LARGE, "ratio": round(slow / fast, 2),
            "milliseconds_large": round(slow * 1000, 1), "milliseconds_small": round(fast * 1000, 1),
            "queries_large": more, "queries_small": few, "bytes_large": bytes_large, "bytes_small": bytes_small,
        }  # fmt: skip


def _asked(client: Client, name: str) -> tuple[float, int, int]:
    """Median seconds of a request, its queries and its bytes."""
    zoom, extent, query = LOOKS[name]
    box = ",".join(str(int((degrees + 0.005) * 100 * 2.0 ** (zoom - 13))) for degrees in extent)
    url = f"/map/cells?z={zoom}&box={box}&{query}"
    took = []
    with CaptureQueriesContext(connection) as run:
        answer = client.get(url)
        queries = len(run)
    if answer.status_code != 200:
        raise RuntimeError(answer.content[:500])
    for _ in range(TURNS):
        started = time.perf_counter()
        client.get(url)
        took.append(time.perf_counter() - started)
    return median(took), queries, len(answer.content)
