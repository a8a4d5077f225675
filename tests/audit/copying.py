"""The copy outside the database, as tests read it and break it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def raw(folder: Path) -> list[bytes]:
    return [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_bytes().split(b"\n") if line]


def lines(folder: Path) -> list[dict[str, Any]]:
    """The entries' lines."""
    return [said for said in map(json.loads, raw(folder)) if "confirmed" not in said]


def confirmed(folder: Path) -> list[int]:
    return [said["confirmed"] for said in map(json.loads, raw(folder)) if "confirmed" in said]


def the_file(folder: Path) -> Path:
    (file,) = folder.glob("*.jsonl")
    return file


def keep_only(folder: Path, *, without: tuple[str, int]) -> None:
    """Take one line out of the copy: ("seq", n) is an entry's, ("confirmed", n) its confirmation."""
    key, number = without
    kept = [line for line in raw(folder) if json.loads(line).get(key) != number]
    the_file(folder).write_bytes(b"\n".join(kept) + b"\n")


@contextmanager
def little_room(more: int) -> Iterator[None]:
    """No file grows past `more` bytes in this process: as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


def tables() -> dict[str, str]:
    """A digest of each table's rows, but for the sessions that every request touches."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name != "django_session"]
        found = {}
        for name in names:
            cursor.execute(f"SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM \"{name}\" t")
            found[name] = cursor.fetchone()[0]
    return found


SCRIPT = """
import os, sys, django
django.setup()
from django.db import transaction
from agencies.models import Person
from audit import journal
person = Person.objects.get(username=sys.argv[1])
for turn in range(int(sys.argv[2])):
    with transaction.atomic():
        journal.record(person, "login.ok", person, turn=turn, text="流波䃥镇" * 40)
        if sys.argv[3] == "die":
            os.kill(os.getpid(), 9)
"""


def process(database: str, folder: Path, username: str, count: int, end: str = "live") -> subprocess.Popen[bytes]:
    """Another process that writes entries; with `die` it is killed between its first line and the commit."""
    told = {
        "DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test",
        "POSTGRES_NAME": database,
        "AUDIT_SINK": str(folder),
    }
    command = [sys.executable, "-c", SCRIPT, username, str(count), end]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | told)
