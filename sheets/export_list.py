"""The list that a video platform exports: which sheet and columns hold codes and names, and the devices in it.

Platforms differ in everything but this: one line a device, one column with its 20-digit code, mostly one with its name.
Lines with other codes (areas, directories, groups) are passed over and counted. Runs in the confined child
(`sheets.export_child`) and is pure: rows in, devices out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Protocol

from sheets.cells import EXCEL_WHOLE, address, cell_text, fold, letters, narrow, shorten, trim
from sheets.findings import Finding, Refused, Severity

SEARCHED_ROWS = 30
MOST_DEVICES = 200_000
LONGEST_NAME = 200
#: Headers, folded and best first, under which platforms export the code.
CODE_HEADERS = (
    "20位编码", "20位国标编码", "国标编码", "国标编号", "国标id", "国标", "设备国标编码", "设备国标编号",
    "通道国标编码", "通道国标编号", "视频通道编码", "摄像机编码", "监控点编码", "监控点编号", "点位编码",
    "点位编号", "资源编码", "目录编码", "deviceid", "设备编码", "设备编号", "设备id", "通道编码", "通道编号",
    "通道id", "channelid", "gbid", "gbcode", "indexcode", "编码", "编号", "code", "id",
)  # fmt: skip
#: The same for the name.
NAME_HEADERS = (
    "位置名称", "设备名称", "通道名称", "摄像机名称", "监控点名称", "点位名称", "资源名称", "相机名称", "视频通道名称",
    "目录名称", "设备通道名称", "name", "devicename", "channelname", "cameraname", "名称", "名字",
)  # fmt: skip
_DEVICE = re.compile("[0-9]{20}")
_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]", re.DOTALL)

ISSUES: Mapping[str, tuple[str, str]] = {
    "S101": (
        "没有找到编码列：看了 {sheets}，表头里没有“国标编码”“设备编码”“编码”“DeviceID”这样的列",
        "请上传平台导出的设备（通道）清单，第一行写明列名，其中一列是 20 位编码。",
    ),
    "S102": (
        "“{header}”列（{cell} 起）里没有 20 位编码",
        "请确认导出的是设备（通道）清单，并且包含国标编码；导出时不要截断编码。",
    ),
    "S103": (
        "{cell} 的编码是数字格式，后几位已经丢失（显示为 {value}）",
        "请从平台重新导出为 .xlsx 或 .csv，直接上传，不要先用 Excel 打开再保存；或者把编码列设为“文本”后重新粘贴。",
    ),
    "S104": (
        "清单超过 {limit} 台设备",
        "请只导出本单位的设备，再上传。",
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Where the list stands: 0-based rows and columns; `name` is -1 where it has no names."""

    sheet: str
    row: int
    code: int
    name: int
    header: str


@dataclass(slots=True)
class Listing:
    """What was read. `passed_over`: lines whose code is not one of 20 digits; `places` of columns as letters."""

    found: Found
    rows: int = 0
    devices: int = 0
    passed_over: int = 0
    places: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Plain values, ready for JSON."""
        return {
            "sheet": self.found.sheet,
            "header_row": self.found.row + 1,
            "rows": self.rows,
            "devices": self.devices,
            "passed_over": self.passed_over,
            "columns": self.places,
            "named": self.found.name >= 0,
        }


class SheetLike(Protocol):
    """As much of `sheets.reader.RawSheet` as is needed; `left` is the sheet's column of each row's first cell."""

    @property
    def name(self) -> str: ...
    @property
    def visible(self) -> bool: ...
    @property
    def left(self) -> int: ...
    @property
    def batches(self) -> Iterator[list[list[Any]]]: ...


def read_devices(sheets: Iterable[SheetLike]) -> tuple[Listing, list[tuple[str, str]]]:
    """The first visible sheet with a code column: its listing and its devices (code, name) in order, doubles included.

    Raises `Refused` (S101-S104), naming the cell.
    """
    looked_at: list[str] = []
    for sheet in sheets:
        if not sheet.visible:
            continue
        first = next(sheet.batches, [])
        if not first:
            continue
        looked_at.append(f"“{sheet.name}”")
        found = find_header(sheet.name, first)
        if found is not None:
            return _devices(found, sheet, first)
    raise _refused("S101", sheets=shorten("、".join(looked_at)) or "（没有内容）")


def find_header(sheet: str, rows: Sequence[Sequence[Any]]) -> Found | None:
    """The row with the surest headers. Of several code columns the one that holds most codes, then the surest header:
    many a platform exports its own numbers beside the national ones."""
    best: tuple[int, int, list[tuple[int, int]]] | None = None
    for number, row in enumerate(rows[:SEARCHED_ROWS]):
        texts = [trim(_text(cell)) for cell in row]
        codes = _ranked(texts, CODE_HEADERS)
        if not codes:
            continue
        rank = codes[0][0] + (0 if _ranked(texts, NAME_HEADERS) else len(CODE_HEADERS))
        if best is None or rank < best[0]:
            best = (rank, number, codes)
    if best is None:
        return None
    _, number, codes = best
    texts = [trim(_text(cell)) for cell in rows[number]]
    below = rows[number + 1 : number + 1 + SEARCHED_ROWS]
    held = {place: sum(place < len(row) and _is_code(row[place]) for row in below) for _, place in codes}
    _, code = min(codes, key=lambda one: (-held[one[1]], one[0]))
    names = _ranked(texts, NAME_HEADERS)
    return Found(sheet, number, code, names[0][1] if names else -1, texts[code])


def _ranked(texts: Sequence[str], headers: Sequence[str]) -> list[tuple[int, int]]:
    """(rank, place) of the texts that are one of these headers, the surest first."""
    found: list[tuple[int, int]] = []
    for place, text in enumerate(texts):
        spellings = {fold(text), fold(_BRACKETS.sub("", text))} if 0 < len(text) <= 40 else set()
        ranks = [headers.index(each) for each in spellings if each in headers]
        if ranks:
            found.append((min(ranks), place))
    return sorted(found)


def _text(cell: Any) -> str:
    """The cell's text; a broken cell (an error, a formula without a value) has none."""
    return cell_text(cell) if isinstance(cell, (str, int, float, date, time, timedelta)) else ""


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= EXCEL_WHOLE


def _is_code(cell: Any) -> bool:
    return _is_number(cell) or bool(_DEVICE.fullmatch(_code(cell)))


def _code(cell: Any) -> str:
    return narrow(_text(cell)).replace(" ", "")


def _devices(found: Found, sheet: SheetLike, first: list[list[Any]]) -> tuple[Listing, list[tuple[str, str]]]:
    listing = Listing(found, places={"code": letters(sheet.left + found.code)})
    if found.name >= 0:
        listing.places["name"] = letters(sheet.left + found.name)
    devices: list[tuple[str, str]] = []
    at, batch = found.row + 1, first[found.row + 1 :]
    while True:
        for number, row in enumerate(batch, at + 1):
            cell = row[found.code] if found.code < len(row) else ""
            name = trim(_text(row[found.name])) if 0 <= found.name < len(row) else ""
            if cell == "" and name == "":
                continue
            listing.rows += 1
            if _is_number(cell):
                place = address(number, sheet.left + found.code)
                raise _refused("S103", sheet=sheet.name, row=number, cell=place, value=cell_text(cell))
            code = _code(cell)
            if _DEVICE.fullmatch(code):
                devices.append((code, name[:LONGEST_NAME]))
            else:
                listing.passed_over += 1
        if len(devices) > MOST_DEVICES:
            raise _refused("S104", sheet=sheet.name, limit=f"{MOST_DEVICES:,}")
        at += len(batch)
        batch = next(sheet.batches, [])
        if not batch:
            break
    listing.devices = len(devices)
    if not devices:
        place = address(found.row + 2, sheet.left + found.code)
        raise _refused("S102", sheet=sheet.name, row=found.row + 2, cell=place, header=found.header)
    return listing, devices


def _refused(code: str, *, sheet: str = "", row: int = 0, cell: str = "", value: str = "", **details: str) -> Refused:
    says, fix = ISSUES[code]
    message = says.format(cell=f"{sheet}!{cell}" if sheet else cell, value=value, **details)
    return Refused(Finding(code, Severity.ERROR, message, fix, sheet=sheet, row=row, cell=cell, value=value))
