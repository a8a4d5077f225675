"""The journal against its copy: a change of the one is found by the other, and nobody innocent is suspected."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from agencies.models import Person
from audit import copies, journal, sink
from audit.models import Entry, Head
from tests.audit import copying, tampering
from tests.factories import make_person


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_SINK = tmp_path
    return tmp_path


@pytest.fixture
def first(folder: Path, real_db: str) -> int:
    """Number of the first of seven entries at the chain's end, all of them in the copy and confirmed."""
    person = make_person("someone", "meishan")
    written = [tampering.write(person, 1)[0].seq for _ in range(7)]
    return written[0]


def test_what_was_done_stands_in_both(folder: Path, first: int) -> None:
    found = copies.compare([folder])
    assert (found.fault, found.unfinished, found.torn) == (None, 0, 0)
    assert found.first + found.compared - 1 == journal.head()[0] == first + 6


# --- the database was changed -----------------------------------------------------------------------------------------
def rewritten(first: int) -> None:
    tampering.rewrite(first + 2)


def all_rewritten(first: int) -> None:
    tampering.rewrite(0)


def put_back(first: int) -> None:
    tampering.put_back(first + 2)


def the_last_removed(first: int) -> None:
    tampering.put_back(first + 5)


def the_last_replaced(first: int) -> None:
    tampering.put_back(first + 5)
    entry = Entry.objects.get(seq=first + 5)
    entry.seq, entry.previous_hash, entry.facts = first + 6, entry.hash, {"number": 0, "forged": True}
    entry.hash = journal.digest(entry)
    entry.save(force_insert=True)
    Head.objects.update(seq=entry.seq, hash=entry.hash)


def inserted(first: int) -> None:
    """A new entry in the middle, and all the rest moved up and made to fit."""
    tampering.sql("UPDATE audit_entry SET seq = -seq - 1, hash = -seq WHERE seq >= %s", first + 3)
    tampering.sql("UPDATE audit_entry SET seq = -seq WHERE seq < 0")
    forged = Entry.objects.get(seq=first + 2)
    forged.seq, forged.hash = first + 3, "x"
    forged.save(force_insert=True)
    Head.objects.update(seq=first + 7)
    tampering.rewrite_hashes(first + 3)


@pytest.mark.parametrize(
    ("tamper", "where", "why"),
    [
        (rewritten, 3, "与日志副本不符"),
        (all_rewritten, None, "与日志副本不符"),
        (put_back, 3, "确认写成，数据库里却没有"),
        (the_last_removed, 6, "确认写成，数据库里却没有"),
        (the_last_replaced, 6, "与日志副本不符"),
        (inserted, 3, "与日志副本不符"),
    ],
)
def test_a_sound_chain_that_is_not_ours(
    folder: Path, first: int, tamper: Callable[[int], None], where: int | None, why: str
) -> None:
    """T31, F31: the chain itself holds; the copy names the first entry that is not the one that was written."""
    with tampering.without_trigger():
        tamper(first)
    assert journal.verify()[1] is None
    found = copies.compare([folder])
    assert found.fault is not None
    assert found.fault.seq == (found.first if where is None else first + where)
    assert why in found.fault.reason or "确认写成" in found.fault.reason
    with pytest.raises(CommandError, match=f"与日志副本核对：第 {found.fault.seq} 条") as failed:
        call_command("verify_audit", "--sink", stdout=StringIO())
    assert failed.value.returncode == 1


def test_what_was_removed_is_still_known_after_others_wrote_on(folder: Path, first: int) -> None:
    """The last entry is removed, and the number is taken by the next one: not mistaken for a rollback."""
    with tampering.without_trigger():
        the_last_removed(first)
    tampering.write(Person.objects.get(username="someone"), 3)
    found = copies.compare([folder])
    assert found.fault is not None
    assert (found.fault.seq, found.unfinished) == (first + 6, 0)


def test_a_lost_confirmation_is_made_up_for_by_the_next(folder: Path, first: int) -> None:
    copying.keep_only(folder, without=("confirmed", first + 4))
    assert copies.compare([folder]).fault is None
    with tampering.without_trigger():
        put_back(first)
    found = copies.compare([folder])
    assert found.fault is not None
    assert (found.fault.seq, found.unfinished) == (first + 3, 0)


# --- the copy was changed ---------------------------------------------------------------------------------------------
def line_removed(folder: Path, first: int) -> None:
    copying.keep_only(folder, without=("seq", first + 3))


def line_changed(folder: Path, first: int) -> None:
    file = copying.the_file(folder)
    marked = f'"seq":{first + 3}}}'.encode()
    lines = file.read_bytes().split(b"\n")
    lines = [line.replace(b"someone", b"anybody") if line.endswith(marked) else line for line in lines]
    file.write_bytes(b"\n".join(lines))


def copy_cut(folder: Path, first: int) -> None:
    kept = [line for line in copying.raw(folder) if f'"seq":{first + 3}'.encode() not in line]
    cut = kept[: next(place for place, line in enumerate(kept) if f'"seq":{first + 4}'.encode() in line)]
    copying.the_file(folder).write_bytes(b"\n".join(cut) + b"\n")


@pytest.mark.parametrize(
    ("tamper", "why"),
    [(line_removed, "在日志副本里没有"), (line_changed, "在日志副本里的内容被改动过"), (copy_cut, "在日志副本里没有")],
)
def test_a_changed_copy(folder: Path, first: int, tamper: Callable[[Path, int], None], why: str) -> None:
    tamper(folder, first)
    found = copies.compare([folder])
    assert found.fault is not None
    assert (found.fault.seq, found.fault.reason) == (first + 3, why)


# --- nothing was changed ----------------------------------------------------------------------------------------------
def test_an_entry_under_way_is_not_suspected(folder: Path, first: int) -> None:
    """Its line is written, its commit is still to come; nor one that is committed while the copy is read."""
    person = Person.objects.get(username="someone")
    found: list[copies.Comparison] = []

    def look() -> None:
        try:
            found.append(copies.compare([folder]))
        finally:
            connection.close()

    with transaction.atomic():
        journal.record(person, "login.ok", person)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(30)
    assert [(each.fault, each.unfinished) for each in found] == [(None, 1)]
    found.append(copies.compare([folder]))
    assert (found[1].fault, found[1].unfinished, found[1].compared) == (None, 0, found[0].compared + 1)


def test_one_written_between_the_two_readings(folder: Path, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Length, then copy, then table: an entry that comes after the copy was read is in the table only."""
    person = Person.objects.get(username="someone")
    judge = copies._judge

    def somebody_writes() -> None:
        tampering.write(person, 2)
        connection.close()

    def late(length: int, torn: int) -> copies.Comparison:
        thread = threading.Thread(target=somebody_writes)
        thread.start()
        thread.join(30)
        return judge(length, torn)

    monkeypatch.setattr(copies, "_judge", late)
    found = copies.compare([folder])
    assert (found.fault, found.compared) == (None, first + 6 - found.first + 1)
    assert journal.head()[0] == first + 8


def test_a_copy_begun_later_or_moved_away_month_by_month(folder: Path, first: int) -> None:
    """What it does not hold any more is not compared, and where it begins is said."""
    lines = copying.raw(folder)
    start = next(place for place, line in enumerate(lines) if f'"seq":{first + 2}}}'.encode() in line)
    copying.the_file(folder).write_bytes(b"\n".join(lines[start:]) + b"\n")
    found = copies.compare([folder])
    assert (found.first, found.compared, found.fault) == (first + 2, 5, None)
    out = StringIO()
    call_command("verify_audit", "--sink", stdout=out)
    assert f"日志副本从第 {first + 2} 条起，5 条逐条相符。" in out.getvalue()


def test_several_machines_each_with_a_copy_of_its_own(folder: Path, first: int, settings: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    settings.AUDIT_SINK = other
    tampering.write(Person.objects.get(username="someone"), 2)
    assert copies.compare([folder, other]).fault is None
    missing = copies.compare([folder]).fault
    assert missing is not None
    assert missing.seq == first + 7
    out = StringIO()
    call_command("verify_audit", "--sink", str(folder), str(other), stdout=out)
    assert "逐条相符" in out.getvalue()


def test_lines_that_are_none(folder: Path, first: int) -> None:
    """Whatever stands in the file, the comparison ends, and what is whole is compared."""
    junk = [
        b'{"seq":5,"ha', b"", b"   ", b"[]", b"null", b"1e999", b'{"hash":1}', b"\xff\xfe", b"[" * 100_000,
        b'{"confirmed":"x","hash":"' + b"0" * 64 + b'"}', b'{"confirmed":1e40,"hash":"' + b"0" * 64 + b'"}',
        b'{"seq":99999999999999999999,"previous":"' + b"0" * 64 + b'","hash":"' + b"0" * 64 + b'"}',
        b'{"seq":1,"previous":"\\\\N\\t","hash":"' + b"0" * 64 + b'"}',
        b'{"seq":1,"a":"\\ud800","previous":"' + b"0" * 64 + b'","hash":"' + b"0" * 64 + b'"}',
    ]  # fmt: skip
    with copying.the_file(folder).open("ab") as file:
        file.write(b"\n".join(junk) + b"\n")
    found = copies.compare([folder])
    assert (found.fault, found.torn) == (None, len(junk) - 2)


@pytest.mark.parametrize("how", ["empty", "gone", "off", "torn", "unreadable"])
def test_nothing_to_compare_with(folder: Path, first: int, settings: Any, how: str) -> None:
    """2, not 1: that the disk is not mounted is no forgery, and no proof of soundness either."""
    shutil.rmtree(folder)
    if how in ("empty", "torn", "unreadable"):
        folder.mkdir()
    if how == "unreadable":
        (folder / f"2026-11{sink.SUFFIX}").mkdir()
    if how == "torn":
        (folder / f"2026-11{sink.SUFFIX}").write_bytes(b'{"seq":')
    if how == "off":
        settings.AUDIT_SINK = None
    with pytest.raises(CommandError, match="日志副本") as failed:
        call_command("verify_audit", "--sink", stdout=StringIO())
    assert failed.value.returncode == 2
