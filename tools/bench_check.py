"""`check_10k`, `check_100k`: gate, confined reader and all findings against the bare calamine read of the same file."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter

from cameras.sheet import CAMERA
from inventory.staging import SHEETS
from sheets import cli


def workbook(path: Path, rows: int) -> Path:
    """A camera sheet of `rows` invented rows under the official headers, 2% of its rows with a bad cell."""
    draw = random.Random(rows)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("摄像机")
    sheet.write_row(0, 0, [column.header for column in CAMERA.official])
    for number in range(rows):
        sheet.write_row(number + 1, 0, _row(number, draw))
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


def checked(path: Path) -> float:
    """Seconds of the whole check: the file in, all findings out."""
    started = time.perf_counter()
    outcome = cli.check_file(path, list(SHEETS.values()))
    took = time.perf_counter() - started
    if not outcome.readable or not outcome.errors:
        raise RuntimeError("the benchmark's workbook was not read as meant")
    return took


def measure(name: str, path: Path, *, turns: int) -> dict[str, Any]:
    floors, took = [], []
    for _ in range(turns):
        floors.append(bare(path))
        took.append(checked(path))
    return {
        "name": name,
        "ratio": round(median(took) / median(floors), 2),
        "aim": "<= 1.5",
        "seconds": round(median(took), 3),
        "floor_seconds": round(median(floors), 3),
    }
