"""What kind of container some bytes are, for the gate and the reader alike, so that both always mean the same file.

Only the bytes speak, never the name. A zip is judged by the names in the directory at its end, text by its head.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

Kind = Literal["xlsx", "xlsb", "ods", "xls", "csv"]

ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_SIGNATURE = b"PK\x05\x06"
_END_BYTES = 22
ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"

#: Characters that no table of text holds; a file with one of them is binary.
_BINARY = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_BINARY_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_MARKUP = re.compile(r"\s*<[!?a-zA-Z/]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4096
_PIECE = 1 << 20


def listing(data: bytes) -> bytes:
    """The zip's directory, lower case and with plain slashes: names of parts can be looked for in it."""
    end = data.rfind(_END_SIGNATURE, max(0, len(data) - _END_BYTES - 0xFFFF))
    if end < 0:
        return b""
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    offset = int.from_bytes(data[end + 16 : end + 20], "little")
    found = data[offset : offset + size] if offset < end else data[-65536:]
    return found.lower().replace(b"\\", b"/")


def container_kind(data: bytes) -> Kind | None:
    """The container the reader takes the bytes for; None for what it does not read."""
    if data.startswith(OLE_SIGNATURE):
        return "xls"
    if data.startswith(ZIP_SIGNATURE):
        names = listing(data)
        if b"xl/workbook.bin" in names:
            return "xlsb"
        if is_open_document(data, names):
            return "ods"
        return "xlsx"
    return "csv" if looks_like_text(data) else None


def is_open_document(data: bytes, names: bytes) -> bool:
    """Whether a zip is an OpenDocument spreadsheet: its first part says so, and its content is there."""
    return data[30:38] == b"mimetype" and ODS_MIME in data[38:160] and b"content.xml" in names


def looks_like_text(data: bytes) -> bool:
    """Whether the head of the bytes may be text that is no mark-up (a web page, an XML table)."""
    head = data[:_HEAD]
    if not head:
        return False
    if head.startswith(_WIDE):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
        return not _BINARY.search(text) and not _MARKUP.match(text)
    if _BINARY_BYTES.search(head):
        return False
    return any(not _MARKUP.match(text) for text in (_decoded(head, name) for name in ("utf-8-sig", "gb18030")) if text)


def encoding_of(data: bytes) -> str | None:
    """The encoding of a text of Chinese offices: UTF-16 with its mark, UTF-8 with or without one, else GB18030 (GBK).

    None when it is none of them, or when a character stands in it that no table of text holds. Decoded piece by piece.
    """
    encodings = ("utf-16",) if data.startswith(_WIDE) else ("utf-8-sig", "gb18030")
    return next((encoding for encoding in encodings if _reads_as(data, encoding)), None)


def _reads_as(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(data), _PIECE):
            if _BINARY.search(decoder.decode(data[at : at + _PIECE], at + _PIECE >= len(data))):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _decoded(head: bytes, encoding: str) -> str | None:
    """The head of a text, whose last character may be cut off; None when it is not in that encoding."""
    for left_out in range(4):
        try:
            return head[: len(head) - left_out].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
