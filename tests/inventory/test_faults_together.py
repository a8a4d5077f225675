"""F01: eight processes hand in one report at the same moment; one of them does, and there is one receipt.

Two threads of one process and whole requests are pressed in test_double_submissions and test_races; here they are
processes, as behind a web server, and as many as may be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from agencies.models import Person
from audit import journal
from audit.models import Entry
from inventory import services
from inventory.invariants import violations
from inventory.models import ReportKind, Submission, Version
from reviews.models import Case, Desk, Item, Participation, Round
from tests.factories_inventory import make_campaign
from tests.inventory.drafts import camera_row, uploaded
from tests.inventory.quickly import read_here, stamp, store_in
from tests.inventory.test_races import owed
from tests.reviews.processes import act, processes

EIGHT = 8


@pytest.mark.parametrize("reports", [2, pytest.param(40, marks=pytest.mark.nightly)])
def test_eight_processes_hand_in_one_report(
    reports: int,
    real_db: str,
    meishan_clerk: Person,
    meishan_colleague: Person,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_here(monkeypatch)
    store_in(settings, tmp_path)
    drafts = [drafted(meishan_clerk, 2 * number) for number in range(1, reports + 1)]
    with processes(real_db, tmp_path) as run:
        for draft in drafts:
            content = Version.objects.get(submission=draft).hash
            people = (meishan_clerk, meishan_colleague) * (EIGHT // 2)
            presses = [act("submit", by, submission_id=draft.pk, version_hash=content) for by in people]
            ends = [told.end for told in run(*presses, together=True)]
            assert ends.count("done") == 1, ends
            assert all("Conflict" in end for end in ends if end != "done"), ends
            winner = people[ends.index("done")]
            version = Version.objects.get(submission=draft)
            assert (version.hash, version.submitted_by) == (content, winner)
            told = Entry.objects.filter(object_type="inventory.submission", object_id=str(draft.pk))
            (receipt,) = told.filter(action="submission.submitted")
            assert (receipt.actor_name, receipt.facts["digest"]) == (winner.username, content)
            case = Case.objects.get(subject_id=draft.pk)
            assert Round.objects.get(case=case).desks.count() == 2
            authors = Participation.objects.filter(case=case).values_list("person", flat=True)
            assert set(authors) == {meishan_clerk.pk, winner.pk}
    assert Submission.objects.filter(state="in_review").count() == reports
    assert (Desk.objects.count(), Item.objects.count()) == (2 * reports, 2 * reports)
    assert journal.verify() == (Entry.objects.count(), None)
    assert not (found := violations()), found


def drafted(by: Person, number: int) -> Submission:
    """A list of two cameras, the numberth and the next, in a survey of its own, ready to be handed in."""
    (obligation,) = owed("meishan", [make_campaign()])
    submission = services.start(by, obligation.pk, ReportKind.ROWS)
    uploaded(by, submission, [camera_row(number), camera_row(number + 1)])
    with transaction.atomic():
        stamp(by, submission)
    return submission
