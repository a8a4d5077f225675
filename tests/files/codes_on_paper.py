"""Sheets with QR codes as scanners and telephones deliver them: turned, askew, grey, noisy, small, under a seal."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter

A4_AT_200 = (1654, 2339)


def code(text: str, side: int) -> Image.Image:
    drawn = io.BytesIO()
    segno.make_qr(text, error="q").save(drawn, kind="png", scale=8)
    return Image.open(drawn).convert("RGB").resize((side, side), Image.Resampling.BICUBIC)


def sheet(*texts: str, millimetres: float = 23, seal: bool = False) -> Image.Image:
    """A page of ruled figures at 200 dpi with these codes, one below the other at the right."""
    page = Image.new("RGB", A4_AT_200, "white")
    draw = ImageDraw.Draw(page)
    for row in range(30):
        draw.line((100, 700 + row * 50, 1300, 700 + row * 50), fill="black", width=2)
        for column in range(8):
            draw.text((110 + column * 150, 710 + row * 50), f"3415240000132{row:03d}{column:04d}", fill="black")
    side = round(millimetres / 25.4 * 200)
    for place, text in enumerate(texts):
        page.paste(code(text, side), (A4_AT_200[0] - side - 60, 80 + place * (side + 40)))
    return ImageChops.multiply(page, _seal()) if seal else page


def scanned(
    page: Image.Image, *, turn: float = 0, noise: float = 0, blur: float = 0, grey: bool = False
) -> Image.Image:
    """The page after a scanner: turned by degrees, with noise (its deviation in 256 shades), out of focus."""
    if turn:
        page = page.rotate(turn, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    if grey:
        page = page.convert("L")
    if blur:
        page = page.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        grain = _grain(page.size, noise)
        page = ImageChops.add(page, grain if grey else Image.merge("RGB", (grain,) * 3), 1, -128)
    return page


def photographed(page: Image.Image, longer_side: int) -> Image.Image:
    """The page after a telephone: from aside, in dim light, made small by a messenger."""
    wide, high = page.size
    seen = (-wide * 0.05, -high * 0.03, -wide * 0.02, high * 1.04, wide * 1.06, high * 1.01, wide * 1.02, -high * 0.05)
    page = page.transform(page.size, Image.Transform.QUAD, seen, Image.Resampling.BICUBIC, fillcolor="white")
    page = page.point(lambda value: int(40 + value * 0.55))
    page.thumbnail((longer_side, longer_side), Image.Resampling.LANCZOS)
    return page


def jpeg(page: Image.Image, quality: int = 70) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def pdf(pages: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """As a scanner makes it: one JPEG a page."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dpi, quality=70)
    return out.getvalue()


def _seal() -> Image.Image:
    """Red ink over the code: what is black below stays black."""
    ink = Image.new("RGB", A4_AT_200, "white")
    draw = ImageDraw.Draw(ink)
    draw.ellipse((1310, 50, 1650, 390), outline="#d01818", width=14)
    draw.regular_polygon((1490, 190, 60), 5, fill="#d01818")
    return ink


def _grain(size: tuple[int, int], deviation: float) -> Image.Image:
    """The same grain every time; a tile of it, repeated."""
    dice = random.Random(1)
    tile = Image.new("L", (211, 223))
    tile.putdata([max(0, min(255, round(dice.gauss(128, deviation)))) for _ in range(211 * 223)])
    grain = Image.new("L", size)
    for x in range(0, size[0], 211):
        for y in range(0, size[1], 223):
            grain.paste(tile, (x, y))
    return grain
