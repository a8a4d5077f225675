"""`accept`: the whole acceptance of a version against one INSERT ... SELECT of its clean columns."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from agencies.models import Agency, Person, PersonRole, Role
from files.models import StoredFile
from inventory import services
from inventory.models import Campaign, Obligation, ReportKind, SourceFile, Submission, Version
from inventory.registering import acceptance
from inventory.registering.targets import CAMERA
from inventory.versions import rehash
from reviews.models import Case, Participation, Round

GENERATE = """
INSERT INTO inventory_camerarow
  (source_file_id, sheet, row, raw, row_hash, errors, warnings, registry_number, fate, code, name, platform_name, brand,
   police_station, built, label, label_state, leased, status, measure, place_kind, funding, mobility, vehicle,
   township, longitude, latitude, datum, wgs_longitude, wgs_latitude,
   pole_built, pole_number, pole_height, pole_arms, pole_condition)
SELECT %(file)s, '摄像机', n + 5, '[]', encode(sha256(n::text::bytea), 'hex'), 0, 0, '', '',
       '34152400001320' || lpad((n %% 1000000)::text, 6, '0'), '测试点位' || n, '平台' || n %% 7, '海康威视',
       '梅山派出所', '2021.05', '测试点位' || n, 'yes', false, '在用', '保留', 'school', 'government', 'fixed', '',
       '341524100', 115.5 + (n %% 5000) * 0.0001, 31.2 + (n %% 5000) * 0.0001, 'wgs84',
       115.5 + (n %% 5000) * 0.0001, 31.2 + (n %% 5000) * 0.0001,
       CASE WHEN n %% 10 = 0 THEN '2020.01' ELSE '' END, CASE WHEN n %% 10 = 0 THEN 'G' || n ELSE '' END,
       CASE WHEN n %% 10 = 0 THEN 6 END, CASE WHEN n %% 10 = 0 THEN 2 END, CASE WHEN n %% 10 = 0 THEN '完整' ELSE '' END
FROM generate_series(1, %(rows)s) n
"""


def draft(name: str) -> tuple[SourceFile, Person]:
    """A draft version with one source file still to be read, of an invented campaign."""
    name = f"{name} {SourceFile.objects.count()}"
    agency = Agency.objects.get(code="meishan")
    person = Person.objects.create(username=f"bench-{name}", display_name="填报员", agency=agency)
    PersonRole.objects.create(person=person, role=Role.CLERK)
    campaign = Campaign.objects.create(
        name=f"bench {name}", scope="", opens_on="2026-01-01", due_at="2027-01-01T00:00+08:00",
        template_version="1", rule_version="1",
    )  # fmt: skip
    obligation = Obligation.objects.create(campaign=campaign, agency=agency)
    submission = services.start(person, obligation.pk, ReportKind.ROWS)
    version = Version.objects.get(submission=submission)
    original = StoredFile.objects.create(
        kind="workbook", name="bench.xlsx", path=f"bench/{name}", media_type="", sha256="0" * 64, size=1,
        agency_id=agency.pk, uploaded_by=person,
    )  # fmt: skip
    return SourceFile.objects.create(version=version, file=original, datum="wgs84", funding="government"), person


def prepare(rows: int) -> tuple[Round, Person]:
    """An invented version of `rows` cameras that both sides passed, every tenth on a pole of its own."""
    source, person = draft(f"accept {rows}")
    version = source.version
    SourceFile.objects.filter(pk=source.pk).update(slot=1, state=SourceFile.State.READ)
    with connection.cursor() as cursor:
        cursor.execute(GENERATE, {"file": source.pk, "rows": rows})
        cursor.execute("ANALYZE inventory_camerarow")
    rehash(version)
    case = Case.objects.create(
        kind="submission", subject_id=version.submission_id, title="", agency=version.submission.obligation.agency
    )
    Submission.objects.filter(pk=version.submission_id).update(state=Submission.State.IN_REVIEW)
    round_ = Round.objects.create(
        case=case, number=1, version_hash=version.hash, item_count=rows, ended_at=Now(), outcome=Round.Outcome.ACCEPTED
    )
    judge(round_, source)
    return round_, person


def judge(round_: Round, source: SourceFile) -> None:
    """Every row an item, passed by both sides."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO reviews_item (round_id, key, hash, part) SELECT %s, key, row_hash, 'camera'
               FROM inventory_camerarow WHERE source_file_id = %s""",
            [round_.pk, source.pk],
        )
        for side, agency in (("data", "data-bureau"), ("police", "police")):
            reviewer = Person.objects.create(
                username=f"bench-{side}-{round_.pk}", agency=Agency.objects.get(code=agency), display_name="审核员"
            )
            Participation.objects.create(case=round_.case, person=reviewer, part=side)
            cursor.execute(
                """INSERT INTO reviews_verdict
                     (case_id, round_id, item_key, item_hash, side, person_id, decision, reason, decided_at)
                   SELECT %s, round_id, key, hash, %s, %s, 'pass', '', now() FROM reviews_item WHERE round_id = %s""",
                [round_.case_id, side, reviewer.pk, round_.pk],
            )
        cursor.execute("ANALYZE reviews_item; ANALYZE reviews_verdict")


NEWEST = "source_file_id = (SELECT max(source_file_id) FROM inventory_camerarow)"
"""The rows to be accepted: those of other measurements may stand beside them."""


def floor() -> float:
    """Seconds of one INSERT ... SELECT of the clean columns into a table with the registry's two unique indexes."""
    columns = ", ".join(CAMERA.columns)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_floor")
        cursor.execute(f"CREATE TABLE bench_floor AS SELECT {columns} FROM inventory_camerarow WHERE false")
        cursor.execute("ALTER TABLE bench_floor ADD COLUMN id bigserial PRIMARY KEY")
        cursor.execute("CREATE UNIQUE INDEX ON bench_floor (code) WHERE code IS NOT NULL")
        started = time.perf_counter()
        cursor.execute(
            f"INSERT INTO bench_floor ({columns}) SELECT {columns} FROM inventory_camerarow WHERE {NEWEST} ORDER BY id"
        )
        took = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_floor")
    return took


def measure(rows: int = 100_000) -> dict[str, Any]:
    round_, person = prepare(rows)
    floors, took = [], []
    for _ in range(5):
        floors.append(floor())
        with transaction.atomic():
            started = time.perf_counter()
            acceptance.accept(round_, person)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the commit would check
            took.append(time.perf_counter() - started)
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM cameras_camera, cameras_pole")
    return {
        "name": "accept", "aim": "<= 3", "rows": rows, "ratio": round(median(took) / median(floors), 2),
        "seconds": round(median(took), 2), "floor_seconds": round(median(floors), 2),
    }  # fmt: skip
