"""The acts of a review tell whom they concern, and end what they settle: seen from each person's inbox."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from notices import services
from notices.models import Notice
from reviews import kinds as kinds_of_review
from reviews import motions
from reviews import services as reviews
from reviews.models import Decision, Side
from tests.factories_inventory import submitted, submitted_zero
from tests.reviews.scenes import accept, close_side, keys_of, latest, mended, pass_all, return_first, send_back

pytestmark = pytest.mark.django_db


def told(person: Person) -> list[tuple[str, str]]:
    """Kind and text of what is unread, the oldest first."""
    found = Notice.objects.of(person).unread().order_by("created_at").values_list("kind", "text")
    return [(kind, text.partition("清单")[2] or text) for kind, text in found]


def kinds(person: Person) -> list[str]:
    return [kind for kind, _ in told(person)]


def test_a_report_on_its_way(
    meishan_clerk: Person,
    meishan_colleague: Person,
    mabu_clerk: Person,
    data_reviewer: Person,
    data_reviewer2: Person,
    police_reviewer: Person,
    office: Person,
    leader: Person,
) -> None:
    submission = submitted("meishan", rows=3)
    assert kinds(data_reviewer) == kinds(data_reviewer2) == kinds(police_reviewer) == ["to_review"]
    assert told(meishan_clerk) == [], "who did it is not told"
    round_ = latest(submission)
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert kinds(data_reviewer) == kinds(data_reviewer2) == [], "this side has nothing left to do"
    assert kinds(police_reviewer) == ["to_review"] and told(meishan_clerk) == []
    return_first(police_reviewer, round_, Side.POLICE)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    expected = [("returned", "第 1 版通过 2 行，退回 1 行，请只修改退回的行后重新提交。")]
    assert told(meishan_clerk) == told(meishan_colleague) == expected
    assert Notice.objects.unread().filter(person=meishan_clerk).get().url == reverse("submission", args=[submission.pk])
    mended(submission)
    assert told(meishan_clerk) == told(meishan_colleague) == [], "it is with the reviewers again"
    assert kinds(data_reviewer) == kinds(police_reviewer) == ["to_review"]
    accept(submission, data_reviewer, police_reviewer)
    assert told(meishan_clerk) == [("accepted", "第 2 版双方通过。")]
    assert Notice.objects.filter(person__in=[mabu_clerk, office, leader]).count() == 0


def test_all_of_it_goes_back(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted_zero("meishan")
    send_back(submission, data_reviewer, police_reviewer)
    ((kind, text),) = told(meishan_clerk)
    assert kind == "returned" and text.endswith("零报告第 1 版退回 1 行，请按退回意见修改后重新提交。")


def test_who_reported_on_behalf_is_told_too(
    meishan_clerk: Person, office: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    accept(submitted("meishan", by=office), data_reviewer, police_reviewer)
    assert kinds(office) == kinds(meishan_clerk) == ["accepted"]


def test_a_question_and_its_answer(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan", rows=3)
    round_ = latest(submission)
    key = keys_of(round_)[0]
    asked = {"version_hash": round_.version_hash, "keys": [key], "reason": "杆件编号与照片不符，请核实"}
    reviews.mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, **asked)  # type: ignore[arg-type]
    assert kinds(meishan_clerk) == ["question"] and kinds(police_reviewer) == ["to_review"]
    verdict = round_.case.verdicts.get(item_key=key)
    reviews.answer_question(meishan_clerk, verdict.pk, "照片已更换，编号无误")
    assert kinds(meishan_clerk) == [] and kinds(data_reviewer) == ["to_review", "answered"]
    reviews.mark(data_reviewer, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=[key])
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    assert kinds(data_reviewer) == []


def test_the_unit_takes_it_back(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan")
    reviews.withdraw(meishan_clerk, "submission", submission.pk, "漏报了一处摄像机")
    assert told(data_reviewer) == told(police_reviewer) == told(meishan_clerk) == []


def test_a_motion(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan")
    round_ = accept(submission, data_reviewer, police_reviewer)
    services.read_all(meishan_clerk, timezone.now() + dt.timedelta(days=1))
    motion = motions.move(data_reviewer, round_.pk, "reopen", "坐标整体偏移，需要更正")
    assert kinds(police_reviewer) == ["motion"] and told(data_reviewer) == told(meishan_clerk) == []
    motions.answer_motion(police_reviewer, motion.pk, True, "同意")
    assert kinds(police_reviewer) == [] and kinds(data_reviewer) == ["motion"]
    assert told(meishan_clerk) == [("returned", "已由双方重新开启，请修改后重新提交。")]


def test_an_undone_batch(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What undoing does to the registry is another matter."""
    without_registry = dataclasses.replace(kinds_of_review.kind_of("submission"), undone=lambda round_, by: {})
    monkeypatch.setitem(kinds_of_review._kinds, "submission", without_registry)
    round_ = accept(submitted("meishan"), data_reviewer, police_reviewer)
    motion = motions.move(police_reviewer, round_.pk, "undo", "整批坐标系标错")
    motions.answer_motion(data_reviewer, motion.pk, True, "")
    assert told(meishan_clerk) == [("returned", "第 1 版入库的内容已由双方撤销，请修改后重新提交。")]


def test_every_notice_leads_somewhere(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> None:
    """Whoever is told may open what it leads to."""
    submission = submitted("meishan", rows=2)
    send_back(submission, data_reviewer, police_reviewer)
    mended(submission)
    for person in (meishan_clerk, data_reviewer, police_reviewer):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found = Notice.objects.of(person)
        assert found.exists()
        for notice in found:
            opened = client.post(reverse("notice_open", args=[notice.pk]), follow=True)
            assert opened.status_code == 200, notice.url
