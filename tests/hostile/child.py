"""What a confined child may do wrong, one deed a name: `python -m tests.hostile.child DEED [arguments]`."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sheets.confined_child import emit
from sheets.findings import Finding, Refused, Severity


class PanicException(BaseException):
    """No Exception, as those that come out of Rust."""


def honest(*_arguments: str) -> None:
    for rows in (1, 2, 3):
        emit({"phase": "读取", "rows": rows})
    emit({"result": {"rows": 3, "argv": sys.argv[1:]}})


def surroundings() -> None:
    emit(
        {
            "result": {
                "environment": sorted(os.environ),
                "cwd": str(Path.cwd()),
                "session": os.getsid(0) == os.getpid(),
                "stdin": sys.stdin.read(),
                "isolated": sys.flags.isolated,
                "limits": {
                    name: resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0]
                    for name in ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
                },
            }
        }
    )


def refuse() -> None:
    raise Refused(
        Finding(code="S001", severity=Severity.ERROR, message="没有表头。", fix="请下载模板。", related=("A1",))
    )


def read(path: str) -> None:
    from python_calamine import CalamineWorkbook

    with Path(path).open("rb") as source:
        rows = CalamineWorkbook.from_filelike(source).get_sheet_by_index(0).to_python(skip_empty_area=False)
    emit({"result": {"rows": len(rows)}})


def panic() -> None:
    raise PanicException("index out of bounds")


def fail() -> None:
    raise ValueError("unreadable")


def memory() -> None:
    bytearray(8 << 30)


def hang() -> None:
    emit({"pid": os.getpid()})
    time.sleep(3600)


def close_and_hang() -> None:
    os.close(1)
    os.close(2)
    time.sleep(3600)


def spin() -> None:
    while True:
        pass


def garbage() -> None:
    sys.stdout.buffer.write(b"\xff\xfe\x00garbage\n")


def half_a_line() -> None:
    emit({"result": {}})
    sys.stdout.write('{"more":')


def two_results() -> None:
    emit({"result": {}})
    emit({"result": {}})


def list_line() -> None:
    sys.stdout.write("[1, 2]\n")


def deep_line() -> None:
    sys.stdout.write("[" * 100_000 + "\n")


def odd_result() -> None:
    sys.stdout.write('{"result": 3}\n')


def odd_refusal() -> None:
    sys.stdout.write('{"refused": {"code": "<b>", "severity": "error"}}\n')


def nothing() -> None:
    pass


def long_line() -> None:
    sys.stdout.write("x" * (8 << 20))


def many_lines() -> None:
    while True:
        emit({"rows": 1})


def big_file() -> None:
    with Path("big").open("wb") as out:
        for _ in range(64):
            out.write(bytes(1 << 20))


def chatter() -> None:
    sys.stderr.write("x" * (4 << 20) + " the end")
    emit({"result": {}})


def leave_one_behind() -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    emit({"result": {"pid": other.pid}})


def threads() -> None:
    seen: list[int] = []
    workers = [threading.Thread(target=seen.append, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    emit({"result": {"threads": len(seen)}})


DEEDS: dict[str, Callable[..., None]] = {
    name.replace("_", "-"): deed for name, deed in list(globals().items()) if callable(deed) and name.islower()
} | {
    "abort": os.abort,
    "segfault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "exit": lambda: sys.exit(3),
}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](*sys.argv[2:])
