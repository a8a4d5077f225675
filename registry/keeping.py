"""SQL that keeps the history of registered things: whoever changes one, the database keeps what it said before.

The identity's row is the open version. An UPDATE of it, in the very statement, puts the row as it was among the former
versions; a view shows both as one table of versions (docs/decisions/0025). So no change can forget its history, and
what is registered for the first time is written once.

A version's number rises with each change. Where a thing is updated without, what it said is kept under the number it
still has, which the invariants notice; a second update under one number (a code set aside for a moment) keeps nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

OWN = ("id", "number", "recorded_from", "recorded_to")


@dataclass(frozen=True)
class Kept:
    """A kind of registered things and its tables: the identities, their former versions, and the view of all."""

    kind: str
    things: str
    former: str
    versions: str

    def forward(self, cursor: CursorWrapper) -> None:
        """Make triggers and view for the columns that the table of former versions has now."""
        for sql in self._statements(self._columns(cursor)):
            cursor.execute(sql)

    def backward(self, cursor: CursorWrapper) -> None:
        cursor.execute(f"DROP VIEW {self.versions}")
        for event, what in (("update", "keep"), ("update", "once"), ("insert", "once")):
            cursor.execute(f"DROP TRIGGER {self.things}_{event}_{what} ON {self.things}")
        cursor.execute(f"DROP FUNCTION keep_{self.kind}(); DROP FUNCTION once_{self.kind}()")

    def _columns(self, cursor: CursorWrapper) -> list[str]:
        """What a version takes from the identity under the same name."""
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " ORDER BY attnum",
            [self.former],
        )
        return [name for (name,) in cursor.fetchall() if name not in (*OWN, f"{self.kind}_id")]

    def _statements(self, columns: Sequence[str]) -> list[str]:
        kind, things, former = self.kind, self.things, self.former
        own, old = ", ".join(columns), ", ".join(f"o.{column}" for column in columns)
        return [
            f"""CREATE VIEW {self.versions} AS
                SELECT id, {kind}_id, number, recorded_from, recorded_to, {own} FROM {former}
                UNION ALL
                SELECT -id, id, version_number, changed_at, NULL::timestamptz, {own} FROM {things}""",
            f"""CREATE FUNCTION keep_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO {former} ({kind}_id, number, recorded_from, recorded_to, {own})
                    SELECT o.id, o.version_number, o.changed_at, n.changed_at, {old}
                    FROM stale o JOIN fresh n ON n.id = o.id
                    WHERE o.* IS DISTINCT FROM n.* ORDER BY o.id
                    ON CONFLICT ({kind}_id, number) DO NOTHING;
                    RETURN NULL;
                END $$""",
            f"""CREATE FUNCTION once_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    first_one bigint; last_one bigint;
                BEGIN
                    SELECT min(source_row_id), max(source_row_id) INTO first_one, last_one FROM fresh;
                    -- Rows that are applied now are as a rule younger than all that were applied before.
                    IF NOT EXISTS (SELECT FROM {former} p WHERE p.source_row_id BETWEEN first_one AND last_one) THEN
                        RETURN NULL;
                    END IF;
                    IF EXISTS (SELECT FROM fresh n JOIN {former} p ON p.source_row_id = n.source_row_id
                               WHERE (p.{kind}_id, p.number) <> (n.id, n.version_number)) THEN
                        RAISE EXCEPTION 'a row is applied once' USING ERRCODE = 'unique_violation';
                    END IF;
                    RETURN NULL;
                END $$""",
            # By name, what was is kept before it is asked which rows were applied.
            f"""CREATE TRIGGER {things}_update_keep AFTER UPDATE ON {things} REFERENCING OLD TABLE AS stale
                NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_{kind}()""",
            *(
                f"""CREATE TRIGGER {things}_{event}_once AFTER {event} ON {things} REFERENCING NEW TABLE AS fresh
                    FOR EACH STATEMENT EXECUTE FUNCTION once_{kind}()"""
                for event in ("insert", "update")
            ),
        ]


KEPT = (
    Kept("platform", "platforms_platform", "platforms_platformformer", "platforms_platformversion"),
    Kept("pole", "cameras_pole", "cameras_poleformer", "cameras_poleversion"),
    Kept("camera", "cameras_camera", "cameras_cameraformer", "cameras_cameraversion"),
)


def move(cursor: CursorWrapper, kept: Kept) -> None:
    """Move versions from the one table where they all stood to where they stand now."""
    kind, things = kept.kind, kept.things
    columns = ", ".join(kept._columns(cursor))
    over = f"{kind}_id, number, recorded_from, recorded_to, {columns}"
    cursor.execute(f"ALTER TABLE {things} DISABLE TRIGGER USER")
    cursor.execute(
        f"""UPDATE {things} t SET ledger_entry_id = v.ledger_entry_id, source_row_id = v.source_row_id
            FROM {kept.versions} v WHERE v.{kind}_id = t.id AND v.recorded_to IS NULL"""
    )
    cursor.execute(f"ALTER TABLE {things} ENABLE TRIGGER USER")
    cursor.execute(
        f"""INSERT INTO {kept.former} ({over})
            SELECT {over} FROM {kept.versions} WHERE recorded_to IS NOT NULL ORDER BY id"""
    )
    cursor.execute(f"DROP TABLE {kept.versions}")
    kept.forward(cursor)
