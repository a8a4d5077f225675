"""Codes read from scans, whatever the scanner made of the sheet; and what a hostile code or file can do: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from files import scans
from files.code_child import FIRST_PAGES, LAST_PAGES, LONGEST_TEXT, MOST_TEXTS
from files.scans import examine_scan, read_codes
from sheets.confined import ChildLimits
from tests.files import codes_on_paper as paper
from tests.hostile import scans as sc

PREFIX = "JZ1:"
TEXT = "JZ1:1234:2:" + "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], tuple[str, ...]]:
    def reading(data: bytes) -> tuple[str, ...]:
        path = tmp_path / "scan"
        path.write_bytes(data)
        return read_codes(path, PREFIX)

    return reading


Read = Callable[[bytes], tuple[str, ...]]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"turn": 90},
        {"turn": 180},
        {"turn": 270, "grey": True},
        {"turn": 3, "noise": 20, "blur": 0.8},
        {"turn": -6, "noise": 30, "grey": True},
        {"turn": 93, "noise": 25, "blur": 0.6},
        {"noise": 60, "blur": 0.8, "grey": True},
    ],
    ids=str,
)
def test_however_it_lay_on_the_scanner(told: dict[str, float], read: Read) -> None:
    page = paper.scanned(paper.sheet(TEXT), **told)  # type: ignore[arg-type]
    assert read(paper.pdf([page])) == (TEXT,)
    assert read(paper.jpeg(page)) == (TEXT,)


@pytest.mark.parametrize("longer_side", [3300, 2000, 1400])
def test_a_photograph_from_aside(longer_side: int, read: Read) -> None:
    page = paper.sheet(TEXT, millimetres=30)
    page = page.resize((page.width * 2, page.height * 2), Image.Resampling.BICUBIC)
    assert read(paper.jpeg(paper.photographed(page, longer_side), 60)) == (TEXT,)


def test_a_red_seal_over_the_code(read: Read) -> None:
    assert read(paper.pdf([paper.sheet(TEXT, seal=True)])) == (TEXT,)
    assert read(paper.png(paper.sheet(TEXT, seal=True))) == (TEXT,)


def test_pages_in_their_order_each_code_once(read: Read) -> None:
    other = TEXT.replace(":2:", ":1:")
    plain = paper.sheet()
    assert read(paper.pdf([plain, paper.sheet(other, TEXT), plain, paper.sheet(TEXT)])) in [
        (other, TEXT),
        (TEXT, other),
    ]
    assert read(paper.pdf([paper.sheet(TEXT), plain, paper.sheet(other)])) == (TEXT, other)


def test_of_a_long_scan_both_ends_are_looked_at(read: Read) -> None:
    small = Image.new("L", (400, 560), 255)

    def scan(place: int) -> bytes:
        pages: list[Image.Image] = [small] * 30
        pages[place] = paper.sheet(TEXT).convert("L")
        return paper.pdf(pages, dpi=150)

    assert read(scan(FIRST_PAGES - 1)) == (TEXT,)
    assert read(scan(30 - LAST_PAGES)) == (TEXT,)
    assert read(scan(FIRST_PAGES)) == ()


def test_nothing_to_read(read: Read) -> None:
    assert read(paper.jpeg(paper.sheet())) == ()
    assert read(sc.pdf(pages=3)) == ()
    assert read(sc.picture("PNG", (8, 8))) == ()


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
def test_pictures_of_every_mode(mode: str, read: Read) -> None:
    page = paper.sheet(TEXT).resize((1240, 1754))
    shown = (
        page.convert("L").point(lambda value: value * 256, "I").convert("I;16")
        if mode == "I;16"
        else page.convert(mode)
    )
    assert read(paper.png(shown)) == (TEXT,)


# --- hostile ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/?" + TEXT,
        "WIFI:T:WPA;S:x;P:y;;",
        "<script>alert(1)</script>",
        "JZ2:1:1:" + "0" * 64,
        '=HYPERLINK("http://example.org")',
        PREFIX + "A" * (LONGEST_TEXT + 1),
        "A" * 1500,
    ],
    ids=["link", "network", "script", "later form", "formula", "too long", "huge"],
)
def test_what_is_none_of_ours_never_leaves_the_child(text: str, read: Read) -> None:
    assert read(paper.png(paper.sheet(text, millimetres=60))) == ()
    assert read(paper.png(paper.sheet(text, TEXT, millimetres=60))) == (TEXT,)


def test_text_with_our_prefix_is_handed_on_as_text(read: Read) -> None:
    """It is judged above; here it is neither run nor cut."""
    text = PREFIX + "<img src=x onerror=alert(1)>'\"\\u0000;{{7*7}}"
    assert read(paper.png(paper.sheet(text, millimetres=40))) == (text,)


def test_no_more_codes_than_anybody_prints(read: Read) -> None:
    pages = [paper.sheet(*(f"{PREFIX}{page}:{code}:x" for code in range(6)), millimetres=20) for page in range(5)]
    assert len(read(paper.pdf(pages))) == MOST_TEXTS


@pytest.mark.parametrize(
    "data",
    [
        sc.png_bomb(8000, 8000),
        sc.png_text_bomb(),
        b"%PDF-1.7\nnothing\n%%EOF",
        b"",
        b"MZ",
        sc.pdf(box="0 0 14400 14400"),
    ],
    ids=["bomb", "text bomb", "broken PDF", "empty", "program", "largest page"],
)
def test_whatever_cannot_be_read_has_no_code(data: bytes, read: Read) -> None:
    assert read(data) == ()


def test_a_child_that_breaks_costs_the_code_and_not_the_scan(
    read: Read, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scans, "_CODE_CHILD", ChildLimits(wall_seconds=0.01))
    assert read(paper.png(paper.sheet(TEXT))) == ()
    assert "no codes read" in caplog.text


def test_the_largest_picture_is_read_within_the_childs_limits(tmp_path: Path, read: Read) -> None:
    """A3 at 600 dpi: what the scan may be at most (80 megapixels)."""
    page = paper.sheet(TEXT, millimetres=30).resize((7000, 9900)).convert("L")
    data = paper.jpeg(page)
    path = tmp_path / "largest"
    path.write_bytes(data)
    assert examine_scan(path, "a.jpg").width == 7000
    assert read(data) == (TEXT,)
