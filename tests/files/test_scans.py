"""T62, T63: the stamped scan; what passes, what is turned away, and that the preview carries nothing along."""

from __future__ import annotations

import io
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from files.scan_codes import SCAN
from files.scans import PREVIEW_HEIGHT, PREVIEW_WIDTH, ScanInfo, ScanLimits, examine_scan, render_preview
from sheets.findings import Refused
from tests.hostile import ole
from tests.hostile import scans as sc
from tests.hostile import workbooks as wb
from tests.hostile.memory import stays_small


@pytest.fixture(autouse=True)
def small_memory() -> Iterator[None]:
    with stays_small():
        yield


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "scan"
        path.write_bytes(data)
        return path

    return write


Keep = Callable[[bytes], Path]


def code(path: Path, name: str = "盖章件.pdf", limits: ScanLimits | None = None) -> str:
    with pytest.raises(Refused) as caught:
        examine_scan(path, name, limits)
    finding = caught.value.finding
    assert finding.message and finding.fix and "{" not in finding.message
    return finding.code


def test_every_code_has_a_chinese_sentence_and_something_to_press() -> None:
    for key, wording in SCAN.items():
        assert len(key) == 4 and key.startswith("G1"), key
        assert wording.says.endswith("。") and wording.fix.endswith("。"), key


def test_a_pdf_passes_and_is_drawn(keep: Keep, tmp_path: Path) -> None:
    path = keep(sc.pdf(pages=3))
    assert examine_scan(path, "盖章件.PDF") == ScanInfo("pdf", 3, 595, 842)
    out = tmp_path / "preview.png"
    width, height = render_preview(path, out)
    with Image.open(out) as drawn:
        assert drawn.format == "PNG"
        assert drawn.size == (width, height)
        assert width == PREVIEW_WIDTH and 1975 < height < 1985
        assert drawn.getpixel((10, 10)) == (255, 255, 255)
        assert drawn.getpixel((450, 1500)) == (255, 0, 0)


@pytest.mark.parametrize(("kind", "expected"), [("PNG", "png"), ("JPEG", "jpeg")])
def test_a_picture_passes_whatever_its_ending_says(kind: str, expected: str, keep: Keep) -> None:
    path = keep(sc.picture(kind, (2000, 1000)))
    assert examine_scan(path, "盖章件.jpg") == ScanInfo(expected, 1, 2000, 1000)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "opening",
    [
        "/OpenAction [100 0 R /XYZ null null 0]",
        "/OpenAction << /S /GoTo /D [100 0 R /Fit] >>",
        "/OpenAction 10 0 R",
        "/OpenAction 77 0 R",
    ],
)
def test_a_pdf_may_choose_the_page_to_show(opening: str, keep: Keep) -> None:
    """Office suites and scanners write such an entry; 77 lies in an object stream."""
    objects = ("<< /Type /Action /S /GoTo /D [100 0 R /Fit] >>", sc.object_stream(77, "<< /S /GoTo /D (a) >>"))
    assert examine_scan(keep(sc.pdf(opening, objects=objects)), "a.pdf").kind == "pdf"


def test_links_and_padding_pass(keep: Keep) -> None:
    link = "<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/) >> >>"
    assert examine_scan(keep(sc.pdf(objects=(link,), tail=b"\r\n\0\0\0")), "a.pdf").pages == 1


@pytest.mark.office
def test_a_pdf_by_libreoffice_passes(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed: install libreoffice-calc-nogui (.ci/run does)")
    book = tmp_path / "book.xlsx"
    book.write_bytes(wb.book())
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(book),
        ],
        check=True,
        timeout=120,
        capture_output=True,
    )
    assert examine_scan(tmp_path / "book.pdf", "book.pdf").kind == "pdf"


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16"])
def test_pictures_of_every_mode_are_drawn(mode: str, keep: Keep, tmp_path: Path) -> None:
    path = keep(sc.picture("PNG", (300, 200), mode))
    examine_scan(path, "a.png")
    assert render_preview(path, tmp_path / "out.png") == (300, 200)
    with Image.open(tmp_path / "out.png") as drawn:
        assert drawn.mode == "RGB"


def test_a_cmyk_photograph_is_drawn(keep: Keep, tmp_path: Path) -> None:
    path = keep(sc.picture("JPEG", (3000, 200), "CMYK"))
    examine_scan(path, "a.jpg")
    assert render_preview(path, tmp_path / "out.png") == (1400, 93)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_preview_has_no_metadata_and_stands_upright(kind: str, keep: Keep, tmp_path: Path) -> None:
    path = keep(sc.with_metadata(kind, orientation=6))
    assert examine_scan(path, "a.png").width == 300
    out = tmp_path / "out.png"
    assert render_preview(path, out) == (300, 400)
    data = out.read_bytes()
    for secret in (b"SECRET", b"iCCP", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"Exif"):
        assert secret not in data
    with Image.open(io.BytesIO(data)) as drawn:
        assert not drawn.info and not drawn.getexif()
        red = drawn.getpixel((150, 20))
        dark = drawn.getpixel((150, 380))
    assert isinstance(red, tuple) and isinstance(dark, tuple) and red[0] > 200 > 50 > dark[0]


def test_a_long_strip_is_bounded_in_height(keep: Keep, tmp_path: Path) -> None:
    _, height = render_preview(keep(sc.picture("PNG", (50, 20_000))), tmp_path / "out.png")
    assert height <= PREVIEW_HEIGHT
    width, height = render_preview(keep(sc.pdf(box="0 0 40 14400")), tmp_path / "out.png")
    assert height <= PREVIEW_HEIGHT and width >= 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "G101"),
        (b"\x01\x02\x03", "G103"),
        (b"plain words", "G103"),
        (b"GIF89a" + bytes(99), "G104"),
        (b"II*\0" + bytes(99), "G104"),
        (b"BM" + bytes(99), "G104"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "G104"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "G104"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "G104"),
        (wb.book(), "G105"),
        (ole.xls(), "G105"),
        (b"MZ" + bytes(99), "G106"),
        (b"Rar!\x1a\x07\x01\x00", "G106"),
        (b"<html><body>x</body></html>", "G106"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_kinds_of_file_are_named(data: bytes, expected: str, keep: Keep) -> None:
    assert code(keep(data)) == expected


@pytest.mark.parametrize("name", ["a.pdf.exe", "a.gif", "盖章件", "a.svg"])
def test_a_scan_under_a_foreign_ending_is_turned_away(name: str, keep: Keep) -> None:
    assert code(keep(sc.pdf()), name) == "G107"


def test_the_size_budget_holds(keep: Keep) -> None:
    assert code(keep(sc.pdf()), limits=replace(ScanLimits(), max_bytes=100)) == "G102"


HOSTILE: dict[str, tuple[bytes, str]] = {
    "script": (sc.pdf("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"), "G111"),
    "script by reference": (sc.pdf("/OpenAction 10 0 R", objects=("<< /S /JavaScript /JS 11 0 R >>", "(x)")), "G111"),
    "script with an escaped name": (sc.pdf("/OpenAction << /S /J#61vaScript /J#53 (x) >>"), "G111"),
    "script in the names": (sc.pdf("/Names << /JavaScript << /Names [(a) 10 0 R] >> >>"), "G111"),
    "script in an object stream": (sc.pdf(objects=(sc.object_stream(77, "<< /S /JavaScript /JS (x) >>"),)), "G111"),
    "script nobody refers to": (sc.pdf(objects=("<</S/JavaScript/JS(x)>>",)), "G111"),
    "launch": (sc.pdf("/OpenAction << /S /Launch /F (cmd.exe) >>"), "G112"),
    "launch in an annotation": (sc.pdf(objects=("<< /Subtype /Link /A << /S /Launch /F (a) >> >>",)), "G112"),
    "submit": (sc.pdf(objects=("<< /S /SubmitForm /F (http://a/) >>",)), "G112"),
    "import": (sc.pdf(objects=("<< /S /ImportData /F (a) >>",)), "G112"),
    "remote": (sc.pdf(objects=("<< /S /GoToR /F (\\\\\\\\server\\\\a) >>",)), "G112"),
    "address on opening": (sc.pdf("/OpenAction << /S /URI /URI (http://a/) >>"), "G112"),
    "address after a page": (sc.pdf("/OpenAction << /S /GoTo /D (a) /Next << /S /URI /URI (b) >> >>"), "G112"),
    "address on opening, packed": (
        sc.pdf("/OpenAction 77 0 R", objects=(sc.object_stream(77, "<< /S /URI /URI (a) >> << /S /GoTo >>"),)),
        "G112",
    ),
    "opening that leads nowhere": (sc.pdf("/OpenAction 99 0 R"), "G112"),
    "additional actions": (sc.pdf("/AA << /WC << /S /Named /N /Print >> >>"), "G112"),
    "attachment": (sc.pdf("/Names << /EmbeddedFiles << /Names [(a) 10 0 R] >> >>"), "G113"),
    "attachment without a type": (sc.pdf(objects=("<< /F (a.exe) /EF << /F 11 0 R >> >>",)), "G113"),
    "dynamic form": (sc.pdf("/AcroForm << /XFA [(a) 10 0 R] >>"), "G117"),
    "media": (sc.pdf(objects=("<< /Subtype /RichMedia >>",)), "G117"),
    "password": (sc.pdf(trailer="/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >>"), "G110"),
    "zip behind": (sc.pdf(tail=wb.book()), "G114"),
    "zip inside": (
        sc.pdf(objects=(b"<< /Length 9 >>\nstream\n" + wb.book() + b"\nendstream",)),
        "G114",
    ),
    "page of a site in front": (b"<html><script>1</script>" + sc.pdf(), "G114"),
    "page of a site inside": (sc.pdf(objects=("(<script>alert(1)</script>)",)), "G114"),
    "page of a site behind": (sc.pdf(tail=b"<!-- x -->"), "G114"),
    "bytes in front": (b"\n" + sc.pdf(), "G114"),
    "cut short": (sc.pdf()[:-40], "G115"),
    "nonsense": (b"%PDF-1.7\nnonsense\n%%EOF", "G115"),
    "no pages": (sc.pdf(pages=0), "G115"),
    "object stream in two filters": (
        sc.pdf(objects=(sc.object_stream(77, "<< /S /JavaScript >>", filters="[/ASCIIHexDecode /FlateDecode]"),)),
        "G119",
    ),
    "object stream that does not inflate": (sc.pdf(objects=(sc.object_stream(77, "", packed=b"not zlib"),)), "G119"),
    "page without a size": (sc.pdf(box="0 0 1 1"), "G118"),
    "endless page": (sc.pdf(box="0 0 20000 20000"), "G118"),
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_pdf_that_acts_or_carries_something_is_turned_away(trick: str, keep: Keep) -> None:
    data, expected = HOSTILE[trick]
    assert code(keep(data)) == expected


def test_an_object_stream_that_bombs_is_turned_away(keep: Keep) -> None:
    engine = zlib.compressobj(9)
    packed = b"".join(engine.compress(bytes(1 << 20)) for _ in range(200)) + engine.flush()
    assert code(keep(sc.pdf(objects=(sc.object_stream(77, "", packed=packed),)))) == "G119"


def test_a_metadata_bomb_is_turned_away(keep: Keep) -> None:
    """T62: XMP that would inflate to 256 MB as soon as a viewer opens the file."""
    engine = zlib.compressobj(9)
    packed = b"".join(engine.compress(b" " * (1 << 20)) for _ in range(256)) + engine.flush()
    head = b"<< /Type /Metadata /Subtype /XML /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    assert code(keep(sc.pdf("/Metadata 10 0 R", objects=(head + packed + b"\nendstream",)))) == "G119"


def test_ordinary_metadata_passes(keep: Keep) -> None:
    packed = zlib.compress(b"<x:xmpmeta/>")
    head = b"<< /Type /Metadata /Subtype /XML /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
    path = keep(sc.pdf("/Metadata 10 0 R", objects=(head + packed + b"\nendstream",)))
    assert examine_scan(path, "a.pdf").pages == 1


def test_too_many_pages_are_turned_away(keep: Keep) -> None:
    assert code(keep(sc.pdf(pages=4)), limits=replace(ScanLimits(), max_pages=3)) == "G116"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (sc.png_bomb(), "a.png", "G120"),
        (sc.png_bomb(8000, 8000), "a.png", "G121"),
        (sc.picture("PNG")[:-60], "a.png", "G121"),
        (sc.picture("JPEG")[:300], "a.jpg", "G121"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "a.jpg", "G121"),
        (sc.picture("PNG") + wb.book(), "a.png", "G122"),
        (sc.picture("JPEG") + wb.book(), "a.jpg", "G122"),
    ],
    ids=["bomb", "bomb within the budget", "cut PNG", "cut JPEG", "empty JPEG", "PNG and zip", "JPEG and zip"],
)
def test_bad_pictures_are_turned_away(data: bytes, name: str, expected: str, keep: Keep) -> None:
    assert code(keep(data), name) == expected


def test_a_text_chunk_that_bombs_costs_the_child_and_not_us(keep: Keep) -> None:
    assert code(keep(sc.png_text_bomb()), "a.png") == "G121"


def test_a_failed_preview_leaves_nothing(keep: Keep, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    with pytest.raises(Refused):
        render_preview(keep(sc.picture("PNG")[:-60]), out)
    assert not out.exists()
