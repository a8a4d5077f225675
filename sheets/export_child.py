"""What runs in the confined child for a platform's export: find the list, write its devices into a folder.

    python -m sheets.export_child --file F --out DIR

DIR then holds `devices.tsv`, COPY text of (code, name); the listing is handed back on stdout. A file that holds no such
list ends as {"refused": finding}, said by the launcher (`sheets.confined_child`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheets.confined_child import emit
from sheets.export_list import read_devices
from sheets.reader import Workbook
from sheets.stage import copy_escape


def main(argv: Sequence[str]) -> dict[str, Any]:
    """Read the list; returns what `Listing.as_dict` says. Raises `Refused`."""
    words = dict(zip(argv[::2], argv[1::2], strict=True))
    data = Path(words["--file"]).read_bytes()
    listing, devices = read_devices(Workbook(data).sheets())
    with (Path(words["--out"]) / "devices.tsv").open("w", encoding="utf-8") as lines:
        lines.writelines(f"{code}\t{copy_escape(name)}\n" for code, name in devices)
    return dict(listing.as_dict())


if __name__ == "__main__":
    emit({"result": main(sys.argv[1:])})
    sys.stdout.flush()
    os._exit(0)
