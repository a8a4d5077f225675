"""Twenty units send 5,000 rows at the same moment, one of them ten files: do all finish, in fair order, and do pages
stay responsive?

    python -m tools.load_intake [--units 20] [--rows 5000] [--write]

A database of its own, the real web server (two processes) and one real worker, as `make run` starts them. List pages
are asked for before, one after the other, and again while the files come in and are read. Exit code 1 where a file was
not read or a unit with one file waited for many of another's. `--write` puts the figures into docs/performance.md.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jinzhai_video.settings")
os.environ.setdefault("POSTGRES_NAME", "jinzhai_load")
HOST = "127.0.0.1"
PAGES = ("/submissions/", "/reviews/", "/cameras/", "/progress/units/")
MANY = 10
"""Files of the unit that has many."""
WATCHED = 240
"""Requests of the unloaded measure."""
PAUSE = 0.03


def main() -> int:
    told = argparse.ArgumentParser()
    told.add_argument("--units", type=int, default=20)
    told.add_argument("--rows", type=int, default=5000)
    told.add_argument("--write", action="store_true")
    words = told.parse_args()
    import django

    django.setup()
    from django.core.management import call_command

    from tools import bench_report
    from tools.bench import fresh_database

    fresh_database()
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        line = Load(words.units, words.rows, Path(folder)).run()
    line["held"] = bench_report.holds(line)
    print(bench_report.as_text(line))
    print(json.dumps(line, ensure_ascii=False))
    if words.write:
        bench_report.write([line], part="load")
    return 0 if line["all_read"] and line["fair"] else 1


class Load:
    """One run: people and files made, processes started, pages timed, the outcome told."""

    def __init__(self, units: int, rows: int, folder: Path) -> None:
        from agencies.models import Agency

        self.rows = rows
        self.folder = folder
        self.agencies = list(Agency.objects.exclude(code__in=["data-bureau", "police"]).order_by("code")[:units])
        self.clerks = [_person(f"load-{agency.code}", agency.code, "clerk") for agency in self.agencies]
        self.reviewer = _person("load-reviewer", "data-bureau", "data_reviewer")
        self.submissions = _submissions(self.clerks)
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])

    def run(self) -> dict[str, Any]:
        books = [
            self._book(unit, place) for unit in range(len(self.clerks)) for place in range(MANY if not unit else 1)
        ]
        # The queue that the turns are about: who has many files sends them all first, the others at the same moment.
        many, single = books[:MANY], books[MANY:]
        with _Processes(self.port):
            cookie = _session(self.reviewer)
            self._wait_for_pages(cookie)
            quiet = [self._page(cookie, PAGES[turn % len(PAGES)]) for turn in range(WATCHED)][len(PAGES) * 2 :]
            busy: list[float] = []
            done = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(cookie, busy, done))
            began = time.monotonic()
            watcher.start()
            first = [threading.Thread(target=self._send_all, args=(0, many))]
            others = [
                threading.Thread(target=self._send_all, args=(unit, [book])) for unit, book in enumerate(single, 1)
            ]
            for thread in first + others:
                thread.start()
            for thread in first + others:
                thread.join()
            sent = time.monotonic() - began
            all_read = self._wait_until_read(600)
            took = time.monotonic() - began
            done.set()
            watcher.join()
        before, loaded = _p95(quiet), _p95(busy)
        return {
            "name": "load_intake",
            "ratio": round(loaded / before, 2),
            "aim": "<= 2",
            "all_read": all_read,
            "fair": self._fair(),
            "units": len(self.clerks),
            "files": len(books),
            "rows": self.rows,
            "p95_quiet_ms": round(before * 1000),
            "p95_loaded_ms": round(loaded * 1000),
            "slowest_loaded_ms": round(max(busy) * 1000),
            "pages_asked": len(busy),
            "sent_seconds": round(sent, 1),
            "read_seconds": round(took, 1),
        }

    def _book(self, unit: int, place: int) -> bytes:
        from tools.bench_check import workbook

        path = self.folder / f"{unit}-{place}.xlsx"
        return workbook(path, self.rows, first=(unit * MANY + place) * self.rows).read_bytes()

    def _page(self, cookie: str, path: str) -> float:
        started = time.perf_counter()
        status, _ = self._ask("GET", path, cookie)
        if status != 200:
            raise RuntimeError(f"{path} said {status}")
        return time.perf_counter() - started

    def _watch(self, cookie: str, busy: list[float], done: threading.Event) -> None:
        turn = 0
        while not done.is_set():
            busy.append(self._page(cookie, PAGES[turn % len(PAGES)]))
            turn += 1
            time.sleep(PAUSE)

    def _send_all(self, unit: int, books: Sequence[bytes]) -> None:
        cookie = _session(self.clerks[unit])
        for place, book in enumerate(books):
            token = secrets.token_hex(16)
            fields = {"csrfmiddlewaretoken": token, "datum": "wgs84", "funding": "government", "mobility": "fixed",
                      "place_kind": "", "replaces": ""}  # fmt: skip
            body, kind = _multipart(fields, "workbook", f"{place}.xlsx", book)
            path = f"/submissions/{self.submissions[unit]}/upload/"
            status, text = self._ask("POST", path, f"{cookie}; csrftoken={token}", body, kind)
            if status != 302:
                raise RuntimeError(f"an upload said {status}: {text[:500]!r}")

    def _ask(self, method: str, path: str, cookie: str, body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=120)
        try:
            headers = {"Cookie": cookie} | ({"Content-Type": kind} if kind else {})
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _wait_for_pages(self, cookie: str) -> None:
        for _ in range(600):
            try:
                if self._ask("GET", "/submissions/", cookie)[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the web server does not answer")

    def _wait_until_read(self, seconds: float) -> bool:
        from inventory.models import SourceFile

        deadline = time.monotonic() + seconds
        while SourceFile.objects.filter(state="reading").exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        states = set(SourceFile.objects.values_list("state", "rows_read"))
        return states == {("read", self.rows)}

    def _fair(self) -> bool:
        """Whether nobody's only file began after the third of the unit with many.

        Its first may be under way before the others' are queued, and its second be next when they arrive.
        """
        from jobs.models import Job

        many = self.clerks[0].agency_id
        order = list(Job.objects.filter(kind="read_source_file").order_by("started_at").values_list("lane", flat=True))
        thirds = [place for place, lane in enumerate(order) if lane == many]
        late = sum(lane != many for lane in order[thirds[2] :]) if len(thirds) > 2 else 0
        return late <= len(self.clerks) // 4


class _Processes:
    """The web server and one worker, as `make run` starts them, over this run's database."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> _Processes:
        from django.core.management import call_command

        from jinzhai_video.serve import ROOT, web_server

        environment = os.environ | {"DEBUG": "off", "HTTPS": "off", "ALLOWED_HOSTS": HOST}
        call_command("collectstatic", interactive=False, verbosity=0)
        for command in (web_server(self.port), [sys.executable, "manage.py", "work"]):
            self.started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _person(username: str, agency_code: str, role: str) -> Any:
    from agencies.models import ROLE_CLASS, Agency, Person, PersonRole, Role

    agency = Agency.objects.get(code=agency_code)
    person = Person.objects.create(
        username=username, display_name="试用", agency=agency, duty_class=ROLE_CLASS[Role(role)]
    )
    PersonRole.objects.create(person=person, role=Role(role))
    return person


def _submissions(clerks: Sequence[Any]) -> list[int]:
    from inventory import services
    from inventory.models import Campaign, Obligation, ReportKind

    campaign = Campaign.objects.create(
        name="负载", scope="", opens_on="2026-01-01", due_at="2037-01-01T00:00+08:00",
        template_version="1", rule_version="1",
    )  # fmt: skip
    found = []
    for clerk in clerks:
        obligation = Obligation.objects.create(campaign=campaign, agency=clerk.agency)
        found.append(services.start(clerk, obligation.pk, ReportKind.ROWS).pk)
    return found


def _session(person: Any) -> str:
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    connection.close()
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _multipart(fields: dict[str, str], name: str, file: str, data: bytes) -> tuple[bytes, str]:
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    ]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
    return "".join(parts).encode() + head.encode() + data + f"\r\n--{edge}--\r\n".encode(), (
        f"multipart/form-data; boundary={edge}"
    )


def _p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


if __name__ == "__main__":
    raise SystemExit(main())
