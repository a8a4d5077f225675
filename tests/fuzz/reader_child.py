"""What runs in the confined child for many mutants: the intake reader's own work on one file after another.

    python -m tests.fuzz.reader_child LIST OUT FIRST

LIST holds a path a line; from line FIRST on each is read as `sheets.child` reads it. Says {"started": n} before and
{"done": n, "seconds": s, "peak": bytes, ...} after each. One that kills the process is seen by its missing "done".
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from pathlib import Path

from sheets import child
from sheets.confined_child import emit
from sheets.findings import Refused


def main(listed: str, out: str, first: str) -> None:
    paths = Path(listed).read_text(encoding="utf-8").split("\n")
    words = ["--out", out, "--sheet", "cameras.sheet:CAMERA", "--sheet", "platforms.sheet:PLATFORM"]
    vars(child)["emit"] = lambda message: None  # its progress is not ours
    for number in range(int(first), len(paths)):
        emit({"started": number})
        began = time.monotonic()
        told: dict[str, object] = {}
        try:
            result = child.main(["--file", paths[number], *words])
            told = {key: result[key] for key in ("rows", "errors", "sheets", "findings_written")}
        except Refused as refused:
            told = {"turned_away": refused.finding.as_dict()}
        gc.collect()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        emit({"done": number, "seconds": time.monotonic() - began, "peak": peak, **told})
    emit({"result": {"files": len(paths)}})


if __name__ == "__main__":
    main(*sys.argv[1:])
