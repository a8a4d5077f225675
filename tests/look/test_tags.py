"""The tags and filters of dashboards/templatetags/look.py."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils import timezone

from agencies.models import Role
from dashboards.badges import BADGES, badge_for
from inventory.campaign.obligations import ObligationState
from inventory.models import SourceFile, StagedRow, Submission
from jobs.models import Job
from registry.models import Life
from reviews.models import Case, Decision
from sheets.findings import Severity

CHINA = ZoneInfo("Asia/Shanghai")


def render(source: str, address: str = "/list", **context: Any) -> str:
    request = RequestFactory().get(address)
    return str(engines["django"].from_string(source).render(context, request))


def words(choices: Any) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in choices]


# --- states
@pytest.mark.parametrize(
    "state",
    [
        *[state.value for state in ObligationState],
        *Submission.State.values,
        *Case.State.values,
        *Decision.values,
        *SourceFile.State.values,
        *Job.State.values,
        *Life.values,
        *StagedRow.Fate.values,
        *[str(severity) for severity in Severity],
    ],
)
def test_every_state_has_a_badge(state: str) -> None:
    assert state in BADGES


@pytest.mark.parametrize("choices", [Submission.State, Decision, Job.State, Life, StagedRow.Fate])
def test_a_badge_says_what_the_model_says(choices: Any) -> None:
    assert [(value, BADGES[value].word) for value, _ in choices.choices] == words(choices.choices)


def test_a_badge_has_icon_and_word() -> None:
    html = render('{% badge "returned" %}')
    assert html == (
        '<span class="state is-attention"><i class="bi bi-arrow-return-left" aria-hidden="true"></i>退回</span>'
    )
    assert "数据局退回" in render('{% badge "returned" "数据局退回" %}')


def test_an_unknown_state_is_a_plain_word_and_escaped() -> None:
    assert badge_for("whatever").tone == "is-neutral"
    assert "&lt;b&gt;" in render("{% badge state %}", state="<b>")


def test_badges_of_one_word_look_alike() -> None:
    by_word: dict[str, set[str]] = {}
    for badge in BADGES.values():
        by_word.setdefault(badge.word, set()).add(badge.tone)
    assert {word for word, tones in by_word.items() if len(tones) > 1} == set()


# --- codes
def test_a_code_is_shown_in_segments_with_its_meaning() -> None:
    html = render("{% code20 code %}", code="34152401001320000001")
    shown = html[html.index('">') + 2 : html.index('</span><span class="visually')]
    assert re.sub("<.*?>", "", shown) == "34152401001320000001"
    assert re.findall(">([0-9]+)<", shown) == ["34152401", "00", "132", "0", "000001"]
    assert 'title="341524 行政区划：金寨县；' in html
    assert html.count("网络摄像机") == 2


@pytest.mark.parametrize("value", ["", None])
def test_no_code_is_said(value: str | None) -> None:
    assert "未编码" in render("{% code20 code %}", code=value)


@pytest.mark.parametrize(
    "value", ["3415240100132000000", "３４１５２４０１００１３２００００００１", "<script>alert(1)</script>"]
)
def test_an_odd_code_is_shown_as_it_is(value: str) -> None:
    html = render("{% code20 code %}", code=value)
    assert 'class="code20 is-odd"' in html
    assert "<script>" not in html


# --- times and figures
def at(year: int, month: int, day: int, hour: int = 14, minute: int = 20) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (at(2026, 8, 23), "今天 14:20"),
        (at(2026, 8, 23).astimezone(dt.UTC), "今天 14:20"),
        (at(2026, 8, 22), "8月22日"),
        (at(2025, 8, 23), "2025年8月23日"),
        (dt.date(2026, 8, 23), "今天"),
        (dt.date(2026, 12, 31), "12月31日"),
        (dt.date(2027, 1, 1), "2027年1月1日"),
    ],
)
def test_moments(value: dt.datetime | dt.date, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2026, 8, 23))
    assert f">{shown}</time>" in render("{{ value|moment }}", value=value)


def test_a_moment_says_the_whole_when_asked() -> None:
    html = render("{{ value|moment }}", value=at(2026, 8, 22))
    assert 'title="2026年8月22日 14:20"' in html
    assert 'datetime="2026-08-22T14:20:00+08:00"' in html
    assert render("{{ value|moment }}", value=None) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (12345, "12,345"), (1234.5, "1,234.5"), (Decimal("1234567.8900"), "1,234,567.8900"), (None, "–")],
)
def test_thousands(value: Any, shown: str) -> None:
    assert render("{{ value|thousands }}", value=value) == shown


# --- names
def test_names_of_codes() -> None:
    assert render("{{ code|division }}", code="341524100") == "梅山镇"
    assert render("{{ code|division }}", code="999999999") == "999999999"
    assert render("{{ code|division }}|{{ code|place }}", code=None) == "|"
    assert render("{{ code|place }}", code="no-such-kind") == "no-such-kind"


def test_the_name_of_a_kind_of_place() -> None:
    from sheets.kinds.places import place_kinds

    code, name = next(iter(place_kinds().items()))
    assert render("{{ code|place }}", code=code) == name


# --- addresses and pages
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% query life="live" %}', "?q=%E5%8D%97%E9%97%A8&amp;kind=a&amp;kind=b&amp;life=live"),
        ("{% query q=None %}", "?kind=a&amp;kind=b"),
        ('{% query q="" kind=None %}', "?"),
        ("{% query page=3 %}", "?q=%E5%8D%97%E9%97%A8&amp;kind=a&amp;kind=b&amp;page=3"),
        ("{% query kind=kinds %}", "?q=%E5%8D%97%E9%97%A8&amp;kind=c&amp;kind=d"),
    ],
)
def test_query_keeps_the_filters_and_leaves_the_page(source: str, expected: str) -> None:
    assert render(source, "/list?q=南门&kind=a&kind=b&page=7", kinds=["c", "d"]) == expected


def test_query_escapes_what_the_address_brings() -> None:
    assert "<script>" not in render("{% query page=2 %}", "/list?q=<script>")


def test_pager_counts_and_keeps_the_filters() -> None:
    page = Paginator(range(12345), 50).get_page(3)
    html = render("{% pager page %}", "/list?q=a", page=page)
    assert "共 12,345 条，第 3 / 247 页" in html
    assert '<a href="?q=a&amp;page=2" rel="prev">上一页</a>' in html
    assert '<a href="?q=a&amp;page=3" aria-current="page" aria-label="第 3 页">3</a>' in html


def test_pager_of_one_page_only_counts() -> None:
    html = render('{% pager page "台" %}', page=Paginator(range(7), 50).get_page(1))
    assert "共 7 台" in html
    assert "<li>" not in html


# --- parts
def test_steps() -> None:
    html = render('{% steps "scan" %}')
    assert html.count('class="is-done"') == 2
    assert html.count('aria-current="step"') == 1
    assert html.index("核对") < html.index('aria-current="step"') < html.index("盖章")
    assert render('{% steps "registered" True %}').count('class="is-done"') == 6


def test_steps_of_a_zero_report_have_no_check() -> None:
    html = render('{% steps "scan" zero=True %}')
    assert html.count('class="is-done"') == 1
    assert "核对" not in html
    with pytest.raises(ValueError, match="check"):
        render('{% steps "check" zero=True %}')


def test_icon_is_decoration_unless_it_has_a_label() -> None:
    assert render('{% icon "clock" %}') == '<i class="bi bi-clock" aria-hidden="true"></i>'
    assert 'role="img" aria-label="已加锁"' in render('{% icon "lock" "已加锁" %}')


def test_empty_escapes() -> None:
    html = render("{% empty title hint %}", title="没有<b>", hint="<i>")
    assert "没有&lt;b&gt;" in html
    assert "<p>&lt;i&gt;</p>" in html


def test_again_shows_a_block_twice() -> None:
    html = render('{% extends "base.html" %}{% block title %}第 {{ n }} 版{% endblock %}', n=2)
    assert "<title>第 2 版 · 金寨视频资源管理</title>" in html
    assert "<h1>第 2 版</h1>" in html


def test_again_wants_one_name() -> None:
    with pytest.raises(TemplateSyntaxError, match="one block"):
        render("{% again %}")


def test_every_role_is_named_for_the_navigation() -> None:
    from dashboards.navigation import DEPUTY, WAYS

    assert {role for way in WAYS for role in way.roles} == {*Role, DEPUTY}
