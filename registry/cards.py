"""Cards: for each registered thing what lists ask for, with the indexes that make a million of them quick to look up.

A card is written a moment after its thing, so that acceptance pays for none of those indexes. Until then the thing is
noted as stale, by a trigger in the very statement that writes it, and lists read stale things themselves: a list is
always right, and quick once its cards are (docs/decisions/0021). The tally counts cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import RawSQL

from . import grams
from .models import Identity, Life

BATCH = 5_000
"""Cards written in one transaction."""
_LOCK = 0x4A5A0021


class Card(models.Model):
    """The fields of `Identity` that lists filter by, under the same names; `id` is the thing's.

    `text`: what can be searched, line by line, in plain form; `words`: its grams.
    """

    id = models.BigIntegerField(primary_key=True)
    life = models.CharField(max_length=10, choices=Life.choices)
    reporting_agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    owner = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    supervisor = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    place_kind = models.CharField(max_length=30)
    text = models.TextField()
    words = ArrayField(models.IntegerField())

    class Meta:
        abstract = True

    @staticmethod
    def indexes_for(name: str, *fields: str) -> list[models.Index]:
        """For each field the ids under each of its values, in order; and the grams."""
        found: list[models.Index] = [
            models.Index(fields=[field, "id"], name=f"{name}_{field[:16]}") for field in fields
        ]
        return [*found, GinIndex(fields=["words"], name=f"{name}_words")]


class Stale(models.Model):
    """Things whose cards are behind: those from `first_id` to `last_id`. `fresh`: there is no card of them yet."""

    id = models.BigAutoField(primary_key=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    fresh = models.BooleanField()

    class Meta:
        abstract = True


class Tally(models.Model):
    """How many cards there are of one life, agency and kind of place."""

    id = models.BigAutoField(primary_key=True)
    life = models.CharField(max_length=10)
    reporting_agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    place_kind = models.CharField(max_length=30)
    things = models.BigIntegerField()

    class Meta:
        abstract = True

    @staticmethod
    def once(name: str) -> models.UniqueConstraint:
        return models.UniqueConstraint(fields=["life", "reporting_agency", "place_kind"], name=f"{name}_once")


@dataclass(frozen=True)
class Cards:
    """The cards of one kind of thing. `lines` gives the lines that a thing is found by, from the values of `reads`."""

    thing: type[Identity]
    card: type[Card]
    stale: type[Stale]
    tally: type[Tally]
    reads: tuple[str, ...]
    lines: Callable[..., Sequence[str | None]]

    def manager(self) -> models.Manager[Any]:
        return self.card._default_manager

    def knows(self, field: str) -> bool:
        """Whether a condition on this field of the thing can be asked of the card."""
        return field in self._fields

    @property
    def _fields(self) -> frozenset[str]:
        names = {name for field in self.card._meta.concrete_fields for name in (field.name, field.attname)}
        return frozenset(names - {"text", "words"})

    def is_behind(self) -> bool:
        """Whether any card is."""
        return self.stale._default_manager.exists()

    def stale_things(self) -> RawSQL:
        """Ids of the things whose cards are behind."""
        sql = f"""SELECT t.id FROM {self.stale._meta.db_table} s
                  JOIN {self.thing._meta.db_table} t ON t.id BETWEEN s.first_id AND s.last_id"""  # noqa: S608
        return RawSQL(sql, ())  # noqa: S611 - names of our own

    def good(self) -> models.QuerySet[Any]:
        """The cards that are not behind."""
        behind = models.Q(pk__in=self.stale._default_manager.filter(fresh=False).values("first_id"))
        return self.manager().exclude(behind)

    def catch_up(self, most: int = BATCH) -> int:
        """Write the cards of up to so many stale things; returns how many, 0 when there are none or another does it."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, self._number(cursor)])
            if not cursor.fetchone()[0]:
                return 0
            taken = self._take(cursor, most)
            if taken:
                self._write(cursor, taken)
            return len(taken)

    def catch_up_wholly(self) -> int:
        """Write all cards that are behind; returns how many."""
        total = 0
        while found := self.catch_up():
            total += found
        return total

    def _number(self, cursor: CursorWrapper) -> int:
        cursor.execute("SELECT hashtext(%s)", [self.card._meta.db_table])
        return int(cursor.fetchone()[0])

    def _take(self, cursor: CursorWrapper, most: int) -> list[int]:
        """Ids of stale things, which are noted as such no longer."""
        table, taken = self.stale._meta.db_table, set[int]()
        cursor.execute(f"SELECT id, first_id, last_id FROM {table} ORDER BY id LIMIT %s", [most])  # noqa: S608
        for pk, first, last in cursor.fetchall():
            room = most - len(taken)
            if room <= 0:
                break
            end = min(last, first + room - 1)
            taken.update(range(first, end + 1))
            if end < last:
                cursor.execute(f"UPDATE {table} SET first_id = %s WHERE id = %s", [end + 1, pk])  # noqa: S608
            else:
                cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])  # noqa: S608
        return sorted(taken)

    def _write(self, cursor: CursorWrapper, taken: list[int]) -> None:
        things, card, tally = (model._meta.db_table for model in (self.thing, self.card, self.tally))
        copied = [str(field.column) for field in self.card._meta.concrete_fields if field.name not in ("text", "words")]
        counted = "life, reporting_agency_id, place_kind"
        rows = self.thing._default_manager.filter(pk__in=taken).values_list("pk", *self.reads)
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS card_lines (id bigint, text text, words int[])")
        cursor.execute("TRUNCATE card_lines")
        cursor.copy_from(StringIO("".join(self._lines(rows))), "card_lines")
        # What is counted is read from the cards themselves: a thing may change between two statements.
        count = f"""INSERT INTO {tally} AS kept ({counted}, things)
                    SELECT {counted}, %s * count(*) FROM {card} WHERE id = ANY(%s) GROUP BY {counted}
                    ON CONFLICT ({counted}) DO UPDATE SET things = kept.things + excluded.things"""  # noqa: S608
        cursor.execute(count, [-1, taken])
        cursor.execute(f"DELETE FROM {card} WHERE id = ANY(%s)", [taken])  # noqa: S608
        cursor.execute(
            f"""INSERT INTO {card} ({", ".join(copied)}, text, words)
                SELECT {", ".join(f"t.{column}" for column in copied)}, l.text, l.words
                FROM card_lines l JOIN {things} t ON t.id = l.id ORDER BY t.id"""  # noqa: S608
        )
        cursor.execute(count, [1, taken])

    def _lines(self, rows: Any) -> Iterator[str]:
        """COPY lines of id, text and grams."""
        for pk, *values in rows:
            text = text_of(self.lines(*values))
            words = ",".join(map(str, grams.grams(text)))
            escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", " ").replace("\r", " ")
            yield f"{pk}\t{escaped}\t{{{words}}}\n"


def text_of(lines: Sequence[str | None]) -> str:
    """The lines in plain form, empty ones left out."""
    plain = (" ".join(grams.plain(line).split("\n")) for line in lines if line)
    return "\n".join(line for line in plain if line)


STALE_FUNCTION = """
CREATE FUNCTION note_stale() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_one bigint; last_one bigint; how_many bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT min(id), max(id), count(*) INTO first_one, last_one, how_many FROM fresh;
        IF how_many = 0 THEN
            RETURN NULL;
        ELSIF last_one - first_one + 1 = how_many THEN
            EXECUTE format('INSERT INTO %I (first_id, last_id, fresh) VALUES ($1, $2, true)', TG_ARGV[0])
                USING first_one, last_one;
        ELSE
            EXECUTE format('INSERT INTO %I (first_id, last_id, fresh) SELECT id, id, true FROM fresh', TG_ARGV[0]);
        END IF;
    ELSE
        EXECUTE format('INSERT INTO %I (first_id, last_id, fresh) SELECT id, id, false FROM fresh', TG_ARGV[0]);
    END IF;
    RETURN NULL;
END $$;
"""
DROP_STALE_FUNCTION = "DROP FUNCTION note_stale();"


def noted(things: str, stale: str) -> tuple[str, str]:
    """(forward, backward) SQL: whatever is written to `things` is noted in `stale`; so is what stands there already."""
    forward = "".join(
        f"CREATE TRIGGER {things}_{event.lower()}_stale AFTER {event} ON {things} REFERENCING NEW TABLE AS fresh"
        f" FOR EACH STATEMENT EXECUTE FUNCTION note_stale('{stale}');\n"
        for event in ("INSERT", "UPDATE")
    )
    forward += (
        f"INSERT INTO {stale} (first_id, last_id, fresh) SELECT min(id), max(id), true FROM {things}"  # noqa: S608
        " HAVING count(*) > 0;\n"
    )
    backward = "".join(f"DROP TRIGGER {things}_{event}_stale ON {things};\n" for event in ("insert", "update"))
    return forward, backward
