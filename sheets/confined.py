"""Run one of our modules on an untrusted file in a child process that may die without harm.

A file of a few kilobytes can make the reader abort, panic, hang or ask for half a terabyte, and none of that can be
caught inside the process. So it runs in a child with limits on memory, CPU, file size, open files and wall clock, in a
session of its own, with an empty environment, and dies with the worker that started it.

Why a launcher and not `preexec_fn`: that hook runs Python between fork and exec, which can deadlock in a threaded web
server and forbids vfork. Setting limits from outside (`prlimit`) leaves a moment without them and cannot set the
parent-death signal at all. The launcher (`sheets.confined_child`) is the first thing the child runs; it takes its
limits on before it imports anything that could see the file. Measured: 20 ms from start to the module's first import.

Protocol: JSON objects, one a line, on the child's stdout. {"result": {...}} once and last; {"refused": {finding}} to
refuse; anything else is progress. Stderr is kept, its last part, for the log.

Who reads file after file names `imports`: then a child that has already imported those waits for the next file
(`sheets.standby`). It serves once, and the wall clock runs from when it is told of the file.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from sheets.confined_child import EXIT_FAILED, EXIT_NO_MEMORY
from sheets.findings import Finding, Refused, Severity
from sheets.gate_codes import CONFINED_FIX, GATE, KEPT, RESAVE, refused
from sheets.gate_limits import MIB
from sheets.standby import READY, WAIT, keep, kept, take

ROOT = Path(__file__).resolve().parent.parent
_LAUNCHER = Path(__file__).with_name("confined_child.py")
_TICK_SECONDS = 0.1
_READ_BYTES = 64 * 1024
_GRACE_SECONDS = 5.0
_CODE = re.compile(r"[A-Z][0-9]{3}")


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may use. `memory` is address space, not only what is touched."""

    memory: int = 1536 * MIB
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    file_bytes: int = 512 * MIB
    open_files: int = 64
    lines: int = 50_000
    line_bytes: int = 256 * 1024
    stdout_bytes: int = 16 * MIB
    stderr_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class ChildResult:
    """What the child handed back, and what it cost."""

    result: dict[str, Any]
    progress: int
    wall_seconds: float
    cpu_seconds: float
    stderr: str
    peak_bytes: int = 0
    """Most memory it had in use; not less than the parent's own when that started it."""


class ChildError(Exception):
    """Why a child was given up, for the log; the cause of the `Refused` that the user sees."""

    def __init__(self, why: str, stderr: str) -> None:
        super().__init__(f"{why}\n{stderr}" if stderr else why)
        self.stderr = stderr


def run(
    module_args: Sequence[str],
    *,
    cwd: Path,
    limits: ChildLimits | None = None,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    subject: str = "表格",
    imports: Sequence[str] = (),
) -> ChildResult:
    """Run module `module_args[0]` as `__main__` with the other arguments, in `cwd`, and wait for its result.

    `on_progress` gets each progress object, in the caller's thread; `cancelled` is asked about ten times a second.
    Raises Refused: the child's own, or G050-G059 when it crashed, hung, ran out of something or talked nonsense.
    `subject` names the file's kind in those sentences. With `imports` the child is one that waited, if there is one,
    and another will wait for the thread's next file. Whatever happens, no process of the child's session is left.
    """
    limits = limits or ChildLimits()
    try:
        child = take((*imports, limits), module_args, cwd) if imports else None
        waited = child is not None
        child = child or _start(module_args, cwd, limits)
    except OSError as error:
        refusal = _given_up("G058", subject, f"cannot start: {error}")
        raise refusal from refusal.__cause__
    watch = _Watch(child, limits, subject, on_progress, cancelled, greeting=waited)
    try:
        watch.listen()
    finally:
        status, usage = _end(child)
        if imports:
            prepare(imports, limits)
    done = watch.judge(status, usage.ru_utime + usage.ru_stime)
    return replace(done, peak_bytes=usage.ru_maxrss * 1024)


def prepare(imports: Sequence[str], limits: ChildLimits | None = None) -> None:
    """Let a child wait for the calling thread's next `run` with these imports and limits."""
    limits = limits or ChildLimits()
    keep((*imports, limits), lambda: _start([WAIT, *imports], Path("/"), limits))


def wait_ready(seconds: float = 20.0) -> bool:
    """Wait until the calling thread's waiting child has imported everything. For measurements and tests."""
    held = kept()
    return held is not None and held.ready(seconds)


def _start(module_args: Sequence[str], cwd: Path, limits: ChildLimits) -> subprocess.Popen[bytes]:
    packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    numbers = [limits.memory, limits.cpu_seconds, limits.file_bytes, limits.open_files, os.getpid()]
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(_LAUNCHER)]
    command += [str(number) for number in numbers] + [str(ROOT), str(len(packages)), *packages, *module_args]
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": os.environ.get("TZ", "Asia/Shanghai"), "HOME": str(cwd)},
        stdin=subprocess.PIPE if module_args[0] == WAIT else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )


def _end(child: subprocess.Popen[bytes]) -> tuple[int, Any]:
    """Kill the child's whole session, reap it; (exit code or minus the signal, resource usage)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # Before reaping: until then the number cannot belong to anybody else.
        os.killpg(child.pid, signal.SIGKILL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    for pipe in (child.stdout, child.stderr):
        if pipe:
            pipe.close()
    return child.returncode, usage


@dataclass
class _Watch:
    """Listens to one child until it ends or has to be given up."""

    child: subprocess.Popen[bytes]
    limits: ChildLimits
    subject: str
    on_progress: Callable[[dict[str, Any]], None] | None
    cancelled: Callable[[], bool] | None
    greeting: bool = False
    """A child that waited says so first."""
    started: float = field(default_factory=time.monotonic)
    progress: int = 0
    result: dict[str, Any] | None = None
    refusal: Refused | None = None
    ended: bool = False
    _line: bytes = b""
    _stdout: int = 0
    _stderr: bytes = b""

    def listen(self) -> None:
        """Read both pipes to their ends. Raises the refusal that ends the child early."""
        deadline = self.started + self.limits.wall_seconds
        with selectors.DefaultSelector() as selector:
            for pipe, take in ((self.child.stdout, self._take_stdout), (self.child.stderr, self._take_stderr)):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
                    selector.register(pipe, selectors.EVENT_READ, (pipe, take))
            while selector.get_map():
                if self.cancelled and self.cancelled():
                    raise self._give_up("G057", "cancelled")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._give_up("G051", f"wall clock of {self.limits.wall_seconds} s")
                ready = selector.select(min(left, _TICK_SECONDS))
                for key, _ in ready:
                    if not _drain(*key.data):
                        selector.unregister(key.fileobj)
                if not ready and self._gone():
                    return  # a grandchild may still hold the pipes open; nobody waits for it
        self._wait(deadline)

    def judge(self, code: int, cpu_seconds: float) -> ChildResult:
        """The result, or the refusal that the exit code stands for."""
        wall = time.monotonic() - self.started
        stderr = self._text()
        if self.refusal:
            raise self.refusal
        if code != 0:
            raise self._give_up(self._code_of(code, stderr), f"exit {code}")
        if self._line or self.result is None:
            raise self._give_up("G054", "no result line")
        return ChildResult(self.result, self.progress, wall, cpu_seconds, stderr)

    def _code_of(self, code: int, stderr: str) -> str:
        if code in (EXIT_NO_MEMORY, -signal.SIGKILL) or "memory allocation of" in stderr or "MemoryError" in stderr:
            return "G052"
        if code == -signal.SIGXCPU:
            return "G053"
        if code == -signal.SIGXFSZ or "File too large" in stderr:
            return "G059"
        return "G056" if code == EXIT_FAILED else "G050"

    def _take_stdout(self, data: bytes) -> None:
        self._stdout += len(data)
        if self._stdout > self.limits.stdout_bytes:
            raise self._give_up("G055", f"more than {self.limits.stdout_bytes} bytes of output")
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self._take_line(line)
        if len(self._line) > self.limits.line_bytes:
            raise self._give_up("G055", f"a line of more than {self.limits.line_bytes} bytes")

    def _take_line(self, line: bytes) -> None:
        if len(line) > self.limits.line_bytes:
            raise self._give_up("G055", f"a line of more than {self.limits.line_bytes} bytes")
        if self.greeting and line == READY:
            self.greeting = False
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict) or self.result is not None or self.refusal is not None:
            raise self._give_up("G054", f"not a message: {line[:200]!r}")
        if "result" in message:
            if not isinstance(message["result"], dict):
                raise self._give_up("G054", "the result is no object")
            self.result = message["result"]
        elif "refused" in message:
            self.refusal = self._refusal(message["refused"])
        else:
            self.progress += 1
            if self.progress > self.limits.lines:
                raise self._give_up("G055", f"more than {self.limits.lines} lines")
            if self.on_progress:
                self.on_progress(message)

    def _refusal(self, said: object) -> Refused:
        try:
            if not isinstance(said, dict) or not _CODE.fullmatch(said["code"]):
                raise ValueError("no code")
            values = {
                **said,
                "severity": Severity(said["severity"]),
                "related": tuple(said.get("related", ())),
                "fixes": (),
            }
            return Refused(Finding(**values))
        except (KeyError, TypeError, ValueError) as error:
            refusal = self._give_up("G054", f"not a finding: {error}")
            raise refusal from refusal.__cause__

    def _take_stderr(self, data: bytes) -> None:
        self._stderr = (self._stderr + data)[-self.limits.stderr_bytes :]

    def _gone(self) -> bool:
        return os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _wait(self, deadline: float) -> None:
        """The pipes are closed; the exit code follows at once, unless the child closed them and lives on."""
        limit = min(deadline, time.monotonic() + _GRACE_SECONDS)
        while not self._gone():
            if time.monotonic() >= limit:
                raise self._give_up("G051", "closed its output and did not end")
            time.sleep(0.0005)

    def _text(self) -> str:
        return self._stderr.decode("utf-8", "replace")

    def _give_up(self, code: str, why: str) -> Refused:
        return _given_up(code, self.subject, why, self._text())


def _given_up(code: str, subject: str, why: str, stderr: str = "") -> Refused:
    resave = CONFINED_FIX.get(subject, "") if GATE[code].fix.startswith(KEPT + RESAVE) else ""
    refusal = refused(code, subject, fix=resave)
    refusal.__cause__ = ChildError(why, stderr)
    return refusal


def _drain(pipe: IO[bytes], take: Callable[[bytes], None]) -> bool:
    """Hand on what is there; False at the end of the stream."""
    data: bytes | None = pipe.read(_READ_BYTES)
    if data is None:
        return True
    if data:
        take(data)
    return bool(data)
