"""Paper for demo and tests: a picture of a stamped sheet, plainly a specimen."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def stamped_page() -> bytes:
    """A picture of a stamped sheet of paper (PNG), plainly a specimen."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    for line in range(12):
        draw.line((150, 300 + line * 70, 1090, 300 + line * 70), fill="#999999", width=2)
    draw.ellipse((740, 1200, 1020, 1480), outline="#c00000", width=10)
    draw.text((810, 1325), "SPECIMEN", fill="#c00000")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
