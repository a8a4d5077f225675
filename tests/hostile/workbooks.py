"""Hostile and merely odd .xlsx files, from a minimal honest one."""

from __future__ import annotations

from tests.hostile.zips import Entry, build

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"

_TYPES = (
    f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)


def relations(*items: str) -> bytes:
    """A .rels part; items are `type|target` or `type|target|External`, the type's last word only."""
    rows = []
    for number, item in enumerate(items, 1):
        kind, target, *mode = item.split("|")
        outside = f' TargetMode="{mode[0]}"' if mode else ""
        rows.append(f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"{outside}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(rows)}</Relationships>'.encode()


def sheet(
    rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>', before: str = "", after: str = "", main: str = MAIN
) -> bytes:
    """A worksheet part around the given rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{main}" xmlns:r="{OFFICE}">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    ).encode()


def parts() -> dict[str, bytes]:
    """The parts of the honest minimal workbook."""
    return {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": relations("officeDocument|xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="表" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": relations("worksheet|worksheets/sheet1.xml"),
        SHEET: sheet(),
    }


def book(changes: dict[str, bytes] | None = None, *, extra: list[Entry] | None = None) -> bytes:
    """A workbook with some parts replaced or added."""
    return build(entries(changes) + (extra or []))


def entries(changes: dict[str, bytes] | None = None) -> list[Entry]:
    """The same as entries, for a builder that lies."""
    return [Entry(name, data) for name, data in (parts() | (changes or {})).items()]


def with_rows(rows: str, before: str = "", after: str = "") -> bytes:
    """A workbook whose only sheet holds `rows`."""
    return book({SHEET: sheet(rows, before, after)})


def far_cell(cell: str = '<c r="XFD1048576"><v>1</v></c>') -> bytes:
    """T51: 1 KB, one near cell and one far one."""
    return with_rows(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{cell}</row>')


def merge_bomb(ref: str = "A1:XFD1048576", count: int = 1) -> bytes:
    """T52: a merge over the whole sheet."""
    merges = "".join(f'<mergeCell ref="{ref}"/>' for _ in range(count))
    return with_rows(
        '<row r="1"><c r="A1"><v>1</v></c></row>', after=f'<mergeCells count="{count}">{merges}</mergeCells>'
    )


def bomb(megabytes: int = 64) -> bytes:
    """T53: a sheet that packs a thousand to one."""
    return book({SHEET: sheet(" " * (megabytes << 20))})


def strict() -> bytes:
    """An honest workbook in the strict namespaces of ISO/IEC 29500."""
    office = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    made = {name: data.replace(OFFICE.encode(), office.encode()) for name, data in parts().items()}
    made[SHEET] = sheet(main=STRICT).replace(OFFICE.encode(), office.encode())
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace(MAIN.encode(), STRICT.encode())
    return build([Entry(name, data) for name, data in made.items()])


BILLION_LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
QUADRATIC = '<!DOCTYPE q [<!ENTITY q "' + "q" * 5000 + '">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def with_dtd(part: str, dtd: str) -> bytes:
    """T55: a document type in front of the part's root element."""
    body = (
        parts() | {"xl/sharedStrings.xml": b"<sst/>", "xl/styles.xml": b"<styleSheet/>", "docProps/core.xml": b"<p/>"}
    )[part]
    head, mark, rest = body.partition(b"?>") if body.startswith(b"<?xml") else (b"", b"", body)
    return book({part: head + mark + dtd.encode() + rest})


def encoded(encoding: str, declared: str | None = None) -> bytes:
    """T55: the sheet in another encoding, with a far cell that a scan for plain bytes would miss."""
    text = far_sheet().decode().replace('encoding="UTF-8"', f'encoding="{declared or encoding}"')
    return book({SHEET: text.encode(encoding)})


def far_sheet() -> bytes:
    """The sheet part of `far_cell`."""
    return sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
