"""F17, F18: the copy cannot be written, so nothing is done: not by a service, not by a page, not by half."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Person
from audit import copies, journal
from audit.failures import Unavailable
from audit.models import Entry
from inventory.models import Submission, Version
from reviews.models import Round, Side
from tests.audit import copying, tampering
from tests.factories import PASSWORD
from tests.factories_inventory import drafted, submitted
from tests.inventory import web
from tests.inventory.drafts import obligation_of
from tests.reviews import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_SINK = tmp_path
    return tmp_path


def no_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.with_name(f"{folder.name}-elsewhere"))


def no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.with_name(f"{folder.name}-elsewhere"))
    folder.touch()


def full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's own full device."""
    for file in folder.glob("*"):
        file.unlink()
    (folder / f"{timezone.localtime():%Y-%m}.jsonl").symlink_to("/dev/full")


def refusing(code: int) -> Callable[[Path, pytest.MonkeyPatch], None]:
    """Tests may run as root, whom no permission stops: the refusal is the system call's."""

    def refuse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        opened = os.open

        def open_(path: Any, *args: Any, **kwargs: Any) -> int:
            if str(path).startswith(str(folder)):
                raise OSError(code, os.strerror(code), str(path))
            return opened(path, *args, **kwargs)

        monkeypatch.setattr(os, "open", open_)

    return refuse


def slow_to_refuse(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some disks say only when asked to keep what was written that they have no room."""

    def refuse(handle: int) -> None:
        raise OSError(errno.EDQUOT, "quota")

    monkeypatch.setattr(os, "fdatasync", refuse)


BROKEN = [
    pytest.param(no_disk, 503, id="not mounted"),
    pytest.param(no_folder, 503, id="no folder"),
    pytest.param(full, 507, id="full"),
    pytest.param(refusing(errno.EROFS), 503, id="read-only"),
    pytest.param(refusing(errno.EACCES), 503, id="no permission"),
    pytest.param(slow_to_refuse, 507, id="over quota"),
]


@dataclass
class County:
    """People and what they are about to do; each act is good until the copy breaks."""

    clerk: Client
    admin: Client
    reviewer: Client
    other: Person
    owed: int
    drafted: Submission
    in_review: Round

    def acts(self) -> list[tuple[Client, str, str, dict[str, Any]]]:
        """Who, how, where, what: acts of every app that writes, and one that reads."""
        version = Version.objects.filter(submission=self.drafted).latest("number")
        return [
            (Client(), "post", "/login/", {"username": "clerk-meishan", "password": PASSWORD}),
            (Client(), "post", "/login/", {"username": "nobody", "password": "wrong"}),
            (self.admin, "post", reverse("person_active", args=[self.other.pk]), {"active": "0"}),
            (self.clerk, "post", reverse("submission_start", args=[self.owed]), {"kind": "rows"}),
            (self.clerk, "post", reverse("submission_submit", args=[self.drafted.pk]), {"version_hash": version.hash}),
            (
                self.reviewer,
                "post",
                reverse("review_pass", args=[self.in_review.case_id]),
                scenes.stamp(self.in_review, Side.DATA, keys=scenes.keys_of(self.in_review)),
            ),
            (self.clerk, "get", reverse("camera_export", args=["csv"]), {}),
            (self.clerk, "post", reverse("logout"), {}),
        ]


@pytest.fixture
def county(meishan_clerk: Person, sysadmin: Person, data_reviewer: Person, mabu_clerk: Person) -> County:
    return County(
        web.of(meishan_clerk),
        web.of(sysadmin),
        web.of(data_reviewer),
        mabu_clerk,
        obligation_of("meishan").pk,
        drafted("meishan", rows=2, by=meishan_clerk),
        scenes.latest(submitted("education", rows=2)),
    )


@pytest.mark.parametrize(("break_it", "status"), BROKEN)
def test_no_line_no_change(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    county: County,
    break_it: Callable[[Path, pytest.MonkeyPatch], None],
    status: int,
) -> None:
    """Each act is refused over HTTP with a page that says so, and no table has another row."""
    acts, before = county.acts(), copying.tables()
    break_it(folder, monkeypatch)
    for client, method, address, told in acts:
        answer = getattr(client, method)(address, told)
        assert (address, answer.status_code) == (address, status)
        assert "这次操作没有进行，什么也没有改变" in answer.content.decode()
        assert copying.tables() == before, address
    assert county.admin.get("/").status_code == 200


def test_the_same_acts_are_done_while_it_can_be_written(folder: Path, county: County) -> None:
    """So that the test above cannot pass by refusing for another reason."""
    for client, method, address, told in county.acts():
        count = Entry.objects.count()
        answer = getattr(client, method)(address, told)
        assert (address, answer.status_code < 500) == (address, True)
        if method == "get":
            answer.getvalue()
        assert Entry.objects.count() > count, address
    assert copies.compare([folder]).fault is None


def test_who_could_not_be_recorded_is_not_logged_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, meishan_clerk: Person
) -> None:
    full(folder, monkeypatch)
    client = Client()
    assert client.post("/login/", {"username": "clerk-meishan", "password": PASSWORD}).status_code == 507
    assert "sessionid" not in client.cookies
    assert client.get("/").status_code == 302


def test_a_script_is_told_in_json(folder: Path, monkeypatch: pytest.MonkeyPatch, county: County) -> None:
    full(folder, monkeypatch)
    address = reverse("person_active", args=[county.other.pk])
    answer = county.admin.post(address, {"active": "0"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (507, "application/json")
    assert "这次操作没有进行" in answer.json()["message"]


def test_who_swallows_it_gains_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, meishan_clerk: Person) -> None:
    full(folder, monkeypatch)
    before = journal.head()
    with transaction.atomic():
        with transaction.atomic():
            Person.objects.filter(pk=meishan_clerk.pk).update(display_name="changed")
            with pytest.raises(Unavailable):
                journal.record(meishan_clerk, "login.ok", meishan_clerk)
        assert Person.objects.get(pk=meishan_clerk.pk).display_name != "changed"
    assert journal.head() == before


def test_a_middleware_is_refused_as_a_page_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, meishan_clerk: Person, settings: Any
) -> None:
    """An expired session ends with an entry; where there can be none, the visitor is out all the same."""
    client = Client(raise_request_exception=False)
    client.force_login(meishan_clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/")
    full(folder, monkeypatch)
    monkeypatch.setattr(time, "time", lambda: time.monotonic() + 10**10)
    answer = client.get("/")
    assert answer.status_code == 507
    assert "这次操作没有进行" in answer.content.decode()
    assert client.cookies["sessionid"].value == ""


def test_a_disk_that_fills_in_the_middle_of_a_line(folder: Path, meishan_clerk: Person) -> None:
    """A real short write: the act is refused; once there is room the torn line is closed and passed over."""
    tampering.write(meishan_clerk, 3)
    size = copying.the_file(folder).stat().st_size
    before = journal.head()
    with copying.little_room(size + 40), pytest.raises(Unavailable) as refused, transaction.atomic():
        journal.record(meishan_clerk, "login.ok", meishan_clerk)
    assert refused.value.status == 507
    assert copying.the_file(folder).stat().st_size == size + 40
    assert journal.head() == before
    with copying.little_room(size + 40), pytest.raises(Unavailable), transaction.atomic():
        journal.record(meishan_clerk, "login.ok", meishan_clerk)
    tampering.write(meishan_clerk, 2)
    assert len(copying.raw(folder)) == 6
    found = copies.compare([folder])
    assert (found.fault, found.torn, found.compared) == (None, 1, 5)
    assert Entry.objects.count() == before[0] + 2
