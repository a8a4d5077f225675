"""Paper for demo and tests: a picture of a stamped sheet, plainly a specimen."""

from __future__ import annotations

import io

import segno
from PIL import Image, ImageDraw

from inventory.models import Version
from inventory.paper import codes


def stamped(version: Version) -> bytes:
    """The specimen with the code that the version's page carries."""
    code = codes.code_of(version)
    return stamped_page(code.text if code else "")


def stamped_page(text: str = "") -> bytes:
    """A picture of a stamped sheet of paper (PNG), plainly a specimen; with a QR code of the text, if any."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    for line in range(12):
        draw.line((150, 300 + line * 70, 1090, 300 + line * 70), fill="#999999", width=2)
    draw.ellipse((740, 1200, 1020, 1480), outline="#c00000", width=10)
    draw.text((810, 1325), "SPECIMEN", fill="#c00000")
    if text:
        drawn = io.BytesIO()
        segno.make_qr(text, error="q").save(drawn, kind="png", scale=5)
        page.paste(Image.open(drawn), (850, 40))
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
