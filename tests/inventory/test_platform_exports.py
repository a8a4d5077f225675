"""The list that the unit's video platform exports, beside the survey."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from agencies.models import Person
from files.models import StoredFile
from inventory.models import CameraRow, ExportedDevice, PlatformExport, RowFinding, SourceFile, Submission, Version
from inventory.registering.checks import check_registry
from sheets import export_child
from sheets.confined import ChildResult
from sheets.export_list import Listing, read_devices
from sheets.findings import Refused
from tests.factories_inventory import drafted, stored, submitted
from tests.inventory import web
from tests.inventory.drafts import work

A, B, C = (f"3415240000132000000{number}" for number in (1, 2, 3))
PLATFORM_CODE = "34152400002000000009"
HEAD = ["序号", "设备名称", "国标编码", "状态"]


def exported(submission: Submission, lines: Sequence[tuple[str, str]]) -> PlatformExport:
    """An export that has been read, with these codes and names."""
    by = submission.created_by
    made = PlatformExport.objects.create(
        submission=submission,
        file=stored(by, StoredFile.Kind.WORKBOOK, "平台导出.xlsx"),
        state=PlatformExport.State.READ,
        devices=len(lines),
        summary={
            "sheet": "设备",
            "rows": len(lines),
            "passed_over": 0,
            "named": True,
            "columns": {"code": "B", "name": "A"},
        },
        uploaded_by=by,
    )
    ExportedDevice.objects.bulk_create(ExportedDevice(export=made, code=code, name=name) for code, name in lines)
    return made


# --- the list itself ------------------------------------------------------------------------------------------------
@dataclass
class Sheet:
    """As much of a raw sheet as the reader of lists wants."""

    rows: list[list[Any]]
    name: str = "Sheet1"
    visible: bool = True
    left: int = 0

    def __post_init__(self) -> None:
        self.batches: Iterator[list[list[Any]]] = iter([self.rows[:3], self.rows[3:]] if self.rows else [])


def read(*sheets: Sheet) -> tuple[Listing, list[tuple[str, str]]]:
    return read_devices(sheets)


@pytest.mark.parametrize(
    ("head", "places"),
    [
        (HEAD, ("C", "B")),
        (["DeviceID", "Name"], ("A", "B")),
        (["设备编码(20位)", "通道名称"], ("A", "B")),
        (["编 码", "名  称"], ("A", "B")),
        (["区域", "监控点名称", "编号"], ("C", "B")),
        (["国标编码"], ("A", None)),
    ],
)
def test_columns_are_found_under_many_names(head: list[str], places: tuple[str, str | None]) -> None:
    code = next(place for place, title in enumerate(head) if "ABC"[place] == places[0] and title)
    row: list[Any] = ["x"] * len(head)
    row[code] = A
    listing, devices = read(Sheet([["设备清单导出"], [], head, row]))
    assert devices == [(A, "x" if places[1] else "")]
    assert (listing.places["code"], listing.places.get("name")) == places
    assert (listing.rows, listing.devices, listing.found.row) == (1, 1, 2)


def test_the_column_that_holds_the_codes_wins() -> None:
    """A platform's own numbers stand beside the national ones, under the surer header."""
    listing, devices = read(Sheet([["设备编码", "编号", "名称"], ["1001", A, "路口"], ["1002", B, "桥头"]], left=2))
    assert devices == [(A, "路口"), (B, "桥头")]
    assert listing.places == {"code": "D", "name": "E"}


def test_odd_lines() -> None:
    rows: list[list[Any]] = [
        HEAD,
        [1, "路口", f" {A} ", "在线"],
        [2, "梅山镇", "341524100", ""],
        ["", "", "", ""],
        [3, "桥头", B.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}), dt.date(2020, 1, 1)],
        [4, "路口", f"'{A}"],
        [5, "无编码"],
    ]
    hidden = Sheet([["编码"], [C]], visible=False)
    listing, devices = read(hidden, Sheet([["说明"]], name="说明"), Sheet(rows))
    assert devices == [(A, "路口"), (B, "桥头"), (A, "路口")]
    assert (listing.rows, listing.devices, listing.passed_over) == (5, 3, 2)


@pytest.mark.parametrize(
    ("code", "said", "sheet"),
    [
        ("S101", "“说明”", Sheet([["说明"], ["导出时间"]], name="说明")),
        ("S101", "没有内容", Sheet([])),
        ("S102", "B2", Sheet([["名称", "编码"], ["a", "341524"]])),
        ("S103", "Sheet1!D4", Sheet([["名称", "编码"], ["a", A], ["b", B], ["c", 3.4152400001320000e19]], left=2)),
    ],
)
def test_refused_with_code_and_place(code: str, said: str, sheet: Sheet) -> None:
    with pytest.raises(Refused) as refused:
        read(sheet)
    finding = refused.value.finding
    assert finding.code == code and said in finding.message and finding.fix


# --- handed in ------------------------------------------------------------------------------------------------------
def book(rows: Sequence[Sequence[Any]]) -> bytes:
    made, out = Workbook(), io.BytesIO()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    made.save(out)
    return out.getvalue()


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process; the confined one is tested once, below."""

    def run(args: list[str], *, cwd: Path, **_: Any) -> ChildResult:
        assert args[0] == "sheets.export_child" and args[-1] == str(cwd)
        return ChildResult(export_child.main(args[1:]), 0, 0.0, 0.0, "")

    monkeypatch.setattr("inventory.exported.platform_exports.confined", SimpleNamespace(run=run))


def send(by: Person, submission: Submission, data: bytes, name: str = "平台导出.xlsx") -> Any:
    return web.of(by).post(web.url("platform_export_upload", submission.pk), {"export": SimpleUploadedFile(name, data)})


ROWS: list[dict[str, Any]] = [
    {"code": A, "name": "江店路路口"},
    {"code": B, "name": "梅山 桥头"},
    {"code": "34152400001320000077", "name": "老街"},
    {"code": None, "name": "未编码的"},
]


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return drafted("meishan", values=ROWS, platforms=[{"code": "34152400002000000001"}], by=meishan_clerk)


def found() -> list[tuple[str, str, str]]:
    return list(
        RowFinding.objects.filter(code__regex="^.41").order_by("code", "row").values_list("code", "value", "message")
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_here")
def test_the_list_is_held_against_the_survey(meishan_clerk: Person, draft: Submission) -> None:
    before = SourceFile.objects.get().warnings
    lines: list[list[Any]] = [
        HEAD,
        [1, "江店路与梅山路交叉口", A, "在线"],
        [2, "梅山桥头", B, "在线"],
        [3, "漏报的", C, "离线"],
        [4, "漏报的", C, "离线"],
        [5, "平台", PLATFORM_CODE, ""],
        [6, "梅山镇", "341524100", ""],
    ]
    assert send(meishan_clerk, draft, book(lines)).status_code == 302
    work()
    export = PlatformExport.objects.get()
    assert (export.state, export.devices, export.summary["passed_over"]) == ("read", 5, 1)
    assert found() == [
        ("C411", "34152400001320000077", "平台导出清单里没有这个编码"),
        ("C412", "江店路路口", "平台导出清单里，这个编码的名称是“江店路与梅山路交叉口”"),
        ("C413", "", f"平台导出清单里有 1 台摄像机没有填进表里：{C} 漏报的"),
        ("P411", "34152400002000000001", "平台导出清单里没有这个编码"),
    ]
    assert RowFinding.objects.get(code="C412").fixes == {"name": "江店路与梅山路交叉口"}
    source = SourceFile.objects.get()
    assert (source.errors, source.warnings - before) == (0, 4)
    assert list(CameraRow.objects.order_by("row").values_list("warnings", flat=True)) == [1, 0, 1, 0]
    assert [web.entry("submission.export_read").facts[key] for key in ("file", "devices")] == ["平台导出.xlsx", 5]

    listed = web.of(meishan_clerk).get(web.url("platform_export_list", draft.pk)).content.decode()
    assert "漏报的" in listed and "未填报" not in listed
    assert "平台里有、表里没有的摄像机 1 台" in listed
    assert "5 台设备" in web.page(meishan_clerk, draft)
    answer = web.of(meishan_clerk).get(web.url("platform_export_missing", draft.pk))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [("20位编码", "名称"), (C, "漏报的")]


@pytest.mark.django_db
@pytest.mark.usefixtures("_here")
def test_a_new_list_replaces_and_a_removed_one_is_forgotten(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, book([HEAD, [1, "", C]]))
    work()
    assert found() == [("C414", "", "表里 3 个编码，平台导出清单里一个也没有")]
    assert send(meishan_clerk, draft, book([HEAD, [1, "", C]])).status_code == 409
    send(meishan_clerk, draft, book([HEAD, [1, "", A], [2, "", B], [3, "", ROWS[2]["code"]]]))
    assert "正在读取" in web.page(meishan_clerk, draft) and len(found()) == 1
    work()
    assert found() == [] and ExportedDevice.objects.count() == 3
    export = PlatformExport.objects.get()
    answer = web.press(meishan_clerk, "platform_export_remove", draft.pk, export.pk)
    assert answer.status_code == 302 and not ExportedDevice.objects.exists()
    assert StoredFile.objects.filter(pk=export.file_id).exists()
    assert web.entry("submission.export_removed").facts["sha256"] == export.file.sha256
    assert web.press(meishan_clerk, "platform_export_remove", draft.pk, export.pk).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("_here")
def test_a_list_that_cannot_be_read_says_why_and_stops_nobody(meishan_clerk: Person, draft: Submission) -> None:
    send(meishan_clerk, draft, book([["名称", "编码"], ["路口", 3.41524e19]]))
    assert "平台导出清单正在读取" in web.submit(meishan_clerk, draft).content.decode()
    work()
    page = web.page(meishan_clerk, draft)
    assert "S103" in page and "Sheet!B2" in page and "后几位已经丢失" in page
    assert web.entry("submission.export_failed").facts["code"] == "S103"
    answer = send(meishan_clerk, draft, b"\x89PNG\r\n\x1a\n" + b"0" * 100, "照片.png")
    assert answer.status_code == 422 and "G0" in answer.content.decode()
    assert send(meishan_clerk, draft, b"").status_code == 422
    assert web.submit(meishan_clerk, draft).status_code == 302


@pytest.mark.django_db
def test_for_others_and_under_review(
    draft: Submission, mabu_clerk: Person, data_reviewer: Person, sysadmin: Person
) -> None:
    data = book([HEAD, [1, "", C]])
    assert [send(by, draft, data).status_code for by in (mabu_clerk, data_reviewer, sysadmin)] == [404, 403, 404]
    held = exported(draft, [(C, "")])
    acts = [
        web.press(by, "platform_export_remove", draft.pk, held.pk).status_code for by in (mabu_clerk, data_reviewer)
    ]
    assert acts == [404, 403]
    handed_in = submitted("education", rows=1)
    assert send(handed_in.created_by, handed_in, data).status_code == 409
    assert PlatformExport.objects.get() == held


@pytest.mark.django_db
def test_what_makes_no_finding(meishan_clerk: Person, draft: Submission) -> None:
    """No platform codes in the list say nothing about platforms; two names of one code nothing about either."""
    exported(
        draft, [(A, "一"), (A, "二"), (B, "梅山桥头"), (ROWS[2]["code"] or "", ""), (PLATFORM_CODE[:-9] + "1" * 9, "x")]
    )
    check_registry(Version.objects.get().pk, draft.obligation.agency_id)
    assert found() == []


@pytest.mark.django_db
def test_in_the_confined_child(meishan_clerk: Person, draft: Submission) -> None:
    """The real reader, once, with a list in GB18030."""
    text = f"设备名称,国标编码\r\n江店路路口,{A}\r\n漏报的,{C}\r\n"
    assert send(meishan_clerk, draft, text.encode("gb18030"), "导出.csv").status_code == 302
    work()
    export = PlatformExport.objects.get()
    assert (export.state, export.devices, export.file.media_type) == ("read", 2, "text/csv")
    assert Client().get(web.url("platform_export_list", draft.pk)).status_code == 302
