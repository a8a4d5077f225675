"""The zero report (零报告): its reason, and what it excludes."""

from __future__ import annotations

import pytest

from agencies.models import Person
from inventory.models import Edit, ReportKind, Submission, Version
from reviews.models import Item, Round, Side
from tests.factories_inventory import drafted, submitted_zero
from tests.inventory import web
from tests.inventory.drafts import stamped, started
from tests.inventory.registering import decide
from tests.reviews.scenes import close_side, latest, pass_all, return_first

pytestmark = pytest.mark.django_db


@pytest.fixture
def zero(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk, ReportKind.ZERO)


def version() -> Version:
    return Version.objects.latest("number")


def test_the_reason_is_kept_and_makes_the_content(meishan_clerk: Person, zero: Submission) -> None:
    answer = web.press(meishan_clerk, "submission_zero", zero.pk, reason=f"  {web.REASON}\r\n ")
    assert (answer.status_code, answer["Location"]) == (302, web.url("submission", zero.pk) + "#scan")
    assert version().zero_reason == web.REASON
    first = version().hash
    assert len(first) == 64
    told = web.entry("submission.zero_stated")
    assert told.facts == {"version": 1, "digest": first}
    assert Edit.objects.get().person == meishan_clerk
    form = web.form(web.page(meishan_clerk, zero), web.url("submission_zero", zero.pk))
    assert ("reason", web.REASON) in [(name, value.strip()) for name, value in form.fields]
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    assert version().hash == first
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "补充。")
    assert version().hash != first


def test_two_units_with_one_reason_have_two_contents(meishan_clerk: Person, mabu_clerk: Person) -> None:
    for clerk in (meishan_clerk, mabu_clerk):
        web.press(clerk, "submission_zero", started(clerk, ReportKind.ZERO).pk, reason=web.REASON)
    assert Version.objects.values("hash").distinct().count() == 2


def test_it_goes_the_whole_way(meishan_clerk: Person, zero: Submission) -> None:
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON)
    stamped(meishan_clerk, zero)
    assert web.submit(meishan_clerk, zero).status_code == 302
    item = Item.objects.get()
    assert (item.key, item.hash) == (0, version().hash)
    decide(Submission.objects.get())
    assert web.state(zero) == "accepted"
    assert "双方均已通过" in web.page(meishan_clerk, zero)


def test_a_returned_one_is_mended_and_goes_again(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    zero = submitted_zero("meishan", by=meishan_clerk)
    round_ = latest(zero)
    return_first(data_reviewer, round_, Side.DATA, "请写明核查了哪些场所")
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    html = web.page(meishan_clerk, zero)
    assert "请写明核查了哪些场所" in html and "整份" in html
    assert web.submit(meishan_clerk, zero).status_code == 409
    web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "已核查车站、广场。")
    stamped(meishan_clerk, zero)
    assert web.submit(meishan_clerk, zero).status_code == 302
    assert sorted(Version.objects.values_list("number", "zero_reason")) == [
        (1, "本单位没有管理公共场所视频监控设备。"),
        (2, web.REASON + "已核查车站、广场。"),
    ]
    assert Round.objects.count() == 2
    decide(zero)
    assert web.state(zero) == "accepted"


def test_a_stranger_finds_nothing(mabu_clerk: Person, zero: Submission) -> None:
    assert web.press(mabu_clerk, "submission_zero", zero.pk, reason=web.REASON).status_code == 404


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(request: pytest.FixtureRequest, who: str, zero: Submission) -> None:
    assert web.press(request.getfixturevalue(who), "submission_zero", zero.pk, reason=web.REASON).status_code == 403
    assert version().zero_reason == ""


@pytest.mark.parametrize("reason", [web.REASON, ""])
def test_not_during_the_review_whatever_is_sent(meishan_clerk: Person, reason: str) -> None:
    zero = submitted_zero("meishan", by=meishan_clerk)
    assert web.press(meishan_clerk, "submission_zero", zero.pk, reason=reason).status_code == 409


@pytest.mark.parametrize("reason", [web.REASON, ""])
def test_a_list_is_no_zero_report(meishan_clerk: Person, reason: str) -> None:
    rows = drafted("meishan", rows=1, by=meishan_clerk)
    before = version().hash
    assert web.press(meishan_clerk, "submission_zero", rows.pk, reason=reason).status_code == 409
    assert (version().hash, version().zero_reason) == (before, "")


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "无",
        "。。。。。。。。。。",
        "…………………………",
        "没有没有没有没有没有没有",
        "1111111111111",
        "\u3000" * 20,
        "\u200b" * 20,
        "a" * 1001,
    ],
)
def test_a_reason_that_says_nothing_is_refused(meishan_clerk: Person, zero: Submission, reason: str) -> None:
    answer = web.press(meishan_clerk, "submission_zero", zero.pk, reason=reason)
    assert answer.status_code == 422
    assert answer.context["zero_form"].errors["reason"]
    assert (version().zero_reason, version().hash) == ("", "")
    assert web.actions(zero) == ["submission.started"]


def test_a_nul_in_the_reason_is_refused(meishan_clerk: Person, zero: Submission) -> None:
    assert web.press(meishan_clerk, "submission_zero", zero.pk, reason=web.REASON + "\0").status_code == 422
