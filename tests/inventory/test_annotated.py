"""The annotated workbook of a file: what is in it, who may have it, and how a large one is made."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django.test import Client

from agencies.models import Person
from audit.models import Entry
from inventory.models import CameraRow, ChangeSet, RowFinding, SourceFile, Submission
from inventory.onscreen import changes
from inventory.onscreen.changes import Cell
from inventory.workbook import annotated
from jobs.models import Job
from sheets.annotate import child
from sheets.confined import ChildResult
from sheets.findings import Finding, Refused, Severity
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, submitted, uploaded, work
from tests.inventory.quickly import read_here

pytestmark = pytest.mark.django_db

FORMULA = "=cmd|'/c calc'!A1"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reader and annotator in this process: the same code, without its start."""
    read_here(monkeypatch)

    def run(args: list[str], *, cwd: Path, **_: Any) -> ChildResult:
        assert args[0] == "sheets.annotate.child"
        return ChildResult(child.main(args[1:]), 0, 0.0, 0.0, "", 0)

    limits = annotated.LIMITS
    monkeypatch.setattr("inventory.workbook.annotated.confined", SimpleNamespace(run=run, ChildLimits=type(limits)))


@pytest.fixture
def draft(meishan_clerk: Person) -> SourceFile:
    """Four cameras: one without a brand, one whose longitude is too short."""
    rows = [camera_row(1), camera_row(2, brand=""), camera_row(3, longitude=115.9), camera_row(4)]
    return uploaded(meishan_clerk, started(meishan_clerk), rows)


def at(source: SourceFile) -> str:
    return web.url("source_file_annotated", source.version.submission_id, source.pk)


def book(answer: Any) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.status_code
    return openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))


def test_the_units_own_workbook_with_its_findings(draft: SourceFile, meishan_clerk: Person) -> None:
    answer = web.of(meishan_clerk).get(at(draft))
    name = quote("调研表（标注）.xlsx", safe="")
    assert answer["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    made = book(answer)
    assert made.sheetnames == ["问题清单", "摄像机", "填写说明", "_模板"]
    listed = [row[2:6] for row in made["问题清单"].iter_rows(min_row=5, values_only=True)]
    stored = RowFinding.objects.filter(source_file=draft)
    assert sorted(listed) == sorted((f.code, f.sheet, f.cell, f.column_title) for f in stored)
    page = made["摄像机"]
    for finding in stored:
        assert page[finding.cell].fill.fgColor.rgb == ("FFFFC7CD" if finding.severity == "error" else "FFFFEB9B")
        assert page[finding.cell].comment.text.startswith(f"【核对】{finding.code} {finding.message}")
    entry = Entry.objects.latest("pk")
    assert (entry.action, entry.actor_id) == ("submission.file_annotated", meishan_clerk.pk)


def test_changes_on_screen_are_in_the_cells_and_removed_rows_are_grey(draft: SourceFile, meishan_clerk: Person) -> None:
    pk = draft.version.submission_id
    third, fourth = CameraRow.objects.filter(source_file=draft, row__in=[9, 10]).order_by("row")
    changes.change(meishan_clerk, pk, "camera", [Cell(third.key, "name", FORMULA)], ChangeSet.Way.EDIT)
    changes.remove_rows(meishan_clerk, pk, "camera", [fourth.key])
    page = book(web.of(meishan_clerk).get(at(draft)))["摄像机"]
    assert (page["C9"].value, page["C9"].data_type, page["C9"].quotePrefix) == (FORMULA, "s", True)
    assert page["C10"].fill.fgColor.rgb == "FFD9D9DA"
    assert "已在网页上删除" in page["A10"].comment.text
    assert page["H8"].value == pytest.approx(115.90002, abs=1e-4), "untouched"


def test_waived_findings_are_not_marked(draft: SourceFile, meishan_clerk: Person) -> None:
    RowFinding.objects.filter(source_file=draft).update(waived=True)
    made = book(web.of(meishan_clerk).get(at(draft)))
    assert made["问题清单"].max_row == 4
    assert made["问题清单"]["A2"].value == "没有发现问题。"


def test_what_is_no_package_comes_in_the_official_layout(draft: SourceFile, meishan_clerk: Person) -> None:
    """As of an .xls or a .csv: same rows, same order, same marks at the cells where they stand now."""
    type(draft.file).objects.filter(pk=draft.file_id)
    plain = SimpleNamespace(path=draft.file.path.replace(".xlsx", ".xls"), name="调研表.xls")
    source = SourceFile.objects.select_related("version__submission__obligation__agency").get(pk=draft.pk)
    source.__dict__["_state"].fields_cache["file"] = plain
    with annotated.made_at_once(source) as path:
        made = openpyxl.load_workbook(path)
    names = [row[0] for row in made["摄像机"].iter_rows(min_row=7, max_row=10, min_col=3, max_col=3, values_only=True)]
    assert names == [f"示例路口{n}" for n in (1, 2, 3, 4)]
    assert "按官方格式重新生成" in str(made["问题清单"]["A2"].value)
    assert made["问题清单"]["J5"].value == "摄像机!H9"
    assert made["摄像机"]["H9"].fill.fgColor.rgb == "FFFFC7CD"


def test_a_large_file_is_made_by_a_job(
    draft: SourceFile, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.WORK_DIR = tmp_path / "work"
    monkeypatch.setattr(annotated, "AT_ONCE", 3)
    client = web.of(meishan_clerk)
    assert "正在标注" in client.get(at(draft)).content.decode()
    assert "正在标注" in client.get(at(draft)).content.decode()
    assert Job.objects.filter(kind=annotated.JOB_KIND).count() == 1, "one job for any number of presses"
    state = web.url("source_file_annotated_state", draft.version.submission_id, draft.pk)
    assert "hx-get" in client.get(state).content.decode()
    work()
    answer = client.get(state).content.decode()
    assert "已经做好" in answer
    assert "hx-get" not in answer
    assert book(client.get(at(draft))).sheetnames[0] == "问题清单"
    key = CameraRow.objects.filter(source_file=draft).earliest("row").key
    cells = [Cell(key, "name", "改名")]
    changes.change(meishan_clerk, draft.version.submission_id, "camera", cells, ChangeSet.Way.EDIT)
    assert "正在标注" in client.get(at(draft)).content.decode(), "what was made before is not so any more"


def test_a_child_that_gives_up_is_told_kindly(
    draft: SourceFile, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise Refused(Finding(code="G051", severity=Severity.ERROR, message="", fix=""))

    monkeypatch.setattr("inventory.workbook.annotated.confined.run", run)
    answer = web.of(meishan_clerk).get(at(draft))
    assert answer.status_code == 409
    assert "标注后的表格没有做成" in answer.content.decode()


def test_a_file_still_being_read_is_not_there_yet(draft: SourceFile, meishan_clerk: Person) -> None:
    SourceFile.objects.filter(pk=draft.pk).update(state=SourceFile.State.READING)
    answer = web.of(meishan_clerk).get(at(draft))
    assert answer.status_code == 409
    assert "还没有读完" in answer.content.decode()


def test_only_who_sees_the_report_gets_it(
    draft: SourceFile, meishan_colleague: Person, mabu_clerk: Person, data_reviewer: Person, auditor: Person
) -> None:
    for who, status in ((meishan_colleague, 200), (data_reviewer, 200), (mabu_clerk, 404), (auditor, 404)):
        assert web.of(who).get(at(draft)).status_code == status, who
    assert Client().get(at(draft)).status_code == 302
    other = submitted_elsewhere(mabu_clerk)
    crossed = web.url("source_file_annotated", draft.version.submission_id, other.pk)
    assert web.of(meishan_colleague).get(crossed).status_code == 404


def submitted_elsewhere(clerk: Person) -> SourceFile:
    return uploaded(clerk, started(clerk), [camera_row(7)])


def test_of_a_submitted_report_with_platforms(meishan_clerk: Person) -> None:
    submission: Submission = submitted(meishan_clerk, [camera_row(1)])
    source = SourceFile.objects.get(version__submission=submission)
    assert book(web.of(meishan_clerk).get(at(source)))["摄像机"]["C7"].value == "示例路口1"
