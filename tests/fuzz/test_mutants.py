"""Damaged workbooks of every container end in rows or in a Chinese sentence; no worker dies, none takes too much.

Each mutant goes through the gate in this process, as in the web server. What passes goes to the reader: many files to
one confined child with the limits of the issue (1 GB, and its CPU), for the start of a child each time is not what is
tested here. A file that kills this child is told by the confined reader itself what a user is told; a new child goes on
with the next file. Some mutants take the whole way, one child a file.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from inventory.staging import IMPORTS, SHEETS
from sheets import confined, gate, standby
from sheets.confined import ChildLimits
from sheets.findings import Finding, Refused
from sheets.gate_codes import GATE
from sheets.gate_limits import MIB
from tests.fuzz.mutants import NAMES, Mutant, mutant, seeds

SECONDS = 20.0
LIMITS = ChildLimits(memory=1024 * MIB, cpu_seconds=600, wall_seconds=600)
ONE = ChildLimits(memory=1024 * MIB, cpu_seconds=int(SECONDS), wall_seconds=SECONDS)
WHOLE_WAY = 25
"""Every so many mutants take the whole way."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_UNFILLED = re.compile(r"\{[a-z_]*\}")
_LEAST = 4


def is_sentence(finding: Finding | dict[str, Any]) -> bool:
    """Whether it says what is wrong and what to do, in Chinese, with nothing left to fill in."""
    told = finding if isinstance(finding, dict) else finding.as_dict()
    texts = (str(told["message"]), str(told["fix"]))
    return all(len(_CHINESE.findall(text)) >= _LEAST and not _UNFILLED.search(text) for text in texts)


def passes(one: Mutant) -> bool:
    """What the gate says; a refusal must be a sentence."""
    began = time.monotonic()
    try:
        gate.examine(one.data, one.name)
    except Refused as refused:
        assert refused.finding.code in GATE and is_sentence(refused.finding), one.how
        return False
    finally:
        assert time.monotonic() - began < SECONDS, f"the gate took too long: {one.how}"
    return True


def adds_up(told: dict[str, Any], one: Mutant) -> None:
    """Rows, or findings that say why there are none; every row read is accounted for."""
    if "refused" in told:
        assert is_sentence(told["refused"]), one.how
        return
    assert told["rows"] or told["errors"], f"nothing read and nothing said: {one.how}"
    for sheet in told["sheets"]:
        assert sheet["rows_read"] == sheet["rows"] + sheet["sample"] + sheet["footer"] + sheet["blank"], one.how


def read_whole(path: Path, folder: Path) -> dict[str, Any]:
    """As the worker reads it, in a child of its own."""
    words = ["sheets.child", "--file", str(path), "--out", str(folder)]
    for name in SHEETS.values():
        words += ["--sheet", name]
    try:
        return confined.run(words, cwd=folder, limits=ONE, imports=IMPORTS).result
    except Refused as refused:
        return {"refused": refused.finding.as_dict()}


def all_end_well(numbers: range, folder: Path) -> dict[str, int]:
    """Send these mutants in; returns how many ended how."""
    ends = {"gate": 0, "rows": 0, "refused": 0, "killed": 0}
    inside: list[tuple[Path, Mutant]] = []
    for number in numbers:
        one = mutant(number)
        if passes(one):
            path = folder / f"{number}.bin"
            path.write_bytes(one.data)
            inside.append((path, one))
        else:
            ends["gate"] += 1
    listed = folder / "list.txt"
    listed.write_text("\n".join(str(path) for path, _ in inside), encoding="utf-8")
    for place, (path, one) in enumerate(inside):
        if place % WHOLE_WAY == 0:
            adds_up(read_whole(path, folder), one)
    first = 0
    while first < len(inside):
        told: list[dict[str, Any]] = []
        why = ""
        words = ["tests.fuzz.reader_child", str(listed), str(folder), str(first)]
        try:
            confined.run(words, cwd=folder, limits=LIMITS, on_progress=told.append)
        except Refused as refused:
            assert is_sentence(refused.finding)
        for line in told:
            if "done" in line:
                path, one = inside[line["done"]]
                assert line["seconds"] < SECONDS and line["peak"] < 1024 * MIB, one.how
                adds_up({**line, "refused": line["turned_away"]} if "turned_away" in line else line, one)
                ends["refused" if "turned_away" in line else "rows"] += 1
        done = sum("done" in line for line in told)
        first += done
        if first < len(inside):
            path, one = inside[first]
            said = read_whole(path, folder)
            assert "refused" in said and said["refused"]["code"].startswith("G05"), f"{one.how}: {why}, then {said}"
            assert is_sentence(said["refused"])
            ends["killed"] += 1
            first += 1
    held = standby.kept()
    if held is not None:
        held.dismiss()
    return ends


def test_the_seeds_are_sound(tmp_path: Path) -> None:
    """Otherwise all mutants would end at the gate and show nothing."""
    for name, data in seeds().items():
        assert gate.examine(data, NAMES[name])
        (tmp_path / name).write_bytes(data)
        told = read_whole(tmp_path / name, tmp_path)
        assert told.get("rows") and not told["errors"], (name, told)


def test_300_mutants_end_in_rows_or_a_sentence(tmp_path: Path) -> None:
    ends = all_end_well(range(300), tmp_path)
    assert sum(ends.values()) == 300
    assert ends["gate"] > 40 and ends["rows"] > 40 and ends["refused"] > 5, ends


@pytest.mark.nightly
@pytest.mark.parametrize("start", range(300, 2300, 500))
def test_2000_mutants_end_in_rows_or_a_sentence(start: int, tmp_path: Path) -> None:
    assert sum(all_end_well(range(start, start + 500), tmp_path).values()) == 500
