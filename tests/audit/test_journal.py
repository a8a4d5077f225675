"""Writing the journal, and finding out when somebody wrote in it by hand (T31, T32)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from agencies.models import Person
from audit import journal
from audit.models import Entry, Head
from tests.audit.tampering import put_back, rewrite, sql, without_trigger, write
from tests.factories import make_person


@pytest.fixture
def first(meishan_clerk: Person) -> int:
    """Number of the first of seven entries at the chain's end."""
    seq = write(meishan_clerk, 7)[0].seq
    connection.check_constraints()
    return seq


def test_an_entry_says_who_what_when_where(meishan_clerk: Person) -> None:
    token = journal.current_address.set("10.1.2.3")
    entry = journal.record(meishan_clerk, "login.ok", meishan_clerk, agency_id=7, rows=3, note="流波䃥镇")
    journal.current_address.reset(token)
    stored = Entry.objects.get(pk=entry.seq)
    assert (stored.actor_id, stored.actor_name, stored.action) == (meishan_clerk.pk, "clerk-meishan", "login.ok")
    assert (stored.object_type, stored.object_id, stored.agency_id) == ("agencies.person", str(meishan_clerk.pk), 7)
    assert (stored.address, stored.facts) == ("10.1.2.3", {"rows": 3, "note": "流波䃥镇"})
    assert journal.head() == (stored.seq, stored.hash)
    assert journal.verify() == (stored.seq, None)


def test_facts_come_back_as_they_went_in(meishan_clerk: Person) -> None:
    told: dict[str, Any] = {
        "text": 'a\n{"event":"login.ok"}\u202e\x1b[31m',
        "nul": "a\x00b",
        "half": "a\ud800b",
        "numbers": [1, 1.0, 1e20, 0.1, 1e-7, -0.0, 12345678901234567890123],
        "nested": {"b": None, "a": True},
        "pair": (1, 2),
    }
    entry = journal.record(meishan_clerk, "login.ok", meishan_clerk, **told)
    stored = Entry.objects.get(pk=entry.seq)
    assert stored.facts["text"] == told["text"]
    assert (stored.facts["nul"], stored.facts["half"]) == ("a\ufffdb", "a?b")
    assert stored.facts["numbers"] == [1, 1, 10**20, 0.1, 1e-7, 0, 12345678901234567890123]
    assert stored.facts["pair"] == [1, 2]
    assert journal.verify()[1] is None


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_only_plain_values(meishan_clerk: Person, value: object) -> None:
    with pytest.raises(TypeError, match="no plain JSON value"):
        journal.record(meishan_clerk, "login.ok", meishan_clerk, value=value)


def test_no_change_no_entry(meishan_clerk: Person) -> None:
    """An entry lives and dies with the change it tells of."""
    before = journal.head()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(meishan_clerk, 2)
        _ = 1 / 0
    assert journal.head() == before
    assert journal.verify() == (before[0], None)


def test_outside_a_transaction_nothing_is_written(real_db: str) -> None:
    person = make_person("someone", "meishan")
    before = journal.head()
    with pytest.raises(transaction.TransactionManagementError):
        journal.record(person, "login.ok", person)
    assert journal.head() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE agencies_person CASCADE",
    ],
)
def test_the_database_refuses_changes(first: int, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        sql(statement)
    assert journal.verify() == (first + 6, None)


def test_there_is_one_head(first: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Head.objects.create(id=2)


def change(first: int) -> None:
    sql("UPDATE audit_entry SET facts = '{\"number\": 99}' WHERE seq = %s", first + 3)


def change_time(first: int) -> None:
    sql("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE seq = %s", first + 3)


def change_and_rehash(first: int) -> None:
    entry = Entry.objects.get(seq=first + 3)
    entry.actor_name = "somebody-else"
    Entry.objects.filter(seq=entry.seq).update(actor_name=entry.actor_name, hash=journal.digest(entry))


def remove(first: int) -> None:
    sql("DELETE FROM audit_entry WHERE seq = %s", first + 3)


def swap(first: int) -> None:
    sql("UPDATE audit_entry SET seq = -1 WHERE seq = %s", first + 3)
    sql("UPDATE audit_entry SET seq = %s WHERE seq = %s", first + 3, first + 4)
    sql("UPDATE audit_entry SET seq = %s WHERE seq = -1", first + 4)


def insert(first: int) -> None:
    sql("UPDATE audit_entry SET seq = seq + 1000 WHERE seq >= %s", first + 3)
    sql(
        "INSERT INTO audit_entry (seq, at, actor_id, actor_name, action, object_type, object_id, facts,"
        " previous_hash, hash) SELECT %s, at, actor_id, actor_name, action, object_type, object_id, facts, hash, 'x'"
        " FROM audit_entry WHERE seq = %s",
        first + 3,
        first + 2,
    )


def cut_tail(first: int) -> None:
    sql("DELETE FROM audit_entry WHERE seq >= %s", first + 3)


@pytest.mark.parametrize(
    ("tamper", "where", "why"),
    [
        (change, 3, "内容与校验值不符"),
        (change_time, 3, "内容与校验值不符"),
        (change_and_rehash, 4, "与上一条的校验值不衔接"),
        (remove, 3, "缺少第"),
        (swap, 3, "与上一条的校验值不衔接"),
        (insert, 3, "内容与校验值不符"),
        (cut_tail, 3, "链尾不符"),
    ],
)
def test_what_was_done_by_hand_is_found(first: int, tamper: Callable[[int], None], where: int, why: str) -> None:
    with without_trigger():
        tamper(first)
    checked, fault = journal.verify()
    assert fault is not None
    assert (checked, fault.seq) == (first + where - 1, first + where)
    assert why in fault.reason
    out = StringIO()
    with pytest.raises(CommandError, match=f"第 {first + where} 条") as failed:
        call_command("verify_audit", stdout=out)
    assert failed.value.returncode == 1
    assert out.getvalue() == ""


def test_an_emptied_journal_is_found(first: int) -> None:
    with without_trigger():
        sql("DELETE FROM audit_entry")
    checked, fault = journal.verify()
    assert (checked, fault and fault.seq) == (0, 1)


def rewritten(first: int) -> None:
    rewrite(first + 2)


def restored(first: int) -> None:
    put_back(first + 2)


@pytest.mark.parametrize(("tamper", "where", "why"), [(rewritten, 6, "与抄存的链尾不符"), (restored, 3, "比抄存时短")])
def test_an_anchor_finds_what_the_chain_cannot(first: int, tamper: Callable[[int], None], where: int, why: str) -> None:
    """T31, F31."""
    anchor = journal.head()
    assert journal.verify(anchor) == (first + 6, None)
    with without_trigger():
        tamper(first)
    assert journal.verify()[1] is None
    fault = journal.verify(anchor)[1]
    assert fault is not None
    assert fault.seq == first + where
    assert why in fault.reason


def test_the_more_anchors_the_nearer_the_place(first: int, tmp_path: Path) -> None:
    """A rewritten journal holds up to the last anchor that fits; the fault lies between that and the next one."""
    kept = [journal.Kept(*journal.anchor(first + place)) for place in (0, 1, 4, 6)]
    with without_trigger():
        rewritten(first)
    checked, fault = journal.verify(kept=kept)
    assert fault is not None
    assert (checked, fault.seq) == (first + 1, first + 4)
    assert f"第 {first + 2} 条至第 {first + 4} 条之间被改写" in fault.reason
    file = tmp_path / "heads.txt"
    file.write_text("# 抄自登记簿\n" + "".join(f"{each.seq}:{each.hash}\n" for each in kept), encoding="utf-8")
    with pytest.raises(CommandError, match=f"前 {first + 1} 条完好，第 {first + 4} 条与抄存的链尾不符"):
        call_command("verify_audit", "--anchors", str(file), stdout=StringIO())


def test_anchors_that_contradict_each_other(first: int) -> None:
    sound = journal.Kept(*journal.anchor(first))
    assert journal.verify(kept=[sound, journal.Kept(first, "f" * 64)])[1] is not None
    assert journal.verify(kept=[journal.Kept(0, journal.FIRST_HASH), sound])[1] is None
    assert journal.verify(kept=[journal.Kept(0, "f" * 64)]) == (0, journal.Fault(1, "与抄存的链尾不符"))


def test_the_command(first: int) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    seq, text = journal.head()
    assert f"审计日志完整：已核对 {seq} 条，没有发现差错。" in out.getvalue()
    assert f"{seq}:{text}" in out.getvalue()
    call_command("verify_audit", "--anchor", f"{seq}:{text}", stdout=out)
    with pytest.raises(CommandError, match="与抄存的链尾不符"):
        call_command("verify_audit", "--anchor", f"{seq}:{'0' * 64}", stdout=out)
    for wrong in (["--anchor", "yesterday"], ["--anchor", f"1:{'g' * 64}"], ["--anchors", "/nowhere/heads.txt"]):
        with pytest.raises(CommandError, match="抄存的链尾无法使用") as unreadable:
            call_command("verify_audit", *wrong, stdout=out)
        assert unreadable.value.returncode == 2


def test_eight_writers_at_once(real_db: str) -> None:
    """Real transactions, one of them rolled back each time: one chain without a gap."""
    people = [make_person(f"writer-{number}", "meishan") for number in range(8)]
    begun = journal.head()[0]
    start = threading.Barrier(8)
    failures: list[BaseException] = []

    def work(person: Person) -> None:
        try:
            start.wait(30)
            for turn in range(10):
                try:
                    with transaction.atomic():
                        journal.record(person, "login.ok", person, turn=turn)
                        if turn % 5 == 0:
                            raise InterruptedError
                except InterruptedError:
                    pass
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert journal.verify() == (begun + 8 * 8, None)
    for person in people:
        turns = [entry.facts["turn"] for entry in Entry.objects.filter(actor=person).order_by("seq")]
        assert turns == [1, 2, 3, 4, 6, 7, 8, 9]


def test_verifying_makes_nobody_wait(real_db: str) -> None:
    """While somebody holds the head, the chain can be walked; and the walk does not see the half-done."""
    person = make_person("someone", "meishan")
    write(person, 5)
    checked: list[tuple[int, object]] = []

    def walk() -> None:
        try:
            checked.append(journal.verify())
        finally:
            connection.close()

    with transaction.atomic():
        before = journal.head()[0]
        journal.record(person, "login.ok", person)
        thread = threading.Thread(target=walk)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
    assert checked == [(before, None)]


def test_the_anchor_is_of_what_was_verified(first: int, meishan_clerk: Person) -> None:
    checked, _ = journal.verify()
    with transaction.atomic():
        journal.record(meishan_clerk, "test.later", meishan_clerk)
    assert journal.anchor(checked)[0] == checked
    assert journal.verify(journal.anchor(checked))[1] is None
    assert journal.anchor(checked) != journal.head()
