"""The page to be stamped: what a version holds, on paper, with its content hash and the lines to sign.

It is made from the rows as they would be registered, whether a workbook or the screen brought them, so that the stamp
stands on what both sides review. A scan of it binds to the same hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sheets.declare import Sheet
from sheets.kinds.places import townships

from .. import services
from ..leftout.mark_items import place_of, things_of
from ..models import CameraRow, MissingMark, Submission, Version
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target

ON_THE_PAGE = 200
"""Rows listed on the page itself; more of them follow the signatures as an appendix."""
IN_APPENDIX = 3000
"""Rows listed in the appendix; a longer list is the workbook itself, named on the page with its digest."""
COLUMNS = {
    "platform": ("name", "vendor", "gbt28181", "network", "retention", "connected", "code", "built", "cost", "upkeep"),
    "camera": (
        "code", "name", "platform_name", "brand", "township", "longitude", "latitude", "built", "leased", "status",
        "measure", "pole_number",
    ),
}  # fmt: skip
"""What is printed of a row; the other columns stand in the workbook."""
HEADERS = {
    "network": "联网方式",
    "township": "乡镇",
    "longitude": "经度",
    "latitude": "纬度",
    "pole_number": "杆件编号",
}


@dataclass(frozen=True)
class Listed:
    """The rows of one kind: `headers`, and a tuple of printed cells for each row; empty where there are too many."""

    sheet: Sheet
    count: int
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def listed(version: Version, most: int = IN_APPENDIX) -> list[Listed]:
    """What the version holds, platforms first, kinds without rows left out; no rows where all are more than `most`."""
    counts = {target.kind: _rows(target, version).count() for target in TARGETS}
    too_many = sum(counts.values()) > most
    return [_listed(target, version, counts[target.kind], too_many) for target in TARGETS if counts[target.kind]]


def these(target: Target, ids: Sequence[int]) -> Listed:
    """The staged rows with these ids, in the order of their files."""
    rows = _in_order(target.row._default_manager.filter(pk__in=ids))
    return Listed(DECLARATIONS[target.kind], len(ids), _headers(target), tuple(_printed(target, rows)) if ids else ())


def _listed(target: Target, version: Version, count: int, too_many: bool) -> Listed:
    rows = () if too_many else tuple(_printed(target, _rows(target, version)))
    return Listed(DECLARATIONS[target.kind], count, _headers(target), rows)


def _headers(target: Target) -> tuple[str, ...]:
    sheet = DECLARATIONS[target.kind]
    return tuple(HEADERS.get(key, sheet.by_key[key].label) for key in COLUMNS[target.kind])


def _rows(target: Target, version: Version) -> Any:
    return _in_order(target.row._default_manager.filter(source_file__version=version))


def _in_order(rows: Any) -> Any:
    return rows.order_by("source_file__slot", "sheet", "row")


def _printed(target: Target, rows: Any) -> Iterator[tuple[str, ...]]:
    columns = [DECLARATIONS[target.kind].by_key[key] for key in COLUMNS[target.kind]]
    names = [entry.key for column in columns for entry in column.fields]
    widths = [len(column.fields) for column in columns]
    for values in rows.values_list(*names):
        cells, start = [], 0
        for column, width in zip(columns, widths, strict=True):
            shown = column.kind.show(*values[start : start + width]) if values[start] not in (None, "") else ""
            cells.append(_text(column.key, shown))
            start += width
        yield tuple(cells)


def _text(key: str, shown: Any) -> str:
    text = "" if shown is None else f"{shown:f}" if hasattr(shown, "as_tuple") else str(shown)
    if key in ("longitude", "latitude") and "." in text:
        whole, _, decimals = text.partition(".")
        return f"{whole}.{decimals.rstrip('0').ljust(6, '0')}"
    if key in ("cost", "upkeep") and "." in text:
        return text.rstrip("0").rstrip(".")
    return text.removeprefix("金寨县") if key == "township" else text


def by_township(version: Version) -> list[tuple[str, int]]:
    """How many cameras stand in each township, in the order of their codes; those in none that is known last."""
    counts = Counter(CameraRow.objects.filter(source_file__version=version).values_list("township", flat=True))
    names = townships()
    known = [(name, counts[code]) for code, name in names.items() if counts[code]]
    rest = sum(count for code, count in counts.items() if code not in names)
    return [*known, *([("未填乡镇", rest)] if rest else [])]


def left_out(version: Version) -> list[tuple[str, ...]]:
    """What the unit says of registered things that its list leaves out: kind, number, name, code, the word itself."""
    marks = list(MissingMark.objects.filter(version=version).select_related("to_agency").order_by("kind", "thing_id"))
    things = things_of(marks)
    return [(*named(mark, things[mark.kind, mark.thing_id]), mark.sentence) for mark in marks]


def named(mark: MissingMark, thing: Any) -> tuple[str, str, str, str]:
    """Kind, registry number, name and code of the registered thing that the mark is about."""
    return DECLARATIONS[mark.kind].title, place_of(mark), thing.name or "", thing.code or ""


def not_ready(submission: Submission, version: Version) -> list[str]:
    """Why this version is not to be stamped yet; empty when it is (or was handed in)."""
    if version.submitted_at is not None:
        return []
    told = services.obstacles(submission, version)
    return [each for each in told if "扫描件" not in each]
