"""The gate: what an uploaded file really is, and whether the reader may be let near it.

Bytes decide, never the name. Everything here is counted and bounded, needs no library that trusts its input, and costs
about a third of the reader's time; what only a reader can find is left to the confined child (`sheets.confined`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from sheets.gate_biff import scan_workbook
from sheets.gate_codes import GATE, refused
from sheets.gate_limits import Limits, human_size
from sheets.gate_names import ending_of, safe_name
from sheets.gate_ods import scan_content
from sheets.gate_ole import OleFile
from sheets.gate_reach import Tally
from sheets.gate_xlsb import is_record_part, scan_records
from sheets.gate_xml import scan_part
from sheets.gate_zip import Part, end_of_directory, inflate, read_directory
from sheets.sniff import OLE_SIGNATURE, ZIP_SIGNATURE, Kind, container_kind, is_open_document, listing
from sheets.textfile import text_rows

__all__ = ["GATE", "Container", "Limits", "Part", "examine", "safe_name"]

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!")
_ARCHIVES = {
    b"Rar!\x1a\x07": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x05\x06": "空的 zip",
}
_DOCUMENTS = {
    b"%PDF-": "PDF 文件",
    b"\x89PNG\r\n\x1a\n": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
    b"II*\x00": "图片",
    b"MM\x00*": "图片",
    b"{\\rtf": "Word（RTF）文档",
}
_WEB = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|meta|script|div|style|svg)\b", re.IGNORECASE)
_XML_2003 = re.compile(rb"progid\s*=\s*[\"']Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet")
_ENDINGS = {"xlsx", "xls", "et", "xlsb", "ods", "csv", "tsv", "txt"}
_MACRO_ENDINGS = {"xlsm", "xltm", "xlam", "xla", "xll"}
_MAIL = (b"mime-version:", b"from:", b"content-type:")
_ACTIVE_PARTS = (
    (re.compile(r"(^|/)vbaproject[^/]*\.bin$"), "G014", "VBA 宏"),
    (re.compile(r"^xl/macrosheets/"), "G014", "Excel 4.0 宏表"),
    (re.compile(r"^xl/externallinks/"), "G015", "外部链接"),
    (re.compile(r"^xl/connections\.(?:xml|bin)$"), "G015", "外部数据连接"),
    (re.compile(r"^xl/querytables/"), "G015", "外部数据查询"),
    (re.compile(r"^xl/activex/"), "G016", "ActiveX 控件"),
    (re.compile(r"^xl/embeddings/"), "G016", "嵌入的文件"),
    (re.compile(r"^(?:basic/.*\.xba|scripts/.*[^/])$"), "G014", "宏"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """A workbook that passed the gate. `parts` are the zip entries in file order (none without a zip); sizes in bytes.

    `kind` is what the bytes are: a .et of WPS is "xls" or "xlsx" inside, tab separated text is "csv".
    """

    kind: Kind
    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()

    @property
    def inflated(self) -> int:
        """Bytes of all parts unpacked; the file's own size where there are none."""
        return sum(part.size for part in self.parts) if self.parts else self.size


def examine(data: bytes | BinaryIO, name: str, limits: Limits | None = None) -> Container:
    """Let a workbook pass, or raise `Refused` with one finding G001-G04x.

    `data` is the whole file or a binary stream at its start; at most `limits.max_bytes` + 1 are read. `name` is what
    the sender called it; only its ending is judged, and only after the bytes.
    """
    limits = limits or Limits()
    shown = safe_name(name)
    content = data if isinstance(data, bytes) else data.read(limits.max_bytes + 1)
    if not content:
        raise refused("G001", name=shown)
    if len(content) > limits.max_bytes:
        raise refused("G002", human_size(limits.max_bytes), name=shown)
    parts: tuple[Part, ...] = ()
    if content.startswith(ZIP_SIGNATURE):
        kind = _workbook_in_zip(content)
        _judge_ending(shown)
        parts = _examine_zip(content, kind, limits)
    elif content.startswith(OLE_SIGNATURE):
        kind = "xls"
        _examine_ole(content, shown, limits)
    else:
        kind = "csv"
        _examine_text(content, shown, limits)
    return Container(kind, shown, len(content), hashlib.sha256(content).hexdigest(), parts)


def _judge_ending(shown: str) -> None:
    ending = ending_of(shown)
    if ending in _ENDINGS:
        return
    if ending in _MACRO_ENDINGS:
        raise refused("G014", f".{ending} 格式", name=shown)
    raise refused("G012", f".{ending}" if ending else "没有扩展名", name=shown)


def _workbook_in_zip(content: bytes) -> Kind:
    """The kind of workbook a zip is; others are refused by the names that stand in the directory at the file's end."""
    names = listing(content)
    kinds: list[Kind] = []
    if b"xl/workbook.xml" in names:
        kinds.append("xlsx")
    if b"xl/workbook.bin" in names:
        kinds.append("xlsb")
    if is_open_document(content, names):
        kinds.append("ods")
    if len(kinds) > 1:
        raise refused("G036")
    if kinds and kinds == [container_kind(content)]:
        return kinds[0]
    if content[30:38] == b"mimetype" or b"content.xml" in names or b"encrypted-package" in names:
        if b"opendocument.spreadsheet" in content[38:160]:
            raise refused("G013" if b"encrypted-package" in names else "G020", "内容缺失")
        raise refused("G008", "OpenDocument 文档")
    if b"[content_types].xml" in names:
        for marker, what in ((b"word/", "Word 文档"), (b"ppt/", "PowerPoint 演示文稿"), (b"xl/", "")):
            if marker in names:
                if not what:
                    return "xlsx"
                raise refused("G008", what)
    if not names:
        return "xlsx"  # no directory at the end: what is missing is said where the directory is read
    raise refused("G007", "zip")


def _examine_zip(content: bytes, kind: Kind, limits: Limits) -> tuple[Part, ...]:
    parts = read_directory(content, limits)
    for part in parts:
        low = part.name.replace("\\", "/").lower()
        for pattern, code, what in _ACTIVE_PARTS:
            if pattern.search(low):
                raise refused(code, what)
        if kind == "ods" and low == "meta-inf/manifest.xml" and _has(content, part, b"encryption-data"):
            raise refused("G013")
    tally = Tally(limits)
    # Small parts first: what forbids the file outright (macros, links) is said before the sheets are walked.
    for part in sorted(parts, key=lambda part: part.size):
        chunks = partial(inflate, content, part)
        if kind == "xlsb" and is_record_part(part.name):
            scan_records(part.name, chunks, tally)
            continue
        scan_part(part.name, chunks, tally)
        if kind == "ods" and part.name == "content.xml":
            scan_content(part.name, chunks, tally)
    return parts


def _has(content: bytes, part: Part, mark: bytes) -> bool:
    """Whether a small part holds the mark."""
    return part.size < 4 * 1024 * 1024 and mark in b"".join(inflate(content, part))


def _examine_ole(content: bytes, shown: str, limits: Limits) -> None:
    ole = OleFile(content)
    names = ole.names()
    if "encryptedpackage" in names or "encryptioninfo" in names:
        raise refused("G013", name=shown)
    if ole.has_vba():
        raise refused("G014", "VBA 宏", name=shown)
    book = ole.find("Workbook", "Book")
    if book is None:
        if "worddocument" in names:
            raise refused("G008", "Word 文档", name=shown)
        if "powerpoint document" in names:
            raise refused("G008", "PowerPoint 演示文稿", name=shown)
        raise refused("G011" if ending_of(shown) in {"et", "ett"} else "G003", name=shown)
    _judge_ending(shown)
    if (embedded := ole.embedded()) != "":
        raise refused("G016", embedded, name=shown)
    end = end_of_directory(content)
    if end >= 0 and end + 22 + int.from_bytes(content[end + 20 : end + 22], "little") == len(content):
        raise refused("G043", name=shown)
    scan_workbook(ole.stream(book), limits)


def _examine_text(content: bytes, shown: str, limits: Limits) -> None:
    """A table of text, read to its end; anything else is named and refused."""
    refusal = _other_kind(content, shown)
    if refusal is not None:
        raise refusal
    _judge_ending(shown)
    for _ in text_rows(content, limits):
        pass


def _other_kind(content: bytes, shown: str) -> Exception | None:
    """The refusal for a file that is neither zip nor OLE nor text, naming what it is where that can be told."""
    head = content[:4096]
    if len(content) < 4:
        return refused("G020", f"只有 {len(content)} 字节", name=shown)
    if head.startswith(_PROGRAMS):
        return refused("G004", ".exe 等", name=shown)
    for table, code in ((_ARCHIVES, "G007"), (_DOCUMENTS, "G008")):
        for mark, what in table.items():
            if head.startswith(mark):
                return refused(code, what, name=shown)
    text = _as_text(head)
    if text is None:
        return refused("G003", name=shown)
    plain = text.encode("utf-8")
    if _XML_2003.search(plain):
        return refused("G005", "XML 表格（2003 版）", name=shown)
    if _WEB.search(plain) or plain.lstrip().lower().startswith(_MAIL):
        return refused("G005", "网页", name=shown)
    if plain.lstrip().startswith(b"<"):
        return refused("G005", "XML 文件", name=shown)
    if container_kind(content) != "csv":
        return refused("G070", name=shown)
    return None


def _as_text(head: bytes) -> str | None:
    """The head as text in one of the encodings of Chinese offices; None for binary. A cut last character is allowed."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        for cut in range(4):
            try:
                return head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return None
