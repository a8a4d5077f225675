"""The current list as a file: only rows and values that the person may see, under the official headers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import file_digest
from typing import Any, cast

from django.core.exceptions import BadRequest
from django.db import models, transaction
from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from import_export import fields, resources

from audit import journal
from audit.failures import Invalid
from sheets.declare import Column, Sheet

from .lists import Listing
from .masking import BLURRED, conceal
from .models import id_from_number
from .names import Names
from .permissions import require_sight
from .words import LIVES, Words, say
from .workbook import Value, write_csv, write_xlsx

CHUNK = 2000
ONLY = "only"
"""Says that nothing but what is ticked is meant."""
MOST_TICKED = 1000
LARGEST_ID = 2**63
IGNORED = ("columns", "ids")
"""What a forger might add. The columns are ours and the rows are the list's, so these are passed over (T08)."""
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Out:
    """A column of the file. `value` gives text for text cells and numbers for numbers; `width` in characters."""

    key: str
    header: str
    value: Callable[[Any, Names], Value]
    width: float = 12


def registered() -> Out:
    """登记编号, under the header by which the upload check knows it again."""
    return Out("number", "登记编号", lambda row, names: str(row.number), 14)


def running() -> Out:
    """序号 as the form has it: the row's place in this file."""
    return Out("place_in_file", "序号", lambda row, names: cast(int, row.place_in_file), 6)


def official(sheet: Sheet, key: str, words: Words) -> Out:
    """A declared column under its official header, its value as the form would write it."""
    column = sheet.by_key[key]
    stored = column.fields[0].key
    numeric = not column.fields[0].sql.startswith(("varchar", "text", "boolean"))

    def value(row: Any, names: Names) -> Value:
        found = getattr(row, stored)
        if found is None or found == "":
            return None
        if stored == "township":
            return names.township_in_full(found)
        if stored == "place_kind":
            return names.place(found)
        if numeric:
            return cast(Value, found)
        said = say(stored, found, words, names)
        remark = getattr(row, f"{stored}_remark", "")
        return f"{said}，{remark}" if remark else said

    return Out(stored, header_of(sheet, column), value, column.width)


def header_of(sheet: Sheet, column: Column) -> str:
    """The official header; with its group where another column's header holds the same words (编号, 建设时间)."""
    others = (other.header for other in sheet.columns if other is not column)
    return column.label if any(column.header in other for other in others) else column.header


def trailing() -> tuple[Out, ...]:
    """What the registry adds to the form, to the right of it."""
    return (
        Out("reporting_agency", "填报单位", lambda row, names: names.agency_in_full(row.reporting_agency_id), 24),
        Out("owner", "权属单位", lambda row, names: names.agency_in_full(row.owner_id), 24),
        Out("supervisor", "主管部门", lambda row, names: names.agency_in_full(row.supervisor_id), 24),
        Out("life", "在册状态", lambda row, names: LIVES.get(row.life, row.life), 10),
        Out("masked", "位置说明", lambda row, names: BLURRED if row.is_masked else None, 12),
        Out("changed_at", "更新时间", lambda row, names: f"{timezone.localtime(row.changed_at):%Y-%m-%d %H:%M}", 17),
    )


class Said(fields.Field):  # type: ignore[misc]
    """A resource's field that says a value as the official form writes it."""

    def __init__(self, out: Out, names: Names) -> None:
        super().__init__(attribute=out.key, column_name=out.header, readonly=True)
        self._value, self._names = out.value, names

    def export(self, instance: Any, **kwargs: Any) -> Value:
        return self._value(instance, self._names)


class RegistryResource(resources.Resource):  # type: ignore[misc]
    """Rows of a registry list. Read in chunks and never gathered, so that memory stays flat whatever the count."""

    def __init__(self, outs: Sequence[Out], names: Names) -> None:
        super().__init__()
        self.fields = {out.key: Said(out, names) for out in outs}
        self._fields = tuple(self.fields.values())

    def get_chunk_size(self) -> int:
        return CHUNK

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[Value]:
        return [field.export(instance) for field in self._fields]

    def export_rows(self, queryset: models.QuerySet[Any]) -> Iterator[list[Value]]:
        """The rows, numbered, positions blurred where they must be."""
        for place, row in enumerate(self.iter_queryset(queryset), 1):
            row.place_in_file = place
            yield self.export_resource(conceal(row))


def download(request: HttpRequest, listing: Listing, outs: Sequence[Out], form: str) -> FileResponse:
    """The list that the address asks for, as a file of `form` "xlsx" or "csv"; leaves its audit row.

    Where registry numbers are ticked (?camera=JZ-C-000123, many) it is these rows, as far as the person may see them.

    403 without business sight, 404 for another form, 400 for an unknown filter or sort, 422 for a day without a list.
    """
    person = require_sight(request, listing.model)
    if form not in MEDIA_TYPES:
        raise Http404
    names = Names()
    asked = listing.parse(request.GET, names, ignored=(*IGNORED, ONLY, listing.name))
    ticked = _ticked(request, listing)
    resource = RegistryResource(outs, names)
    headers = resource.get_export_headers()
    with ExitStack() as failing, transaction.atomic():
        stream = failing.enter_context(tempfile.TemporaryFile())
        found = listing.rows(person, asked, names)
        if ticked:
            found = listing.seen(person, asked).filter(pk__in=ticked)
        rows = resource.export_rows(listing.ordered(found, asked))
        if form == "csv":
            count = write_csv(stream, headers, rows)
        else:
            count = write_xlsx(stream, listing.title, headers, rows, [out.width for out in outs])
        stream.seek(0)
        digest = file_digest(stream, "sha256").hexdigest()
        journal.record(
            person,
            f"{listing.name}s.exported",
            person.agency or person,
            agency_id=person.agency_id,
            form=form,
            count=count,
            sha256=digest,
            filters=asked.pairs(columns=False),
            **({"ticked": len(ticked)} if ticked else {}),
        )
        stream.seek(0)
        failing.pop_all()  # the response closes it
    as_of = f"截至{asked.as_of:%Y%m%d}" if asked.as_of else f"{timezone.localdate():%Y%m%d}"
    name = f"{listing.title}_{as_of}.{form}"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=MEDIA_TYPES[form])


def _ticked(request: HttpRequest, listing: Listing) -> set[int]:
    """Ids behind the registry numbers of the address. Raises BadRequest for what is no number, and for too many."""
    given = request.GET.getlist(listing.name)
    if ONLY in request.GET and not given:
        raise Invalid("还没有勾选。请先在列表里勾选要导出的记录。")
    found = {id_from_number(listing.model.prefix, number[:30]) for number in given}
    ids = {pk for pk in found if pk is not None and pk < LARGEST_ID}
    if len(ids) < len(found) or len(ids) > MOST_TICKED:
        raise BadRequest("no registry numbers, or too many")
    return ids
