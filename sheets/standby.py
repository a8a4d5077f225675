"""A confined child that waits, started and tied ahead of the file it will read.

Of a small file's check a third is the child's start: the interpreter and its imports. So a thread that reads file after
file keeps one child waiting that has taken on its limits and imported what every file needs. It has seen no file; it
gets one, once, over stdin (`sheets.confined_child`), and another takes its place afterwards, while the rows of the
first are being stored. One for each thread: a child dies with the thread that started it, not only with its process.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path

WAIT = "--wait"
"""In place of a module's name: import the modules that follow, say READY, and be told over stdin what to run."""
READY = b'{"ready":true}'

Child = subprocess.Popen[bytes]


class Standby:
    """One waiting child. `key` says what it was made for; it serves nothing else."""

    def __init__(self, child: Child, key: tuple[object, ...]) -> None:
        self._child = child
        self.key = key
        self._owner = os.getpid()
        # Also at the end of the thread or of the program, where nobody asks for it any more.
        self._dismiss = weakref.finalize(self, _dismiss, child, self._owner)

    def alive(self) -> bool:
        """Whether it still waits, for this process: a fork of its owner has no right to it."""
        return self._owner == os.getpid() and self._child.poll() is None

    def ready(self, seconds: float) -> bool:
        """Wait until it has imported everything; False when it has not within `seconds`."""
        return bool(self._child.stdout and select.select([self._child.stdout], [], [], seconds)[0])

    def send(self, module_args: Sequence[str], cwd: Path) -> Child | None:
        """Tell it what to run, and hand it over; None when it ended meanwhile."""
        told = json.dumps({"cwd": str(cwd), "args": list(module_args)}).encode() + b"\n"
        if not self.alive() or self._child.stdin is None:
            return None
        try:
            with self._child.stdin as stdin:
                stdin.write(told)
        except OSError:
            return None
        self._dismiss.detach()
        return self._child

    def dismiss(self) -> None:
        """End it unused."""
        self._dismiss()


def _dismiss(child: Child, owner: int) -> None:
    if owner != os.getpid():
        return
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


_kept = threading.local()


def keep(key: tuple[object, ...], start: Callable[[], Child]) -> None:
    """See to it that a child waits for the calling thread; where none can be started, nothing waits."""
    held = kept()
    if held is not None:
        if held.key == key and held.alive():
            return
        held.dismiss()
        _kept.standby = None
    with contextlib.suppress(OSError):
        _kept.standby = Standby(start(), key)


def kept() -> Standby | None:
    """The calling thread's waiting child."""
    held: Standby | None = getattr(_kept, "standby", None)
    return held


def take(key: tuple[object, ...], module_args: Sequence[str], cwd: Path) -> Child | None:
    """The calling thread's waiting child, set to work; None when there is none of that kind."""
    held = kept()
    if held is None or held.key != key or not cwd.is_dir():
        return None
    _kept.standby = None
    child = held.send(module_args, cwd)
    if child is None:
        held.dismiss()
    return child
