"""T50, T57-T60: what kind of file it is, what else is in it, what it is called; and what must pass."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import zipfile

import pytest

from sheets.findings import Refused
from sheets.gate import Limits, examine
from sheets.gate_codes import GATE
from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.gate import code, passes, shown
from tests.hostile.zips import Entry, build

ORDINARY = '<row r="1"><c r="A1"><v>1</v></c></row>'


def test_every_code_has_a_chinese_sentence_and_something_to_press() -> None:
    for key, wording in GATE.items():
        assert len(key) == 4 and key.startswith("G0"), key
        assert wording.says.endswith("。") and wording.fix.endswith("。"), key


def test_the_smallest_workbooks_pass() -> None:
    assert passes(wb.book()) == "xlsx"
    assert passes(ole.xls(), "清单.xls") == "xls"


def test_a_stream_is_as_good_as_bytes() -> None:
    assert examine(io.BytesIO(wb.book()), "清单.xlsx").kind == "xlsx"


def test_the_kind_is_sniffed_and_never_taken_from_the_name() -> None:
    assert passes(wb.book(), "其实是新格式.xls") == "xlsx"
    assert passes(ole.xls(), "其实是旧格式.xlsx") == "xls"


def test_strict_open_xml_passes() -> None:
    assert passes(wb.strict()) == "xlsx"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="XFD1048576" s="1"/>',
        '<c r="XFD1048576" s="1"></c>',
        '<c r="XFD1048576" s="1"><v></v></c>',
        '<c r="XFD1048576" s="1"><v/></c>',
        "<x:c r='XFD1048576' s='1'/>",
    ],
)
def test_formatting_out_to_the_last_cell_passes(cell: str) -> None:
    """Excel and WPS leave such cells behind when whole rows were formatted; the reader does not allocate for them."""
    extras = '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9" style="1"/></cols>'
    assert passes(wb.with_rows(f'{ORDINARY}<row r="1048576" s="1" customFormat="1">{cell}</row>', extras)) == "xlsx"


def test_formatted_columns_over_many_rows_pass() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="ZZ{n}" s="1"/></row>' for n in range(1, 20_000))
    assert passes(wb.with_rows(rows)) == "xlsx"


def test_values_up_to_the_budget_pass() -> None:
    assert passes(wb.with_rows(ORDINARY + '<row r="250000"><c r="AZ250000"><v>1</v></c></row>')) == "xlsx"
    assert passes(wb.with_rows('<row r="1"><c r="IV1"><v>1</v></c></row>')) == "xlsx"


def test_cells_without_addresses_are_counted_as_the_reader_counts_them() -> None:
    assert passes(wb.with_rows("<row><c><v>1</v></c><c><v>2</v></c></row>" * 3)) == "xlsx"


def test_hyperlinks_and_formulas_pass() -> None:
    links = wb.relations("hyperlink|https://example.org/|External", "hyperlink|mailto:a@example.org|External")
    rows = '<row r="1"><c r="A1"><f>SUM(B1:C1)</f><v>3</v></c><c r="B1" t="str"><f>HYPERLINK("x")</f><v>x</v></c></row>'
    assert passes(wb.book({wb.SHEET: wb.sheet(rows), "xl/worksheets/_rels/sheet1.xml.rels": links})) == "xlsx"


def test_reasonable_merges_pass() -> None:
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("A1:S1", "A2:XFD2", "$B$3:$B$4", "C5", "O10:S2000"))
    assert passes(wb.with_rows(ORDINARY, after=f"<mergeCells>{merges}</mergeCells>")) == "xlsx"


def test_a_picture_may_hold_any_bytes() -> None:
    noise = hashlib.shake_256(b"picture").digest(200_000) + b"<c <!x \x00 :c <mergeCell"
    assert passes(wb.book({"xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + noise})) == "xlsx"


def test_a_streamed_zip_with_sizes_behind_the_data_passes() -> None:
    class Pipe(io.RawIOBase):
        """Cannot seek, so that zipfile has to write data descriptors."""

        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in wb.parts().items():
            with out.open(name, "w", force_zip64=True) as part:
                part.write(data)
    assert passes(pipe.data) == "xlsx"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "G001"),
        (b"P", "G020"),
        (b"PK\x03\x04", "G020"),
        (b"MZ\x90\x00" + b"\0" * 400, "G004"),
        (b"\x7fELF" + b"\0" * 400, "G004"),
        (b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table></body></html>", "G005"),
        ("<html><meta charset=gbk><table><tr><td>位置</td></tr></table></html>".encode("gbk"), "G005"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "G005"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "G005"),
        (b'<?xml version="1.0"?><office:document xmlns:office="o"/>', "G005"),
        ("各位领导：本单位没有视频监控。\r\n".encode(), "G071"),
        (b"a,b\r\n" * 2000 + "路口".encode() + b"\xff\xff,2\r\n", "G070"),
        (b"a,b\r\n" * 2000 + b"1,\x00\r\n", "G070"),
        ('1,2\r\n3,"没有收尾\r\n4,5\r\n'.encode(), "G072"),
        (b'1,"' + b"x" * 40_000 + b'"\r\n', "G072"),
        (b"1" + b"," * 300 + b"\r\n", "G033"),
        (b"1,2\r\n" + b"\r\n" * 250_000, "G033"),
        (b"Rar!\x1a\x07\x01\x00" + b"\0" * 99, "G007"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "G008"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "G008"),
        (b"\x00\x01\x02\x03 nothing known", "G003"),
        (build([Entry("a.txt", b"1")]), "G007"),
        (build([Entry("[Content_Types].xml", b"<Types/>"), Entry("word/document.xml", b"<d/>")]), "G008"),
        (build([Entry("[Content_Types].xml", b"<Types/>"), Entry("xl/workbook.bin", b"\0")]), "G037"),
        (wb.book({"xl/workbook.bin": b""}), "G036"),
        (build([Entry("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", method=0)]), "G020"),
        (build([Entry("mimetype", b"application/vnd.oasis.opendocument.text", method=0)]), "G008"),
        (bytes(ole.container({"WordDocument": b"x"})), "G008"),
        (bytes(ole.container({"Something": b"x"})), "G003"),
    ],
    ids=shown,
)
def test_other_kinds_of_file_are_named(data: bytes, expected: str) -> None:
    assert code(data, "清单.xlsx") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.xlsx.exe", "G012"),
        ("a.xlsx .exe", "G012"),
        ("清单", "G012"),
        ("a\u202excod.xlsx.exe", "G012"),
        ("清单.xlsm", "G014"),
        ("清单.xlam", "G014"),
    ],
)
def test_a_workbook_under_a_foreign_ending_is_turned_away(name: str, expected: str) -> None:
    assert code(wb.book(), name) == expected


@pytest.mark.parametrize("name", ["清单.XLSX", "a.b.xlsx", "../../清单.xlsx", "C:\\x.xls", "a.ｘｌｓｘ", "清单.xlsx "])
def test_endings_are_read_kindly(name: str) -> None:
    assert passes(wb.book(), name) == "xlsx"


def test_the_size_budget_holds_for_bytes_and_streams() -> None:
    limits = dataclasses.replace(Limits(), max_bytes=1000)
    assert code(wb.book(), limits=limits) == "G002"

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1001
            return b"P" * size

    with pytest.raises(Refused, match="G002"):
        examine(Endless(), "清单.xlsx", limits)  # type: ignore[arg-type]


def macro_types() -> bytes:
    return wb.parts()["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"xl/vbaProject.bin": b"x"}, "G014"),
        ({"xl/media/picture.png": ole.SIGNATURE_BYTES}, "G016"),
        ({"[Content_Types].xml": macro_types()}, "G014"),
        ({"[Content_Types].xml": macro_types().replace(b"sheet.macroEnabled", b"addin.macroEnabled")}, "G014"),
        ({"xl/macrosheets/sheet1.xml": b"<m/>"}, "G014"),
        ({"xl/_rels/workbook.xml.rels": wb.relations("worksheet|worksheets/sheet1.xml", "xlMacrosheet|x.xml")}, "G014"),
        ({"xl/_rels/workbook.xml.rels": wb.relations("worksheet|w.xml", "vbaProject|a.bin")}, "G014"),
        ({"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}, "G015"),
        ({"xl/_rels/workbook.xml.rels": wb.relations("externalLink|hidden.xml")}, "G015"),
        ({"xl/worksheets/_rels/sheet1.xml.rels": wb.relations("image|http://example.org/a.png|External")}, "G015"),
        ({"xl/_rels/workbook.xml.rels": wb.relations("external&#76;ink|hidden.xml")}, "G015"),
        ({"xl/connections.xml": b"<connections/>"}, "G015"),
        ({"xl/activeX/activeX1.xml": b"<a/>"}, "G016"),
        ({"xl/embeddings/oleObject1.bin": b"x"}, "G016"),
        ({"xl/worksheets/_rels/sheet1.xml.rels": wb.relations("oleObject|../x.bin")}, "G016"),
        ({"xl/media/image1.png": b"MZ\x90\0"}, "G016"),
    ],
    ids=shown,
)
def test_active_content_and_links_are_turned_away(changes: dict[str, bytes], expected: str) -> None:
    assert code(wb.book(changes)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (bytes(ole.container({"Workbook": ole.biff()}, storages=("_VBA_PROJECT_CUR",))), "G014"),
        (bytes(ole.container({"Workbook": ole.biff()}, storages=("VBA",))), "G014"),
        (ole.xls(sheet_type=1), "G014"),
        (ole.xls(sheet_type=6), "G014"),
        (ole.xls(globals_=ole.record(0x01AE, b"\x01\x00\x05\x00\x00\x01x.xls")), "G015"),
        (bytes(ole.container({"Workbook": ole.biff()}, storages=("MBD0001F2A3",))), "G016"),
        (ole.xls(globals_=ole.record(0x002F, b"\x01\x00\x01\x00")), "G013"),
        (ole.xls(globals_=ole.record(0x002F, b"\x00\x00\x34\x12")), "G013"),
        (bytes(ole.container({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})), "G013"),
    ],
    ids=shown,
)
def test_old_workbooks_with_macros_links_or_passwords_are_turned_away(data: bytes, expected: str) -> None:
    assert code(data, "清单.xls") == expected


def test_links_of_an_old_workbook_to_itself_pass() -> None:
    itself = ole.record(0x01AE, b"\x01\x00\x01\x04")
    assert passes(ole.xls(globals_=itself), "清单.xls") == "xls"
