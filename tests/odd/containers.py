"""Containers: what a file is, whatever it is called; and files that are none."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import xlsxwriter
import xlwt
from openpyxl.workbook import Workbook

from cameras.sheet import CAMERA
from tests.hostile import ole
from tests.hostile import workbooks as hand
from tests.hostile.zips import Entry, build
from tests.odd import xlsb
from tests.odd.case import odd, refused
from tests.odd.make import (
    CAMERA_HEADERS,
    Formatted,
    Line,
    camera,
    cells_xml,
    csv_text,
    only,
    open_document,
    rows_xml,
    xls,
    xlsx,
)
from tests.workbooks.builder import camera_row, filled

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
TWO = [CAMERA_HEADERS, camera(1), camera(2, built="2020.10", pole_height="6.5")]
BUILT = {"camera.built": ["2020.03", "2020.10"]}


@odd("nothing odd, by XlsxWriter", rows=2, clean=BUILT)
def plain() -> bytes:
    return xlsx(TWO)


@odd("nothing odd, our own template filled in by openpyxl", rows=2, ignored=1)
def template() -> bytes:
    return filled(CAMERA, [camera_row(1), camera_row(2)])


@odd("Strict Open XML", rows=2, clean=BUILT)
def strict() -> bytes:
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    data = {name: part.replace(hand.OFFICE.encode(), office.encode()) for name, part in hand.parts().items()}
    sheet = hand.sheet(cells_xml(TWO), main=hand.STRICT).replace(hand.OFFICE.encode(), office.encode())
    book = data["xl/workbook.xml"].replace(hand.MAIN.encode(), hand.STRICT.encode())
    return build([Entry(n, d) for n, d in (data | {hand.SHEET: sheet, "xl/workbook.xml": book}).items()])


@odd("an .xls by xlwt", rows=2, clean=BUILT, file="清单.xls", kind="xls")
def old() -> bytes:
    return xls(TWO)


@odd("an .xls by LibreOffice", rows=2, clean=BUILT, office="xls", file="清单.xls", kind="xls")
def old_by_office() -> bytes:
    return xlsx(TWO)


@odd("an .xlsx by LibreOffice", rows=2, clean=BUILT, office="xlsx")
def new_by_office() -> bytes:
    return xls(TWO)


@odd("an .et of WPS, OLE inside", rows=2, clean=BUILT, file="清单.et", kind="xls")
def et_of_old() -> bytes:
    return xls(TWO)


@odd("an .et of WPS, Open XML inside", rows=2, clean=BUILT, file="清单.et")
def et_of_new() -> bytes:
    return xlsx(TWO)


@odd("an .xls that is called .xlsx", rows=2, file="清单.xlsx", kind="xls")
def old_called_new() -> bytes:
    return xls(TWO)


@odd("an .xlsx that is called .xls", rows=2, file="清单.xls")
def new_called_old() -> bytes:
    return xlsx(TWO)


@odd("an .ods that is called .xls", rows=2, office="ods", file="清单.xls", kind="ods")
def open_document_called_old() -> bytes:
    return xlsx(TWO)


@odd("text that is called .xls", rows=2, clean=BUILT, file="导出.xls", kind="csv")
def text_called_old() -> bytes:
    return csv_text(TWO, "\t").encode("gb18030")


@odd("a binary workbook", rows=2, clean=BUILT, file="清单.xlsb", kind="xlsb")
def binary() -> bytes:
    return xlsb.book(TWO)


@odd(
    "a binary workbook with a date as a small number, 2020.10 as it is shown, an error, a merged pole, a hidden row",
    rows=3,
    found=[("C192", "E3"), ("S013", "A4")],
    clean={
        "camera.built": ["2020.03", "2020.10", "2020.03"],
        "camera.pole_built": ["2020.03", "2020.03", "2020.03"],
        "camera.pole_number": ["MS-001", "MS-002", "MS-002"],
        "camera.merge_group": [None, 3, 3],
    },
    file="清单.xlsb",
    kind="xlsb",
)
def binary_with_everything() -> bytes:
    rows: list[Line] = [
        CAMERA_HEADERS,
        camera(1, built=xlsb.Styled(43891, 2, packed=True)),
        camera(2, built=xlsb.Styled(2020.1, 1), brand=xlsb.Error(42)),
        camera(3, built=xlsb.Styled(43891, 3), pole_number=None),
    ]
    return xlsb.book(rows, merges=[(2, 3, 15, 15)], hidden_rows=[3])


@odd(
    "a binary workbook of the 1904 date system", rows=1, clean={"camera.built": ["2020.03"]}, file="a.xlsb", kind="xlsb"
)
def binary_1904() -> bytes:
    return xlsb.book([CAMERA_HEADERS, camera(1, built=xlsb.Styled(43891 - 1462, 2, packed=True))], is_1904=True)


@odd("an .ods", rows=2, clean=BUILT, office="ods", file="清单.ods", kind="ods")
def open_spreadsheet() -> bytes:
    return xlsx(TWO)


@odd(
    "an .ods with an error, 2020.10 as it is shown, a date, a merged pole and township, hidden rows and a column",
    rows=4,
    ignored=2,
    found=[("C192", "E3"), ("S013", "A4"), ("S014", "G1")],
    clean={
        "camera.built": ["2020.03", "2020.10", "2020.03", "2020.03"],
        "camera.township": ["341524100"] * 4,
        "camera.merge_group": [None, 3, 3, None],
    },
    office="ods",
    file="清单.ods",
    kind="ods",
)
def open_spreadsheet_with_everything() -> bytes:
    rows: list[Line] = [
        CAMERA_HEADERS,
        camera(1, built=Formatted(43891, "yyyy-mm-dd")),
        camera(2, built=Formatted(2020.1, "0.00")),
        camera(3, township=None, pole_number=None),
        only(),
        only(),
        camera(6),
    ]

    def edit(book: xlsxwriter.Workbook, sheet: object) -> None:
        page = book.get_worksheet_by_name("摄像机")
        page.write_formula(2, 4, "=NA()", None, "#N/A")
        page.merge_range(2, 5, 3, 5, "金寨县梅山镇")
        page.merge_range(2, 15, 3, 15, "MS-002")
        page.set_row(3, None, None, {"hidden": True})
        page.set_column(6, 6, None, None, {"hidden": True})

    return xlsx(rows, edit)


@odd(
    "an .ods that repeats a row",
    rows=3,
    found=[("C301", "B2"), ("C301", "B3"), ("C301", "B4")],
    file="a.ods",
    kind="ods",
)
def open_spreadsheet_repeating() -> bytes:
    lines = rows_xml([camera(1)]).replace("<table:table-row>", '<table:table-row table:number-rows-repeated="3">')
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return open_document(f'<table:table table:name="表">{rows_xml([CAMERA_HEADERS])}{lines}{empty}</table:table>')


@refused("an .ods that repeats a filled row a million times", "G033", file="a.ods")
def open_spreadsheet_bomb() -> bytes:
    lines = rows_xml([camera(1)]).replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">')
    return open_document(f'<table:table table:name="表">{rows_xml([CAMERA_HEADERS])}{lines}</table:table>')


@refused("an .ods that repeats a filled cell to the edge", "G033", file="a.ods")
def open_spreadsheet_wide_bomb() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    full = cell.replace("/>", "><text:p>1</text:p></table:table-cell>")
    return open_document(f'<table:table table:name="表"><table:table-row>{full}</table:table-row></table:table>')


@refused("an .ods with a password", "G013", file="a.ods")
def open_spreadsheet_locked() -> bytes:
    return open_document("", manifest='<manifest:encryption-data manifest:checksum="x"/>')


@refused("an .ods with a password, as newer programs lock it", "G013", file="a.ods")
def open_spreadsheet_sealed() -> bytes:
    mime = Entry("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", method=0)
    manifest = Entry("META-INF/manifest.xml", b"<manifest:manifest/>")
    return build([mime, manifest, Entry("encrypted-package", bytes(range(256)) * 9)])


@refused("an .ods with macros", "G014", file="a.ods")
def open_spreadsheet_macros() -> bytes:
    return open_document("", more=[Entry("Basic/Standard/Module1.xba", b"<module/>")])


@refused("an .ods that draws on another file", "G015", file="a.ods")
def open_spreadsheet_linked() -> bytes:
    return open_document('<table:table table:name="a"><table:table-source table:mode="copy-all"/></table:table>')


@refused("a text document", "G008", file="a.ods")
def open_text() -> bytes:
    return open_document("", mime="text")


@odd("text with commas, UTF-8 with its mark", rows=2, clean=BUILT, file="清单.csv", kind="csv")
def comma_utf8() -> bytes:
    return csv_text(TWO).encode("utf-8-sig")


@odd("text with commas, GB18030", rows=2, clean=BUILT, file="清单.csv", kind="csv")
def comma_gbk() -> bytes:
    return csv_text(TWO).encode("gb18030")


@odd("text with tabs, UTF-16, as Excel saves it", rows=2, clean=BUILT, file="清单.txt", kind="csv")
def tabs_utf16() -> bytes:
    return csv_text(TWO, "\t").encode("utf-16")


@odd(
    'codes guarded as ="…" and by a leading tab',
    rows=2,
    clean={"camera.code": ["34152400001320000001", "34152400001320000002"]},
    file="清单.csv",
    kind="csv",
)
def guarded() -> bytes:
    rows = [CAMERA_HEADERS, camera(1, code='="34152400001320000001"'), camera(2, code="\t34152400001320000002")]
    return csv_text(rows).encode("utf-8-sig")


@odd(
    "text with a title, a header over two lines, blank lines and a footer",
    rows=2,
    ignored=3,
    found=[("C109", "B6")],
    file="清单.csv",
    kind="csv",
)
def text_with_shapes() -> bytes:
    headers = [str(text).replace("编码", "\n编码") for text in CAMERA_HEADERS]
    rows = [
        only("金寨县调研表"),
        headers,
        [],
        camera(1),
        [],
        camera(2, code="3.41524E+19", name="梅山镇政府东门"),
        only("合计", "2台"),
    ]
    return csv_text(rows).encode("gb18030")


@odd("2020.1 in text, which may have been 2020.10", rows=2, found=[("C144", "J2")], file="清单.csv", kind="csv")
def october_in_text() -> bytes:
    return csv_text([CAMERA_HEADERS, camera(1, built="2020.1"), camera(2, built="2020.01")]).encode("gb18030")


@refused("text whose last quotation mark is missing", "G072", file="a.csv")
def open_quotation() -> bytes:
    return (csv_text(TWO) + '"1,2\r\n' + csv_text(TWO[1:])).encode()


@refused("text with too many columns", "G033", file="a.csv")
def wide_text() -> bytes:
    return (",".join(["一"] * 300) + "\r\n").encode()


@refused("text with a NUL byte far down", "G070", file="a.csv")
def nul_text() -> bytes:
    return csv_text(TWO).encode() * 20 + b"1,\x00\r\n"


@refused("a notice, no table", "G071", file="通知.txt")
def notice() -> bytes:
    return "各单位：请于本周五前上报。\r\n".encode("gb18030")


@refused("a web page called .xls", "G005", file="清单.xls")
def web_page() -> bytes:
    return "<html><head><meta charset=gbk></head><body><table><tr><td>位置名称</td></tr></table>".encode("gbk")


@refused("a table of Excel 2003 in XML", "G005", file="清单.xls")
def xml_2003() -> bytes:
    return b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'


@refused("a workbook with a password", "G013")
def locked() -> bytes:
    return bytes(ole.container({"EncryptionInfo": b"x", "EncryptedPackage": b"y" * 5000}))


@refused("an old workbook with a password", "G013", file="清单.xls")
def old_locked() -> bytes:
    return ole.xls(globals_=ole.record(0x002F, b"\x01\x00\x01\x00"))


@refused("a workbook with macros", "G014", file="清单.xlsm")
def macros() -> bytes:
    return xlsx(TWO)


@refused("a workbook that hides macros", "G014")
def hidden_macros() -> bytes:
    return hand.book({"xl/vbaProject.bin": b"x"})


@refused("a photograph called .xlsx", "G008")
def photograph() -> bytes:
    return b"\xff\xd8\xff\xe0" + bytes(2000)


@refused("half a file", "G020")
def half() -> bytes:
    data = xlsx(TWO)
    return data[: len(data) // 2]


@refused("an .xlsx with a value in its last cell", "G033")
def far() -> bytes:
    return hand.far_cell()


@refused("a binary workbook with a value in its last row", "G033", file="a.xlsb")
def binary_far() -> bytes:
    return xlsb.book(TWO, tail=xlsb.row_header(1_048_575) + xlsb.real(0, 1.0))


@refused("a binary workbook that ends in the middle of a record", "G037", file="a.xlsb")
def binary_cut() -> bytes:
    return xlsb.book(TWO, tail=b"\x05\xff\xff\xff\x7f")


@refused("a binary workbook that is an .xlsx too", "G036", file="a.xlsb")
def two_in_one() -> bytes:
    return xlsb.book(TWO, parts=hand.parts())


@odd("a sheet with a picture and not one cell", found=[("S016", "")])
def picture_only() -> bytes:
    def edit(book: xlsxwriter.Workbook, sheet: object) -> None:
        book.get_worksheet_by_name("摄像机").insert_textbox(1, 1, "扫描件")

    return xlsx([], edit)


def pictured() -> bytes:
    return xlsx([], lambda book, sheet: sheet.insert_image(1, 1, "扫描.png", {"image_data": BytesIO(PIXEL)}))


@odd("an .ods with a picture and not one cell", found=[("S016", "")], office="ods", file="a.ods", kind="ods")
def picture_only_open() -> bytes:
    return pictured()


@odd("an .xls with a picture and not one cell", found=[("S016", "")], office="xls", file="a.xls", kind="xls")
def picture_only_old() -> bytes:
    return pictured()


@odd("an empty workbook by openpyxl", found=[("S001", "")])
def empty() -> bytes:
    out = BytesIO()
    Workbook().save(out)
    return out.getvalue()


@odd(
    "an old workbook with errors, hidden rows and 2020.10",
    rows=3,
    found=[("C144", "J4"), ("S013", "A3")],
    file="a.xls",
    kind="xls",
)
def old_with_everything() -> bytes:
    def edit(book: xlwt.Workbook, sheet: xlwt.Worksheet) -> None:
        sheet.row(2).hidden = True

    rows = [CAMERA_HEADERS, camera(1, built=Formatted(2020.1, "0.00")), camera(2), camera(3, built=2020.1)]
    return xls(rows, edit)
