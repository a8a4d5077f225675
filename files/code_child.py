"""Runs in the confined child: read the QR codes on a scan's pages.

PATH PREFIX SECONDS  ->  {"texts": [...]}: of every code whose text begins with PREFIX, each once, in the pages' order.

A text that does not begin so never leaves the child. No page is looked at after SECONDS of work.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from files.scan_child import HEAD_BYTES, POINTS_PER_INCH, decode, open_picture, plain, sniff
from sheets.confined_child import emit

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_TEXTS = 20
LONGEST_TEXT = 200
FIRST_PAGES, LAST_PAGES = 8, 4
"""Of a longer scan the pages at both ends are looked at: the first sheet, and the one that was signed last."""
FINE_FIRST, FINE_LAST = 3, 1
"""The same where nothing was found and each page is worth another half a second."""
COARSE_DPI, FINE_DPI = 200, 300
COARSE_SIDE, FINE_SIDE = 4000, 5000
"""Pixels of the longer side at most: A3 at 200 dpi has 3,300."""
SMALL_SIDE = 2000
"""A picture smaller than that (a photo that was sent through a messenger) is looked at enlarged, too."""


def texts_on(path: Path, prefix: str, seconds: float) -> list[str]:
    """The texts; every page at 200 dpi, and if nothing is found, again as sharp as it gets, and once more smoothed."""
    with path.open("rb") as source:
        kind = sniff(source.read(HEAD_BYTES))
    found: list[str] = []
    for fine in (False, True):
        pages = _pdf_pages(path, fine) if kind == "pdf" else _picture(path, fine)
        for page in pages:
            for text in _read(page, fine):
                if text.startswith(prefix) and len(text) <= LONGEST_TEXT and text not in found:
                    found.append(text)
            if len(found) >= MOST_TEXTS or process_time() > seconds:
                return found[:MOST_TEXTS]
        if found:
            break
    return found


def _read(page: Picture, fine: bool) -> list[str]:
    """The texts of the QR codes on a page of grey pixels."""
    from PIL import ImageFilter
    from zxingcpp import BarcodeFormat, BarcodeFormats, read_barcodes

    for smooth in (False, True) if fine else (False,):
        drawn = page.filter(ImageFilter.GaussianBlur(1.2)) if smooth else page
        pixels = memoryview(drawn.tobytes()).cast("B", (drawn.height, drawn.width))
        if texts := [code.text for code in read_barcodes(pixels, formats=BarcodeFormats(BarcodeFormat.QRCode))]:
            return texts
    return []


def _pdf_pages(path: Path, fine: bool) -> Iterator[Picture]:
    import pypdfium2

    dpi, side = (FINE_DPI, FINE_SIDE) if fine else (COARSE_DPI, COARSE_SIDE)
    document = pypdfium2.PdfDocument(path.read_bytes())
    first, last = (FINE_FIRST, FINE_LAST) if fine else (FIRST_PAGES, LAST_PAGES)
    count = len(document)
    for index in sorted({*range(min(count, first)), *range(max(0, count - last), count)}):
        try:
            page = document[index]
            scale = min(dpi / POINTS_PER_INCH, side / max(page.get_size()))
            yield _without_red(page.render(scale=scale, may_draw_forms=False).to_pil())
        except pypdfium2.PdfiumError:
            continue  # one broken page is no reason to miss the code on another


def _picture(path: Path, fine: bool) -> Iterator[Picture]:
    from PIL import Image

    picture = open_picture(path)
    side = FINE_SIDE if fine else COARSE_SIDE
    picture.draft(picture.mode, (side, side))
    decode(picture)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    grey = _without_red(picture)
    if fine and max(grey.size) < SMALL_SIDE:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    yield grey


def _without_red(picture: Picture) -> Picture:
    """Grey pixels in which a red seal is as light as the paper: the red channel alone."""
    return picture if picture.mode == "L" else plain(picture).getchannel("R")


if __name__ == "__main__":
    emit({"result": {"texts": texts_on(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))}})
