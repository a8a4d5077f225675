"""What changed rules would do to everything stored, before they count."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError
from django.utils import timezone

from agencies.models import Person
from audit.models import Entry
from cameras.sheet import CAMERA
from inventory import services
from inventory.campaign import campaigns
from inventory.models import CameraRow, RowFinding, SourceFile, Submission, Version
from inventory.replay import Asked, Outcome, replay
from inventory.waiving import waiver_services
from sheets.declare import RowRule
from sheets.rules import ERROR, Issue, rule_info
from tests.factories_inventory import make_campaign
from tests.inventory import drafts, quickly
from tests.inventory.drafts import camera_row, platform_row

COARSE = Decimal("115.900010")
"""Its sixth decimal is 0: C134."""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    quickly.read_here(monkeypatch)


def reported(by: Person, rows: list[dict[str, Any]], *more: list[dict[str, Any]]) -> Submission:
    """A draft with these cameras, and platforms in a second file."""
    submission = drafts.started(by)
    drafts.uploaded(by, submission, rows)
    for platforms in more:
        drafts.uploaded(by, submission, platforms, "platform")
    return submission


def printed(**options: Any) -> str:
    out = io.StringIO()
    call_command("replay_rules", stdout=out, **options)
    return out.getvalue()


def of(outcome: Outcome, code: str) -> tuple[int, int, int, int, int, int]:
    """Findings now, then, new and gone; rows that fail or turn clean with it."""
    rule = outcome.rules[code]
    return rule.now, rule.then, rule.new, rule.gone, rule.rows_failing, rule.rows_clean


@pytest.fixture
def no_crossings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new rule: names with 路口2 are errors."""
    issue = Issue(title="名称不许带路口2", says="名称带路口2", fix="请改名。", severity=ERROR)
    info = rule_info("C299", issue, sheet="camera", clause="", columns=[("name", "位置名称")])
    rule = RowRule("C299", ("name",), ("name",), lambda name: "路口2" not in name, (), False, None, False, None)
    monkeypatch.setattr(CAMERA, "_rules", {**CAMERA._rules, "C299": info})
    monkeypatch.setattr(CAMERA, "row_rules", [*CAMERA.row_rules, rule])


@pytest.mark.django_db
def test_the_same_rules_say_the_same(meishan_clerk: Person) -> None:
    """Rows with errors and warnings of every sort: cells, rows, the whole file, both forms."""
    rows = [
        camera_row(1),
        camera_row(2, longitude=COARSE, brand=""),
        camera_row(3, longitude=Decimal("117.266573"), latitude=Decimal("31.870837")),
        camera_row(4, code=camera_row(1)["code"]),
        camera_row(5, pole_number="MS-1", pole_height=Decimal(6)),
        camera_row(6, pole_number="MS-1", pole_height=Decimal(8)),
    ]
    submission = reported(meishan_clerk, rows, [platform_row(retention_days=7)])
    before = (list(RowFinding.objects.values_list()), list(CameraRow.objects.values_list()), Entry.objects.count())
    outcome = replay(Asked())
    assert (outcome.submissions, outcome.files, outcome.rows, outcome.skipped) == (1, 2, 7, 0)
    assert {"C134", "C115", "C203", "C301", "C302", "P127"} <= set(outcome.rules)
    assert [rule.code for rule in outcome.rules.values() if rule.changed or rule.now != rule.then] == []
    assert (outcome.rows_failing, outcome.rows_clean, outcome.affected) == (0, 0, [])
    assert outcome.stored_under == {submission.obligation.campaign.rule_version: 1}
    text = printed()
    assert "没有差别" in text and f"现在的规则版本：{campaigns.rule_version()}" in text
    after = (list(RowFinding.objects.values_list()), list(CameraRow.objects.values_list()), Entry.objects.count())
    assert before == after


@pytest.mark.django_db
def test_another_severity(meishan_clerk: Person) -> None:
    submission = reported(meishan_clerk, [camera_row(1), camera_row(2, longitude=COARSE)])
    assert "错误要改" in str(services.obstacles(submission, Version.objects.get()))
    outcome = replay(Asked({"C134": "warning"}))
    assert of(outcome, "C134") == (1, 1, 0, 0, 0, 1)
    assert (outcome.rules["C134"].severity_now, outcome.rules["C134"].severity_then) == ("error", "warning")
    assert [(one.submission, one.errors_now, one.errors_then, one.effect) for one in outcome.affected] == [
        (submission.pk, 1, 0, "可以提交")
    ]
    text = printed(severity=["C134=warning"])
    assert "C134 为提醒" in text and "错误→提醒" in text and "错误 1 → 0，可以提交" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("no_crossings")
def test_a_new_rule(meishan_clerk: Person, mabu_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as old:
        old.setattr(CAMERA, "row_rules", CAMERA.row_rules[:-1])
        handed_in = drafts.submitted(meishan_clerk, [camera_row(number) for number in (1, 2, 20, 21)])
        other = reported(mabu_clerk, [camera_row(2, longitude=COARSE, code=None)])
    outcome = replay(Asked(examples=2))
    assert of(outcome, "C299") == (0, 4, 4, 0, 3, 0)
    assert of(outcome, "C134") == (1, 1, 0, 0, 0, 0)
    assert (outcome.rows_failing, outcome.rows_clean) == (3, 0)
    assert [(one.submission, one.errors_then, one.effect) for one in outcome.affected] == [
        (handed_in.pk, 3, "当时会被拦住")
    ], f"{other.pk} could not be submitted before either"
    row = CameraRow.objects.get(source_file__version__submission=handed_in, name="示例路口2")
    first = outcome.rules["C299"].examples[0]
    assert (first.unit, first.file, first.cell, first.value) == ("梅山镇", "调研表.xlsx", f"C{row.row}", "示例路口2")
    assert len(outcome.rules["C299"].examples) == 2
    told = json.loads(printed(json=True))
    assert told["rows_failing"] == 3 and told["rules"][0]["code"] == "C299"
    assert told["rules"][0]["examples"][0]["cell"] == f"C{row.row}"
    lines = list(csv.DictReader(io.StringIO(printed(csv=True))))
    assert (lines[0]["规则"], lines[0]["新增"], lines[0]["因此有错的行"]) == ("C299", "4", "3")


@pytest.mark.django_db
@pytest.mark.usefixtures("no_crossings")
def test_only_some_rules_and_one_campaign(meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """With codes, every other rule stands as stored, even one that would be silent today."""
    twice = camera_row(1)["code"]
    with monkeypatch.context() as old:
        old.setattr(CAMERA, "row_rules", CAMERA.row_rules[:-1])
        submission = reported(meishan_clerk, [camera_row(1), camera_row(2, code=twice), camera_row(3)])
    monkeypatch.setattr(CAMERA, "file_rules", [rule for rule in CAMERA.file_rules if rule.code != "C301"])
    outcome = replay(Asked())
    assert of(outcome, "C301") == (2, 0, 0, 2, 0, 1) and of(outcome, "C299")[4] == 0
    assert (outcome.rows_failing, outcome.rows_clean) == (0, 1)
    narrowed = replay(Asked(codes=frozenset({"C299"})))
    assert set(narrowed.rules) == {"C299"} and (narrowed.rows_failing, narrowed.rows_clean) == (0, 0)
    name = submission.obligation.campaign.name
    assert replay(Asked(campaign=name)).submissions == 1
    assert replay(Asked(campaign=str(make_campaign().pk))).submissions == 0


@pytest.mark.django_db
def test_a_waived_finding_stays_set_aside(meishan_clerk: Person, data_reviewer: Person) -> None:
    submission = reported(meishan_clerk, [camera_row(1, longitude=COARSE)])
    finding = RowFinding.objects.get(code="C134")
    waiver = waiver_services.ask(meishan_clerk, submission.pk, finding.pk, "原有坐标无法重新测量")
    waiver_services.grant(data_reviewer, waiver.pk, timezone.localdate())
    outcome = replay(Asked())
    assert of(outcome, "C134") == (1, 1, 0, 0, 0, 0)
    assert (outcome.rows_failing, outcome.rows_clean, outcome.affected) == (0, 0, [])


@pytest.mark.django_db
def test_a_row_without_raw_cells_stands_as_stored(meishan_clerk: Person) -> None:
    reported(meishan_clerk, [camera_row(1, longitude=COARSE)])
    CameraRow.objects.update(raw={})
    outcome = replay(Asked())
    assert outcome.skipped == 1 and of(outcome, "C134") == (1, 1, 0, 0, 0, 0)
    assert (outcome.rows_clean, outcome.affected) == (0, [])


@pytest.mark.django_db
def test_a_column_filled_on_screen_that_the_sheet_has_not(meishan_clerk: Person) -> None:
    """Its row is judged with it, the others as they were read."""
    reported(meishan_clerk, [camera_row(1), camera_row(2, longitude=COARSE)])
    source = SourceFile.objects.get()
    for sheet in source.summary["sheets"]:
        sheet["columns"].pop("vehicle", None)
        sheet["columns"].pop("mobility", None)
    source.save()
    row = CameraRow.objects.get(name="示例路口1")
    row.raw[CAMERA.index["mobility"]] = "移动"
    row.save()
    outcome = replay(Asked())
    assert of(outcome, "C204") == (0, 1, 1, 0, 0, 0) and of(outcome, "C134")[:2] == (1, 1)
    assert not any(rule.changed for code, rule in outcome.rules.items() if code not in ("C204", "C137"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"severity": ["C134"]}, "应写成"),
        ({"severity": ["C134=fatal"]}, "应写成"),
        ({"severity": ["C000=error"]}, "没有这些规则：C000"),
        ({"code": ["Z9"]}, "没有这些规则：Z9"),
        ({"campaign": "没有的轮次"}, "没有“没有的轮次”这一轮"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        printed(**options)


def test_nothing_can_be_written_meanwhile(real_db: str, meishan_clerk: Person) -> None:
    """The database itself refuses: the replay runs in a read-only transaction."""
    reported(meishan_clerk, [camera_row(1)])
    with pytest.raises(InternalError, match="read-only"):
        replay(Asked(), lambda _: RowFinding.objects.all().delete() and CameraRow.objects.update(errors=1))
    assert replay(Asked()).rows == 1
