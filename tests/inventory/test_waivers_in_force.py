"""Waivers: how long and of what they hold, and the list of them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import Person
from audit.models import Entry
from cameras.models import Camera
from inventory import services
from inventory.models import CameraRow, RowFinding, SourceFile, Submission, Version, Waiver
from inventory.registering.checks import check_registry
from inventory.waiving import waiver_services, waivers
from tests.factories_inventory import drafted, hand_in
from tests.inventory import web
from tests.inventory.registering import decide
from tests.inventory.waiving import REASON, asked, counts, draft, expire, faulty, finding, granted
from tests.reviews.scenes import send_back

__all__ = ["draft", "finding"]
pytestmark = pytest.mark.django_db
OUTSIDE = "坐标不在金寨县范围内"
YEAR = dt.timedelta(days=365)


def test_only_the_same_value_and_only_in_time(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = granted(meishan_clerk, data_reviewer, draft, finding)
    version = Version.objects.get()
    key = CameraRow.objects.get(row=5).key
    waivers.apply(version.pk)
    assert counts(draft) == (0, 0, 1), "applied again, nothing moves"
    RowFinding.objects.filter(pk=finding.pk).update(value="115.21")
    waivers.apply(version.pk, [key + 1])
    assert counts(draft) == (0, 0, 1), "other rows were asked for"
    waivers.apply(version.pk, [key])
    assert counts(draft) == (1, 1, 0)
    RowFinding.objects.filter(pk=finding.pk).update(value=finding.value)
    waivers.apply(version.pk, [key])
    assert counts(draft) == (0, 0, 1)
    expire(waiver)
    waivers.apply(version.pk)
    assert counts(draft) == (1, 1, 0)
    assert "已到期" in web.of(data_reviewer).get(web.url("waiver", waiver.pk)).content.decode()
    anew = granted(meishan_clerk, data_reviewer, draft, RowFinding.objects.get(pk=finding.pk))
    waiver.refresh_from_db()
    assert (waiver.state, waiver.decided_by, anew.state) == ("ended", data_reviewer, "asked")
    assert counts(draft) == (0, 0, 1)


def test_the_day_it_ends_on_still_counts(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    """By the database's day in the county, whatever the hour."""
    waiver = asked(meishan_clerk, draft, finding)
    waiver_services.grant(data_reviewer, waiver.pk, waiver_services.today())
    waivers.apply(Version.objects.get().pk)
    assert counts(draft) == (0, 0, 1)


def test_submitting_asks_again_whether_it_is_in_force(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = granted(meishan_clerk, data_reviewer, draft, finding)
    expire(waiver)
    answer = web.submit(meishan_clerk, draft)
    assert answer.status_code == 409 and "还有 1 处错误" in answer.content.decode()
    assert counts(draft) == (1, 1, 0)


def test_it_goes_along_to_the_next_version_and_the_submitted_one_stays(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = granted(meishan_clerk, data_reviewer, draft, finding)
    hand_in(draft, meishan_clerk)
    send_back(draft, data_reviewer, police_reviewer)
    expire(waiver)
    waivers.apply(Version.objects.get().pk)
    assert counts(draft) == (0, 0, 1), "a submitted version is never written to"
    Waiver.objects.filter(pk=waiver.pk).update(expires_on=timezone.localdate())
    version = services.draft_version(meishan_clerk, services.locked(meishan_clerk, draft.pk))
    check_registry(version.pk, draft.obligation.agency_id)
    assert version.number == 2 and counts(draft) == (0, 0, 1)
    waiver_services.revoke(police_reviewer, waiver.pk, "现场已可测量")
    assert counts(draft) == (1, 1, 0)
    first = SourceFile.objects.get(version__number=1)
    assert first.errors == 0 and first.findings.get(code="C203").waived


def test_findings_written_anew_are_waived_anew(meishan_clerk: Person, data_reviewer: Person, draft: Submission) -> None:
    """What `check_registry` takes back and writes again keeps its counts, waived or not."""
    from tests.inventory.test_platform_exports import exported

    known = CameraRow.objects.order_by("row")[2]
    exported(draft, [(str(known.code), str(known.name))])
    check_registry(Version.objects.get().pk, draft.obligation.agency_id)
    warned = RowFinding.objects.filter(code="C411").order_by("pk")[0]
    before = SourceFile.objects.get().warnings
    granted(meishan_clerk, data_reviewer, draft, warned)
    for _ in range(2):
        check_registry(Version.objects.get().pk, draft.obligation.agency_id)
        assert SourceFile.objects.get().warnings == before - 1
    assert sum(CameraRow.objects.values_list("warnings", flat=True)) == before - 1


def test_an_earlier_campaigns_waiver_is_offered_and_not_applied(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    granted(meishan_clerk, data_reviewer, draft, finding)
    hand_in(draft, meishan_clerk)
    decide(draft)
    camera = Camera.objects.order_by("pk")[0]
    later = drafted("meishan", values=[{"code": camera.code, "name": camera.name}], by=meishan_clerk)
    check_registry(Version.objects.latest("pk").pk, later.obligation.agency_id)
    again = faulty(later)
    waivers.apply(again.source_file.version_id)
    assert counts(later) == (1, 1, 0)
    page = web.of(meishan_clerk).get(f"{web.url('waiver_ask', later.pk)}?finding={again.pk}").content.decode()
    assert "以前因同一原因得到过豁免" in page and REASON in page


# --- the list -----------------------------------------------------------------------------------------------------
def test_the_list_counts_and_filters(
    meishan_clerk: Person, mabu_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    granted(meishan_clerk, data_reviewer, draft, finding)
    asked(meishan_clerk, draft, faulty(draft, row=6, code="C133"))
    other = drafted("mabu", rows=1, by=mabu_clerk)
    asked(mabu_clerk, other, faulty(other))
    listed = web.of(data_reviewer).get(web.url("waivers"))
    assert [(key, count) for key, _, count in listed.context["tabs"]] == [
        ("asked", 2), ("in_force", 1), ("expiring", 0), ("ended", 0), ("all", 3),
    ]  # fmt: skip
    narrowed = web.of(data_reviewer).get(web.url("waivers"), {"agency": "mabu", "code": "C203"})
    assert [line.waiver.submission_id for line in narrowed.context["lines"]] == [other.pk]
    own = web.of(mabu_clerk).get(web.url("waivers"), {"tab": "all"})
    assert [line.waiver.submission_id for line in own.context["lines"]] == [other.pk]
    assert web.of(data_reviewer).get(web.url("waivers"), {"tab": "x"}).status_code == 404


def test_the_list_costs_the_same_however_long(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    client = web.of(data_reviewer)

    def queries() -> int:
        client.get(web.url("waivers"))
        with CaptureQueriesContext(connection) as seen:
            client.get(web.url("waivers"))
        return len(seen)

    asked(meishan_clerk, draft, finding)
    few = queries()
    for row in (6, 7):
        asked(meishan_clerk, draft, faulty(draft, row=row))
    assert queries() == few


def test_the_database_itself_wants_two_people(meishan_clerk: Person, draft: Submission, finding: RowFinding) -> None:
    from django.db import IntegrityError, transaction

    waiver = asked(meishan_clerk, draft, finding)
    with pytest.raises(IntegrityError, match="asked_and_granted_by_two"), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(
            state="granted", decided_by=meishan_clerk, decided_at=timezone.now(), expires_on=timezone.localdate()
        )
    assert Entry.objects.filter(action="waiver.granted").count() == 0
