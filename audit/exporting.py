"""The found entries as a file. Read in chunks and never gathered; that somebody took them is an entry, too."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import file_digest
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.http import FileResponse
from django.utils import timezone

from . import journal
from .actions import fact_text
from .models import Entry
from .search import JournalFilter, chosen, name_agencies, with_text

CHUNK = 2000
COLUMNS = ("序号", "时间", "操作人", "操作", "对象", "对象编号", "单位", "内容", "来源地址", "校验值")
_STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def download(by: Any, form: JournalFilter) -> FileResponse:
    """All entries of these filters as CSV, however many; leaves its entry. Raises Invalid."""
    told = form.told() | {"before": None}
    with ExitStack() as failing, transaction.atomic():
        stream = failing.enter_context(tempfile.TemporaryFile())
        count = _write(stream, told)
        stream.seek(0)
        digest = file_digest(stream, "sha256").hexdigest()
        journal.record(
            by,
            "journal.exported",
            by,
            agency_id=by.agency_id,
            form="csv",
            count=count,
            sha256=digest,
            filters=form.in_words(),
        )
        stream.seek(0)
        failing.pop_all()  # the response closes it
    name = f"审计日志_{timezone.localdate():%Y%m%d}.csv"
    return FileResponse(stream, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")


def _write(stream: IO[bytes], told: dict[str, Any]) -> int:
    """UTF-8 with BOM and CRLF, as spreadsheets read it; returns the number of entries."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for values in _rows(told):
        writer.writerow([_inert(value) for value in values])
        count += 1
    text.flush()
    text.detach()
    return count


def _rows(told: dict[str, Any]) -> Iterator[list[str | int]]:
    entries = chosen(told)
    if told["text"]:
        entries = with_text(entries, told["text"])
    stored = entries.iterator(chunk_size=CHUNK)
    while chunk := list(islice(stored, CHUNK)):
        yield from map(_row, name_agencies(chunk))


def _row(entry: Entry) -> list[str | int]:
    """An entry under COLUMNS, as the page shows it."""
    return [
        entry.seq,
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.actor_text,
        entry.action_word,
        entry.object_word,
        fact_text(entry.object_id),
        entry.agency_name,
        "；".join(f"{label}：{text}" for label, text in entry.fact_lines),
        entry.address or "本机任务",
        entry.hash,
    ]


def _inert(value: str | int) -> str:
    """A text that no spreadsheet takes for a formula (T49)."""
    text = str(value)
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(_STARTS_A_FORMULA) else text
