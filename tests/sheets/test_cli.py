"""The command line, through the gate and the confined child as people use it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cameras.sheet import CAMERA
from platforms.sheet import PLATFORM
from sheets import confined
from sheets.cli import check_sheet, make_template
from sheets.findings import Refused
from tests.workbooks.builder import blank, camera_row, filled, platform_row

SHEETS = ("cameras.sheet:CAMERA", "platforms.sheet:PLATFORM")


@pytest.fixture
def said() -> list[str]:
    return []


def saved(folder: Path, data: bytes, name: str = "上报表.xlsx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_clean_file_in_json(tmp_path: Path, said: list[str]) -> None:
    path = saved(tmp_path, filled(CAMERA, [camera_row(1), camera_row(2)]))
    assert check_sheet(path, SHEETS, said.append, form="json") == 0
    told = json.loads("".join(said))
    assert (told["rows"], told["errors"], told["warnings"], told["findings"]) == (2, 0, 0, [])
    assert [(sheet["name"], sheet["kind"], sheet["rows"]) for sheet in told["sheets"]] == [
        ("摄像机", "camera", 2),
        ("填写说明", "", 0),
        ("_模板", "", 0),
    ]


def test_errors_and_warnings_in_json(tmp_path: Path, said: list[str]) -> None:
    path = saved(tmp_path, filled(CAMERA, [camera_row(1, brand=None, longitude=115.9)]))
    assert check_sheet(path, SHEETS, said.append, form="json") == 1
    told = json.loads("".join(said))
    assert (told["errors"], told["warnings"]) == (1, 1)
    first, second = told["findings"]
    assert {"code", "severity", "sheet", "cell", "column", "value", "message", "fix"} <= set(first)
    assert (first["code"], first["severity"], first["sheet"], first["cell"]) == ("C133", "error", "摄像机", "H7")
    assert (first["column"], first["value"]) == ("经度（保留后六位）", "115.9")
    assert (second["code"], second["severity"], second["cell"]) == ("C115", "warning", "E7")


def test_warnings_only_is_clean(tmp_path: Path, said: list[str]) -> None:
    path = saved(tmp_path, filled(CAMERA, [camera_row(1, brand=None)]))
    assert check_sheet(path, SHEETS, said.append) == 0
    text = "\n".join(said)
    assert "读到 2 行 = 数据 1 行 + 忽略 1 行，错误 0 处，提醒 1 处" in text
    assert "摄像机!E7：没有填写“品牌”" in text


def test_text_names_the_cell_and_what_to_press(tmp_path: Path, said: list[str]) -> None:
    path = saved(tmp_path, filled(PLATFORM, [platform_row(1, retention="很久", cost=None)]))
    assert check_sheet(path, SHEETS, said.append) == 1
    text = "\n".join(said)
    assert "【错误】P126，1 处。怎么改：请写天数，例如 30天、90天。" in text
    assert text.index("【错误】P126") < text.index("【提醒】P118")
    assert "平台!I7：“视频存储时长”写的是“很久”，看不出是多少天" in text


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("空.xlsx", b"", "G001"),
        ("通知.xlsx", "各位领导：请于周五前上报。\n".encode("gb18030"), "G071"),
        ("程序.xlsx", b"MZ" + b"\0" * 200, "G004"),
    ],
)
def test_what_cannot_be_read_ends_with_two(name: str, data: bytes, code: str, tmp_path: Path, said: list[str]) -> None:
    path = saved(tmp_path, data, name)
    assert check_sheet(path, SHEETS, said.append, form="json") == 2
    told = json.loads("".join(said))
    assert (told["rows"], [found["code"] for found in told["findings"]]) == (0, [code])
    said.clear()
    assert check_sheet(path, SHEETS, said.append) == 2
    assert said[0] == f"{name}：不能读取"
    assert said[1].startswith(code)


def test_a_file_that_is_not_there(tmp_path: Path, said: list[str]) -> None:
    assert check_sheet(tmp_path / "没有.xlsx", SHEETS, said.append) == 2
    assert said[0].startswith("找不到文件")


def test_the_list_as_a_workbook_holds_no_live_formula(tmp_path: Path, said: list[str]) -> None:
    rows = [camera_row(1, brand="=1+1", longitude="=cmd|' /c calc'!A1", status="@SUM(1)")]
    from tests.workbooks.builder import Typed

    rows = [{key: Typed(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows]
    path = saved(tmp_path, filled(CAMERA, rows))
    out = tmp_path / "问题.xlsx"
    assert check_sheet(path, SHEETS, said.append, form="xlsx", out=out) == 1
    with zipfile.ZipFile(out) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    page = openpyxl.load_workbook(out).worksheets[0]
    table = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert table[0] == ["级别", "规则", "工作表", "单元格", "列", "填写的内容", "问题", "怎么改", "相关单元格"]
    assert [row[:4] for row in table[1:]] == [
        ["错误", "C132", "摄像机", "H7"],
        ["提醒", "C154", "摄像机", "M7"],
    ]
    assert table[1][5] == "=cmd|' /c calc'!A1"


def test_datum_unit_and_kind(tmp_path: Path, said: list[str]) -> None:
    # 12 km east of the county by WGS-84, within it by BD-09.
    path = saved(tmp_path, filled(CAMERA, [camera_row(1, longitude=116.228123)]))
    assert check_sheet(path, SHEETS, said.append) == 1
    assert check_sheet(path, SHEETS, said.append, datum="BD-09") == 0
    assert check_sheet(path, SHEETS, said.append, datum="百度", kind="camera") == 0
    assert check_sheet(path, SHEETS, said.append, datum="bd09", kind="学校") == 0
    assert check_sheet(path, SHEETS, said.append, datum="bd09", kind="平台") == 1
    assert check_sheet(path, SHEETS, said.append, datum="西安80") == 2
    assert check_sheet(path, SHEETS, said.append, kind="什么") == 2


def test_another_unit_is_told(tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "模板.xlsx"
    assert make_template("camera", SHEETS, out, said.append, unit="麻埠镇") == 0
    assert check_sheet(out, SHEETS, said.append, unit="梅山镇") == 1
    assert any("本次上传的单位是“梅山镇”" in line for line in said)


@pytest.mark.parametrize("name", ["camera", "platform", "摄像机", "平台"])
def test_a_template_is_made(name: str, tmp_path: Path, said: list[str]) -> None:
    out = tmp_path / "out.xlsx"
    assert make_template(name, SHEETS, out, said.append, unit="梅山镇") == 0
    sheet = CAMERA if name in {"camera", "摄像机"} else PLATFORM
    assert openpyxl.load_workbook(out).sheetnames[0] == sheet.title


def test_a_template_that_nobody_knows(tmp_path: Path, said: list[str]) -> None:
    assert make_template("poles", SHEETS, tmp_path / "out.xlsx", said.append) == 2
    assert make_template("camera", SHEETS, tmp_path / "out.xls", said.append) == 2
    assert not list(tmp_path.iterdir())


def test_the_child_leaves_rows_and_findings(tmp_path: Path) -> None:
    path = saved(tmp_path, filled(CAMERA, [camera_row(1), camera_row(2, brand=None, longitude=115.9)]))
    out = tmp_path / "out"
    out.mkdir()
    words = ["sheets.child", "--file", str(path), "--out", str(out), "--datum", "gcj02", "--place-kind", "road"]
    done = confined.run([*words, "--sheet", SHEETS[0], "--sheet", SHEETS[1]], cwd=out)
    assert json.loads((out / "result.json").read_text(encoding="utf-8")) == done.result
    assert (done.result["rows"], done.result["findings_written"]) == (2, 2)
    findings = [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(found["kind"], found["code"], found["cell"]) for found in findings] == [
        ("camera", "C133", "H8"),
        ("camera", "C115", "E8"),
    ]
    lines = (out / "camera.tsv").read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(CAMERA.copy_columns, line.split("\t"), strict=True)) for line in lines]
    assert [(row["row_number"], row["place_kind"], row["datum"], row["error_count"]) for row in rows] == [
        ("7", "road", "gcj02", "0"),
        ("8", "road", "gcj02", "1"),
    ]
    assert (out / "platform.tsv").read_bytes() == b""


def test_the_child_refuses_in_chinese(tmp_path: Path) -> None:
    path = saved(tmp_path, filled(CAMERA, [camera_row(1)])[:3000])
    words = ["sheets.child", "--file", str(path), "--out", str(tmp_path), "--sheet", SHEETS[0]]
    with pytest.raises(Refused) as refused:
        confined.run(words, cwd=tmp_path)
    assert refused.value.finding.code == "S010"
    assert refused.value.finding.message == "文件已损坏或不是完整的工作簿，读不出内容"


def test_findings_are_bounded_and_errors_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sheets import child
    from tests.workbooks.builder import checked

    monkeypatch.setattr(child, "FINDINGS_KEPT", 3)
    rows: list[dict[str, Any]] = [camera_row(number, brand=None, longitude=115.9) for number in range(1, 6)]
    report = checked(filled(CAMERA, rows[:2]))
    assert child.write_findings(report, tmp_path / "two.jsonl") == 3
    severities = [json.loads(line)["severity"] for line in (tmp_path / "two.jsonl").read_text().splitlines()]
    assert severities == ["error", "error", "warning"]
    report = checked(filled(CAMERA, rows))
    assert child.write_findings(report, tmp_path / "five.jsonl") == 3
    severities = [json.loads(line)["severity"] for line in (tmp_path / "five.jsonl").read_text().splitlines()]
    assert severities == ["error"] * 3
    assert report.errors == report.warnings == 5


def test_the_commands_need_no_database(tmp_path: Path) -> None:
    """Run as a user would, with a database that is not there."""
    import os
    import subprocess
    import sys

    root = Path(__file__).resolve().parent.parent.parent
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "jinzhai_video.settings",
    }

    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    out = tmp_path / "模板.xlsx"
    made = manage("make_template", "camera", str(out), "--unit", "梅山镇")
    assert (made.returncode, out.exists()) == (0, True), made.stderr
    found = manage("check_sheet", str(out), "--format", "json")
    assert found.returncode == 1, found.stderr
    assert [finding["code"] for finding in json.loads(found.stdout)["findings"]] == ["S002"]
    out.write_bytes(b"MZ")
    assert manage("check_sheet", str(out)).returncode == 2
    assert blank(CAMERA)
