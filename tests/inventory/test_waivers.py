"""A rule set aside for one cell: asked by the unit, decided by a reviewer, in force for a time and for one value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Person
from cameras.models import Camera
from inventory import services
from inventory.models import RowFinding, Submission, Version, Waiver
from inventory.waiving.waivable import WAIVABLE_ERRORS, catalogue, may_be_waived
from registry.lineage import source_of
from sheets.rules import ERROR
from tests.factories_inventory import drafted, hand_in, submitted
from tests.inventory import web
from tests.inventory.registering import decide
from tests.inventory.waiving import REASON, asked, counts, draft, faulty, finding, granted, press_ask, press_grant

__all__ = ["draft", "finding"]
pytestmark = pytest.mark.django_db
OUTSIDE = "坐标不在金寨县范围内"
YEAR = dt.timedelta(days=365)


# --- asking -------------------------------------------------------------------------------------------------------
def test_the_unit_asks_at_the_finding(meishan_clerk: Person, draft: Submission, finding: RowFinding) -> None:
    latitude = faulty(draft, column_key="latitude", column_title="纬度", cell="I5", value="31.5")
    listed = web.of(meishan_clerk).get(web.url("source_file_findings", draft.pk, finding.source_file_id))
    link = f"{web.url('waiver_ask', draft.pk)}?finding={finding.pk}"
    assert link in listed.content.decode()
    form = web.form(web.of(meishan_clerk).get(link).content.decode(), web.url("waiver_ask", draft.pk))
    assert form.send(web.of(meishan_clerk), reason=REASON).status_code == 302
    made = list(Waiver.objects.order_by("column_key"))
    assert [(one.column_key, one.value, one.state) for one in made] == [
        ("latitude", latitude.value, "asked"),
        ("longitude", finding.value, "asked"),
    ]
    told = web.entry("waiver.asked")
    assert told.facts["code"] == "C203" and told.facts["reason"] == REASON
    assert counts(draft) == (2, 2, 0), "nothing is set aside before it was granted"
    assert "待批" in web.of(meishan_clerk).get(web.url("waivers")).content.decode()


def test_asking_in_a_fragment(meishan_clerk: Person, draft: Submission, finding: RowFinding) -> None:
    """As the grid asks: the small form, its mistakes and what came of it, without a page around them."""
    client = web.of(meishan_clerk)
    url = web.url("waiver_ask", draft.pk)
    form = client.get(url, {"finding": finding.pk}, headers={"hx-request": "true"}).content.decode()
    assert web.has_form(form, url) and "<html" not in form
    told = {"finding": finding.pk, "reason": ""}
    assert client.post(url, told, headers={"hx-request": "true"}).status_code == 422
    done = client.post(url, told | {"reason": REASON}, headers={"hx-request": "true"})
    assert done.status_code == 200 and "正在等" in done.content.decode() and "<form" not in done.content.decode()


def test_asking_is_not_for_others(
    draft: Submission, finding: RowFinding, mabu_clerk: Person, data_reviewer: Person, sysadmin: Person
) -> None:
    assert press_ask(mabu_clerk, draft, finding).status_code == 404
    assert press_ask(sysadmin, draft, finding).status_code == 404
    assert press_ask(data_reviewer, draft, finding).status_code == 403
    assert not Waiver.objects.exists()


def test_asking_twice_or_under_review(meishan_clerk: Person, draft: Submission, finding: RowFinding) -> None:
    assert press_ask(meishan_clerk, draft, finding).status_code == 302
    answer = press_ask(meishan_clerk, draft, finding)
    assert answer.status_code == 409 and "已经申请过" in answer.content.decode()
    other = submitted("mabu", values=[{"warnings": ["提醒"]}])
    warned = RowFinding.objects.get(source_file__version__submission=other)
    assert press_ask(other.created_by, other, warned).status_code == 409
    assert Waiver.objects.count() == 1


def test_asking_without_a_reason_or_for_what_cannot_be_waived(
    meishan_clerk: Person, draft: Submission, finding: RowFinding
) -> None:
    answer = press_ask(meishan_clerk, draft, finding, "没办法")
    assert answer.status_code == 422 and "不少于 6 个字" in answer.content.decode()
    for code, column in (("C101", "code"), ("C301", "code"), ("C132", "longitude"), ("C402", "code")):
        identity = faulty(draft, code=code, column_key=column)
        answer = press_ask(meishan_clerk, draft, identity)
        assert answer.status_code == 422 and "不能豁免" in answer.content.decode()
    whole = faulty(draft, row=0, code="C413", severity="warning")
    assert press_ask(meishan_clerk, draft, whole).status_code == 422
    assert web.press(meishan_clerk, "waiver_ask", draft.pk, finding="x").status_code == 422
    assert not Waiver.objects.exists()


def test_what_may_be_waived() -> None:
    """Identity, duplicates, unreadable values and whole sheets never; errors only where listed, and all are real."""
    rules = catalogue()
    assert set(rules) >= WAIVABLE_ERRORS
    errors = {code for code, rule in rules.items() if rule.severity is ERROR}
    assert {code for code in errors if may_be_waived(code)} == WAIVABLE_ERRORS & errors
    assert not any(may_be_waived(code) for code in rules if code[1] == "3")
    assert not any(may_be_waived(code) for code in ("S003", "G001", "C401", "C413", "X999"))
    assert all(may_be_waived(code) for code in ("C103", "C203", "C411", "P127"))


# --- deciding -----------------------------------------------------------------------------------------------------
def test_a_granted_waiver_sets_the_finding_aside(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = asked(meishan_clerk, draft, finding)
    assert "1 件豁免申请待批" in web.of(data_reviewer).get("/").content.decode()
    assert "还有 1 处错误" in str(services.obstacles(draft, Version.objects.get()))
    page = web.of(data_reviewer).get(web.url("waiver", waiver.pk)).content.decode()
    assert web.form(page, web.url("waiver_grant", waiver.pk)).send(web.of(data_reviewer)).status_code == 302
    waiver.refresh_from_db()
    assert (waiver.state, waiver.decided_by) == ("granted", data_reviewer)
    assert counts(draft) == (0, 0, 1)
    assert web.entry("waiver.granted").facts["until"] == str(waiver.expires_on)
    report = web.page(meishan_clerk, draft)
    assert "已豁免" in report and OUTSIDE not in report
    listed = web.of(meishan_clerk).get(web.url("source_file_findings", draft.pk, finding.source_file_id))
    assert "已豁免至" in listed.content.decode() and REASON in listed.content.decode()

    hand_in(draft, meishan_clerk)
    case = web.url("review", _case(draft))
    assert REASON in web.of(police_reviewer).get(case).content.decode()
    decide(draft)
    camera = Camera.objects.order_by("pk").first()
    assert camera is not None
    source = camera.versions.get()
    lineage = source_of("cameras.camera", source.ledger_entry_id, source.source_row_id)
    assert lineage is not None and REASON in " ".join(lineage.waivers)


def _case(submission: Submission) -> int:
    from tests.reviews.scenes import case_of

    return case_of(submission).pk


def test_who_may_not_decide(
    meishan_clerk: Person, mabu_clerk: Person, office: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = asked(meishan_clerk, draft, finding)
    assert press_grant(mabu_clerk, waiver).status_code == 404
    assert press_grant(meishan_clerk, waiver).status_code == 403
    assert press_grant(office, waiver).status_code == 403
    waiver.refresh_from_db()
    assert waiver.state == "asked" and counts(draft) == (1, 1, 0)


def test_four_eyes(data_reviewer: Person, data_reviewer2: Person) -> None:
    """A reviewer of the bureau who also fills in its report decides nothing about it; nor does who asked."""
    from agencies.models import PersonRole

    PersonRole.objects.create(person=data_reviewer, role="clerk")
    own = drafted("data-bureau", rows=1, by=data_reviewer)
    waiver = asked(data_reviewer, own, faulty(own))
    assert press_grant(data_reviewer, waiver).status_code == 403
    assert press_grant(data_reviewer2, waiver).status_code == 302


def test_decided_once(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = asked(meishan_clerk, draft, finding)
    answer = web.press(police_reviewer, "waiver_refuse", waiver.pk, words="可以重新测量")
    assert answer.status_code == 302
    assert press_grant(data_reviewer, waiver).status_code == 409
    assert web.press(data_reviewer, "waiver_revoke", waiver.pk, words="不对").status_code == 409
    assert counts(draft) == (1, 1, 0)
    assert web.entry("waiver.refused").facts["answer"] == "可以重新测量"
    assert "未同意" in web.of(meishan_clerk).get(web.url("waivers") + "?tab=ended").content.decode()
    again = asked(meishan_clerk, draft, finding, "重新测量需要封路，近期办不到")
    assert press_grant(data_reviewer, again).status_code == 302


def test_a_day_that_cannot_be(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding, settings: Any
) -> None:
    settings.WAIVER_MAX_DAYS = 30
    waiver = asked(meishan_clerk, draft, finding)
    today = timezone.localdate()
    for day in (today - dt.timedelta(days=1), today + dt.timedelta(days=31), "明天"):
        answer = press_grant(data_reviewer, waiver, day)
        assert answer.status_code == 422
    assert web.press(data_reviewer, "waiver_refuse", waiver.pk, words=" ").status_code == 422
    assert counts(draft) == (1, 1, 0)
    assert press_grant(data_reviewer, waiver, today + dt.timedelta(days=30)).status_code == 302


def test_a_cell_that_has_changed_meanwhile(
    meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding
) -> None:
    waiver = asked(meishan_clerk, draft, finding)
    RowFinding.objects.filter(pk=finding.pk).update(value="115.3")
    assert press_grant(data_reviewer, waiver).status_code == 409
    anew = asked(meishan_clerk, draft, RowFinding.objects.get(pk=finding.pk))
    assert not Waiver.objects.filter(pk=waiver.pk).exists()
    assert press_grant(data_reviewer, anew).status_code == 302


def test_revoked(meishan_clerk: Person, data_reviewer: Person, draft: Submission, finding: RowFinding) -> None:
    waiver = granted(meishan_clerk, data_reviewer, draft, finding)
    assert web.press(data_reviewer, "waiver_revoke", waiver.pk, words="").status_code == 422
    assert web.press(meishan_clerk, "waiver_revoke", waiver.pk, words="想改").status_code == 403
    assert counts(draft) == (0, 0, 1)
    assert web.press(data_reviewer, "waiver_revoke", waiver.pk, words="现场已可测量").status_code == 302
    waiver.refresh_from_db()
    assert (waiver.state, waiver.ended_by, waiver.decided_by) == ("revoked", data_reviewer, data_reviewer)
    assert counts(draft) == (1, 1, 0)
    assert web.entry("waiver.revoked").facts["reason"] == "现场已可测量"
