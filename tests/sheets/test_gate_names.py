"""T60: names as senders write them, made fit to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.gate_names import ending_of, safe_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("梅山镇清单.xlsx", "梅山镇清单.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..\\x", "x"),
        ("C:\\Users\\a\\清单.xlsx", "清单.xlsx"),
        ("/abs/清单.xls", "清单.xls"),
        ("a\x00b\x1b[31m\r\n.xlsx", "ab[31m.xlsx"),
        ("\u202excod\u202c.xlsx", "xcod.xlsx"),
        ("a\u200b\ufeffb.xlsx", "ab.xlsx"),
        ('a";x="b.xlsx', "a__x=_b.xlsx"),
        ("CON.xlsx", "_CON.xlsx"),
        ("con", "_con"),
        ("lpt1.tar.xlsx", "_lpt1.tar.xlsx"),
        ("清单.xlsx...  ", "清单.xlsx"),
        ("📷 点位.xlsx", "📷 点位.xlsx"),
        ("", "未命名"),
        ("///", "未命名"),
        ("..", "未命名"),
        ("\u202e", "未命名"),
        ("<img src=x onerror=a>.xlsx", "_img src=x onerror=a_.xlsx"),
    ],
)
def test_names_become_fit_to_show(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_long_names_keep_their_ending() -> None:
    assert safe_name("长" * 300 + ".xlsx") == "长" * 115 + ".xlsx"
    assert len(safe_name("a" * 300)) == 120


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.text(max_size=300))
def test_whatever_the_name_it_is_harmless(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\<>:"|?*;')
    assert safe not in {".", ".."} and safe == safe.strip()
    assert not any(unicodedata.category(ch) in {"Cc", "Cf", "Cs"} for ch in safe)
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("safe", "ending"),
    [
        ("a.xlsx", "xlsx"),
        ("a.XLS", "xls"),
        ("a.xlsx.exe", "exe"),
        ("a", ""),
        (".xlsx", ""),
        ("a.ｘｌｓｘ", "xlsx"),
        ("a．xlsx", "xlsx"),
    ],
)
def test_endings(safe: str, ending: str) -> None:
    assert ending_of(safe) == ending
