"""What nobody changes, not even with SQL at hand: versions handed in, their rows, closings, the journal, originals."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from agencies.models import Person
from inventory.models import Obligation, Submission
from reviews.models import Side
from tests.factories_inventory import drafted, submitted
from tests.inventory.registering import POLE_ROW, registered
from tests.reviews.scenes import close_side, latest, pass_all

pytestmark = pytest.mark.django_db

SUBMITTED = [
    "UPDATE inventory_version SET zero_reason = 'x'",
    "UPDATE inventory_version SET hash = repeat('0', 64), scan_hash = repeat('0', 64)",
    "UPDATE inventory_version SET submitted_at = NULL",
    "UPDATE inventory_version SET submitted_by_id = NULL",
    "DELETE FROM inventory_version",
    "UPDATE inventory_sourcefile SET errors = 0, rows_read = 9",
    "UPDATE inventory_sourcefile SET datum = 'bd09'",
    "DELETE FROM inventory_rowfinding; DELETE FROM inventory_camerarow; DELETE FROM inventory_platformrow",
    "UPDATE inventory_camerarow SET name = '改了' WHERE row = 5",
    "UPDATE inventory_camerarow SET row_hash = repeat('0', 64)",
    "UPDATE inventory_platformrow SET vendor = '改了'",
    "DELETE FROM inventory_camerarow",
    "DELETE FROM inventory_platformrow",
]
DECIDED = [
    "UPDATE reviews_closing SET passed = 99",
    "DELETE FROM reviews_closing",
    "UPDATE reviews_verdict SET decision = 'return', reason = '改判'",
    "UPDATE reviews_verdict SET person_id = person_id + 1",
    "DELETE FROM reviews_verdict",
    "UPDATE reviews_participation SET part = 'police' WHERE part = 'author'",
    "DELETE FROM reviews_participation",
]
ALWAYS = [
    "UPDATE audit_entry SET action = 'login.ok'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry CASCADE",
    "UPDATE files_storedfile SET sha256 = repeat('0', 64)",
    "UPDATE files_storedfile SET path = 'elsewhere' || id",
    "UPDATE files_storedfile SET name = 'x.xlsx', size = 1",
    "DELETE FROM files_storedfile",
]
REGISTERED = [
    "UPDATE cameras_cameraformer SET name = '改了'",
    "UPDATE cameras_cameraformer SET ledger_entry_id = ledger_entry_id, source_row_id = NULL",
    "UPDATE cameras_cameraformer SET recorded_from = now()",
    "UPDATE cameras_cameraformer SET recorded_to = NULL",
    "UPDATE cameras_poleformer SET pole_height = 99",
    "UPDATE platforms_platformformer SET vendor = '改了'",
    "DELETE FROM cameras_cameraformer",
    "DELETE FROM cameras_poleformer",
    "DELETE FROM platforms_platformformer",
    "DELETE FROM cameras_camera",
    "DELETE FROM cameras_pole",
    "DELETE FROM platforms_platform",
    "DELETE FROM inventory_ledgerentry",
    "DELETE FROM agencies_agency",
]


def refused(sql: str) -> bool:
    """Whether the database itself says no, rather than doing it or finding nothing to do."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return False
    except DatabaseError:
        return True


def test_what_was_handed_in(meishan_clerk: Person) -> None:
    submitted("meishan", rows=2, platforms=[{}], by=meishan_clerk)
    assert [sql for sql in SUBMITTED if not refused(sql)] == []


def test_a_draft_may_be_changed(meishan_clerk: Person) -> None:
    """The same statements do work on a draft: it is the submission that forbids them."""
    drafted("meishan", rows=2, platforms=[{}], by=meishan_clerk)
    allowed = [SUBMITTED[0], *SUBMITTED[5:]]
    assert [sql for sql in allowed if refused(sql)] == []


def test_what_the_sides_decided(data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=2))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert [sql for sql in DECIDED if not refused(sql)] == []


def test_the_journal_and_the_originals(meishan_clerk: Person) -> None:
    drafted("meishan", rows=1, by=meishan_clerk)
    assert [sql for sql in ALWAYS if not refused(sql)] == []


def test_what_was_registered() -> None:
    code = "34152400001320930001"
    registered(cameras=[POLE_ROW | {"code": code}], platforms=[{}])
    registered(cameras=[POLE_ROW | {"code": code, "status": "停用"}])
    assert [sql for sql in REGISTERED if not refused(sql)] == []
    assert not refused("UPDATE cameras_pole SET version_number = 2, source_row_id = NULL"), "what is registered changes"


def test_zero_and_rows_never_both_live(meishan_clerk: Person) -> None:
    """I11, at the database: no service in between."""
    submission = drafted("meishan", rows=1, by=meishan_clerk)
    other = """INSERT INTO inventory_submission
                 (obligation_id, number, kind, state, on_behalf, created_by_id, created_at)
               SELECT obligation_id, 2, 'zero', 'accepted', false, created_by_id, now() FROM inventory_submission"""
    assert refused(other)
    assert refused("UPDATE inventory_obligation SET answer = 'zero'")
    assert refused("UPDATE inventory_obligation SET answer = NULL")
    assert refused(other.replace("'zero', 'accepted'", "'rows', 'draft'")), "one open at most"
    Submission.objects.filter(pk=submission.pk).update(state="discarded")
    Obligation.objects.update(answer="zero")
    assert not refused(other)


def test_a_version_is_only_submitted_with_its_own_scan(meishan_clerk: Person) -> None:
    drafted("meishan", rows=1, by=meishan_clerk)
    press = "UPDATE inventory_version SET submitted_at = now(), submitted_by_id = created_by_id"
    assert refused(press + ", scan_hash = repeat('0', 64)")
    assert refused(press + ", scan_id = NULL")
    assert refused(press + ", hash = '', scan_hash = ''")
    assert refused(press.replace("created_by_id", "NULL"))
    assert not refused(press)
