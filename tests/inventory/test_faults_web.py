"""F14: the web process is killed after the COMMIT and before it answers; who presses again changes nothing more.

The production web server over a real socket. Its process dies with the answer on its lips, the next one is asked again
with the very same form: what was done stands once, and the page shows the one receipt.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from agencies.models import Person
from audit import journal
from audit.models import Entry
from cameras.models import Camera, CameraVersion
from inventory.models import LedgerEntry, Version
from reviews.models import Closing, Round, Side
from tests.audit.copying import tables
from tests.factories_inventory import drafted
from tests.inventory import web
from tests.reviews.scenes import pass_all

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


class Browser:
    """One person, logged in, who speaks HTTP to the web server."""

    def __init__(self, port: int, person: Person) -> None:
        self.port = port
        self.cookies = {name: morsel.value for name, morsel in web.of(person).cookies.items()}

    def get(self, url: str) -> Answer:
        return self._ask("GET", url)

    def post(self, form: web.Form, *, die: bool = False) -> Answer:
        """Send the form; with `die` the process that serves it does not live to answer."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"X-Die": "1"} if die else {})
        return self._ask("POST", form.action, urlencode(form.fields), headers)

    def _ask(self, method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        told = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            line.request(method, url, body, told | dict(headers or {}))
            answer = line.getresponse()
            set_now = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
            self.cookies |= {name: morsel.value for name, morsel in set_now.items()}
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
        finally:
            line.close()


@pytest.fixture
def server(real_db: str) -> Iterator[int]:
    """The production web server with one process to serve and to die; its port. What is asked too early waits."""
    with socket.create_server(("127.0.0.1", 0)) as heard:
        told = {"DJANGO_SETTINGS_MODULE": "jinzhai_video.settings_test", "POSTGRES_NAME": real_db}
        command = [sys.executable, "-m", "gunicorn", "tests.reviews.dying_web", "--bind", f"fd://{heard.fileno()}"]
        command += ["--preload", "--workers", "1", "--threads", "2", "--log-level", "critical", "--no-control-socket"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told, pass_fds=[heard.fileno()])
        yield heard.getsockname()[1]
        process.terminate()
        process.wait()


def test_it_stands_once_and_is_told_once(
    server: int, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """A report is handed in, one side closes, the other's closing registers it; each time the process dies."""
    submission = drafted("meishan", rows=2, by=meishan_clerk)
    page = web.url("submission", submission.pk)
    press_and_press_again(server, meishan_clerk, page, web.url("submission_submit", submission.pk))
    version = Version.objects.get(submission=submission)
    assert version.submitted_by == meishan_clerk
    round_ = Round.objects.get(case__subject_id=submission.pk)
    assert round_.version_hash == version.hash
    assert Entry.objects.filter(action="submission.submitted").count() == 1

    pass_all(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    page, action = web.url("review", round_.case_id), web.url("review_close", round_.case_id)
    press_and_press_again(server, data_reviewer, page, action)
    assert list(Closing.objects.values_list("side", "person")) == [("data", data_reviewer.pk)]
    assert not LedgerEntry.objects.exists()
    press_and_press_again(server, police_reviewer, page, action)
    assert Closing.objects.count() == 2
    assert LedgerEntry.objects.get().round == round_
    assert Camera.objects.count() == CameraVersion.objects.count() == 2
    assert Entry.objects.filter(action="case.accepted").count() == 1


def press_and_press_again(server: int, by: Person, page: str, action: str) -> None:
    """The form of that action, whose answer never comes; then once more, with the page that tells what was done."""
    browser = Browser(server, by)
    form = web.form(browser.get(page).text, action)
    entries = Entry.objects.count()
    with pytest.raises(ConnectionError):
        browser.post(form, die=True)
    assert Entry.objects.count() > entries, "it was committed"
    receipt, done = told_by(browser.get(page)), tables()
    assert not web.has_form(receipt, action)
    again = browser.post(form)
    assert (again.status, again.headers["Location"]) == (302, page)
    assert tables() == done
    assert told_by(browser.get(page)) == receipt
    assert journal.verify() == (Entry.objects.count(), None)


def told_by(answer: Answer) -> str:
    """What the page says, without the tokens that differ each time."""
    assert answer.status == 200
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return "\n".join(line for line in main.splitlines() if "csrfmiddlewaretoken" not in line)
