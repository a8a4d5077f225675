"""`make bench`: the speed promises as ratios measured in one run, kept in var/bench.json and docs/performance.md.

Each pair is run in turns, several times, and compared by medians, so that a busy machine slows both sides. With names
of measures only those run, and the document stays as it is.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinzhai_video.settings")
os.environ.setdefault("POSTGRES_NAME", "jinzhai_bench")


Line = dict[str, Any]


def measures(folder: Path) -> Iterator[tuple[str, Callable[[], Line | Iterator[Line]]]]:
    from tools import bench_accept, bench_check, bench_edit, bench_map, bench_registry, bench_stage, bench_workbench

    small = bench_check.workbook(folder / "10k.xlsx", 10_000)
    large = bench_check.workbook(folder / "100k.xlsx", 100_000)
    largest = bench_check.workbook(folder / "200k.xlsx", 200_000)
    yield "check_10k", lambda: bench_check.measure("check_10k", small, turns=9)
    yield "check_100k", lambda: bench_check.measure("check_100k", large, turns=5)
    yield "check_10k_cold", lambda: bench_check.measure("check_10k_cold", small, turns=9, imports=())
    yield "growth", lambda: bench_check.growth(small, large, largest)
    yield "stage", lambda: bench_stage.measure(large)
    yield "edit", lambda: bench_edit.measure(large)
    yield "vs_import_export", lambda: bench_stage.against_import_export(small, 10_000)
    yield "accept", bench_accept.measure
    yield "workbench", bench_workbench.measure
    yield "registry", bench_registry.measure
    yield "neighbours", _neighbours
    yield "map", bench_map.measure


def _neighbours() -> Iterator[Line]:
    from tools import bench_neighbours

    return bench_neighbours.measure()


def main() -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tools import bench_report

    fresh_database()
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    wanted = sys.argv[1:]
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for name, measure in measures(Path(folder)):
            if wanted and name not in wanted:
                continue
            found = measure()
            for line in [found] if isinstance(found, dict) else found:
                line["held"] = bench_report.holds(line)
                told.append(line)
                print(bench_report.as_text(line), flush=True)
    (settings.VAR_DIR / "bench.json").write_text("".join(json.dumps(line) + "\n" for line in told))
    if not wanted:
        bench_report.write(told)
    return 0


def fresh_database() -> None:
    """Drop what an earlier run left."""
    import psycopg2
    from django.conf import settings
    from django.db import connection

    params = connection.get_connection_params()
    admin = psycopg2.connect(host=params["host"], port=params["port"], user=params["user"], dbname="postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{settings.POSTGRES_NAME}" WITH (FORCE)')
    admin.close()


if __name__ == "__main__":
    raise SystemExit(main())
