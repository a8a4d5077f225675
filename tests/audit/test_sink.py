"""The copy outside the database: one line an entry, from every process; and what a rollback or a kill leaves."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from agencies.models import Person
from audit import copies, journal, sink
from audit.models import Entry
from tests.audit import copying, tampering
from tests.factories import make_person


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_SINK = tmp_path
    return tmp_path


def test_a_line_says_what_the_entry_says(folder: Path, meishan_clerk: Person) -> None:
    entry = tampering.write(meishan_clerk, 2)[1]
    said = copying.lines(folder)[-1]
    assert said.pop("hash") == entry.hash
    assert (said["seq"], said["actor_name"], said["facts"]) == (entry.seq, "clerk-meishan", {"number": 1})
    assert said["previous"] == entry.previous_hash


def test_without_a_folder_there_is_no_copy(tmp_path: Path, settings: Any, meishan_clerk: Person) -> None:
    assert settings.AUDIT_SINK is None
    tampering.write(meishan_clerk, 1)
    assert list(tmp_path.iterdir()) == []


def test_no_text_forges_a_line(folder: Path, meishan_clerk: Person) -> None:
    """T32: line ends of every kind, controls, direction marks, an astral sign that cannot be seen."""
    text = 'a\n{"seq":1}\r\x0b\x0c\x1b[31m\x7f\x85\u2028\u2029\u202e\u2066\ufeff\U000e0001流波䃥镇𠀀'
    with transaction.atomic():
        entry = journal.record(meishan_clerk, "login.ok", meishan_clerk, text=text)
    whole = copying.the_file(folder).read_bytes().decode()
    assert whole.endswith("\n")
    assert whole[:-1].isprintable()
    assert len(whole.splitlines()) == 1
    said = json.loads(whole)
    assert (said["facts"]["text"], said["hash"]) == (text, entry.hash)
    assert "流波䃥镇𠀀" in whole
    assert copies.compare([folder]).fault is None


def test_a_file_for_each_month_of_the_county(folder: Path, meishan_clerk: Person) -> None:
    for at in (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, 0, tzinfo=UTC)):
        sink.write(Entry(seq=1, at=at, actor=meishan_clerk, facts={}, previous_hash="0" * 64, hash="1" * 64))
    assert sorted(file.name for file in folder.iterdir()) == ["2026-10.jsonl", "2026-11.jsonl"]


def test_others_may_not_read_it(folder: Path, meishan_clerk: Person) -> None:
    tampering.write(meishan_clerk, 1)
    assert copying.the_file(folder).stat().st_mode & 0o007 == 0


def test_our_own_place_is_made_and_a_named_one_is_not(tmp_path: Path, settings: Any, meishan_clerk: Person) -> None:
    settings.VAR_DIR = tmp_path
    settings.AUDIT_SINK = tmp_path / "journal" / "jinzhai"
    tampering.write(meishan_clerk, 1)
    assert len(copying.lines(settings.AUDIT_SINK)) == 1


def test_an_entry_is_confirmed_after_its_commit(folder: Path, real_db: str) -> None:
    person = make_person("someone", "meishan")
    with transaction.atomic():
        first = journal.record(person, "login.ok", person)
        assert copying.confirmed(folder)[-1:] != [first.seq]
    assert copying.confirmed(folder)[-1] == first.seq
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = journal.record(person, "login.ok", person, lost=True)
        _ = 1 / 0
    with transaction.atomic():
        try:
            with transaction.atomic():
                journal.record(person, "login.ok", person, inner=True)
                raise InterruptedError
        except InterruptedError:
            second = journal.record(person, "logout", person)
    assert first.seq + 1 == lost.seq == second.seq
    assert [said["seq"] for said in copying.lines(folder)[-4:]] == [first.seq, lost.seq, lost.seq, lost.seq]
    assert copying.confirmed(folder)[-2:] == [first.seq, second.seq]
    found = copies.compare([folder])
    assert (found.fault, found.unfinished, found.torn) == (None, 2, 0)


def test_a_confirmation_that_cannot_be_written_undoes_nothing(
    folder: Path, real_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person("someone", "meishan")
    with transaction.atomic():
        entry = journal.record(person, "login.ok", person)
        copying.the_file(folder).rename(folder / "moved.jsonl")
        folder.chmod(0o700)
        monkeypatch.setattr(os, "write", lambda *_: 0)
    assert Entry.objects.get(seq=entry.seq).hash == entry.hash
    assert entry.seq not in copying.confirmed(folder)


def test_many_processes_and_one_that_is_killed(folder: Path, real_db: str) -> None:
    """Three write at once, a fourth is killed between its line and its commit: whole lines, and one chain in both."""
    names = ["a", "b", "c", "d"]
    for name in names:
        make_person(name, "meishan")
    begun = journal.head()[0]
    running = [copying.process(real_db, folder, name, 20) for name in names[:3]]
    killed = copying.process(real_db, folder, "d", 1, "die")
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert killed.wait(60) == -9
    with transaction.atomic():
        journal.record(Person.objects.get(username="a"), "logout", Person.objects.get(username="a"))
    assert journal.verify() == (begun + 61, None)
    found = copies.compare([folder])
    assert (found.fault, found.unfinished, found.torn) == (None, 1, 0)
    assert found.first <= begun + 1
    assert len(copying.lines(folder)) == found.compared + 1
