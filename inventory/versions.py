"""What a version holds: its hash over the ordered row hashes, and the copy that the next version starts from."""

from __future__ import annotations

from django.db import connection, models

from agencies.models import Person

from .leftout import missing
from .models import RowFinding, SourceFile, Submission, Version
from .registering.targets import TARGETS


def contents(condition: str) -> str:
    """A subquery (version_id, hash) of the versions with rows that fulfil a condition on f.version_id.

    The order is the same on every machine: names of sheets go by their code points, not by a local alphabet. What is
    said of things that the rows leave out follows them; without such marks the hash is that of the rows alone.
    """
    parts = " UNION ALL ".join(
        f"""SELECT f.version_id, {place} AS kind, f.slot, of_sheet.sheet, of_sheet.hashes
            FROM inventory_sourcefile f, LATERAL (
                SELECT r.sheet, string_agg(r.row_hash, '' ORDER BY r.row) AS hashes FROM {target.rows} r
                WHERE r.source_file_id = f.id GROUP BY r.sheet) of_sheet WHERE {condition}"""
        for place, target in enumerate(TARGETS)
    )
    parts += f""" UNION ALL
            SELECT f.version_id, {len(TARGETS)}, 0, f.kind, string_agg(f.row_hash, '' ORDER BY f.thing_id)
            FROM inventory_missingmark f WHERE {condition} GROUP BY f.version_id, f.kind"""
    return f"""SELECT version_id, encode(sha256(convert_to(
                        string_agg(hashes, '' ORDER BY kind, slot, sheet COLLATE "C"), 'UTF8')), 'hex') AS hash
               FROM ({parts}) AS parts GROUP BY version_id"""


def rehash(version: Version, rows: str | None = None) -> str:
    """Set the version's hash from its rows as they stand ('' without rows). Runs in the caller's transaction.

    `rows`: the hash of the rows of its one file, where the caller knows it from having stored them.
    """
    if rows is not None and _is_all(version, rows):
        version.hash = rows
        return rows
    with connection.cursor() as cursor:
        # The index of addresses has the rows in order; of rows just stored the planner does not know how many they are.
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(
            f"""UPDATE inventory_version SET hash = coalesce((
                    SELECT hash FROM ({contents("f.version_id = %(version)s")}) AS content), '')
                WHERE id = %(version)s RETURNING hash""",
            {"version": version.pk},
        )
        version.hash = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_sort TO DEFAULT")
    return version.hash


def _is_all(version: Version, rows: str) -> bool:
    """Set the hash if nothing else is said in the version: no other file, no mark on things left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_version v SET hash = %(hash)s WHERE id = %(version)s
                 AND (SELECT count(*) FROM inventory_sourcefile f WHERE f.version_id = v.id) = 1
                 AND NOT EXISTS (SELECT FROM inventory_missingmark m WHERE m.version_id = v.id)""",
            {"version": version.pk, "hash": rows},
        )
        return bool(cursor.rowcount)


def fork(last: Version | None, by: Person) -> Version:
    """Open the next version as a copy of the last one: same files, rows, identities and findings."""
    if last is None:
        raise Submission.DoesNotExist
    version = Version.objects.create(
        submission_id=last.submission_id,
        number=last.number + 1,
        hash=last.hash,
        zero_reason=last.zero_reason,
        scan=last.scan,
        scan_hash=last.scan_hash,
        scan_code=last.scan_code,
        scan_code_text=last.scan_code_text,
        scan_code_hash=last.scan_code_hash,
        created_by=by,
    )
    models_of_rows: list[type[models.Model]] = [*(target.row for target in TARGETS), RowFinding]
    for source in last.files.filter(state=SourceFile.State.READ):
        old_id = source.pk
        source.pk, source._state.adding, source.version, source.replaces = None, True, version, None
        source.save(force_insert=True)
        for model in models_of_rows:
            _copy_rows(model, old_id, source.pk)
    missing.copy(last, version)
    return version


def _copy_rows(model: type[models.Model], old_file_id: int, new_file_id: int) -> None:
    columns = ", ".join(
        str(field.column) for field in model._meta.concrete_fields if field.column not in ("id", "source_file_id")
    )
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO {table} (source_file_id, {columns})
                SELECT %s, {columns} FROM {table} WHERE source_file_id = %s""",
            [new_file_id, old_file_id],
        )
