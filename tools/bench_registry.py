"""`list_*`: the registry's pages at 1,000,000 cameras against the same pages at 10,000, in one run.

Both registries stand in one data base, each in turn behind the same name (schemas `small` and `large`), so that both
are asked by the same process, through every middleware, in turns. Cameras are invented by the data base itself: 40
agencies that reported one after the other; names of a crossing, but 25 of a shrine, a direction, two signs, a number.
"""

from __future__ import annotations

import gc
import io
import time
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Person, PersonRole, Role
from cameras.exports import CAMERA_OUTS
from cameras.lists import CAMERAS, CARDS
from registry.exports import RegistryResource
from registry.keeping import KEPT
from registry.names import Names
from registry.paging import Pager
from registry.workbook import write_csv

SMALL, LARGE = 10_000, 1_000_000
TURNS = 15
TABLES = (
    "cameras_camera", "cameras_cameraformer", "cameras_cameracard", "cameras_camerastale", "cameras_cameratally"
)  # fmt: skip
EXPORTED = 100_000

GENERATE = """
WITH agencies AS (SELECT array_agg(id ORDER BY position, id) AS ids FROM agencies_agency)
INSERT INTO cameras_camera
  (id, life, reporting_agency_id, owner_id, version_number, changed_at, ledger_entry_id, source_row_id, code,
   name, platform_name, brand, police_station, built, label, label_state, leased, status, measure, place_kind, funding,
   mobility, vehicle, township,
   longitude, latitude, datum, wgs_longitude, wgs_latitude, pole_built, pole_number, pole_condition)
SELECT n, 'live', ids[1 + ((n - 1) * least(40, cardinality(ids)) / %(rows)s)],
       ids[1 + ((n - 1) * least(40, cardinality(ids)) / %(rows)s)], 1, now(), 1, n,
       '34152400001320' || lpad((n %% 1000000)::text, 6, '0'),
       CASE WHEN n %% (%(rows)s / 25) = 7 THEN '皋陶祠' ELSE '路口' END
           || (ARRAY['朝东', '朝南', '朝西', '朝北'])[1 + n %% 4]
           || chr(19968 + n %% 2000) || chr(19968 + n * 7 %% 1777) || n,
       '平安乡村平台' || n %% 7, (ARRAY['海康威视', '大华', '宇视', '华为'])[1 + n * 3 %% 4], '梅山派出所',
       '2021.05', '', 'yes', n %% 9 = 0, CASE WHEN n %% 100 = 3 THEN '停用' ELSE '在用' END, '保留',
       (ARRAY['school', 'road', 'hospital'])[1 + n %% 3], 'government', 'fixed', '', '34152410' || n %% 10,
       115.4 + n::bigint * 7919 %% 100003 * 0.000006, 31.1 + n::bigint * 104729 %% 100019 * 0.000006, 'wgs84',
       115.4 + n::bigint * 7919 %% 100003 * 0.000006, 31.1 + n::bigint * 104729 %% 100019 * 0.000006, '', '', ''
FROM generate_series(1, %(rows)s) n, agencies
"""
PAGES: dict[str, Callable[[int], str]] = {
    "list_first": lambda rows: "/cameras/",
    "list_deep": lambda rows: f"/cameras/?at=after-{rows // 2}",
    "list_last": lambda rows: "/cameras/?at=last",
    "list_agency": lambda rows: "/cameras/?agency=meishan",
    "list_filtered": lambda rows: f"/cameras/?status={quote('停用')}&kind=road",
    "list_search_rare": lambda rows: f"/cameras/?q={quote('皋陶')}",
    "list_search_frequent": lambda rows: f"/cameras/?q={quote('路口')}",
    "list_search_initials": lambda rows: "/cameras/?q=gtc",
    "list_search_code": lambda rows: f"/cameras/?q=34152400001320{rows // 2:06d}",
    "list_detail": lambda rows: f"/cameras/{rows // 2}/",
}


class Sink(io.RawIOBase):
    """A file that keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def fill(schema: str, rows: int) -> float:
    """A registry of so many invented cameras with their cards; seconds that the cards took."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(f"ALTER TABLE {schema}.cameras_cameracard ALTER COLUMN words SET STATISTICS 1000")
        _enter(schema)
        cursor.execute(GENERATE, {"rows": rows})
        next(kept for kept in KEPT if kept.kind == "camera").forward(cursor)
        cursor.execute("INSERT INTO cameras_camerastale (id, first_id, last_id, fresh) VALUES (1, 1, %s, true)", [rows])
        started = time.perf_counter()
        CARDS.catch_up_wholly()
        took = time.perf_counter() - started
        cursor.execute("VACUUM ANALYZE cameras_camera, cameras_cameracard")
    return took


def _enter(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {schema}, public")


def measure() -> Iterator[dict[str, Any]]:
    call_command("collectstatic", verbosity=0, interactive=False)  # pages name their style sheets by content
    reviewer = Person.objects.create(
        username="bench-registry", display_name="审核员", agency=Agency.objects.get(code="data-bureau")
    )
    PersonRole.objects.create(person=reviewer, role=Role.DATA_REVIEWER)
    schemas = {"small": SMALL, "large": LARGE}
    took = {schema: fill(schema, rows) for schema, rows in schemas.items()}
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    for name, address in PAGES.items():
        more = {f"microseconds_a_card_{schema}": round(took[schema] / rows * 1e6) for schema, rows in schemas.items()}
        yield _compared(name, {schema: address(rows) for schema, rows in schemas.items()}, client) | (
            more if name == "list_first" else {}
        )
    clerk = Person.objects.create(
        username="bench-clerk", display_name="填报员", agency=Agency.objects.get(code="meishan")
    )
    PersonRole.objects.create(person=clerk, role=Role.CLERK)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    yield _compared("list_own", dict.fromkeys(schemas, "/cameras/"), client)
    yield _counted(reviewer)
    yield _exported(reviewer)
    _enter("public")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA small CASCADE; DROP SCHEMA large CASCADE")


def _compared(name: str, addresses: dict[str, str], client: Client) -> dict[str, Any]:
    """The large registry against the small one, in turns; and how many queries each takes."""
    took: dict[str, list[float]] = {schema: [] for schema in addresses}
    queries = {}
    for schema, address in addresses.items():
        _enter(schema)
        _once(client, address)
        with CaptureQueriesContext(connection) as run:
            _once(client, address)
        queries[schema] = len(run)
    for _ in range(TURNS):
        for schema, address in addresses.items():
            _enter(schema)
            took[schema].append(_once(client, address))
    return _line(name, took, queries_large=queries["large"], queries_small=queries["small"])


def _line(name: str, took: dict[str, list[float]], **more: Any) -> dict[str, Any]:
    small, large = median(took["small"]), median(took["large"])
    return {
        "name": name, "aim": "<= 2", "rows": LARGE, "ratio": round(large / small, 2),
        "milliseconds_large": round(large * 1000, 1), "milliseconds_small": round(small * 1000, 1), **more,
    }  # fmt: skip


def _once(client: Client, address: str) -> float:
    started = time.perf_counter()
    answer = client.get(address)
    took = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(answer.content[:500])
    return took


def _counted(person: Person) -> dict[str, Any]:
    """The count alone, under a filter that keeps half of the rows and under one that the tally knows."""
    took: dict[str, list[float]] = {"small": [], "large": []}
    told = {}
    for turn in range(TURNS + 1):
        for schema, times in took.items():
            _enter(schema)
            names = Names()
            lists = [
                Pager(CAMERAS, person, CAMERAS.parse(RequestFactory().get("/", asked).GET, names), names)
                for asked in ({"leased": "no"}, {"kind": "school"})
            ]
            started = time.perf_counter()
            told[schema] = [str(pager.total()) for pager in lists]
            if turn:
                times.append(time.perf_counter() - started)
    return _line("list_count", took, counted=" / ".join(told["large"]))


def _exported(person: Person) -> dict[str, Any]:
    """Memory and time a row of 100,000 rows of the large registry as CSV, against 10,000 of the same."""
    _enter("large")
    names = Names()
    asked = CAMERAS.parse(RequestFactory().get("/").GET, names)
    rows = CAMERAS.ordered(CAMERAS.rows(person, asked, names), asked)
    resource = RegistryResource(CAMERA_OUTS, names)
    peaks, seconds = {}, {}
    for count in (SMALL, EXPORTED):
        found = rows.filter(pk__gt=LARGE - count)
        started = time.perf_counter()
        write_csv(io.BufferedWriter(Sink()), resource.get_export_headers(), resource.export_rows(found))
        seconds[count] = time.perf_counter() - started
        gc.collect()
        tracemalloc.start()
        write_csv(io.BufferedWriter(Sink()), resource.get_export_headers(), resource.export_rows(found))
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return {
        "name": "list_export_memory", "aim": "<= 1.1", "rows": EXPORTED,
        "ratio": round(peaks[EXPORTED] / peaks[SMALL], 2), "megabytes": round(peaks[EXPORTED] / 1e6, 1),
        "seconds": round(seconds[EXPORTED], 1),
        "time_a_row": round(seconds[EXPORTED] / EXPORTED / (seconds[SMALL] / SMALL), 2),
    }  # fmt: skip
