"""Stamped scans, honest and hostile: PDFs written by hand, pictures by Pillow or by hand."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo


def pdf(
    catalog: str = "",
    *,
    objects: tuple[str | bytes, ...] = (),
    pages: int = 1,
    box: str = "0 0 595 842",
    trailer: str = "",
    head: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    tail: bytes = b"",
) -> bytes:
    """A PDF with blank pages; `catalog` goes into its catalog, `objects` follow as numbers 10, 11, ..."""
    kids = " ".join(f"{100 + n} 0 R" for n in range(pages))
    content = b"1 0 0 rg 100 100 200 200 re f"
    numbered: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        3: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    }
    for n in range(pages):
        numbered[100 + n] = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 3 0 R >>".encode()
    for n, body in enumerate(objects, 10):
        numbered[n] = body.encode() if isinstance(body, str) else body
    out = bytearray(head)
    offsets: dict[int, int] = {}
    for number, body in sorted(numbered.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += f"trailer\n<< /Size {max(offsets) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out) + tail


def object_stream(number: int, body: str, *, filters: str = "/FlateDecode", packed: bytes | None = None) -> bytes:
    """A compressed stream that holds one object."""
    pairs = f"{number} 0 ".encode()
    text = pairs + body.encode()
    data = zlib.compress(text) if packed is None else packed
    head = f"<< /Type /ObjStm /N 1 /First {len(pairs)} /Filter {filters} /Length {len(data)} >>\nstream\n"
    return head.encode() + data + b"\nendstream"


def picture(kind: str = "PNG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **more: Any) -> bytes:
    """A sound picture with a red half, so that its orientation shows."""
    image = Image.new(mode, size)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), _red(mode)), (0, 0))
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def with_metadata(kind: str, orientation: int = 1) -> bytes:
    """EXIF with a position, a comment, a colour profile."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "SECRET-REMARK"
    exif.get_ifd(0x8825)[2] = (31.0, 40.0, 0.0)
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"SECRET-PROFILE" * 20}
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", "SECRET-COMMENT")
        more["pnginfo"] = info
    else:
        more["comment"] = "SECRET-COMMENT"
    return picture(kind, **more)


def png_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """T63: a one-colour PNG of 50,000 x 50,000 pixels in a few hundred kilobytes."""
    engine = zlib.compressobj(9)
    row = bytes(width // 8 + 2)
    body = b"".join(engine.compress(row) for _ in range(min(height, 2000))) + engine.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0))
        + _chunk(b"IDAT", body)
        + _chunk(b"IEND", b"")
    )


def png_text_bomb() -> bytes:
    """T63: a small picture whose text chunk inflates to 256 MB."""
    engine = zlib.compressobj(9)
    body = b"".join(engine.compress(bytes(1 << 20)) for _ in range(256)) + engine.flush()
    sound = picture("PNG")
    at = sound.index(b"IDAT") - 4
    return sound[:at] + _chunk(b"zTXt", b"Comment\0\0" + body) + sound[at:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def _red(mode: str) -> float | tuple[float, ...]:
    colours: dict[str, float | tuple[float, ...]] = {
        "L": 200,
        "LA": (200, 255),
        "CMYK": (0, 255, 255, 0),
        "RGBA": (255, 0, 0, 255),
        "P": 3,
        "1": 1,
        "I;16": 60_000,
    }
    return colours.get(mode, (255, 0, 0))
