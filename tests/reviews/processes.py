"""Acts in processes of their own over real commits: all at the same moment, or killed after any of their statements.

A stem process knows the whole application and has no connection; for each act it forks one that has. The acts of one
line begin together: each of them waits for a lock of the database that the test holds until all of them are there.

    with processes(real_db, folder) as run:
        told = run(act("close", reviewer, round_id=..., side=..., version_hash=...), dies_after=7)
        many = run(one, other, together=True)
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GATE = 0x4A5A0F01
"""Advisory lock that acts wait for where they are to begin together."""
LONGEST = 120
"""Seconds after which an act that does not come to the gate is given up; generous, for nothing depends on it."""


@dataclass(frozen=True)
class Told:
    """What is known of an act afterwards: how far it came, and whether it was killed.

    `end` is "done", the refusal's words, or "" of one that did not live to tell.
    """

    statements: int
    commits: int
    end: str
    killed: bool


Run = Callable[..., list[Told]]


def act(name: str, by: Any, **told: Any) -> dict[str, Any]:
    return {"act": name, "by": by.pk, "told": told}


@contextmanager
def processes(database: str, files: Path) -> Iterator[Run]:
    """Gives run(*acts, together=False, dies_after=None): carry them out, side by side; what became of each, in order.

    `files`: where originals are kept. `dies_after`: each is killed after that statement; a COMMIT counts as one.
    """
    told = {"DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test", "POSTGRES_NAME": database}
    command = [sys.executable, "-m", __name__, str(files)]
    stem = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    asks, answers = stem.stdin, stem.stdout
    assert asks and answers

    def run(*acts: Mapping[str, Any], together: bool = False, dies_after: int | None = None) -> list[Told]:
        line = json.dumps({"acts": acts, "together": together, "dies_after": dies_after})
        with _held(len(acts) if together else 0):
            asks.write(line + "\n")
            asks.flush()
        return [Told(**one) for one in json.loads(answers.readline())]

    try:
        yield run
    finally:
        asks.close()
        assert stem.wait() == 0
        answers.close()


@contextmanager
def _held(waiting: int) -> Iterator[None]:
    """Keep the gate shut until so many wait behind it."""
    from django.db import connection

    if not waiting:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        yield
        there, deadline = 0, time.monotonic() + LONGEST
        while there < waiting:
            assert time.monotonic() < deadline, f"{there} of {waiting} came"
            cursor.execute(
                """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
                [GATE],
            )
            there = cursor.fetchone()[0]
        cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])


# --- in the stem -----------------------------------------------------------------------------------------------------
def main(folder: Path) -> None:
    """Read lines until there are no more; each is answered with one."""
    import django

    django.setup()
    from django.conf import settings
    from django.urls import get_resolver

    from tests.inventory.quickly import store_in

    store_in(settings, folder)
    assert get_resolver().url_patterns, "everything that a web process has imported"
    for line in sys.stdin:
        asked = json.loads(line)
        begun = [_fork(one, asked["together"], asked["dies_after"]) for one in asked["acts"]]
        sys.stdout.write(json.dumps([_told(*one) for one in begun]) + "\n")
        sys.stdout.flush()


def _fork(one: Mapping[str, Any], together: bool, dies_after: int | None) -> tuple[int, int]:
    """The process of the act, and where it says how it fares."""
    reads, writes = os.pipe()
    if pid := os.fork():
        os.close(writes)
        return pid, reads
    os.close(reads)
    status = 1
    try:
        _carry_out(one, together, dies_after, writes)
        status = 0
    except Exception:  # noqa: BLE001 - told, and the status says so
        traceback.print_exc()
    finally:
        os._exit(status)


def _told(pid: int, reads: int) -> dict[str, Any]:
    with os.fdopen(reads) as said:
        lines = said.read().splitlines()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or status == 0, "the act broke off: see above"
    ends = [line for line in lines if line not in ("statement", "commit")]
    return {
        "statements": lines.count("statement"),
        "commits": lines.count("commit"),
        "end": ends[0] if ends else "",
        "killed": killed,
    }


# --- in the process of an act ----------------------------------------------------------------------------------------
def _carry_out(one: Mapping[str, Any], together: bool, dies_after: int | None, out: int) -> None:
    """Say each statement and each commit once it was carried out, and what came of it all in the end."""
    from django.core.exceptions import PermissionDenied
    from django.db import connection

    from agencies.models import Person
    from audit.failures import Conflict, Invalid

    by = Person.objects.get(pk=one["by"])
    if together:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock_shared(%s)", [GATE])
    counted = 0

    def count(what: str) -> None:
        nonlocal counted
        counted += 1
        os.write(out, f"{what}\n".encode())
        if counted == dies_after:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(execute: Callable[..., Any], *told: Any) -> Any:
        result = execute(*told)
        count("statement")
        return result

    commits = connection.commit

    def commit() -> None:
        commits()
        count("commit")

    connection.commit = commit  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(statement):
            _acts()[one["act"]](by, **one["told"])
        end = "done"
    except (Conflict, Invalid, PermissionDenied) as refused:
        end = f"{type(refused).__name__}: {refused}"
    os.write(out, f"{end}\n".encode())


def _acts() -> Mapping[str, Callable[..., object]]:
    from inventory import services as intake
    from reviews import services as reviews

    return {"submit": intake.submit, "close": reviews.close, "answer_motion": reviews.answer_motion}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
