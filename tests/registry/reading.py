"""What a test reads from the registry's pages and files."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import openpyxl
from django.http.response import HttpResponseBase
from django.test import Client

from agencies.models import Person

_FIRST_CELL = re.compile(r'<th scope="row" class="nowrap"><a class="mono" href="[^"]*">(JZ-[CGP]-\d{6,})</a>')
_HREFS = re.compile(r'href="([^"]*)"')


def as_person(person: Person) -> Client:
    """A browser of this person, logged in."""
    client = Client()
    client.force_login(person)
    return client


def html(response: HttpResponseBase) -> str:
    return b"".join(response).decode()


def listed(response: HttpResponseBase) -> list[str]:
    """Registry numbers of the rows of a list page, in its order."""
    return _FIRST_CELL.findall(html(response))


def links(response: HttpResponseBase) -> list[str]:
    """Every address that the page leads to."""
    return [unescape(found) for found in _HREFS.findall(html(response))]


def body(response: HttpResponseBase) -> bytes:
    """A download's bytes. Reading to the end closes the file behind it."""
    return b"".join(response)


def csv_rows(response: HttpResponseBase) -> list[dict[str, str]]:
    """A CSV download as one mapping a row, by header."""
    return list(csv.DictReader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))


def xlsx_cells(response: HttpResponseBase) -> list[list[Any]]:
    """An .xlsx download's cells (openpyxl), header row first."""
    sheet = openpyxl.load_workbook(io.BytesIO(body(response))).active
    assert sheet is not None
    return [list(row) for row in sheet.iter_rows()]


def xlsx_rows(response: HttpResponseBase) -> list[dict[str, Any]]:
    """An .xlsx download as one mapping a row, by header."""
    header, *rows = xlsx_cells(response)
    return [{str(head.value): cell.value for head, cell in zip(header, row, strict=True)} for row in rows]
