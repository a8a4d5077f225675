"""`stage`: storing what was read against COPY of the very tuples; `vs_import_export`: the usual Django import."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from import_export import resources
from tablib import Dataset

from agencies.models import Agency
from cameras.models import Camera
from inventory import staging
from inventory.models import SourceFile
from inventory.registering.checks import DECLARATIONS
from inventory.registering.targets import CAMERA
from inventory.staging import SHEETS
from jobs.models import Job
from sheets import cli
from tools.bench_accept import draft
from tools.bench_check import checked


def measure(path: Path, turns: int = 5) -> dict[str, Any]:
    """Our whole storing transaction (rows, findings, matching, registry rules, hash) against COPY of the tuples."""
    floors, took = [], []
    with tempfile.TemporaryDirectory() as folder:
        cli.check_file(path, list(SHEETS.values()), stage=Path(folder))
        result = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
        source, person = draft("stage")
        findings = _findings_as_copy(source, Path(folder))
        job = Job(kind="read_source_file", subject_id=source.pk, created_by=person)
        for _ in range(turns):
            floors.append(_copy_alone(Path(folder), findings))
            took.append(_store(source, job, Path(folder), result))
    return {
        "name": "stage",
        "ratio": round(median(took) / median(floors), 2),
        "aim": "<= 1.5",
        "rows": result["rows"],
        "seconds": round(median(took), 2),
        "floor_seconds": round(median(floors), 2),
    }


def _store(source: SourceFile, job: Job, folder: Path, result: dict[str, Any]) -> float:
    with transaction.atomic():
        started = time.perf_counter()
        staging._store(source, job, folder, result)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        took = time.perf_counter() - started
        transaction.set_rollback(True)
    _vacuum()
    return took


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM inventory_camerarow, inventory_rowfinding")


def _findings_as_copy(source: SourceFile, folder: Path) -> Path:
    """The findings as COPY text, made by storing them once and reading them back."""
    path = folder / "findings.copy"
    with transaction.atomic(), connection.cursor() as cursor, path.open("wb") as out:
        staging.copy_findings(source.pk, folder / "findings.jsonl")
        cursor.copy_expert("COPY inventory_rowfinding TO STDOUT", out)
        transaction.set_rollback(True)
    return path


def _copy_alone(folder: Path, findings: Path) -> float:
    """Seconds of COPY of the same tuples into copies of the two tables with their indexes and defaults."""
    columns = [staging.STORED_AS.get(name, name) for name in DECLARATIONS["camera"].copy_columns]
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("inventory_camerarow", "inventory_rowfinding"):
            cursor.execute(f"CREATE TABLE bench_{name} (LIKE {name} INCLUDING ALL)")
        cursor.execute("ALTER TABLE bench_inventory_camerarow ALTER source_file_id SET DEFAULT 1")
        started = time.perf_counter()
        with (folder / "camera.tsv").open("rb") as lines:
            cursor.copy_expert(f"COPY bench_{CAMERA.rows} ({', '.join(columns)}) FROM STDIN", lines, size=staging.BLOCK)
        with findings.open("rb") as lines:
            cursor.copy_expert("COPY bench_inventory_rowfinding FROM STDIN", lines, size=staging.BLOCK)
        took = time.perf_counter() - started
        transaction.set_rollback(True)
    return took


class UsualResource(resources.ModelResource):  # type: ignore[misc]
    """The import that a Django project usually writes, with validation."""

    class Meta:
        model = Camera
        fields = ("code", "name", "platform_name", "brand", "police_station", "longitude", "latitude", "built", "label")
        import_id_fields = ("code",)
        clean_model_instances = True

    def init_instance(self, row: Any = None) -> Camera:
        agency = Agency.objects.get(code="meishan")
        return Camera(reporting_agency=agency, owner=agency, changed_at=timezone.now())


def against_import_export(path: Path, rows: int) -> dict[str, Any]:
    """How many times faster our check is than a dry run of the usual import over the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        cli.check_file(path, list(SHEETS.values()), stage=Path(folder))
        columns = DECLARATIONS["camera"].copy_columns
        places = [columns.index(name) for name in UsualResource.Meta.fields]
        data = Dataset(headers=list(UsualResource.Meta.fields))
        for line in (Path(folder) / "camera.tsv").read_text(encoding="utf-8").splitlines():
            cells = ["" if cell == r"\N" else cell for cell in line.split("\t")]
            data.append([cells[place] for place in places])
    started = time.perf_counter()
    UsualResource().import_data(data, dry_run=True)
    usual = time.perf_counter() - started
    ours = median(checked(path) for _ in range(3))
    return {
        "name": "vs_import_export",
        "ratio": round(usual / ours, 1),
        "aim": ">= 50",
        "rows": rows,
        "seconds": round(ours, 3),
        "usual_seconds": round(usual, 1),
    }
