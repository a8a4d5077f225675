"""The stamped scan (盖章扫描件): PDF, JPEG or PNG, checked and drawn in the confined child, never in this process."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from files.scan_codes import SCAN, refused
from sheets import confined
from sheets.confined import ChildLimits
from sheets.findings import Refused
from sheets.gate_limits import MIB
from sheets.gate_names import ending_of, safe_name

__all__ = ["SCAN", "ScanInfo", "ScanLimits", "examine_scan", "read_codes", "render_preview"]

_log = logging.getLogger(__name__)

Kind = Literal["pdf", "jpeg", "png"]

PREVIEW_WIDTH = 1400
PREVIEW_HEIGHT = 4000
_ENDINGS = {"pdf", "jpg", "jpeg", "jfif", "png"}
_KINDS: dict[str | int, Kind] = {"pdf": "pdf", "jpeg": "jpeg", "png": "png"}
_SUBJECT = "扫描件"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PREVIEW_BYTES = 32 * MIB
_CHILD = ChildLimits(memory=1536 * MIB, cpu_seconds=30, wall_seconds=45.0, file_bytes=_PREVIEW_BYTES)
_CODE_SECONDS = 6.0
"""After that much work no further page is searched for codes; somebody waits for the answer."""
_CODE_CHILD = ChildLimits(memory=1536 * MIB, cpu_seconds=12, wall_seconds=20.0, file_bytes=0)


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """How much a scan may be. 80 megapixels hold A3 at 600 dpi."""

    max_bytes: int = 30 * MIB
    max_pages: int = 200
    max_pixels: int = 80_000_000


@dataclass(frozen=True, slots=True)
class ScanInfo:
    """A sound scan. Width and height of its first page: pixels as shown for a picture, points (1/72 inch) for a PDF."""

    kind: Kind
    pages: int
    width: int
    height: int


def examine_scan(path: Path, name: str, limits: ScanLimits | None = None) -> ScanInfo:
    """What the file at `path` is; `name` is what the sender called it, of which only the ending is judged.

    Raises Refused: G101-G122 for what the file is or carries, G05x when it breaks the child that looks at it.
    """
    limits = limits or ScanLimits()
    arguments = [str(path.resolve()), str(limits.max_bytes), str(limits.max_pages), str(limits.max_pixels)]
    seen = _run("examine", arguments, path.parent)
    shown = safe_name(name)
    if (ending := ending_of(shown)) not in _ENDINGS:
        raise refused("G107", f".{ending}" if ending else "没有扩展名", name=shown)
    kind = seen["kind"]
    if kind not in _KINDS:
        raise refused("G103", name=shown)
    return ScanInfo(kind=_KINDS[kind], pages=int(seen["pages"]), width=int(seen["width"]), height=int(seen["height"]))


def render_preview(path: Path, out_png: Path) -> tuple[int, int]:
    """Draw the first page of an examined scan as `out_png`, at most 1400 x 4000 pixels, on white, without metadata.

    Returns its size in pixels. Raises Refused like `examine_scan`; nothing is left at `out_png` then.
    """
    try:
        seen = _run(
            "preview",
            [str(path.resolve()), str(out_png.resolve()), str(PREVIEW_WIDTH), str(PREVIEW_HEIGHT)],
            out_png.parent,
        )
        with out_png.open("rb") as drawn:
            if drawn.read(len(_PNG_SIGNATURE)) != _PNG_SIGNATURE:
                raise refused("G115")
    except BaseException:
        out_png.unlink(missing_ok=True)
        raise
    return int(seen["width"]), int(seen["height"])


def read_codes(path: Path, prefix: str) -> tuple[str, ...]:
    """The texts of the QR codes on an examined scan that begin with `prefix`, each once, in the order of the pages.

    Twenty at most, of 200 characters at most, and not to be trusted: anybody can print a code. A scan on which nothing
    can be read is none the worse for it: whatever goes wrong here, the answer is that there is no code.
    """
    arguments = ["files.code_child", str(path.resolve()), prefix, str(_CODE_SECONDS)]
    try:
        told = confined.run(arguments, cwd=path.parent, limits=_CODE_CHILD, subject=_SUBJECT).result.get("texts")
    except Refused as refused_:
        _log.warning("no codes read: %s", refused_.__cause__ or refused_)
        return ()
    return tuple(text for text in told if isinstance(text, str)) if isinstance(told, list) else ()


def _run(what: str, arguments: list[str], cwd: Path) -> dict[str, int | str]:
    done = confined.run(["files.scan_child", what, *arguments], cwd=cwd, limits=_CHILD, subject=_SUBJECT)
    return done.result
