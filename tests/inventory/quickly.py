"""The intake without its processes: the reader's own code in this process, storage of the test's own."""

from __future__ import annotations

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agencies.models import Person
from demo.paper import stamped_page
from files import services as files
from files.models import StoredFile
from inventory import services
from inventory.models import Submission, Version
from inventory.paper import codes
from sheets import child
from sheets.confined import ChildResult

PAGE = stamped_page()


def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reading job do the child's work in this process: the same code, without its start."""

    def run(args: list[str], *, cwd: Path, **_: Any) -> ChildResult:
        assert args[0] == "sheets.child"
        try:
            return ChildResult(child.main(args[1:]), 0, 0.0, 0.0, "")
        finally:
            gc.enable()  # the child does without, for its short life

    monkeypatch.setattr(child, "emit", lambda _: None)
    monkeypatch.setattr("inventory.staging.confined", SimpleNamespace(run=run))


def store_in(settings: Any, folder: Path) -> None:
    """Keep originals in this folder, so that every file there is one of this test's."""
    storages = {**settings.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": str(folder), "base_url": None}}
    settings.STORAGES = storages


def stamp(by: Person, submission: Submission) -> Version:
    """Attach a scan as it would stand after its checks."""
    assert by.agency_id is not None
    with files.keeping():
        scan = files.store(
            [PAGE], kind=StoredFile.Kind.SCAN, name="盖章.png", suffix="png", agency_id=by.agency_id, by=by
        )
        code = codes.code_of(submission.versions.latest("number"))
        return services.attach_scan(by, submission.pk, scan, [code.text] if code else [])
