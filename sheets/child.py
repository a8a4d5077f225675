"""What runs in the confined child: check one workbook, write rows and findings into a folder.

    python -m sheets.child --file F --out DIR --sheet cameras.sheet:CAMERA [--sheet ...] [--datum ...]

DIR then holds `result.json` (counts and sheet summaries, as handed back on stdout), `findings.jsonl` (one finding a
line, errors first, at most `FINDINGS_KEPT`), and for each form `<key>.tsv`, COPY text in the order of
`Sheet.copy_columns`. Progress goes to stdout as {"phase": "read", "rows": n}, a few lines a second. A file that cannot
be read ends as {"refused": finding}, said by the launcher (`sheets.confined_child`).
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheets.confined_child import emit
from sheets.reader import Workbook

if TYPE_CHECKING:
    from sheets.declare import Sheet
    from sheets.report import Report

#: A file with more findings is broken as a whole; its counts still tell how much.
FINDINGS_KEPT = 50_000
_SECONDS_BETWEEN_LINES = 0.2


def main(argv: Sequence[str]) -> dict[str, Any]:
    """Check the file; returns the result. Raises `Refused` for one that cannot be read."""
    gc.disable()
    arguments = _parser().parse_args(argv)
    # The reader parses while everything else is still being imported.
    book = Workbook(arguments.file.read_bytes())
    declarations = [declared(name) for name in arguments.sheet]
    from datetime import date

    from sheets.check import check
    from sheets.options import Options, today_in_china

    options = Options(
        datum=arguments.datum,
        place_kind=arguments.place_kind,
        funding=arguments.funding,
        mobility=arguments.mobility,
        unit=arguments.unit,
        kind=arguments.kind,
        today=date.fromisoformat(arguments.today) if arguments.today else today_in_china(),
    )
    report = check(book, declarations, options, Teller().tell)
    out: Path = arguments.out
    result = summary(report)
    result["findings_written"] = write_findings(report, out / "findings.jsonl")
    if arguments.stage:
        write_rows(report, declarations, out)
    (out / "result.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sheets.child", allow_abbrev=False)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sheet", action="append", required=True, help="module:NAME of a declaration")
    parser.add_argument("--datum", choices=("wgs84", "gcj02", "bd09"), default="wgs84")
    parser.add_argument("--place-kind", default="")
    parser.add_argument("--funding", choices=("", "government", "social"), default="")
    parser.add_argument("--mobility", choices=("fixed", "mobile"), default="fixed")
    parser.add_argument("--unit", default="")
    parser.add_argument("--kind", default="")
    parser.add_argument("--today", default="")
    parser.add_argument("--no-stage", dest="stage", action="store_false", help="findings only, no rows")
    return parser


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
    later: list[str] = []
    written = 0
    with path.open("w", encoding="utf-8") as lines:
        for found in report.iter_findings():
            is_error = found.severity == "error"
            if written >= FINDINGS_KEPT or (not is_error and len(later) >= FINDINGS_KEPT):
                continue
            line = json.dumps({"kind": kinds.get(found.sheet, ""), **found.as_dict()}, ensure_ascii=False) + "\n"
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
    """Tells of progress, a few times a second."""

    def __init__(self) -> None:
        self._last = 0.0

    def tell(self, phase: str, rows: int) -> None:
        """Say it, unless something was said just now."""
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            emit({"phase": phase, "rows": rows})


if __name__ == "__main__":
    emit({"result": main(sys.argv[1:])})
