"""A long sheet read in pieces gives the very rows and findings of the sheet read whole, or is read whole after all."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets import ahead, check, gate, pieces
from sheets.ahead import Opened, open_ahead
from sheets.findings import Refused
from sheets.reader import Workbook
from sheets.stage import copy_text
from tests.odd import containers, shapes, values
from tests.odd.case import CASES
from tests.odd.make import CAMERA_HEADERS, PLATFORM_HEADERS, Line, camera, only, platform, xlsx

MODULES = (containers, shapes, values)
SIZE = 3000
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of a few rows, also of small sheets."""
    monkeypatch.setattr(ahead, "LONG", 0)
    monkeypatch.setattr(pieces, "LEAST", 1)
    monkeypatch.setattr(pieces, "SMALLEST", SIZE)
    monkeypatch.setattr(pieces, "LARGEST", SIZE)


def rows(count: int = 60) -> list[Line]:
    """Cameras with mistakes; the codes of the last stand among the first too."""
    draw = random.Random(count)
    found = [CAMERA_HEADERS]
    for number in range(1, count + 1):
        bad: dict[str, Any] = {"name": ""} if draw.randrange(5) == 0 else {}
        found.append(camera(number if number < count - 5 else number - count + 10, **bad))
    return found


def told(book: Workbook) -> Any:
    """Everything that a check says, and what it would store."""
    try:
        report = check.check(book, [CAMERA, PLATFORM])
    except Refused as refused:
        return refused.finding
    return (
        [summary.as_dict() for summary in report.sheets],
        report.findings,
        [b"".join(copy_text(table)) for table in report.tables],
        [repr([(batch.numbers, batch.raw) for batch in table.batches]) for table in report.tables],
    )


def in_pieces(data: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int, bool]:
    """(what is told, number of pieces, whether the reading started over)."""
    opened: list[Opened] = []
    over: list[Workbook] = []
    keep, whole = ahead._in_pieces, Workbook.whole

    def watch(made: pieces.Pieces) -> Opened | None:
        found = keep(made)
        opened.extend([found] if found else [])
        return found

    monkeypatch.setattr(ahead, "_in_pieces", watch)

    def again(book: Workbook) -> Workbook:
        over.append(book)
        return whole(book)

    monkeypatch.setattr(Workbook, "whole", again)
    said = told(Workbook(data, open_ahead(data, folder)))
    monkeypatch.undo()
    assert not list(folder.iterdir()), "nothing is left behind"
    return said, opened[0].pieces if opened else 1, bool(over)


def changed(data: bytes, change: Callable[[str], str], part: str = SHEET) -> bytes:
    """The workbook with the XML of a part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content.decode()).encode() if info.filename == part else content)
    return out.getvalue()


def instead(pattern: str, by: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        found, count = re.subn(pattern, by, text, count=1)
        assert count == 1, pattern
        return found

    return change


def _merged(book: Any, sheet: Any) -> None:
    for top in range(2, 50, 7):
        sheet.merge_range(top, 15, top + 5, 15, f"G{top}")
    sheet.set_row(45, None, None, {"hidden": True})


LONG = rows()
TWO_FORMS = [*LONG, only(), only("视频监控平台情况"), PLATFORM_HEADERS, platform(1), platform(2)]
#: What is read in pieces to its end.
PIECES = {
    "plain": xlsx(LONG),
    "merged and hidden": xlsx(LONG, _merged),
    "rows between left out": xlsx([*LONG[:20], *[only()] * 30, *LONG[20:]]),
    "below a title, to the right": xlsx(LONG, start=(4, 2)),
    "another form below": xlsx(TWO_FORMS),
    "before other sheets": xlsx(LONG, more={"平台": [PLATFORM_HEADERS, platform(1)], "摄像机2": LONG[:5]}),
    "behind other sheets": xlsx([PLATFORM_HEADERS, platform(1)], name="平台", more={"摄像机": LONG, "别的": [only()]}),
    "rows without a number": changed(xlsx(LONG), lambda text: re.sub(r'<row r="\d*[1-9]"', "<row", text)),
    "an error value": changed(xlsx(LONG), instead(r'<c r="E50"[^>]*>.*?</c>', '<c r="E50" t="e"><v>#N/A</v></c>')),
}  # fmt: skip
#: What shows as the pieces are read: the whole has another shape, or does not parse at all.
OVER = {
    "wider further down": xlsx([*LONG[:50], [*LONG[50], "备注"], *LONG[51:]]),
    "further left further down": xlsx([*LONG[:1], *LONG[1:]], lambda book, sheet: sheet.write(58, 0, 1), start=(0, 1)),
    "damaged": changed(xlsx(LONG), instead(r'<c r="B48"([^>]*)>', r'<c r="B48"\1><q>')),
}  # fmt: skip
#: What is not taken apart.
WHOLE = {
    "a comment": changed(xlsx(LONG), instead('<row r="30"', '<!-- <row r="9"> --><row r="30"')),
    "CDATA": changed(xlsx(LONG), instead(r'<row r="30"', '<![CDATA[<row r="9">]]><row r="30"')),
    "an instruction": changed(xlsx(LONG), instead('<row r="30"', '<?x <row r="9">?><row r="30"')),
    "prefixed": changed(xlsx(LONG), lambda text: re.sub(r"<(/?)(row|c|v)\b", r"<\1x:\2", text)),
    "a comment in the list of sheets": changed(xlsx(LONG), instead("<sheets>", "<sheets><!-- -->"), "xl/workbook.xml"),
    "no numbers at all": changed(xlsx(LONG), lambda text: re.sub(r'<row r="\d*"', "<row", text)),
    "damaged": xlsx(LONG).replace(b"PK\x01\x02", b"PK\x01\x03", 1),
}


def _swapped(text: str) -> str:
    """Rows 20 and 50 exchanged."""
    first, second = (re.search(rf'<row r="{number}".*?</row>', text) for number in (20, 50))
    assert first and second
    return text.replace(first[0], "<one/>").replace(second[0], first[0]).replace("<one/>", second[0])


OVER["rows out of order"] = changed(xlsx(LONG), _swapped)


@pytest.mark.parametrize("name", PIECES)
def test_the_pieces_are_the_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, count, over = in_pieces(PIECES[name], tmp_path, monkeypatch)
    assert (count > 3, over) == (True, False)
    assert said == told(Workbook(PIECES[name]))


def test_rows_of_different_pieces_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes that stand twice, the first time in the first piece, the second in the last."""
    (_, findings, _, _), _, _ = in_pieces(PIECES["plain"], tmp_path, monkeypatch)
    twice = [found for found in findings if found.code == "C301"]
    assert {found.row > 50 for found in twice} == {True, False}


@pytest.mark.parametrize("name", OVER)
def test_what_does_not_fit_is_read_again(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, count, over = in_pieces(OVER[name], tmp_path, monkeypatch)
    assert (count > 3, over) == (True, True)
    assert said == told(Workbook(OVER[name]))


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_odd_is_left_whole(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said, count, over = in_pieces(WHOLE[name], tmp_path, monkeypatch)
    assert (count, over) == (1, False)
    assert said == told(Workbook(WHOLE[name]))


def test_a_part_that_does_not_parse_is_refused_in_the_usual_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, _, _ = in_pieces(OVER["damaged"], tmp_path, monkeypatch)
    assert said.code == "S010" and "读不出内容" in said.message


def test_no_room_to_write(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert told(Workbook(PIECES["plain"], open_ahead(PIECES["plain"], gone))) == told(Workbook(PIECES["plain"]))


def test_every_odd_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SMALLEST", 300)
    monkeypatch.setattr(pieces, "LARGEST", 300)
    cut = 0
    for case in CASES:
        data = case.build()
        try:
            gate.examine(data, "a.xlsx" if data[:2] == b"PK" else "a.xls")
        except Refused:
            continue
        made = pieces.set_out(data, tmp_path) if data[:2] == b"PK" else None
        if made is not None:
            cut += 1
            made.path.unlink()
            assert told(Workbook(data, open_ahead(data, tmp_path))) == told(Workbook(data)), case.id
    assert cut > 20


def test_who_stops_early_leaves_no_thread(tmp_path: Path) -> None:
    parsed = open_ahead(PIECES["plain"], tmp_path)
    assert isinstance(next(parsed), Opened)
    parsed.close()
    with pytest.raises(StopIteration):
        next(parsed)
