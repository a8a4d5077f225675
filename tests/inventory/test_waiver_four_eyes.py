"""Who decided a waiver of a report has judged a part of it: no hand in it afterwards, and the other way round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies.models import Person, PersonRole, Role
from audit.models import Entry
from inventory import services
from inventory.leftout import marking
from inventory.models import ChangeSet, Edit, MissingMark, RowFinding, Submission
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from inventory.waiving import waiver_services
from tests.factories import make_person
from tests.factories_inventory import drafted, hand_in, stamp
from tests.inventory import web
from tests.inventory.grids import browser, edit, rows_of, send
from tests.inventory.judging import assert_sound
from tests.inventory.waiving import REASON, faulty

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)
SAYS = "您批复过本件的豁免，不能再参与填报"


@pytest.fixture
def clerk() -> Person:
    return make_person("data-clerk", "data-bureau", Role.CLERK)


@pytest.fixture
def both(data_reviewer: Person) -> Person:
    """A reviewer of the bureau that reports cameras of its own, who is its clerk as well."""
    PersonRole.objects.create(person=data_reviewer, role=Role.CLERK)
    return Person.objects.get(pk=data_reviewer.pk)


@pytest.fixture
def own(clerk: Person) -> Submission:
    return drafted("data-bureau", rows=2, by=clerk)


def grant(by: Person, clerk: Person, submission: Submission, finding: RowFinding) -> None:
    asked = waiver_services.ask(clerk, submission.pk, finding.pk, REASON)
    waiver_services.grant(by, asked.pk, timezone.localdate() + YEAR)


def refuse(by: Person, clerk: Person, submission: Submission, finding: RowFinding) -> None:
    waiver_services.refuse(by, waiver_services.ask(clerk, submission.pk, finding.pk, REASON).pk, "请核对后改正")


def revoke(by: Person, clerk: Person, submission: Submission, finding: RowFinding) -> None:
    """Granted by another reviewer, taken back by this one."""
    another = make_person("data-9", "data-bureau", Role.DATA_REVIEWER)
    asked = waiver_services.ask(clerk, submission.pk, finding.pk, REASON)
    waiver_services.grant(another, asked.pk, timezone.localdate() + YEAR)
    waiver_services.revoke(by, asked.pk, "位置已经核实有误")


Decide = Callable[[Person, Person, Submission, RowFinding], None]


@pytest.mark.parametrize("decide", [grant, refuse, revoke])
def test_no_hand_in_it_afterwards(decide: Decide, both: Person, clerk: Person, own: Submission) -> None:
    decide(both, clerk, own, faulty(own))
    row = rows_of(own)[0]
    before = Entry.objects.count()
    acts: list[Callable[[], Any]] = [
        lambda: changes.change(both, own.pk, "camera", [Cell(row.key, "brand", "大华")], ChangeSet.Way.EDIT),
        lambda: changes.remove_rows(both, own.pk, "camera", [row.key]),
        lambda: changes.undo(both, own.pk),
        lambda: marking.mark(both, own.pk, "camera", [1], MissingMark.Mark.PRESENT),
        lambda: stamp(own, both),
        lambda: services.remove_file(both, own.pk, own.versions.get().files.get().pk),
        lambda: services.submit(both, own.pk, own.versions.get().hash),
        lambda: services.discard(both, own.pk),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied, match=SAYS):
            act()
    assert Entry.objects.count() == before
    assert not Edit.objects.filter(person=both).exists()


def test_nor_over_the_pages(both: Person, clerk: Person, own: Submission) -> None:
    grant(both, clerk, own, faulty(own))
    row, source = rows_of(own)[0], own.versions.get().files.get()
    before = Entry.objects.count()
    answers = [
        send(both, "changes", own, edit(row, "brand", "大华")),
        send(
            both, "replace", own, {"column": "brand", "find": "海康威视", "with": "大华", "whole": True, "apply": True}
        ),
        send(both, "remove", own, {"keys": [row.key]}),
        send(both, "undo", own, {}, kind=None),
        browser(both).post(web.url("submission_submit", own.pk), {"version_hash": own.versions.get().hash}),
        browser(both).post(web.url("source_file_remove", own.pk, source.pk)),
        browser(both).post(web.url("submission_discard", own.pk)),
        browser(both).post(web.url("entry_start", own.pk), {"funding": "government", "place_kind": ""}),
        browser(both).post(web.url("submission_upload", own.pk), {"workbook": SimpleUploadedFile("表.xlsx", b"PK")}),
        browser(both).post(web.url("submission_scan_upload", own.pk), {"scan": SimpleUploadedFile("章.png", b"P")}),
        browser(both).post(web.url("submission_missing_mark", own.pk), {"mark": "present", "things": "1"}),
        browser(both).post(web.url("submission_settle", own.pk), {"choice": "file", "clash": "all"}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert [answer for answer in answers if SAYS not in answer.json()["message"]] == []
    assert Entry.objects.count() == before


def test_nor_takes_it_back(both: Person, clerk: Person, own: Submission) -> None:
    grant(both, clerk, own, faulty(own))
    stamp(own, clerk)
    hand_in(own, clerk)
    with pytest.raises(PermissionDenied, match=SAYS):
        services.withdraw(both, own.pk, "有一台的位置填错了")
    answer = browser(both).post(web.url("submission_withdraw", own.pk), {"reason": "有一台的位置填错了"})
    assert answer.status_code == 403 and SAYS in answer.json()["message"]
    own.refresh_from_db()
    assert own.state == "in_review"
    assert_sound()


def test_who_had_a_hand_in_it_does_not_decide(both: Person, clerk: Person, own: Submission) -> None:
    changes.change(both, own.pk, "camera", [Cell(rows_of(own)[1].key, "brand", "大华")], ChangeSet.Way.EDIT)
    asked = waiver_services.ask(clerk, own.pk, faulty(own).pk, REASON)
    day = timezone.localdate() + YEAR
    with pytest.raises(PermissionDenied, match="参与填报的人不能批复"):
        waiver_services.grant(both, asked.pk, day)
    answers = [
        web.press(both, "waiver_grant", asked.pk, expires_on=str(day), answer="同意"),
        web.press(both, "waiver_refuse", asked.pk, words="请核对后改正"),
    ]
    assert {answer.status_code for answer in answers} == {403}
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_another_report_is_not_meant(both: Person, clerk: Person, own: Submission, meishan_clerk: Person) -> None:
    """A waiver of somebody else's report bars from nothing here."""
    other = drafted("meishan", rows=1, by=meishan_clerk)
    grant(both, meishan_clerk, other, faulty(other))
    row = rows_of(own)[0]
    done = changes.change(both, own.pk, "camera", [Cell(row.key, "brand", "大华")], ChangeSet.Way.EDIT)
    assert done.change_set is not None
