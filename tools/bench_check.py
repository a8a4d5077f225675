"""Gate, confined reader and all findings against the bare calamine read of the same file; how time and memory grow.

Both sides are measured warm: the floor in a fresh process after its imports, ours with a reader that waits, as every
file after a worker's start is read. `check_10k_cold` is the first file of a worker, and of the command line.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter

from cameras.sheet import CAMERA
from inventory.staging import IMPORTS, SHEETS
from sheets import cli, confined

MIB = 1024 * 1024


def workbook(path: Path, rows: int, first: int = 0) -> Path:
    """A camera sheet of `rows` invented rows under the official headers, 2% of its rows with a bad cell.

    `first`: number of the first camera, so that several sheets hold different ones.
    """
    draw = random.Random(rows + first)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("摄像机")
    sheet.write_row(0, 0, [column.header for column in CAMERA.official])
    for number in range(rows):
        sheet.write_row(number + 1, 0, _row(first + number, draw))
    book.close()
    return path


def _row(number: int, draw: random.Random) -> list[Any]:
    bad = draw.randrange(50) == 0
    pole = number % 3 == 0
    return [
        number + 1,
        f"3415240000132{number:07d}" if not bad else f"34152400001320{number % 9999:05d}",
        f"示例路口{number}号",
        f"示例平台{number % 9}",
        ("海康威视", "大华", "宇视")[number % 3],
        ("梅山镇", "麻埠镇", "青山镇", "南溪镇")[number % 4],
        "梅山派出所",
        f"{115.45 + draw.random() * 0.6:.5f}{draw.randrange(1, 10)}",
        f"{31.2 + draw.random() * 0.5:.5f}{draw.randrange(1, 10)}",
        f"{2015 + number % 10}.{1 + number % 12:02d}",
        f"示例路口{number}号",
        "否",
        "在用",
        "保留",
        "2019.05" if pole else "",
        f"G{number}" if pole else "",
        6 if pole else "",
        2 if pole else "",
        "完整" if pole else "",
    ]


BARE = """
import io, sys, time
from python_calamine import CalamineWorkbook
started = time.perf_counter()
with open(sys.argv[1], "rb") as file:
    data = file.read()
CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
print(time.perf_counter() - started)
"""


def bare(path: Path) -> float:
    """Seconds of calamine alone, into Python rows: in a fresh process as ours is, its start not counted."""
    told = subprocess.run([sys.executable, "-c", BARE, str(path)], capture_output=True, text=True, check=True)
    return float(told.stdout)


def checked(path: Path, imports: Sequence[str] = IMPORTS) -> float:
    """Seconds of the whole check: the file in, all findings out."""
    if imports:
        _stand_by()
    started = time.perf_counter()
    outcome = cli.check_file(path, list(SHEETS.values()), imports=imports)
    took = time.perf_counter() - started
    if imports:
        _stand_by()  # lest the next measure be taken while another reader still imports
    if not outcome.readable or not outcome.errors:
        raise RuntimeError("the benchmark's workbook was not read as meant")
    return took


def _stand_by() -> None:
    confined.prepare(IMPORTS)
    if not confined.wait_ready():
        raise RuntimeError("no reader is to be had")


def growth(small: Path, large: Path, largest: Path) -> Iterator[dict[str, Any]]:
    """The child's peak at 100,000 rows; seconds and memory of the second 100,000 rows against the first 90,000."""
    rows = (10_000, 100_000, 200_000)
    seconds: list[list[float]] = [[], [], []]
    peaks = [0, 0, 0]
    for _ in range(3):
        for place, path in enumerate((small, large, largest)):
            seconds[place].append(checked(path))
            peaks[place] = max(peaks[place], peak(path))
    times = [median(each) for each in seconds]
    yield {"name": "child_memory", "value": round(peaks[1] / MIB), "unit": "MB", "aim": "<= 400", "rows": rows[1]}
    for name, told, unit in (("linear_time", times, 1e6), ("linear_memory", [float(each) for each in peaks], 1)):
        first, second = ((told[place + 1] - told[place]) / (rows[place + 1] - rows[place]) for place in range(2))
        yield {
            "name": name,
            "ratio": round(second / first, 2),
            "aim": "<= 1.25",
            "per_row_first": round(first * unit, 1),
            "per_row_second": round(second * unit, 1),
        }


PEAK = """
import sys, tempfile
from pathlib import Path
from sheets import confined
with tempfile.TemporaryDirectory() as folder:
    words = ["sheets.child", "--file", sys.argv[1], "--out", folder]
    for name in sys.argv[2:]:
        words += ["--sheet", name]
    print(confined.run(words, cwd=Path(folder)).peak_bytes)
"""


def peak(path: Path) -> int:
    """Most bytes that the child had in use, rows to stage written too. Started by a small process: a child's peak is
    never told as less than what started it."""
    command = [sys.executable, "-c", PEAK, str(path), *SHEETS.values()]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=confined.ROOT).stdout)


def measure(name: str, path: Path, *, turns: int, imports: Sequence[str] = IMPORTS) -> dict[str, Any]:
    floors, took = [], []
    for _ in range(turns):
        floors.append(bare(path))
        took.append(checked(path, imports))
    return {
        "name": name,
        "ratio": round(median(took) / median(floors), 2),
        "aim": "<= 1.5" if imports else "<= 2.5",
        "seconds": round(median(took), 3),
        "floor_seconds": round(median(floors), 3),
    }
