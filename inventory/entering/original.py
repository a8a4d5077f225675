"""The 原表 of rows entered on screen: the official form, filled with what was entered, each row at its own row number.

It can be had at any time. When the version is handed in it is written, kept and put in place of the blank form, so that
file, sheet and cell of an entered row are as true as those of a workbook that somebody uploaded.
"""

from __future__ import annotations

import io
from typing import Any

from agencies.models import Agency, Person
from files import services as files
from files.models import StoredFile
from sheets.declare import Sheet
from sheets.stage import raw_text
from sheets.template import HEADER_ROW, SAMPLE_ROW, Form, letters_of, write_forms

from ..models import SourceFile, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS

BLANK_NAME = "在线填写.xlsx"


def blank_form(by: Person, agency: Agency) -> StoredFile:
    """Write and keep the blank official form with both sheets, inside the caller's transaction."""
    return _keep(by, agency.pk, _written([Form(sheet, agency.name) for sheet in _sheets()]), BLANK_NAME)


def blank_summary() -> dict[str, Any]:
    """What the reader would say of the blank form: its sheets, where the rows begin, and the letter of each column."""
    return {
        "sheets": [
            {
                "name": sheet.title,
                "kind": sheet.key,
                "state": "read",
                "header_row": HEADER_ROW,
                "sample": SAMPLE_ROW - HEADER_ROW,
                "columns": letters_of(sheet),
            }
            for sheet in _sheets()
        ]
    }


def filled_form(source: SourceFile) -> bytes:
    """The official form with the rows of this file as they stand, each at its row number: an .xlsx."""
    agency = source.version.submission.obligation.agency
    forms = []
    for target in TARGETS:
        sheet = DECLARATIONS[target.kind]
        keys = [column.key for column in sheet.columns]
        rows = target.row._default_manager.filter(source_file=source).order_by("row").values_list("row", "raw")
        cells = {number: dict(zip(keys, map(_cell, raw), strict=True)) for number, raw in rows}
        forms.append(Form(sheet, agency.name, cells=cells))
    return _written(forms)


def file_name(source: SourceFile) -> str:
    """What the filled form is called."""
    obligation = source.version.submission.obligation
    return f"{obligation.agency.short_name} {obligation.campaign.name} 调研表（在线填写）.xlsx"


def keep_originals(by: Person, version: Version) -> None:
    """Put the filled form in place of the blank one, for each file of the version that was entered on screen.

    To be called where the version is handed in, within its transaction and `files.keeping`.
    """
    screens = version.files.filter(origin=SourceFile.Origin.SCREEN)
    for source in screens.select_related("version__submission__obligation__agency"):
        agency_id = source.version.submission.obligation.agency_id
        source.file = _keep(by, agency_id, filled_form(source), file_name(source))
        source.save(update_fields=["file"])


def _sheets() -> list[Sheet]:
    return [DECLARATIONS[target.kind] for target in TARGETS]


def _written(forms: list[Form]) -> bytes:
    out = io.BytesIO()
    write_forms(out, forms)
    return out.getvalue()


def _keep(by: Person, agency_id: int, data: bytes, name: str) -> StoredFile:
    return files.store([data], kind=StoredFile.Kind.WORKBOOK, name=name, suffix="xlsx", agency_id=agency_id, by=by)


def _cell(value: Any) -> Any:
    """A raw cell as it is written back: what people typed is text, and stays so."""
    return value if isinstance(value, str | int | float) else raw_text(value)
