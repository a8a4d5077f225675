"""Runs in the confined child: examine a scan, or draw its first page as a small PNG without any metadata.

examine PATH MAX_BYTES MAX_PAGES MAX_PIXELS  ->  {"kind", "pages", "width", "height"}
preview PATH OUT WIDTH HEIGHT                ->  {"width", "height"}
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from files.scan_codes import refused
from files.scan_pdf import check_bytes, has_zip_end
from sheets.confined_child import emit
from sheets.gate_limits import human_size

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_PDF, _JPEG, _PNG = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_OTHERS = (
    (b"GIF8", "G104", "GIF"),
    (b"II*\0", "G104", "TIFF"),
    (b"MM\0*", "G104", "TIFF"),
    (b"BM", "G104", "BMP"),
    (b"PK\x03\x04", "G105", "表格、文档或压缩包"),
    (b"\xd0\xcf\x11\xe0", "G105", "表格或文档"),
    (b"{\\rtf", "G105", "文档"),
    (b"MZ", "G106", "程序"),
    (b"\x7fELF", "G106", "程序"),
    (b"Rar!", "G106", "压缩包"),
    (b"7z\xbc\xaf", "G106", "压缩包"),
    (b"\x1f\x8b", "G106", "压缩包"),
)
_SVG = re.compile(rb"<(?:[\w-]+:)?svg[\s>]", re.IGNORECASE)
_WEB = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<", re.IGNORECASE)
HEAD_BYTES = 4096
POINTS_PER_INCH = 72
_MAX_DPI = 300
_MIN_POINTS, _MAX_POINTS = 36.0, 14_400.0
"""Half an inch to the largest page of ISO 32000."""
_TURNED = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""
_EXIF_ORIENTATION = 0x0112


def sniff(head: bytes) -> str:
    """ "pdf", "jpeg" or "png"; raises Refused G103-G106, G114 for anything else, naming it where that can be told."""
    for mark, kind in ((_PDF, "pdf"), (_JPEG, "jpeg"), (_PNG, "png")):
        if head.startswith(mark):
            return kind
    for mark, code, what in _OTHERS:
        if head.startswith(mark):
            raise refused(code, what)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        raise refused("G104", "WebP")
    if head[4:8] == b"ftyp":
        raise refused("G104", "HEIC")
    if _SVG.search(head):
        raise refused("G104", "SVG")
    if _PDF in head[:1024]:
        raise refused("G114", "文件头前面有多余内容")
    if _WEB.match(head):
        raise refused("G106", "网页")
    raise refused("G103")


def examine(path: Path, max_bytes: int, max_pages: int, max_pixels: int) -> dict[str, Any]:
    """Kind, pages and the first page's size: pixels as shown for pictures, points (1/72 inch) for PDF."""
    size = path.stat().st_size
    if size == 0:
        raise refused("G101")
    if size > max_bytes:
        raise refused("G102", human_size(max_bytes))
    data = path.read_bytes()
    kind = sniff(data[:HEAD_BYTES])
    if kind == "pdf":
        check_bytes(data)
        pages, width, height = _examine_pdf(data, max_pages)
        return {"kind": kind, "pages": pages, "width": width, "height": height}
    if has_zip_end(data):
        raise refused("G122")
    width, height = _examine_picture(path, max_pixels)
    return {"kind": kind, "pages": 1, "width": width, "height": height}


def preview(path: Path, out: Path, width: int, height: int) -> dict[str, Any]:
    """Draw the first page into `out`, at most `width` x `height` pixels, as PNG without metadata."""
    with path.open("rb") as source:
        kind = sniff(source.read(HEAD_BYTES))
    drawn = _draw_pdf(path, width, height) if kind == "pdf" else _draw_picture(path, width, height)
    drawn.save(out, "PNG")
    return {"width": drawn.width, "height": drawn.height}


def _examine_pdf(data: bytes, max_pages: int) -> tuple[int, int, int]:
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise refused("G110" if "assword" in str(error) else "G115") from None
    # A second opinion, by a parser, on what the bytes were searched for.
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        raise refused("G111")
    if raw.FPDFDoc_GetAttachmentCount(document) > 0:
        raise refused("G113")
    pages = len(document)
    if pages == 0:
        raise refused("G115")
    if pages > max_pages:
        raise refused("G116", f"{pages} 页，最多 {max_pages} 页")
    for index in range(pages):
        width, height = document.get_page_size(index)
        if not (_MIN_POINTS <= width <= _MAX_POINTS and _MIN_POINTS <= height <= _MAX_POINTS):
            raise refused("G118", f"第 {index + 1} 页")
    width, height = document.get_page_size(0)
    return pages, round(width), round(height)


def _draw_pdf(path: Path, width: int, height: int) -> Picture:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path.read_bytes())
        page = document[0]
        wide, high = page.get_size()
        scale = min(width / wide, height / high, _MAX_DPI / POINTS_PER_INCH)
        picture: Picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    except pypdfium2.PdfiumError:
        raise refused("G115") from None
    return plain(picture)


def open_picture(path: Path) -> Picture:
    """The picture, not decoded yet; raises G121."""
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    try:
        return Image.open(path, formats=("JPEG", "PNG"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise refused("G121") from None


def _examine_picture(path: Path, max_pixels: int) -> tuple[int, int]:
    picture = open_picture(path)
    width, height = picture.size
    if width * height > max_pixels:
        raise refused("G120", f"{width} × {height} 像素，最多 {max_pixels // 1_000_000} 百万像素")
    turned = _orientation(picture) in _TURNED
    decode(picture)
    return (height, width) if turned else (width, height)


def _draw_picture(path: Path, width: int, height: int) -> Picture:
    from PIL import Image, ImageOps

    picture = open_picture(path)
    orientation = _orientation(picture)
    box = (height, width) if orientation in _TURNED else (width, height)
    picture.draft("RGB", box)
    decode(picture)
    picture.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return plain(ImageOps.exif_transpose(picture))


def _orientation(picture: Picture) -> int:
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except (ValueError, TypeError, OSError, SyntaxError):
        return 1


def decode(picture: Picture) -> None:
    """Decode all of its pixels; raises G121."""
    try:
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError):
        raise refused("G121") from None


def plain(picture: Picture) -> Picture:
    """The same pixels on white in a new picture: no profile, no EXIF, no comment comes along."""
    from PIL import Image

    if picture.mode in {"I;16", "I;16B", "I"}:
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in {"P", "PA", "LA", "RGBA", "RGBa", "La"} or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        clean = Image.new("RGB", picture.size, "white")
        clean.paste(layer, mask=layer.getchannel("A"))
        return clean
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(picture.convert("RGB"))
    return clean


def _main(what: str, path: str, *rest: str) -> None:
    if what == "examine":
        emit({"result": examine(Path(path), *(int(word) for word in rest))})
    else:
        out, width, height = rest
        emit({"result": preview(Path(path), Path(out), int(width), int(height))})


if __name__ == "__main__":
    _main(*sys.argv[1:])
