"""The daily heads: written once, made up for, never of what does not hold."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agencies.models import Person
from audit import daily, journal
from audit.models import DailyHead, Entry
from tests.audit import tampering
from tests.factories import make_person


def days_ago(days: int, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime.combine(today() - timedelta(days=days), time(hour)))


def today() -> date:
    return timezone.localdate()


def lived(by: Person, *days: int) -> list[int]:
    """The whole journal so far, and one entry for each of `days` (so many days ago); their numbers."""
    written = tampering.write(by, len(days))
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET at = %s", days_ago(max(days)))
        for entry, ago in zip(written, days, strict=True):
            tampering.sql("UPDATE audit_entry SET at = %s WHERE seq = %s", days_ago(ago), entry.seq)
        tampering.rewrite_hashes(1)
    return [entry.seq for entry in written]


def told() -> list[tuple[int, int, int]]:
    """(days ago, number, count) of each head, oldest first."""
    return [((today() - head.day).days, head.seq, head.entries) for head in DailyHead.objects.order_by("day")]


def test_each_day_that_is_over_has_its_head(meishan_clerk: Person) -> None:
    """Missed days are made up for, days without an entry have their head too, today has none yet."""
    first, second, third, fourth, _ = lived(meishan_clerk, 5, 5, 2, 1, 0)
    written = daily.seal()
    assert told() == [(5, second, second), (4, second, 0), (3, second, 0), (2, third, 1), (1, fourth, 1)]
    assert [head.day for head in written] == sorted(DailyHead.objects.values_list("day", flat=True))
    assert first < second
    for head in DailyHead.objects.all():
        assert head.hash == Entry.objects.get(seq=head.seq).hash
    assert daily.seal() == []
    assert journal.verify()[1] is None


def test_the_next_day_goes_on_where_the_last_one_ended(meishan_clerk: Person) -> None:
    first, second = lived(meishan_clerk, 3, 2)
    daily.seal()
    with tampering.without_trigger():
        tampering.sql("DELETE FROM audit_dailyhead WHERE day > %s", today() - timedelta(days=3))
    assert told() == [(3, first, first)]
    daily.seal()
    assert told() == [(3, first, first), (2, second, 1), (1, second, 0)]
    assert sum(head.entries for head in DailyHead.objects.all()) == second


def test_a_clock_that_goes_back_shifts_no_entry_before_its_predecessor(meishan_clerk: Person) -> None:
    """F25: days follow the numbers."""
    lived(meishan_clerk, 5, 3, 4, 3, 0)
    daily.seal()
    assert [count for _, _, count in told()][1:] == [0, 3, 0, 0]
    assert journal.verify()[1] is None


def test_nothing_to_seal(real_db: str) -> None:
    with tampering.without_trigger():
        tampering.sql("DELETE FROM audit_entry")
        tampering.sql("UPDATE audit_head SET seq = 0, hash = repeat('0', 64)")
    assert daily.seal() == []


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_dailyhead SET seq = 1", "DELETE FROM audit_dailyhead", "TRUNCATE audit_dailyhead"]
)
def test_heads_are_never_changed(meishan_clerk: Person, statement: str) -> None:
    lived(meishan_clerk, 1)
    daily.seal()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        tampering.sql(statement)


def test_what_does_not_hold_is_not_sealed(meishan_clerk: Person) -> None:
    """The days certainly over before it are; and it is said where it breaks."""
    first, _, third, _ = lived(meishan_clerk, 4, 3, 2, 1)
    with tampering.without_trigger():
        tampering.sql("UPDATE audit_entry SET actor_name = 'x' WHERE seq = %s", third)
    with pytest.raises(daily.Broken) as broken:
        daily.seal()
    assert broken.value.seq == third
    assert told()[-1][:2] == (4, first)
    with pytest.raises(CommandError, match=f"第 {third} 条内容与校验值不符") as failed:
        call_command("seal_journal")
    assert failed.value.returncode == 1


def test_a_removed_or_swapped_entry_is_not_sealed(meishan_clerk: Person) -> None:
    _, second, third, _ = lived(meishan_clerk, 4, 3, 2, 1)
    with tampering.without_trigger():
        tampering.sql("DELETE FROM audit_entry WHERE seq = %s", second)
    with pytest.raises(daily.Broken, match="缺失") as broken:
        daily.seal()
    assert broken.value.seq == second
    assert third > second


def test_a_journal_rewritten_behind_a_head_is_not_sealed(meishan_clerk: Person) -> None:
    first, *_ = lived(meishan_clerk, 3, 0)
    daily.seal()
    later = tampering.write(meishan_clerk, 1)[0].seq
    with tampering.without_trigger():
        heads = list(DailyHead.objects.values_list("day", "hash"))
        tampering.rewrite(first - 1)
        for day, text in heads:
            DailyHead.objects.filter(day=day).update(hash=text)
        tampering.sql("DELETE FROM audit_dailyhead WHERE day = %s", today() - timedelta(days=1))
    with pytest.raises(daily.Broken, match="与上一条的校验值不衔接") as broken:
        daily.seal()
    assert broken.value.seq == first + 1 <= later
    checked, fault = journal.verify()
    assert fault is not None
    assert (checked, fault.seq) == (0, first)
    assert "每日链尾不符" in fault.reason


def test_an_older_state_under_newer_heads_is_not_sealed(meishan_clerk: Person) -> None:
    first, second = lived(meishan_clerk, 3, 2)
    daily.seal()
    with tampering.without_trigger():
        heads = list(DailyHead.objects.all())
        tampering.put_back(first)
        DailyHead.objects.exclude(seq=first).delete()
        DailyHead.objects.bulk_create(head for head in heads if head.seq == second)
    with pytest.raises(daily.Broken, match=f"第 {second} 条"):
        daily.seal()
    assert "比抄存时短" in str(journal.verify()[1])


def test_two_workers_seal_a_day_once(real_db: str) -> None:
    person = make_person("someone", "meishan")
    lived(person, 3, 2)
    connection.commit()
    start = threading.Barrier(4)
    written: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(30)
            written.append(len(daily.seal()))
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert sorted(written) == [0, 0, 0, 3]


def test_the_command_prints_what_is_to_be_kept(meishan_clerk: Person) -> None:
    lived(meishan_clerk, 2, 0)
    out = StringIO()
    call_command("seal_journal", stdout=out)
    assert len(out.getvalue().splitlines()) == 4
    again = StringIO()
    call_command("seal_journal", stdout=again)
    assert len(again.getvalue().splitlines()) == 2
    call_command("seal_journal", "--all", "--form", "csv", stdout=again)
    assert f"{today() - timedelta(days=2):%Y-%m-%d}," in again.getvalue()
