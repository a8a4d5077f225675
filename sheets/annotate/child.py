"""What runs in the confined child: the user's workbook marked, or the official form filled and marked.

    python -m sheets.annotate.child --order ORDER --out OUT [--file F] [--rows ROWS --sheet cameras.sheet:CAMERA ...]
                                    [--unit NAME]

With `--file` the package is patched; where that is not understood, or without it, the form is made of ROWS: JSON lines
{"sheet": name, "kind": key of the declaration} before the lines [row number, raw cells] of that sheet. The result
says which way it was: {"way": "patched" | "official", "bytes": n, "why": "..."}.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sheets.annotate.order import Order, read_order
from sheets.annotate.patch import patch
from sheets.annotate.xml import NotUnderstood
from sheets.confined_child import emit
from sheets.gate_limits import Limits

_WORDS = ("order", "out", "file", "rows", "unit")


def main(argv: Sequence[str]) -> dict[str, Any]:
    """Write the annotated workbook; returns how it was made and how large it is."""
    gc.disable()
    words, names = _arguments(argv)
    order = read_order(Path(words["order"]))
    why, data = "", b""
    if "file" in words:
        try:
            data = patch(Path(words["file"]).read_bytes(), order)
        except (NotUnderstood, ValueError, KeyError, IndexError) as problem:
            # Whatever in the user's package is of another kind than expected, the other way does not need it.
            why = f"{type(problem).__name__}: {problem}"[:300]
        if len(data) > Limits().max_bytes:
            why, data = "too large to be uploaded again", b""
    way = "patched" if data else "official"
    if not data:
        data = _official(Path(words["rows"]), names, order, words.get("unit", ""))
    Path(words["out"]).write_bytes(data)
    return {"way": way, "bytes": len(data), "why": why}


def _official(rows: Path, names: Sequence[str], order: Order, unit: str) -> bytes:
    from sheets.annotate.official import Form, official
    from sheets.child import declared

    declarations = {sheet.key: sheet for sheet in map(declared, names)}
    forms: list[Form] = []
    with rows.open(encoding="utf-8") as lines:
        for place, line in enumerate(lines):
            if line.startswith("{"):
                told = json.loads(line)
                current: list[int] = []
                forms.append(Form(told["sheet"], declarations[told["kind"]], current, _cells(rows, place + 1)))
            else:
                current.append(int(line[1 : line.index(",")]))
    if not forms:
        forms = [Form(sheet.title, sheet, [], []) for sheet in declarations.values()]
    return official(forms, order, unit)


def _cells(rows: Path, first: int) -> Iterator[Sequence[Any]]:
    """The raw cells of the rows from this line on, up to the next sheet's."""
    with rows.open(encoding="utf-8") as lines:
        for line in islice(lines, first, None):
            if line.startswith("{"):
                return
            yield json.loads(line)[1]


def _arguments(argv: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    words: dict[str, str] = {}
    names: list[str] = []
    rest = iter(argv)
    for word in rest:
        if word == "--sheet":
            names.append(next(rest))
        elif word.startswith("--") and word[2:] in _WORDS:
            words[word[2:]] = next(rest)
        else:
            raise ValueError(f"unknown argument {word}")
    if not {"order", "out", "rows"} <= words.keys() or not names:
        raise ValueError("--order, --out, --rows and --sheet are needed")
    return words, names


if __name__ == "__main__":
    emit({"result": main(sys.argv[1:])})
