"""Sound workbooks of every container, and what may befall their bytes. The same number makes the same mutant."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.odd import containers, xlsb
from tests.odd.make import CAMERA_HEADERS, camera, csv_text, open_document, rows_xml, xls, xlsx

ROWS = [CAMERA_HEADERS, *(camera(number) for number in range(1, 41))]
NAMES = {"xlsx": "清单.xlsx", "template": "清单.xlsx", "strict": "清单.xlsx", "xls": "清单.xls", "xlsb": "清单.xlsb",
         "ods": "清单.ods", "csv": "清单.csv", "gbk": "清单.csv"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One damaged file; `how` says what was done, for whoever looks at a failure."""

    number: int
    seed: str
    how: str
    data: bytes

    @property
    def name(self) -> str:
        return NAMES[self.seed]


@cache
def seeds() -> dict[str, bytes]:
    """A sound file of each container; all are read without an error before anything befalls them."""
    return {
        "xlsx": xlsx(ROWS),
        "template": containers.template(),
        "strict": containers.strict(),
        "xls": xls(ROWS),
        "xlsb": xlsb.book(ROWS),
        "ods": open_document(f'<table:table table:name="摄像机">{rows_xml(ROWS)}</table:table>'),
        "csv": csv_text(ROWS, ",").encode("utf-8-sig"),
        "gbk": csv_text(ROWS, ",").encode("gb18030"),
    }


def mutant(number: int) -> Mutant:
    """The mutant of this number."""
    draw = random.Random(number)
    seed = draw.choice(list(NAMES))
    data = seeds()[seed]
    ways = [*_ANY, *(_ZIPPED if data.startswith(b"PK") else [])]
    said = []
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        way = draw.choice(ways)
        said.append(way.__name__)
        try:
            data = way(data, draw)
        except (zipfile.BadZipFile, zlib.error, ValueError, LookupError, RuntimeError, OSError, EOFError):
            said.append("(no zip any more)")
    return Mutant(number, seed, f"{seed}: {', '.join(said)}", data)


# --- to any bytes ---------------------------------------------------------------------------------------------------
def flip_bits(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice([1, 2, 8, 64])):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def cut_short(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.choice([draw.randrange(len(data)), len(data) - draw.randrange(1, 64)])]


def lose_a_piece(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + data[at + draw.randrange(1, 600) :]


def repeat_a_piece(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data))
    return data[:at] + data[at : at + draw.randrange(1, 600)] * draw.choice([2, 3]) + data[at:]


def zero_a_piece(data: bytes, draw: random.Random) -> bytes:
    at, length = draw.randrange(len(data)), draw.choice([4, 64, 512])
    return data[:at] + bytes([draw.choice([0, 255])]) * length + data[at + length :]


def big_numbers(data: bytes, draw: random.Random) -> bytes:
    """Four bytes that say how many or how far, made enormous."""
    at = draw.randrange(max(1, len(data) - 4))
    return data[:at] + draw.choice([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x01\x00"]) + data[at + 4 :]


_ANY: list[Callable[[bytes, random.Random], bytes]] = [
    flip_bits, cut_short, lose_a_piece, repeat_a_piece, zero_a_piece, big_numbers,
]  # fmt: skip


# --- to the parts of a zip, which stays a sound one -----------------------------------------------------------------
def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {each.filename: book.read(each) for each in book.infolist()}


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in parts.items():
            book.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _one(parts: dict[str, bytes], draw: random.Random) -> str:
    """A part, mostly one that matters."""
    main = [name for name in parts if re.search(r"sheet|shared|workbook|styles|content", name, re.IGNORECASE)]
    return draw.choice(main if main and draw.random() < 0.8 else list(parts))


def swap_parts(data: bytes, draw: random.Random) -> bytes:
    parts = _parts(data)
    left, right = _one(parts, draw), draw.choice(list(parts))
    parts[left], parts[right] = parts[right], parts[left]
    return _zip(parts)


def lose_a_part(data: bytes, draw: random.Random) -> bytes:
    parts = _parts(data)
    del parts[_one(parts, draw)]
    return _zip(parts)


def damage_a_part(data: bytes, draw: random.Random) -> bytes:
    """Bytes of a part itself: XML that breaks off, records of another length."""
    parts = _parts(data)
    name = _one(parts, draw)
    if parts[name]:
        parts[name] = draw.choice(_ANY)(parts[name], draw)
    return _zip(parts)


def other_numbers(data: bytes, draw: random.Random) -> bytes:
    """Numbers in the markup (rows, styles, places in the table of texts), other ones."""
    parts = _parts(data)
    name = _one(parts, draw)
    found = list(re.finditer(rb"(?<=[\">])[0-9]{1,9}(?=[\"<])", parts[name]))
    for match in draw.sample(found, min(len(found), draw.choice([1, 3, 20]))):
        other = draw.choice([b"0", b"-1", b"4294967296", b"99999999999999999999", b"1048577", b"1e9", b"", b"%d"])
        # Of the same length as far as it goes, so that places found before still hold.
        start, end = match.span()
        parts[name] = parts[name][:start] + other.ljust(end - start, b" ")[: end - start] + parts[name][end:]
    return _zip(parts)


def other_references(data: bytes, draw: random.Random) -> bytes:
    """References of cells and ranges, other ones."""
    parts = _parts(data)
    name = _one(parts, draw)
    other = draw.choice([b"ZZZ9", b"A0", b"XFD1048576", b"1A", b"$B$2", b"A1:A1", b"", b"\xe7\x94\xb2"])
    wanted = draw.randrange(1, 30)
    count = 0

    def change(match: re.Match[bytes]) -> bytes:
        nonlocal count
        count += 1
        return b'="' + other + b'"' if count == wanted else match[0]

    parts[name] = re.sub(rb'="[A-Z]{1,2}[0-9]{1,3}(?::[A-Z]{1,2}[0-9]{1,3})?"', change, parts[name])
    return _zip(parts)


_ZIPPED: list[Callable[[bytes, random.Random], bytes]] = [
    swap_parts, lose_a_part, damage_a_part, damage_a_part, other_numbers, other_references,
]  # fmt: skip
