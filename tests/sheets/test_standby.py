"""The child that waits: tied like any other, one file only, gone with whoever it waits for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sheets import confined, standby
from sheets.confined import ROOT, ChildResult
from sheets.findings import Refused
from tests.sheets.test_confined import QUICK, gone

IMPORTS = ("tests.hostile.child",)


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    yield
    held = standby.kept()
    if held is not None:
        held.dismiss()
        assert gone(held._child.pid)
    standby._kept.standby = None


def do(cwd: Path, *deed: str, **more: Any) -> ChildResult:
    return confined.run(["tests.hostile.child", *deed], cwd=cwd, limits=QUICK, imports=IMPORTS, **more)


def waiting() -> int:
    """The number of the process that waits, once it does."""
    confined.prepare(IMPORTS, QUICK)
    assert confined.wait_ready()
    held = standby.kept()
    assert held is not None
    return held._child.pid


def test_it_is_tied_as_a_fresh_one_and_sees_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    fresh = confined.run(["tests.hostile.child", "surroundings"], cwd=tmp_path, limits=QUICK).result
    waiting()
    assert do(tmp_path, "surroundings").result == fresh
    assert fresh["cwd"] == str(tmp_path) and fresh["stdin"] == ""


def test_each_serves_once_and_another_takes_its_place(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    pids = [waiting()]
    for turn in range(3):
        done = do(tmp_path, "honest", str(turn), on_progress=told.append)
        assert done.result == {"rows": 3, "argv": ["honest", str(turn)]} and done.progress == 3
        assert gone(pids[-1])
        pids.append(waiting())
    assert len(set(pids)) == 4 and [line["rows"] for line in told] == [1, 2, 3] * 3


@pytest.mark.parametrize(
    ("deed", "expected"), [("abort", "G050"), ("memory", "G052"), ("fail", "G056"), ("nothing", "G054")]
)
def test_it_fails_as_a_fresh_one(deed: str, expected: str, tmp_path: Path) -> None:
    pid = waiting()
    with pytest.raises(Refused, match=expected):
        do(tmp_path, deed)
    assert gone(pid) and waiting() != pid, "the next file is read by another"


def test_one_that_was_killed_while_it_waited_is_replaced(tmp_path: Path) -> None:
    pid = waiting()
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    assert do(tmp_path, "honest").result["rows"] == 3


def test_other_limits_get_a_child_of_their_own(tmp_path: Path) -> None:
    pid = waiting()
    seen = confined.run(["tests.hostile.child", "surroundings"], cwd=tmp_path, imports=IMPORTS).result["limits"]
    assert seen["CPU"] == confined.ChildLimits().cpu_seconds != QUICK.cpu_seconds
    assert gone(pid), "the one of the former kind does not wait for ever"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    waiting()
    with pytest.raises(Refused, match="G058"):
        do(tmp_path / "missing", "honest")


def test_it_ends_with_the_thread_and_with_the_program_it_waits_for(tmp_path: Path) -> None:
    pids: list[int] = []
    thread = threading.Thread(target=lambda: pids.append(waiting()))
    thread.start()
    thread.join()
    assert gone(pids[0])
    program = (
        "from sheets import confined, standby\n"
        "confined.prepare(['json'])\n"
        "print(confined.wait_ready(), standby.kept()._child.pid, flush=True)\n"
    )
    for ending in ("", "import os; os.kill(os.getpid(), 9)"):
        told = subprocess.run(
            [sys.executable, "-c", program + ending], cwd=ROOT, capture_output=True, text=True, check=False
        )
        ready, pid = told.stdout.split()
        assert ready == "True" and gone(int(pid))
        assert told.stderr == ""


def test_its_greeting_is_no_message_of_a_fresh_child() -> None:
    assert json.loads(standby.READY) == {"ready": True}
