"""What came with the dual review (in part, withdrawn, settled, on loan): each check notices what it is there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from agencies.models import Person
from cameras.models import Camera
from inventory import invariants
from inventory.models import MissingMark
from reviews.models import Choice, Decision, Motion, Side
from reviews.services import mark
from tests.factories_inventory import drafted, hand_in, resubmitted, submitted, submitted_zero
from tests.inventory.grids import camera, edit, on_screen, rows_of, send
from tests.inventory.judging import agreed, assert_sound, judged, keys
from tests.inventory.registering import registered
from tests.reviews.loans import deputy as deputy  # noqa: PLC0414 - a fixture
from tests.reviews.loans import lend
from tests.reviews.scenes import latest, pass_all, return_first

pytestmark = pytest.mark.django_db
CODE = "34152400001320900001"


@pytest.fixture
def county(
    meishan_clerk: Person, mabu_clerk: Person, data_reviewer: Person, police_reviewer: Person, deputy: Person
) -> None:
    """A list in part and its rest withdrawn again; a merged code; marks, one of them corrected; a round on loan."""
    partial = submitted("meishan", values=[{"name": name, "code": None} for name in "甲乙丙"])
    judged(partial, [keys(partial)[1]])
    resubmitted(partial, {keys(partial)[1]: {"brand": "宇视"}})
    judged(partial)
    agreed(latest(partial), Motion.Kind.UNDO)
    registered("education", cameras=[{"code": CODE, "name": "一中东门"}])
    merged = submitted("agriculture", values=[{"code": CODE, "name": "一中门口"}])
    judged(merged, choices={keys(merged)[0]: Choice.MERGE})
    registered("mabu", cameras=[{"name": "丁"}, {"name": "戊"}])
    here, _ = Camera.objects.filter(reporting_agency__code="mabu").order_by("pk")
    values = [{"name": here.name, "code": here.code}]
    marked = drafted("mabu", values=values, missing=MissingMark.Mark.REMOVED, by=mabu_clerk)
    hand_in(marked, mabu_clerk)
    judged(marked)
    zero = submitted_zero("forestry")
    judged(zero)
    agreed(latest(zero), Motion.Kind.REOPEN)
    under_way = submitted("water", rows=3)
    lend(data_reviewer, deputy)
    round_ = latest(under_way)
    return_first(deputy, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    mark(deputy, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash)


def test_they_hold(county: None) -> None:
    """Rows of these surveys have hashes of their own making, and files that were never stored."""
    assert_sound()
    assert invariants.violations("I8", "I12") == {}


FIRST = "(SELECT min(id) FROM reviews_round WHERE outcome = 'partial')"
UNDONE = "(SELECT min(id) FROM reviews_round WHERE undone_at IS NOT NULL)"
OPEN = "(SELECT max(id) FROM reviews_round WHERE ended_at IS NULL)"
WITHDRAWAL = "(SELECT max(id) FROM inventory_ledgerentry WHERE kind = 'withdrawal')"
MARKED = "(SELECT version_id FROM inventory_missingmark LIMIT 1)"
COPY = "reviews_verdict (case_id, round_id, side, item_key, item_hash, decision, reason, person_id, decided_at, choice)"
BROKEN: list[tuple[str, str, str]] = [
    # I1
    ("I1", "DELETE FROM inventory_sourcefile", "没有表格"),
    # I2
    (
        "I2",
        "UPDATE reviews_item SET returned = true WHERE key IN (SELECT item_key FROM inventory_missingmark)",
        "未上表说明",
    ),
    (
        "I2",
        "UPDATE inventory_ledgerentry SET counts = jsonb_set(counts, '{camera_marks,removed}', '5')"
        " WHERE counts ? 'camera_marks'",
        "未上表说明是 5 条，应为 1",
    ),
    ("I2", f"UPDATE reviews_item SET returned = true WHERE round_id = {FIRST}", "既不在审，也没有入库"),
    (
        "I2",
        f"WITH gone AS (DELETE FROM reviews_item WHERE round_id = {OPEN} RETURNING round_id)"
        " UPDATE reviews_round SET item_count = 0 WHERE id IN (SELECT round_id FROM gone)",
        "既不在审，也没有入库",
    ),
    (
        "I2",
        "UPDATE reviews_item SET hash = repeat('0', 64) WHERE round_id IN (SELECT r.id FROM reviews_round r"
        " JOIN reviews_case c ON c.id = r.case_id JOIN inventory_submission s ON s.id = c.subject_id"
        " WHERE s.kind = 'zero')",
        "只有 0 行是该版的",
    ),
    # I3
    (
        "I3",
        "DROP INDEX one_current_verdict; UPDATE reviews_verdict SET side = 'data'",
        "现行意见",
    ),
    (
        "I3",
        "ALTER TABLE reviews_closing DROP CONSTRAINT one_closing_a_side;"
        " UPDATE reviews_closing SET side = 'data'",
        "的data办结了 2 次",
    ),
    ("I3", "UPDATE reviews_closing SET version_hash = repeat('0', 64)", "办结与内容不符"),
    (
        "I3",
        f"UPDATE reviews_desk SET passed = passed - 1 WHERE round_id = {OPEN} AND side = 'data'",
        "台账记了 [1, 1, 0]",
    ),
    ("I3", f"UPDATE reviews_desk SET questioned = 1 WHERE round_id = {OPEN} AND side = 'police'", "台账记了 [3, 0, 1]"),
    # I4
    ("I4", "UPDATE inventory_missingmark SET note = '另一句'", "未上表说明"),
    (
        "I4",
        "UPDATE reviews_verdict SET choice = 'transfer' WHERE choice = 'merge' AND side = 'police'",
        "双方各一人的通过意见",
    ),
    (
        "I4",
        "UPDATE reviews_verdict v SET superseded_at = r.ended_at - interval '1 second' FROM reviews_round r"
        " WHERE r.case_id = v.case_id AND v.side = 'police' AND r.outcome = 'accepted'",
        "双方各一人的通过意见",
    ),
    (
        "I4",
        "UPDATE reviews_verdict SET for_person_id = (SELECT id FROM agencies_person WHERE username = 'police-1')"
        " WHERE side = 'data'",
        "双方各一人的通过意见",
    ),
    (
        "I4",
        "UPDATE reviews_closing SET for_person_id = (SELECT id FROM agencies_person WHERE username = 'police-1')"
        " WHERE side = 'data'",
        "没有双方各一人的办结",
    ),
    *(
        (
            "I4",
            f"UPDATE reviews_{table} t SET {column} = s.created_by_id FROM reviews_case c, inventory_submission s"
            f" WHERE c.id = t.case_id AND s.id = c.subject_id",
            "填报了第",
        )
        for table, column in (
            ("verdict", "person_id"), ("verdict", "for_person_id"), ("closing", "person_id"),
            ("closing", "for_person_id"), ("motion", "person_id"), ("motion", "for_person_id"),
            ("motion", "answered_by_id"), ("motion", "answered_for_id"),
        )
    ),
    (
        "I4",
        "INSERT INTO inventory_waiver (submission_id, kind, row_key, code, column_key, value, reason, state,"
        " asked_by_id, asked_at, decided_by_id, decided_at, answer, ended_reason)"
        " SELECT id, 'camera', 1, 'C203', 'longitude', '', '', 'refused',"
        " (SELECT max(id) FROM agencies_person), now(), created_by_id, now(),"
        " '', '' FROM inventory_submission LIMIT 1",
        "填报了第",
    ),
    # I5
    (
        "I5",
        f"UPDATE reviews_round SET outcome = 'partial', ended_at = now() WHERE id = {OPEN}",
        "有 0 条入库记录，应为 1",
    ),
    ("I5", f"UPDATE reviews_round SET undone_at = NULL WHERE id = {UNDONE}", "有 1 条撤回记录，应为 0"),
    ("I5", f"UPDATE reviews_round SET undone_at = now() WHERE id = {FIRST}", "有 0 条撤回记录，应为 1"),
    (
        "I5",
        "UPDATE reviews_round SET undone_at = now() WHERE id = (SELECT e.round_id FROM inventory_coreport o"
        " JOIN inventory_ledgerentry e ON e.id = o.ledger_entry_id)",
        "合并却没有结束",
    ),
    (
        "I5",
        "ALTER TABLE cameras_camera DROP CONSTRAINT camera_row_once;"
        " UPDATE cameras_camera SET source_row_id = (SELECT min(source_row_id) FROM cameras_camera"
        " WHERE source_row_id > 0) WHERE source_row_id > 0",
        "入库了",
    ),
    (
        "I5",
        "UPDATE cameras_camera SET source_row_id = NULL WHERE source_row_id < 0;"
        " UPDATE cameras_cameraformer SET source_row_id = NULL WHERE source_row_id < 0",
        "不是双方通过的内容",
    ),
    (
        "I5",
        f"UPDATE cameras_camera SET source_row_id = 999999 WHERE ledger_entry_id = {WITHDRAWAL}",
        "不是双方通过的内容",
    ),
    ("I5", f"UPDATE reviews_item SET returned = true WHERE round_id = {FIRST}", "不是双方通过的内容"),
    ("I5", "UPDATE cameras_cameraformer SET number = number + 10", "版本不连贯"),
    ("I5", "UPDATE cameras_camera SET changed_at = '2020-01-01' WHERE version_number > 1", "版本不连贯"),
    ("I5", "UPDATE cameras_camera SET version_number = version_number + 1", "版本不连贯"),
    (
        "I5",
        "SET LOCAL session_replication_role = DEFAULT;"
        " UPDATE cameras_camera SET owner_id = (SELECT max(id) FROM agencies_agency)",
        "版本不连贯",
    ),
    (
        "I5",
        "UPDATE inventory_ledgerentry SET counts = jsonb_set(counts, '{camera,new}', '7') WHERE id = ("
        "SELECT min(id) FROM inventory_ledgerentry)",
        "camera 在册",
    ),
    (
        "I5",
        "UPDATE inventory_ledgerentry SET counts = jsonb_set(counts, '{camera,withdrawn}', '9')"
        f" WHERE id = {WITHDRAWAL}",
        "说撤回了 9 条 camera，实为 1",
    ),
    # I6
    (
        "I6",
        "UPDATE inventory_submission SET state = 'accepted' WHERE state = 'returned'",
        "是 accepted，按审计日志应为 returned",
    ),
    ("I6", "UPDATE inventory_submission SET state = 'draft' WHERE state = 'in_review'", "按审计日志应为 in_review"),
    (
        "I6",
        "UPDATE reviews_case SET state = 'accepted' WHERE state = 'returned'",
        "是 accepted，按审计日志应为 returned",
    ),
    ("I6", "UPDATE reviews_case SET state = 'withdrawn' WHERE state = 'open'", "却有 1 个未结的轮次"),
    (
        "I6",
        f"UPDATE reviews_round SET ended_at = now(), outcome = 'withdrawn' WHERE id = {OPEN}",
        "却有 0 个未结的轮次",
    ),
    # I7
    *(
        ("I7", f"DELETE FROM {table}", f"{what}有 0 个")
        for what, table in (
            ("提交的版本", "inventory_version WHERE submitted_at IS NOT NULL"),
            ("部分通过的轮次", "reviews_round WHERE outcome = 'partial'"),
            ("通过的轮次", "reviews_round WHERE outcome = 'accepted'"),
            ("撤销的入库", "reviews_round WHERE undone_at IS NOT NULL"),
            ("重新开启", "reviews_motion WHERE kind = 'reopen'"),
            ("动议", "reviews_motion"),
            ("委托", "reviews_delegation"),
            ("报送", "inventory_submission"),
        )
    ),
    ("I7", "UPDATE reviews_round SET outcome = 'returned' WHERE outcome = 'partial'", "退回的轮次有 1 个"),
    ("I7", "UPDATE reviews_round SET outcome = 'withdrawn' WHERE outcome = 'partial'", "撤回的轮次有 1 个"),
    ("I7", "DELETE FROM reviews_verdict WHERE id = (SELECT max(id) FROM reviews_verdict)", "双方的意见有"),
    # I8
    ("I8", "UPDATE reviews_case SET kind = 'grant' WHERE kind = 'submission'", "却没有共享授权"),
    ("I8", "UPDATE audit_entry SET action = 'sharing.granted' WHERE seq = 1", "审计日志第 1 条是 sharing.granted"),
    # I11
    (
        "I11",
        "DROP INDEX one_open_submission;"
        " UPDATE inventory_submission SET number = 100 + id,"
        " obligation_id = (SELECT min(id) FROM inventory_obligation)",
        "多份未结的报送",
    ),
]  # fmt: skip


def test_each_notices_what_it_is_there_for(county: None) -> None:
    """The database refuses most of this by itself; here its guards are set aside."""
    missed = []
    connection.check_constraints()  # what waits for the end of the transaction would keep tables from being altered
    for name, sql, says in BROKEN:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            found = invariants.violations(name)
            if not any(says in told for told in found.get(name, [])):
                missed.append((name, sql, says, found))
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            transaction.set_rollback(True)
    assert missed == []
    assert_sound()


def test_a_source_of_sight_that_nobody_checked_for_grants(monkeypatch: pytest.MonkeyPatch) -> None:
    from inventory.invariants import keeping

    monkeypatch.setattr(keeping, "APPS", keeping.APPS - {"reviews"})
    (told, *_) = invariants.violations("I8")["I8"]
    assert "reviews" in told and "却没有核对它的授权" in told


def test_a_recheck_that_nobody_does(meishan_clerk: Person) -> None:
    submission = on_screen(meishan_clerk, [camera(1)])
    send(meishan_clerk, "changes", submission, edit(rows_of(submission)[0], "brand", "大华"))
    assert invariants.violations("I12") == {}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_job")
    (told,) = invariants.violations("I12")["I12"]
    assert "却没有任务在算" in told


def test_a_mark_that_lives_again_counts(county: None, mabu_clerk: Person) -> None:
    """What a corrected mark brought back is in the registry by its count, and by nothing else."""
    from inventory.leftout import marking
    from inventory.models import Submission
    from tests.factories_inventory import stamp

    marked = Submission.objects.filter(obligation__agency__code="mabu").latest("pk")
    agreed(latest(marked), Motion.Kind.REOPEN)
    (thing,) = marked.versions.get().missing_marks.values_list("thing_id", flat=True)
    marking.mark(mabu_clerk, marked.pk, "camera", [thing], MissingMark.Mark.PRESENT)
    stamp(marked, mabu_clerk)
    hand_in(marked, mabu_clerk)
    judged(marked)
    assert Camera.objects.get(pk=thing).life == "live"
    assert_sound()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """UPDATE inventory_ledgerentry SET counts = jsonb_set(counts, '{camera_marks}', '{"present": 1}')
               WHERE counts->'camera_marks' ? 'revived'"""
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert any("camera 在册" in told for told in invariants.violations("I5")["I5"])


# --- the journal's copy -------------------------------------------------------------------------------------------
@pytest.fixture
def copied(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_SINK = tmp_path
    submitted("meishan", rows=1)
    assert invariants.violations("I7") == {}
    (file,) = tmp_path.glob("*.jsonl")
    return file


def test_a_line_of_the_copy_that_is_gone(copied: Path) -> None:
    lines = copied.read_text().splitlines()
    seqs = [said["seq"] for said in map(json.loads, lines) if "seq" in said]
    copied.write_text("\n".join(line for line in lines if json.loads(line).get("seq") != seqs[1]) + "\n")
    assert invariants.violations("I7") == {"I7": [f"审计日志第 {seqs[1]} 条在日志副本里没有"]}


def test_a_line_of_the_copy_that_was_altered(copied: Path) -> None:
    copied.write_text(copied.read_text().replace('"submission.submitted"', '"submission.started"'))
    (told,) = invariants.violations("I7")["I7"]
    assert "在日志副本里的内容被改动过" in told


def test_a_copy_that_is_gone(copied: Path) -> None:
    copied.unlink()
    (told,) = invariants.violations("I7")["I7"]
    assert "没有日志副本" in told


def test_without_a_copy_there_is_nothing_to_compare(copied: Path, settings: Any) -> None:
    copied.unlink()
    settings.AUDIT_SINK = None
    assert invariants.violations("I7") == {}
