"""What may be there once is there once by the database's own word, whatever a program forgets to ask (I3, I5, I11).

Every unique constraint that a report's life rests on, tried by writing a row of it a second time past all services.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import Agency, Person
from inventory.models import CoReport, LedgerEntry
from reviews import services as reviews
from reviews.models import Motion, Side
from tests.factories_inventory import drafted, submitted
from tests.reviews.scenes import accept, close_side, latest, pass_all

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Once:
    """A row of the table for which `where` holds; `otherwise`: what another constraint wants apart."""

    table: str
    where: str = "true"
    otherwise: Mapping[str, str] = field(default_factory=dict)


NEXT = {"number": "number + 100"}
ONCE = {
    "one_obligation": Once("inventory_obligation"),
    "submission_once": Once("inventory_submission", "state = 'accepted'"),
    "one_open_submission": Once("inventory_submission", "state = 'draft'", NEXT),
    "version_once": Once("inventory_version", "submitted_at IS NOT NULL"),
    "one_draft_version": Once("inventory_version", "submitted_at IS NULL", NEXT),
    "one_file_a_slot": Once("inventory_sourcefile", "version_id IN (SELECT id FROM inventory_version"
                            " WHERE submitted_at IS NULL)"),
    "one_hand": Once("inventory_edit"),
    "one_case_a_subject": Once("reviews_case"),
    "round_once": Once("reviews_round", "ended_at IS NOT NULL"),
    "one_open_round": Once("reviews_round", "ended_at IS NULL", NEXT),
    "item_once": Once("reviews_item"),
    "one_part_a_person": Once("reviews_participation"),
    "one_desk_a_side": Once("reviews_desk"),
    "one_current_verdict": Once("reviews_verdict", "superseded_at IS NULL"),
    "one_closing_a_side": Once("reviews_closing"),
    "one_open_motion": Once("reviews_motion", "answer = ''"),
    "one_ledger_entry": Once("inventory_ledgerentry"),
    "one_co_report": Once("inventory_coreport", "ended_at IS NULL"),
}  # fmt: skip

WIDER = {"obligation_answer", "participation_part", "round_of_case"}
"""Unique because foreign keys refer to it, and only as narrow as another one of the table."""


@pytest.fixture
def lived_in(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    """A report in the registry with a motion to undo it, one under review by one side only, and a draft."""
    first = submitted("meishan", rows=1)
    done = accept(first, data_reviewer, police_reviewer)
    reviews.move(data_reviewer, done.pk, Motion.Kind.UNDO, "整批位置有误")
    under_way = latest(submitted("mabu", rows=1))
    pass_all(data_reviewer, under_way, Side.DATA)
    close_side(data_reviewer, under_way, Side.DATA)
    drafted("education", rows=1)
    entry = LedgerEntry.objects.get(round=done)
    agency = Agency.objects.get(code="mabu")
    CoReport.objects.create(kind="camera", thing_id=1, agency=agency, ledger_entry=entry, source_row_id=1)


def test_it_is_there_once(lived_in: None) -> None:
    assert [name for name, once in ONCE.items() if refusal(once) != name] == []


def refusal(once: Once) -> str:
    """The constraint that refuses the row a second time, or ""."""
    try:
        with transaction.atomic():
            write_again(once)
            transaction.set_rollback(True)
    except IntegrityError as refused:
        return str(refused).partition('unique constraint "')[2].partition('"')[0]
    return ""


def test_none_of_them_is_forgotten() -> None:
    """A new one of these tables must be tried, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_index i
               JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
               WHERE i.indisunique AND NOT i.indisprimary AND t.relname = ANY(%s)""",
            [[once.table for once in ONCE.values()]],
        )
        there = {name for (name,) in cursor.fetchall()}
    assert (there - WIDER - ONCE.keys(), ONCE.keys() - there) == (set(), set())


def write_again(once: Once) -> None:
    """The row once more, with the next id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name FROM information_schema.columns
               WHERE table_name = %s AND table_schema = 'public' AND is_generated = 'NEVER' AND is_identity = 'NO'""",
            [once.table],
        )
        columns = [name for (name,) in cursor.fetchall()]
        values = [once.otherwise.get(name, name) for name in columns]
        cursor.execute(
            f"""INSERT INTO {once.table} ({", ".join(columns)})
                SELECT {", ".join(values)} FROM {once.table} WHERE {once.where} ORDER BY id LIMIT 1"""
        )
        assert cursor.rowcount == 1, "there was such a row"
