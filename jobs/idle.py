"""What a worker keeps up all the time, a little at a time and beside its jobs: nobody waits for it, nothing is lost.

A task looks for what there is to do by itself, can bear to be done by two workers at once, and says whether it found
anything; then it is asked again at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)
_tasks: dict[str, Callable[[], object]] = {}


def register(name: str, task: Callable[[], object]) -> None:
    """Let `task` be done every few seconds; what it returns is true when there was something to do."""
    _tasks[name] = task


def run_once() -> bool:
    """Do each task once; whether any of them found something. One that fails keeps no other from its turn."""
    found = False
    for name, task in _tasks.items():
        try:
            found = bool(task()) or found
        except Exception:
            log.exception("idle task %s failed; the next turn follows", name)
    return found
