"""A PDF looked at as bytes: what may act by itself, what it carries, what else it might be.

No parser's idea of the file is trusted, for another viewer may have another: names are looked for in every byte of the
file and of every object stream, whether or not the cross-reference table leads there. Source: ISO 32000-1, 7.3.5
(names, with #xx escapes), 7.5.7 (object streams), 12.6 (actions), 7.11.4 (embedded files).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from files.scan_codes import refused

_HEADER = re.compile(rb"%PDF-[12]\.[0-9]")
_END = b"%%EOF"
_REF_OR_DICT = rb"\s*(?:<<|[0-9]+\s+[0-9]+\s+R)"
_END_OF_NAME = rb"(?=[\s/<>\[\](){}%\x00]|$)"
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")

_FORBIDDEN = (
    (re.compile(rb"/Encrypt" + _REF_OR_DICT), "G110", ""),
    (re.compile(rb"/JavaScript" + _END_OF_NAME), "G111", ""),
    (re.compile(rb"/JS\s*(?:\(|<|[0-9]+\s+[0-9]+\s+R)"), "G111", ""),
    (re.compile(rb"/Launch" + _END_OF_NAME), "G112", "打开程序"),
    (re.compile(rb"/SubmitForm" + _END_OF_NAME), "G112", "提交表单"),
    (re.compile(rb"/ImportData" + _END_OF_NAME), "G112", "导入数据"),
    (re.compile(rb"/GoTo[ER]" + _END_OF_NAME), "G112", "打开别的文件"),
    (re.compile(rb"/Rendition" + _END_OF_NAME), "G112", "播放媒体"),
    (re.compile(rb"/AA" + _REF_OR_DICT), "G112", "自动动作"),
    (re.compile(rb"/EmbeddedFiles?" + _END_OF_NAME), "G113", ""),
    (re.compile(rb"/EF" + _REF_OR_DICT), "G113", ""),
    (re.compile(rb"/XFA\s*(?:\[|[0-9]+\s+[0-9]+\s+R)"), "G117", ""),
    (re.compile(rb"/RichMedia" + _END_OF_NAME), "G117", ""),
)
_OPEN_ACTION = re.compile(rb"/OpenAction\s*(?:(?P<direct><<)|(?P<number>[0-9]{1,10})\s+[0-9]+\s+R)")
_ACTION_KIND = re.compile(rb"/S\s*/([^\s/<>\[\](){}%\x00]+)")
_TOKEN = re.compile(rb"<<|>>|\((?:[^()\\]|\\.|\([^()]*\))*\)", re.DOTALL)
_MARKUP = re.compile(rb"<\s*(?:script|html|iframe|svg)\b|<!doctype\s+html", re.IGNORECASE)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECT_STREAM = re.compile(rb"/ObjStm" + _END_OF_NAME + rb"|/First\s+[0-9]")
_METADATA = re.compile(rb"/Metadata" + _END_OF_NAME)
_FIRST = re.compile(rb"/First\s+([0-9]{1,9})")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+|[0-9]+\s+[0-9]+\s+R)")
_DICT_BYTES = 4096
_MAX_INFLATED = 64 * 1024 * 1024
_MAX_METADATA = 8 * 1024 * 1024
_MAX_OPENINGS = 50
_MAX_TRAILER = 4096
_STEP = 64 * 1024
_ZIP_END = b"PK\x05\x06"


def check_bytes(data: bytes) -> None:
    """Raise Refused G110-G119 for a PDF that may act, carries something, is two things, or cannot be checked."""
    if not _HEADER.match(data):
        raise refused("G114", "文件头前面有多余内容")
    end = data.rfind(_END)
    if end < 0:
        raise refused("G115")
    after = data[end + len(_END) :]
    if after.strip(b"\0\t\n\f\r ") or len(after) > _MAX_TRAILER:
        raise refused("G114", "文件尾后面有多余内容")
    if has_zip_end(data):
        raise refused("G114", "压缩包")
    if _MARKUP.search(data):
        raise refused("G114", "网页")
    packed = list(_object_streams(data))
    texts = [_unescaped(data), *(_unescaped(text) for _, text in packed)]
    for text in texts:
        for pattern, code, detail in _FORBIDDEN:
            if pattern.search(text):
                raise refused(code, detail)
    _check_opening(texts, packed)


def has_zip_end(data: bytes) -> bool:
    """Whether an archiver would find a zip directory at the file's end."""
    return _ZIP_END in data[-(22 + 0xFFFF) :]


def _check_opening(texts: list[bytes], packed: list[tuple[int, bytes]]) -> None:
    """What the document does when opened may only choose the page to show: a destination, or GoTo.

    Scanners and office suites write those; anything else acts without being asked.
    """
    seen = 0
    for text in texts:
        for opening in _OPEN_ACTION.finditer(text):
            seen += 1
            if seen > _MAX_OPENINGS:
                raise refused("G119")
            if opening["direct"]:
                actions = [text[opening.start("direct") :]]
            else:
                number = int(opening["number"])
                actions = list(_objects(number, texts[0], packed)) or [b"<<"]
            for action in actions:
                body = _unescaped(action).lstrip()
                if body.startswith(b"<<") and set(_ACTION_KIND.findall(_first_dict(body))) != {b"GoTo"}:
                    raise refused("G112", "打开时自动执行")


def _objects(number: int, data: bytes, packed: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Where object `number` begins, for every version of it in the file and its object streams."""
    for found in re.finditer(rb"(?<![0-9])%d\s+[0-9]+\s+obj\b" % number, data):
        yield data[found.end() : found.end() + _DICT_BYTES]
    for first, text in packed:
        pairs = [int(word) for word in text[:first].split() if word.isdigit()]
        for this, offset in zip(pairs[::2], pairs[1::2], strict=False):
            if this == number:
                yield text[first + offset : first + offset + _DICT_BYTES]


def _first_dict(text: bytes) -> bytes:
    """`text` up to the end of the dictionary that it begins with; strings are stepped over."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] == b"<<":
            depth += 1
        elif token[0] == b">>":
            depth -= 1
            if depth == 0:
                return text[: token.end()]
    return text


def _object_streams(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(/First, contents) of every stream that holds objects; anything but plain or deflated ones cannot be checked."""
    left = _MAX_INFLATED
    for mark in _STREAM.finditer(data):
        before = data[max(0, mark.start() - _DICT_BYTES) : mark.start()]
        head = _unescaped(before[before.rfind(b"obj") + 3 :] if b"obj" in before else before)
        if _METADATA.search(head) and b"/FlateDecode" in head:
            # Every viewer unpacks the metadata as soon as it opens the file; ours would, too.
            _inflated(data, mark.end(), _MAX_METADATA)
        if not _OBJECT_STREAM.search(head):
            continue
        filters = _FILTER.search(head)
        names = re.findall(rb"/([^\s/<>\[\]()]+)", filters[1]) if filters else []
        start = _FIRST.search(head)
        if (filters and names != [b"FlateDecode"]) or b"/DecodeParms" in head or not start:
            raise refused("G119")
        end = data.find(b"endstream", mark.end())
        text = _inflated(data, mark.end(), left) if filters else data[mark.end() : end]
        left -= len(text)
        yield int(start[1]), text


def _inflated(data: bytes, at: int, most: int) -> bytes:
    """The deflated stream at `at`; raises G119 when it is none or makes more than `most` bytes."""
    engine, out = zlib.decompressobj(), bytearray()
    try:
        while not engine.eof and at < len(data):
            rest: bytes = data[at : at + _STEP]
            at += _STEP
            while rest and not engine.eof:
                out += engine.decompress(rest, _STEP)
                rest = engine.unconsumed_tail
                if len(out) > most:
                    raise refused("G119")
    except zlib.error:
        raise refused("G119") from None
    return bytes(out)


def _unescaped(text: bytes) -> bytes:
    """`text` with #xx in names written out."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text) if b"#" in text else text
