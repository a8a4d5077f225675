"""Heads that were kept: written, typed in again, misread."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import anchors
from audit.models import DailyHead
from audit.verification import Kept

HASH = "0123456789abcdef" * 4
HEAD = DailyHead(day=date(2026, 11, 20), seq=1234, entries=17, hash=HASH)
HEADS = st.builds(
    DailyHead,
    day=st.dates(date(2020, 1, 1), date(2199, 12, 31)),
    seq=st.integers(1, 10**15),
    entries=st.integers(0, 2**31 - 1),
    hash=st.text("0123456789abcdef", min_size=64, max_size=64),
)


def test_a_line_to_be_copied_by_hand() -> None:
    groups = " ".join(["0123 4567 89ab cdef"] * 4)
    assert anchors.line(HEAD) == f"2026-11-20 1234 17 {groups} {HEAD.check_signs}"
    assert len(HEAD.check_signs) == 4


@settings(max_examples=60, deadline=None)
@given(st.lists(HEADS, min_size=1, max_size=5))
def test_every_form_is_read_again(heads: list[DailyHead]) -> None:
    expected = [Kept(head.seq, head.hash, head.day) for head in heads]
    for write, _ in anchors.FORMS.values():
        assert anchors.read(write(heads)) == expected


@pytest.mark.parametrize(
    "typed",
    [
        f"1234:{HASH}",
        " 1234 : " + " ".join(HEAD.groups) + " \r\n",
        f"１２３４：{HASH.upper()}",
        anchors.line(HEAD).replace(" ", "  ").upper(),
        f"# 抄自纸质件\n\n{anchors.line(HEAD)}\n",
        anchors.line(HEAD).replace("2026-11-20", "2026/11/20"),
        "\ufeff" + anchors.line(HEAD).replace(" ", "\u3000"),
    ],
)
def test_as_people_type(typed: str) -> None:
    assert [(kept.seq, kept.hash) for kept in anchors.read(typed)] == [(1234, HASH)]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_slip_of_the_pen_is_told_from_a_rewritten_journal(data: st.DataObject) -> None:
    """One sign mistyped in a daily line is refused, but for one in 65,536."""
    line = anchors.line(HEAD)
    places = [place for place, sign in enumerate(line) if sign not in " -"]
    place = data.draw(st.sampled_from(places))
    sign = data.draw(st.sampled_from("0123456789abcdef").filter(lambda one: one != line[place]))
    with pytest.raises(anchors.Unreadable):
        anchors.read(f"{line[:place]}{sign}{line[place + 1 :]}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"\n1234:{HASH[:-1]}", "第 2 行读不出来"),
        ("1234", "第 1 行读不出来"),
        (f"2026-02-30 1 1 {HASH} 0000", "日期不存在"),
        (f"0:{HASH}", "序号是 0"),
        ("[{]", "不是完整的 JSON"),
        ("[" * 200_000, "不是完整的 JSON"),
        ("[" + "1" * 5000 + "]", "不是完整的 JSON"),
        ('[{"seq": 1}]', "第 1 个读不出来"),
        ("[1]", "第 1 个读不出来"),
        ("{}", "第 1 个读不出来"),
        ("1" * (anchors.LONGEST + 1), "内容太长"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(anchors.Unreadable, match=said):
        anchors.read(text)


def test_nothing_is_read_as_nothing() -> None:
    assert anchors.read("") == anchors.read("# 只有说明\n\n日期,序号") == []


def test_there_is_an_end_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MOST", 2)
    with pytest.raises(anchors.Unreadable, match="最多核对 2 个"):
        anchors.read(f"1234:{HASH}\n" * 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_as_people_save_them(encoding: str) -> None:
    text = anchors.as_text([HEAD])
    assert anchors.read(anchors.decoded(text.encode(encoding))) == [Kept(1234, HASH, HEAD.day)]


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(anchors.Unreadable, match="不是文本文件"):
        anchors.decoded(b"\xff\xff\x00\x80")
