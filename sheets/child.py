"""What runs in the confined child: check one workbook, write rows and findings into a folder.

    python -m sheets.child --file F --out DIR --sheet cameras.sheet:CAMERA [--sheet ...] [--datum ...]

DIR then holds `result.json` (counts and sheet summaries, as handed back on stdout), `findings.jsonl` (one finding a
line, errors first, at most `FINDINGS_KEPT`), and for each form `<key>.tsv`, COPY text in the order of
`Sheet.copy_columns`. Progress goes to stdout as {"phase": "open", "bytes": n}, then {"phase": "read", "rows": n, "of":
rows of the sheet, 0 where not known}, a few lines a second. A file that cannot be read ends as {"refused": finding},
said by the launcher (`sheets.confined_child`).
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from sheets.ahead import open_ahead
from sheets.confined_child import emit

if TYPE_CHECKING:
    from sheets.declare import Sheet
    from sheets.fence import Fence
    from sheets.options import Options
    from sheets.report import Report

#: A file with more findings is broken as a whole; its counts still tell how much.
FINDINGS_KEPT = 50_000
_SECONDS_BETWEEN_LINES = 0.2
_WORDS = ("file", "out", "datum", "place-kind", "funding", "mobility", "unit", "kind", "today", "fence")


def main(argv: Sequence[str]) -> dict[str, Any]:
    """Check the file; returns the result. Raises `Refused` for one that cannot be read."""
    return work(argv)[0]


def work(argv: Sequence[str]) -> tuple[dict[str, Any], Report]:
    """As `main`, with the report too: who is about to end need not take it apart."""
    gc.disable()
    words, names, stage = _arguments(argv)
    data = Path(words["file"]).read_bytes()
    # The parser works while everything else is still being imported.
    out = Path(words["out"])
    begun = Event()
    parsed = open_ahead(data, out, begun)
    emit({"phase": "open", "bytes": len(data)})
    from sheets.check import check
    from sheets.reader import Workbook

    book = Workbook(data, parsed, begun)
    declarations = [declared(name) for name in names]
    report = check(book, declarations, _options(words), Teller(lambda: book.rows).tell)
    result = summary(report)
    result["findings_written"] = write_findings(report, out / "findings.jsonl")
    if stage:
        write_rows(report, declarations, out)
    (out / "result.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return result, report


def _arguments(argv: Sequence[str]) -> tuple[dict[str, str], list[str], bool]:
    """(values of the words, declarations, whether to stage). ValueError for what is not asked for.

    Not argparse: its import alone costs a tenth of a small file's check.
    """
    words: dict[str, str] = {}
    names: list[str] = []
    stage = True
    rest = iter(argv)
    for word in rest:
        if word == "--no-stage":
            stage = False
        elif word == "--sheet":
            names.append(next(rest))
        elif word.startswith("--") and word[2:] in _WORDS:
            words[word[2:]] = next(rest)
        else:
            raise ValueError(f"unknown argument {word}")
    if not names or not {"file", "out"} <= words.keys():
        raise ValueError("--file, --out and --sheet are needed")
    return words, names, stage


def _options(words: Mapping[str, str]) -> Options:
    from datetime import date

    from sheets.options import Options, today_in_china

    options = Options(
        datum=words.get("datum") or "wgs84",
        place_kind=words.get("place-kind", ""),
        funding=words.get("funding", ""),
        mobility=words.get("mobility") or "fixed",
        unit=words.get("unit", ""),
        kind=words.get("kind", ""),
        today=date.fromisoformat(words["today"]) if words.get("today") else today_in_china(),
        fence=_fence(words.get("fence", "")),
    )
    if options.datum not in {"wgs84", "gcj02", "bd09"} or options.mobility not in {"fixed", "mobile"}:
        raise ValueError("unknown datum or mobility")
    return options


def _fence(path: str) -> Fence | None:
    """The outline in a GeoJSON file; None for the county's box, which costs no import."""
    if not path:
        return None
    from sheets.fence import outline

    return outline(path)


def declared(name: str) -> Sheet:
    """The declaration named "module:NAME"."""
    from sheets.declare import Sheet

    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, Sheet):
        raise TypeError(f"{name} is no sheet declaration")
    return found


def summary(report: Report) -> dict[str, Any]:
    """The counts of a report and its sheets, as plain values."""
    return {
        "rows": report.rows,
        "errors": report.errors,
        "warnings": report.warnings,
        "sheets": [sheet.as_dict() for sheet in report.sheets],
    }


def write_findings(report: Report, path: Path) -> int:
    """One finding a line as JSON, errors first; returns how many were written."""
    kinds = {sheet.name: sheet.kind for sheet in report.sheets}
    several = len(kinds) < len(report.sheets)
    later: list[str] = []
    written = 0
    with path.open("w", encoding="utf-8") as lines:
        for found in report.iter_findings():
            is_error = found.severity == "error"
            if written >= FINDINGS_KEPT or (not is_error and len(later) >= FINDINGS_KEPT):
                continue
            kind = report.kind_of(found) if several else kinds.get(found.sheet, "")
            line = json.dumps({"kind": kind, **found.as_dict()}, ensure_ascii=False) + "\n"
            if is_error:
                lines.write(line)
                written += 1
            else:
                later.append(line)
        rest = later[: FINDINGS_KEPT - written]
        lines.writelines(rest)
    return written + len(rest)


def write_rows(report: Report, declarations: Sequence[Sheet], out: Path) -> None:
    """The rows of each form as COPY text; a form that is not in the file has an empty one."""
    from sheets.stage import copy_text

    for sheet in declarations:
        with (out / f"{sheet.key}.tsv").open("wb") as rows:
            for table in report.tables:
                if table.sheet is sheet:
                    _write_all(rows.write, copy_text(table))


def _write_all(write: Callable[[bytes], Any], blocks: Iterable[bytes]) -> None:
    for block in blocks:
        write(block)


class Teller:
    """Tells of progress, a few times a second. `height` is asked for the rows that there are in the first sheet."""

    def __init__(self, height: Callable[[], int]) -> None:
        self._last = 0.0
        self._rows = 0
        self._height: int | None = None
        self._ask = height

    def tell(self, phase: str, rows: int) -> None:
        """Say it, unless something was said just now."""
        if self._height is None:
            self._height = self._ask()
        if rows < self._rows or rows > self._height:
            self._height = 0  # another sheet, whose length nobody knows yet
        self._rows = rows
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            emit({"phase": phase, "rows": rows, "of": self._height})


if __name__ == "__main__":
    result, report = work(sys.argv[1:])
    emit({"result": result})
    # Straight out, the report still held: taking a hundred thousand rows apart would cost as much as judging them.
    os._exit(0)
