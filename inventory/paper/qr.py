"""A version's code drawn as a QR code: squares for an inline SVG, so that the page needs no further file."""

from __future__ import annotations

from dataclasses import dataclass

import segno

from ..models import Version
from .codes import code_of, short

QUIET = 4
"""White squares around the code, as the standard asks for."""


@dataclass(frozen=True)
class Drawn:
    """`size` squares a side with the quiet zone; `path` (SVG) covers the dark ones, a run of them at a time."""

    text: str
    short: str
    size: int
    path: str


def drawn(version: Version) -> Drawn | None:
    """The code of the version; None while it has no content hash.

    A quarter of the code may be lost (level Q): paper is folded, stapled and written on.
    """
    code = code_of(version)
    if code is None:
        return None
    squares = [bytes(row) for row in segno.make_qr(code.text, error="q", boost_error=False).matrix]
    return Drawn(code.text, short(code.hash), len(squares) + 2 * QUIET, _path(squares))


def _path(squares: list[bytes]) -> str:
    runs = []
    for y, row in enumerate(squares, QUIET):
        start = row.find(1)
        while start >= 0:
            end = row.find(0, start)
            end = end if end >= 0 else len(row)
            runs.append(f"M{start + QUIET} {y}h{end - start}v1h{start - end}z")
            start = row.find(1, end)
    return "".join(runs)
