"""`edit`: one cell changed in a sheet of 100,000 rows, the whole request, against a bare UPDATE and INSERT.

Beside it, what the recheck after it takes in the background, and how long of that it keeps others from editing.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test import Client

from inventory import staging
from inventory.models import CameraRow, SourceFile
from inventory.onscreen import recheck
from inventory.staging import SHEETS
from jobs.models import Job
from sheets import cli
from tools.bench_accept import draft

TURNS = 60


def measure(path: Path) -> dict[str, Any]:
    """Edits of random cells as the page sends them: judged, saved, journaled, answered with the row and the counts."""
    source, client = _staged(path)
    keys = list(CameraRow.objects.filter(source_file=source).values_list("key", flat=True))
    draw = random.Random(1)
    took, floors = [], []
    for turn in range(TURNS + 3):
        key = draw.choice(keys)
        floors.append(_floor(key, turn))
        took.append(_edit(client, source.version.submission_id, key, turn))
    checked, held = _recheck(source)
    return {
        "name": "edit",
        "ratio": round(median(took[3:]) / median(floors[3:]), 1),
        "aim": "<= 50 ms",
        "rows": len(keys),
        "milliseconds": round(median(took[3:]) * 1000, 1),
        "slowest_milliseconds": round(max(took[3:]) * 1000, 1),
        "floor_milliseconds": round(median(floors[3:]) * 1000, 1),
        "recheck_seconds": round(checked, 2),
        "recheck_held_seconds": round(held, 2),
    }


def _staged(path: Path) -> tuple[SourceFile, Client]:
    """The workbook read into a draft, and its clerk at the screen."""
    source, person = draft("edit")
    with tempfile.TemporaryDirectory() as folder:
        cli.check_file(path, list(SHEETS.values()), stage=Path(folder))
        result = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
        with transaction.atomic():
            staging._store(
                source, Job(kind="read_source_file", subject_id=source.pk, created_by=person), Path(folder), result
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inventory_camerarow, inventory_rowfinding")
    client = Client(SERVER_NAME="localhost", headers={"accept": "application/json"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return source, client


def _edit(client: Client, submission_id: int, key: int, turn: int) -> float:
    """Seconds of one edit, request to answer; every other one is a mistake."""
    value = "" if turn % 2 else f"金江大道与江店路交叉口{turn}号"
    body = {"way": "edit", "cells": [{"key": key, "column": "name", "value": value, "was": None}]}
    started = time.perf_counter()
    response = client.post(f"/submissions/{submission_id}/grid/camera/changes/", body, content_type="application/json")
    took = time.perf_counter() - started
    if response.status_code != 200 or len(response.json()["rows"]) != 1:
        raise RuntimeError(response.content)
    return took


def _floor(key: int, turn: int) -> float:
    """Seconds of one UPDATE and one INSERT, committed."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_change (id bigserial PRIMARY KEY, key bigint, value text)")
        started = time.perf_counter()
        with transaction.atomic():
            cursor.execute("UPDATE inventory_camerarow SET name = %s WHERE key = %s", [f"点位{turn}", key])
            cursor.execute("INSERT INTO bench_change (key, value) VALUES (%s, %s)", [key, f"点位{turn}"])
        return time.perf_counter() - started


def _recheck(source: SourceFile) -> tuple[float, float]:
    """Seconds of the recheck in all, and of the part that holds the submission's lock."""
    started = time.perf_counter()
    found = recheck.compute(source.version)
    computed = time.perf_counter()
    with transaction.atomic():
        recheck.store(source.version, found)
    ended = time.perf_counter()
    return ended - started, ended - computed
