"""Drafts whose rows stand on screen: judged by the real rules from raw cells, without a workbook around them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from agencies.models import Person
from files.models import StoredFile
from inventory.models import RowFinding, SourceFile, StagedRow, Submission, Version
from inventory.onscreen.restaging import BY_KIND, Sources, insert, is_wide, options_of
from inventory.registering.checks import DECLARATIONS
from inventory.services import draft_version
from inventory.versions import rehash
from jobs import services as jobs
from jobs.models import Job
from sheets.cells import letters
from sheets.filerules import apply_file_rules
from sheets.headers import Header
from sheets.rejudge import Places, raw_row
from sheets.table import Table
from tests.factories_inventory import next_keys, started, stored
from tests.workbooks.builder import camera_row, platform_row

JSON = "application/json"
FIRST_ROW = 7
Cells = Mapping[str, Any]


def camera(number: int, **cells: Any) -> dict[str, Any]:
    """The raw cells of a faultless camera; a pole of its own for each."""
    place = {"longitude": f"115.93{number:03d}5", "latitude": f"31.72{number:03d}5"}
    return camera_row(number, **(place | cells))


def platform(number: int, **cells: Any) -> dict[str, Any]:
    return platform_row(number, **cells)


def on_screen(by: Person, rows: Sequence[Cells], kind: str = "camera", submission: Submission | None = None,
              **about: Any) -> Submission:  # fmt: skip
    """A draft with a file of these rows, read and checked; `merge_group` among the cells is the row's."""
    assert by.agency is not None
    submission = submission or started(by.agency.code, by=by)
    version = draft_version(by, submission)
    sheet = DECLARATIONS[kind]
    columns = {column.key: letters(place) for place, column in enumerate(sheet.columns)}
    missing = about.pop("missing", ())
    summary = {
        "name": sheet.title, "kind": kind, "header_row": 5, "sample": 1,
        "columns": {key: letter for key, letter in columns.items() if key not in missing},
    }  # fmt: skip
    slot = version.files.count() + 1
    source = SourceFile.objects.create(
        version=version, slot=slot, file=stored(by, StoredFile.Kind.WORKBOOK, f"调研表{slot}.xlsx"),
        state="read", rows_read=len(rows), summary={"sheets": [summary]},
        **({"datum": "wgs84", "funding": "government", "rows_ignored": 1} | about),
    )  # fmt: skip
    target = BY_KIND[kind]
    made = [
        target.row(
            source_file=source, key=key, sheet=sheet.title, row=FIRST_ROW + place,
            raw=["" if row.get(column) is None else row[column] for column in sheet.by_key],
            merge_group=row.get("merge_group"),
        )
        for place, (row, key) in enumerate(zip(rows, next_keys(len(rows)), strict=True))
    ]  # fmt: skip
    insert(target, Sources(version), made)
    check(version)
    return submission


def check(version: Version) -> None:
    """What reading a file ends with, the rules over the whole file among it."""
    from inventory.onscreen import recheck

    with transaction.atomic():
        recheck.store(version, recheck.compute(version))


def draft(submission: Submission) -> Version:
    return Version.objects.filter(submission=submission).latest("number")


def rows_of(submission: Submission, kind: str = "camera") -> list[Any]:
    """The newest version's rows in reading order."""
    rows = BY_KIND[kind].row._default_manager.filter(source_file__version=draft(submission))
    return list(rows.order_by("source_file__slot", "sheet", "row"))


def codes_of(row: StagedRow) -> list[str]:
    """Codes of what the form's own rules found about a row; what the registry says is another matter."""
    found = RowFinding.objects.filter(source_file=row.source_file_id, sheet=row.sheet, row=row.row, waived=False)
    return sorted(code for code in found.values_list("code", flat=True) if code[1] != "4")


def work() -> None:
    """What the worker would do, until nothing waits."""
    while job := Job.objects.filter(state=Job.State.QUEUED).first():
        jobs.run(str(job.pk))


def browser(person: Person) -> Client:
    client = Client(headers={"accept": JSON})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(person: Person, name: str, submission: Submission, kind: str | None = "camera", **query: Any) -> Any:
    """GET; the answer of the page's script."""
    return browser(person).get(_url(name, submission, kind), query)


def send(person: Person, name: str, submission: Submission, body: Any, kind: str | None = "camera") -> Any:
    """POST a JSON body."""
    return browser(person).post(_url(name, submission, kind), json.dumps(body), content_type=JSON)


def _url(name: str, submission: Submission, kind: str | None) -> str:
    return reverse(f"grid_{name}", args=[submission.pk, *([kind] if kind else [])])


def edit(row: StagedRow, column: str, value: str, was: str | None = None) -> dict[str, Any]:
    """The body of one edit."""
    return {"way": "edit", "cells": [{"key": row.key, "column": column, "value": value, "was": was}]}


def assert_as_if_read(submission: Submission) -> None:
    """Rows, findings, counts and hash are what reading sheets with these very cells would have staged."""
    version = draft(submission)
    sources = Sources(version)
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for kind, target in BY_KIND.items():
        sheet = DECLARATIONS[kind]
        for source in sources.files.values():
            rows = list(target.row._default_manager.filter(source_file=source).order_by("row"))
            if rows:
                _same_sheet(sheet, sources, source, rows, totals[source.pk])
    for source in sources.files.values():
        assert [source.errors, source.warnings] == totals[source.pk]
        staged = sum(t.row._default_manager.filter(source_file=source).count() for t in BY_KIND.values())
        assert source.rows_read - source.rows_removed == staged
    if not version.is_stale:
        before = version.hash
        assert rehash(version) == before


def _same_sheet(sheet: Any, sources: Sources, source: SourceFile, rows: list[Any], totals: list[int]) -> None:
    places: Places = sources.places(source.pk, rows[0].sheet)
    table = Table(places.name, Header(sheet, 0, dict(places.columns)), options_of(source))
    cells = [raw_row(sheet, row.raw) for row in rows]
    used = [key for key, at in sheet.index.items() if key in places.columns or any(row[at] != "" for row in cells)]
    groups = [row.merge_group for row in rows]
    table.add([row.row for row in rows], {key: [row[sheet.index[key]] for row in cells] for key in used}, {}, groups)
    apply_file_rules([table])
    wanted = sorted((f.row, f.code, f.cell, f.value, f.message, tuple(f.related)) for f in table.findings())
    held = RowFinding.objects.filter(source_file=source, sheet=places.name)
    registry = [finding for finding in held if finding.code[1] == "4"]
    ours = [finding for finding in held if finding.code[1] != "4"]
    assert sorted((f.row, f.code, f.cell, f.value, f.message, tuple(f.related)) for f in ours) == wanted
    for row, staged in zip(rows, _staged(table), strict=True):
        assert (row.row_hash, row.raw) == (staged.hash, list(staged.raw))
        mine = [f for f in held if f.row == row.row and not f.waived]
        assert row.errors == sum(f.severity == "error" for f in mine)
        assert row.warnings == sum(f.severity != "error" for f in mine)
        totals[0] += row.errors
        totals[1] += row.warnings
    assert all(is_wide(sheet, finding.code) for finding in registry)


def _staged(table: Table) -> list[Any]:
    from sheets.stage import staged_rows

    return list(staged_rows(table))
