"""Hostile files through the upload's own address (T50 to T60): turned away with a sentence and its code.

The site lives on, and what only the reader finds becomes the result of the reading, on the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage

from agencies.models import Person
from audit.models import Entry
from files.models import StoredFile
from inventory.models import CameraRow, RowFinding, SourceFile, Submission
from jobs.models import Job
from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.memory import stays_small
from tests.hostile.zips import Entry as Part
from tests.hostile.zips import build
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, unreadable, work, workbook

pytestmark = pytest.mark.django_db

MACRO_TYPES = wb.parts()["[Content_Types].xml"].replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
NESTED = build([Part(f"lib{n}.zip", build([Part(f"{m}.zip", b"PK") for m in range(16)])) for n in range(16)])
MANY = build(wb.entries() + [Part(f"xl/media/{n}", b"", method=0) for n in range(5000)])
HOSTILE: dict[str, list[tuple[bytes, str]]] = {
    "T50 formulas that reach out": [
        (wb.book({"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}), "G015"),
        (wb.book({"xl/connections.xml": b"<connections/>"}), "G015"),
        (wb.book({"xl/embeddings/oleObject1.bin": b"x"}), "G016"),
    ],
    "T51 far cells": [(wb.far_cell(), "G033"), (ole.xls(ole.dimensions(0x7FFFFFFF, 0xFFFF)), "G033")],
    "T52 merges": [(wb.merge_bomb(), "G034"), (ole.xls(ole.merged((0, 65535, 0, 255))), "G034")],
    "T53 bombs": [(wb.bomb(), "G022"), (NESTED, "G007"), (MANY, "G021")],
    "T54 sizes that lie": [
        (build([Part(e.name, e.data, said_size=9) if e.name == wb.SHEET else e for e in wb.entries()]), "G025"),
    ],
    "T55 entities and encodings": [
        *((wb.with_dtd(part, dtd), "G031") for part in ("xl/workbook.xml", wb.SHEET, "xl/sharedStrings.xml")
          for dtd in (wb.BILLION_LAUGHS, wb.QUADRATIC, wb.EXTERNAL)),
        (wb.encoded("utf-16"), "G032"),
        (wb.encoded("utf-7"), "G032"),
    ],
    "T56 chains of an .xls": [
        (ole.looping(), "G041"), (ole.looping_lists(), "G04"), (ole.outside(), "G04"),
        (ole.greedy(44, 0xFFFFFF), "G04"),
    ],
    "T57 macros": [
        (wb.book({"xl/vbaProject.bin": b"x"}), "G014"),
        (wb.book({"[Content_Types].xml": MACRO_TYPES}), "G014"),
        (bytes(ole.container({"Workbook": ole.biff()}, storages=("_VBA_PROJECT_CUR",))), "G014"),
        (ole.xls(sheet_type=1), "G014"),
    ],
    "T58 passwords": [
        (bytes(ole.container({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})), "G013"),
        (ole.xls(globals_=ole.record(0x002F, b"\x01\x00\x01\x00")), "G013"),
    ],
    "T59 other kinds of file": [
        (b"", "G001"), (b"P", "G020"), (b"MZ\x90\x00" + bytes(400), "G004"), (b"\x7fELF" + bytes(400), "G004"),
        (b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "G005"),
        ("本单位没有视频监控。\r\n".encode("gbk"), "G071"),
        (build([Part("a.txt", b"1")]), "G007"),
        (build([Part("[Content_Types].xml", b"<Types/>"), Part("word/document.xml", b"<d/>")]), "G008"),
    ],
}  # fmt: skip
ONE_SENTENCE = re.compile(r"[\u4e00-\u9fff].*。.*。（(G0\d\d)）$")


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk)


@pytest.mark.parametrize("kind", HOSTILE)
def test_turned_away_at_the_door(meishan_clerk: Person, draft: Submission, kind: str) -> None:
    """422 with the sentence at the field, nothing kept, the refusal in the journal; the next request is answered."""
    for data, expected in HOSTILE[kind]:
        with stays_small():
            answer = web.send(meishan_clerk, draft, data, "清单.xlsx")
        assert answer.status_code == 422
        (said,) = answer.context["workbook_form"].errors["workbook"]
        found = ONE_SENTENCE.search(said)
        assert found and found[1].startswith(expected), (kind, said)
        html = answer.content.decode()
        assert said in html and "文件没有收下，原来的内容没有变化" in html
        assert Entry.objects.latest("seq").facts["code"] == found[1]
    assert not StoredFile.objects.exists() and not SourceFile.objects.exists() and not Job.objects.exists()
    assert web.actions(draft).count("submission.file_refused") == len(HOSTILE[kind])
    assert web.of(meishan_clerk).get(web.url("submission", draft.pk)).status_code == 200


def test_after_all_of_it_an_honest_workbook_is_read(meishan_clerk: Person, draft: Submission) -> None:
    for kind in HOSTILE.values():
        assert web.send(meishan_clerk, draft, kind[0][0]).status_code == 422
    assert web.send(meishan_clerk, draft, workbook([camera_row(1)])).status_code == 302
    work()
    assert SourceFile.objects.get().rows_read == 1


# --- T60: names -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("..\\..\\x.xlsx", "x.xlsx"),
        ("C:\\x.xlsx", "x.xlsx"),
        ("CON.xlsx", "_CON.xlsx"),
        ("a%22;x=%22b.xlsx", "a%22_x=%22b.xlsx"),
        ("表\u202excod.xlsx", "表xcod.xlsx"),
        ("清单😀.xlsx", "清单😀.xlsx"),
        ("长" * 250 + ".xlsx", None),
        ("%0D%0ASet-Cookie: x=1.xlsx", "%0D%0ASet-Cookie_ x=1.xlsx"),
        ("<img src=x onerror=alert(1)>.xlsx", "_img src=x onerror=alert(1)_.xlsx"),
    ],
)
def test_names_reach_neither_the_disk_nor_a_header(
    meishan_clerk: Person, draft: Submission, name: str, shown: str | None
) -> None:
    answer = web.send(meishan_clerk, draft, workbook([camera_row(1)]), name)
    assert answer.status_code == 302
    original = StoredFile.objects.get()
    kept = Path(default_storage.path(original.path))
    assert re.fullmatch(r"workbook/\d{4}/\d{2}/[0-9a-f-]{36}\.xlsx", original.path)
    assert kept.resolve().is_relative_to(Path(default_storage.path("")).resolve())
    assert len(original.name) <= 120 and original.name.isprintable()
    if shown is not None:
        assert original.name == shown
    download = web.of(meishan_clerk).get(web.url("source_file", draft.pk, SourceFile.objects.get().pk))
    assert download["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(original.name, safe='')}"


@pytest.mark.parametrize(
    ("name", "code"), [("a.xlsx.exe", "G012"), ("../../etc/passwd", "G012"), ("清单.xlsm", "G014"), (".xlsx", "G012")]
)
def test_a_foreign_ending_is_turned_away(meishan_clerk: Person, draft: Submission, name: str, code: str) -> None:
    answer = web.send(meishan_clerk, draft, workbook([camera_row(1)]), name)
    assert answer.status_code == 422
    assert f"（{code}）" in answer.content.decode()


# --- what only the reader finds -------------------------------------------------------------------------------------
def test_a_broken_workbook_fails_with_its_reason(meishan_clerk: Person, draft: Submission) -> None:
    assert web.send(meishan_clerk, draft, unreadable()).status_code == 302
    work()
    source = SourceFile.objects.get()
    assert (source.state, source.summary["refused"]["code"], Job.objects.get().state) == ("failed", "S010", "done")
    assert web.entry("submission.file_failed").facts["code"] == "S010"
    html = web.page(meishan_clerk, draft)
    assert "S010" in html and source.summary["refused"]["message"] in html and source.summary["refused"]["fix"] in html
    assert web.submit(meishan_clerk, draft).status_code == 409


@pytest.mark.parametrize("data", [wb.book(), ole.xls()], ids=["xlsx", "xls"])
def test_a_workbook_of_something_else_is_an_error_never_a_zero_report(
    meishan_clerk: Person, draft: Submission, data: bytes
) -> None:
    web.send(meishan_clerk, draft, data)
    work()
    source = SourceFile.objects.get()
    assert (source.state, source.rows_read, source.errors) == ("read", 0, 1)
    assert RowFinding.objects.get().code == "S001"
    assert "S001" in web.page(meishan_clerk, draft)
    answer = web.submit(meishan_clerk, draft)
    assert answer.status_code == 409
    assert "还有 1 处错误要改" in answer.content.decode()


def test_a_sheet_with_a_name_that_excel_would_not_allow(meishan_clerk: Person, draft: Submission) -> None:
    """No column of ours is wide enough for it: refused in words, not an accident of the worker."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([camera_row(1)]))) as honest, zipfile.ZipFile(packed, "w") as out:
        for part in honest.namelist():
            text = honest.read(part)
            if part == "xl/workbook.xml":
                text = text.replace('name="摄像机"'.encode(), f'name="{"很" * 100}"'.encode())
            out.writestr(part, text)
    web.send(meishan_clerk, draft, packed.getvalue())
    work()
    source = SourceFile.objects.get()
    assert (source.state, source.summary["refused"]["code"]) == ("failed", "G061")
    assert "31 个字" in web.page(meishan_clerk, draft)


def test_cells_of_every_oddity_are_stored_or_named(meishan_clerk: Person, draft: Submission) -> None:
    """NUL, escape codes, bidi marks, overlong and overlarge values: each row is staged, each mistake has its cell."""
    odd = [
        camera_row(1, name="a\u202eb\u200bc"),
        camera_row(2, name="换\t行\\N"),
        camera_row(3, name="长" * 5000),
        camera_row(4, brand="\\x00\\n'; DROP TABLE"),
        camera_row(5, pole_number="%s %(x)s {0}", pole_condition="完整"),
        camera_row(6, label="=cmd|'/c calc'!A1"),
    ]
    web.send(meishan_clerk, draft, workbook(odd))
    work()
    source = SourceFile.objects.get()
    assert (source.state, source.rows_read) == ("read", 6)
    assert CameraRow.objects.count() == 6
    assert list(RowFinding.objects.filter(severity="error").values_list("code", flat=True)) == ["C113"]
    assert web.of(meishan_clerk).get(web.url("source_file_findings", draft.pk, source.pk)).status_code == 200
