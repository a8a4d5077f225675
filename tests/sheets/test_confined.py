"""F11 and T51, T56: whatever the child does, the parent gets a result or a sentence, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sheets import confined
from sheets.confined import ROOT, ChildError, ChildLimits, ChildResult
from sheets.findings import Refused
from sheets.gate_limits import MIB
from tests.hostile import ole
from tests.hostile import workbooks as wb
from tests.hostile.memory import stays_small

QUICK = ChildLimits(wall_seconds=20.0, cpu_seconds=5, memory=1024 * MIB)


@pytest.fixture(autouse=True)
def small_memory() -> Iterator[None]:
    with stays_small():
        yield


def do(cwd: Path, *deed: str, limits: ChildLimits = QUICK, **more: Any) -> ChildResult:
    return confined.run(["tests.hostile.child", *deed], cwd=cwd, limits=limits, **more)


def code(cwd: Path, *deed: str, limits: ChildLimits = QUICK, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        do(cwd, *deed, limits=limits, **more)
    finding = caught.value.finding
    assert finding.message and finding.fix and "{" not in finding.message
    if finding.code.startswith("G05"):
        assert "文件已保存" in finding.fix
        assert isinstance(caught.value.__cause__, ChildError)
    return finding.code


def gone(pid: int) -> bool:
    """Whether the process ends within ten seconds; a zombie that nobody has reaped yet counts as ended."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_progress_and_result_come_back(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    done = do(tmp_path, "honest", "一", on_progress=told.append)
    assert [line["rows"] for line in told] == [1, 2, 3]
    assert done.result == {"rows": 3, "argv": ["honest", "一"]}
    assert done.progress == 3
    assert done.cpu_seconds > 0


def test_the_child_sees_limits_and_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    seen = do(tmp_path, "surroundings").result
    assert set(seen["environment"]) <= {"PATH", "LANG", "TZ", "HOME", "LC_CTYPE"}
    assert seen["cwd"] == str(tmp_path)
    assert seen["session"] is True
    assert seen["stdin"] == ""
    assert seen["isolated"] == 1
    assert seen["limits"] == {
        "AS": QUICK.memory,
        "CPU": QUICK.cpu_seconds,
        "FSIZE": QUICK.file_bytes,
        "NOFILE": QUICK.open_files,
        "CORE": 0,
    }


def test_a_refusal_of_the_child_is_passed_on_whole(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        do(tmp_path, "refuse")
    assert caught.value.finding.code == "S001"
    assert caught.value.finding.related == ("A1",)


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("abort", "G050"),
        ("segfault", "G050"),
        ("exit", "G050"),
        ("memory", "G052"),
        ("panic", "G056"),
        ("fail", "G056"),
        ("garbage", "G054"),
        ("half-a-line", "G054"),
        ("two-results", "G054"),
        ("list-line", "G054"),
        ("deep-line", "G054"),
        ("odd-result", "G054"),
        ("odd-refusal", "G054"),
        ("nothing", "G054"),
        ("long-line", "G055"),
        ("many-lines", "G055"),
    ],
)
def test_each_way_to_fail_has_its_code(deed: str, expected: str, tmp_path: Path) -> None:
    assert code(tmp_path, deed) == expected


@pytest.mark.parametrize("deed", ["hang", "close-and-hang"])
def test_a_hanging_child_is_given_up_by_the_wall_clock(deed: str, tmp_path: Path) -> None:
    assert code(tmp_path, deed, limits=replace(QUICK, wall_seconds=0.7)) == "G051"


def test_a_spinning_child_is_stopped_by_its_cpu_limit(tmp_path: Path) -> None:
    assert code(tmp_path, "spin", limits=replace(QUICK, cpu_seconds=1)) == "G053"


def test_a_file_that_grows_too_large_is_stopped(tmp_path: Path) -> None:
    assert code(tmp_path, "big-file", limits=replace(QUICK, file_bytes=MIB)) == "G059"
    assert (tmp_path / "big").stat().st_size <= MIB


def test_a_child_that_cannot_start_is_a_refusal_too(tmp_path: Path) -> None:
    assert code(tmp_path / "missing", "honest") == "G058"


def test_a_module_that_does_not_exist_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="G056"):
        confined.run(["tests.hostile.no_such_module"], cwd=tmp_path, limits=QUICK)


def test_the_reader_killed_by_a_far_cell_is_a_sentence(tmp_path: Path) -> None:
    """The abort that Python cannot catch: the reader asks for 549 GB."""
    book = tmp_path / "far.xlsx"
    book.write_bytes(wb.far_cell())
    assert code(tmp_path, "read", str(book)) == "G052"


OLD = {
    "lists that loop": ole.looping_lists(),
    "a box of 2 billion rows": ole.xls(ole.dimensions(0x7FFFFFFF, 0xFFFF)),
    "a box upside down": ole.xls(ole.dimensions(10, 10, first_row=11)),
    "a far cell": ole.xls(ole.number(0, 0) + ole.number(65_535, 65_535)),
}


@pytest.mark.parametrize("trick", OLD)
def test_the_reader_killed_by_an_old_workbook_is_a_sentence(trick: str, tmp_path: Path) -> None:
    """T56, as if the gate had slept."""
    book = tmp_path / "bad.xls"
    book.write_bytes(OLD[trick])
    assert code(tmp_path, "read", str(book)) == "G052"


def test_what_the_gate_lets_pass_the_reader_survives(tmp_path: Path) -> None:
    """The widest box of values that the budget allows, and formatting out to the last cell."""
    wide = '<row r="1"><c r="A1"><v>1</v></c></row><row r="250000"><c r="BL250000"><v>1</v></c></row>'
    for name, data in (
        ("wide.xlsx", wb.with_rows(wide)),
        ("formatted.xlsx", wb.far_cell('<c r="XFD1048576" s="1"/>')),
        ("wide.xls", ole.xls(ole.dimensions(65_536, 256) + ole.number(0, 0) + ole.number(65_535, 255))),
    ):
        (tmp_path / name).write_bytes(data)
        done = do(tmp_path, "read", str(tmp_path / name), limits=ChildLimits())
        assert done.result["rows"] >= 1


def test_cancelling_stops_the_child(tmp_path: Path) -> None:
    pids: list[int] = []
    assert (
        code(tmp_path, "hang", on_progress=lambda told: pids.append(told["pid"]), cancelled=lambda: bool(pids))
        == "G057"
    )
    assert gone(pids[0])


def test_an_error_of_ours_leaves_no_child_behind(tmp_path: Path) -> None:
    pids: list[int] = []

    def stumble(told: dict[str, Any]) -> None:
        pids.append(told["pid"])
        raise RuntimeError("ours")

    with pytest.raises(RuntimeError, match="ours"):
        do(tmp_path, "hang", on_progress=stumble)
    assert gone(pids[0])


def test_a_grandchild_is_killed_with_its_session(tmp_path: Path) -> None:
    assert gone(do(tmp_path, "leave-one-behind").result["pid"])


def test_stderr_is_kept_but_bounded(tmp_path: Path) -> None:
    done = do(tmp_path, "chatter")
    assert len(done.stderr) == QUICK.stderr_bytes
    assert done.stderr.endswith("the end")


def test_threads_of_the_parent_may_run_children_side_by_side(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda n: do(tmp_path, "honest", str(n)).result["argv"][1], range(12)))
    assert rounds == [str(n) for n in range(12)]


def test_a_child_may_use_threads_itself(tmp_path: Path) -> None:
    assert do(tmp_path, "threads").result == {"threads": 4}


def test_the_child_dies_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the worker in mid-parse: nothing of it reads on."""
    program = (
        "import sys; from pathlib import Path; from sheets import confined\n"
        "confined.run(['tests.hostile.child', 'hang'], cwd=Path(sys.argv[1]),"
        " on_progress=lambda told: print(told['pid'], flush=True))"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        assert not Path(f"/proc/{pid}/status").read_text(encoding="ascii").startswith("Name:\t\n")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
        assert gone(pid)
    finally:
        worker.kill()
        worker.wait(10)
        if worker.stdout:
            worker.stdout.close()


def test_the_subject_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        do(tmp_path, "abort", subject="扫描件")
    assert "扫描件" in caught.value.finding.message
    assert "重新扫描" in caught.value.finding.fix
