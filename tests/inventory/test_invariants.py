"""The invariants hold over a lived-in county, and each of them notices what it is there to notice."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from agencies.models import Person
from files.models import StoredFile
from inventory import invariants, services
from inventory.models import CameraRow, ReportKind, Submission
from reviews.models import Decision, Side
from reviews.services import mark
from tests.inventory import web
from tests.inventory.drafts import camera_row, platform_row, started, uploaded
from tests.inventory.quickly import read_here, stamp, store_in
from tests.inventory.registering import decide
from tests.reviews.scenes import close_side, latest, pass_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(
    meishan_clerk: Person,
    meishan_colleague: Person,
    mabu_clerk: Person,
    education_clerk: Person,
    data_reviewer: Person,
    police_reviewer: Person,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A list returned, mended and accepted; a second survey of it; a zero report; a draft; one given up."""
    read_here(monkeypatch)
    store_in(settings, tmp_path)
    first = started(meishan_clerk)
    uploaded(meishan_clerk, first, [platform_row()], kind="platform")
    uploaded(meishan_clerk, first, [camera_row(1, pole_number="MS-1"), camera_row(2), camera_row(3, code=None)])
    _hand_in(meishan_colleague, first)
    round_ = latest(first)
    wrong = CameraRow.objects.get(name="示例路口2").key
    content = round_.version_hash
    mark(data_reviewer, round_.pk, Side.DATA, Decision.RETURN, version_hash=content, keys=[wrong], reason="已停用")
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    held = first.versions.get(number=1).files.get(slot=2)
    uploaded(
        meishan_clerk, first, [camera_row(1, pole_number="MS-1"), camera_row(2, status="停用")], replaces_id=held.pk
    )
    _hand_in(meishan_clerk, first)
    decide(first)
    again = services.start(meishan_clerk, first.obligation_id, ReportKind.ROWS)
    uploaded(meishan_clerk, again, [camera_row(1, brand="大华"), camera_row(2, status="停用"), camera_row(4)])
    _hand_in(meishan_clerk, again)
    decide(again)
    zero = started(mabu_clerk, ReportKind.ZERO)
    services.state_zero(mabu_clerk, zero.pk, web.REASON)
    _hand_in(mabu_clerk, zero)
    draft = started(education_clerk)
    services.discard(education_clerk, draft.pk)
    draft = started(education_clerk)
    uploaded(education_clerk, draft, [camera_row(9)])


def _hand_in(by: Person, submission: Submission) -> None:
    services.submit(by, submission.pk, stamp(by, submission).hash)


def test_they_hold(county: None) -> None:
    assert invariants.violations() == {}
    said = io.StringIO()
    call_command("check_invariants", stdout=said)
    assert said.getvalue().startswith("I1、I2、I3、I4、I5、I6、I7、I8、I9、I10、I11、I12 全部成立。\n")
    assert Submission.objects.filter(state="accepted").count() == 2


LAST_ROUND = "(SELECT max(id) FROM reviews_round WHERE outcome = 'accepted')"
KEEPING = "SET LOCAL session_replication_role = DEFAULT"
"""The guards stand: what was is kept, and by that it is seen that it changed without a new version."""
BROKEN: list[tuple[str, str, str]] = [
    ("I1", "UPDATE inventory_version SET hash = repeat('0', 64) WHERE submitted_at IS NULL", "的校验值与它的行不符"),
    ("I1", "UPDATE inventory_version SET zero_reason = '另一个理由' WHERE zero_reason <> ''", "零报告理由"),
    ("I1", "UPDATE inventory_sourcefile SET state = 'failed' WHERE slot = 1", "没读完"),
    ("I1", "UPDATE files_storedfile SET sha256 = repeat('0', 64) WHERE kind = 'scan'", "与校验值不符"),
    ("I2", "UPDATE inventory_sourcefile SET rows_read = 9 WHERE slot = 2", "读到 9 行"),
    ("I2", "DELETE FROM inventory_camerarow WHERE id = (SELECT max(id) FROM inventory_camerarow)", "存了 0 行"),
    ("I2", "UPDATE reviews_round SET item_count = 99", "应有 99 行"),
    ("I2", "UPDATE reviews_item SET hash = repeat('0', 64)", "是该版的"),
    ("I2", """UPDATE inventory_ledgerentry SET counts = jsonb_set(counts, '{camera,new}', '7')""", "行数是"),
    ("I3", f"UPDATE reviews_closing SET passed = passed + 1 WHERE round_id = {LAST_ROUND}", "办结与内容不符"),
    ("I4", "UPDATE reviews_verdict SET decision = 'question' WHERE side = 'police'", "没有双方各一人的通过意见"),
    (
        "I4",
        "UPDATE reviews_verdict SET person_id = (SELECT id FROM agencies_person WHERE username = 'police-1')",
        "没有双方各一人的通过意见",
    ),
    ("I4", f"DELETE FROM reviews_closing WHERE side = 'data' AND round_id = {LAST_ROUND}", "没有双方各一人的办结"),
    (
        "I4",
        "UPDATE inventory_version SET submitted_by_id = (SELECT id FROM agencies_person WHERE username = 'data-1')"
        " WHERE submitted_at IS NOT NULL",
        "data-1 填报了",
    ),
    ("I4", "UPDATE inventory_camerarow SET name = '改了' WHERE row = 7", "内容与校验值不符"),
    ("I5", "UPDATE cameras_camera SET life = 'retired' WHERE code IS NOT NULL", "camera 在册"),
    ("I5", "UPDATE cameras_camera SET brand = '改了' WHERE version_number = 1", "与双方通过的行不符"),
    ("I5", "UPDATE cameras_cameraformer SET brand = '改了' WHERE number = 1", "与双方通过的行不符"),
    ("I5", f"{KEEPING}; UPDATE cameras_pole SET pole_height = 99", "的版本不连贯"),
    ("I5", "UPDATE cameras_cameraformer SET recorded_to = now()", "版本不连贯"),
    ("I5", "DELETE FROM cameras_cameraformer", "版本不连贯"),
    ("I5", f"DELETE FROM inventory_ledgerentry WHERE round_id = {LAST_ROUND}", "有 0 条入库记录"),
    ("I5", "DELETE FROM platforms_platform", "platform 在册 0"),
    ("I6", "UPDATE inventory_submission SET state = 'discarded' WHERE state = 'accepted'", "按审计日志应为 accepted"),
    ("I7", "UPDATE audit_entry SET facts = '{}' WHERE seq = 5", "第 5 条"),
    ("I7", "DELETE FROM reviews_closing", "办结有 0 个"),
    ("I9", "UPDATE files_storedfile SET path = 'workbook/nowhere.xlsx' WHERE name = '调研表.xlsx' AND id = ("
           "SELECT id FROM files_storedfile WHERE kind = 'workbook' LIMIT 1)", "不在"),
    ("I11", "UPDATE inventory_obligation SET answer = 'zero' WHERE answer = 'rows'", "答复不符"),
    ("I12", "UPDATE inventory_sourcefile SET state = 'reading' WHERE slot = 1", "没有任务在读"),
    (
        "I12",
        "UPDATE jobs_job SET state = 'running', token = gen_random_uuid(), lease_until = now() - interval '1 hour'",
        "早已过了租期",
    ),
]  # fmt: skip


def test_each_notices_what_it_is_there_for(county: None) -> None:
    """The database refuses most of this by itself; here its guards are set aside."""
    missed = []
    for name, sql, says in BROKEN:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            found = invariants.violations(name)
            if not any(says in told for told in found.get(name, [])):
                missed.append((name, sql, found))
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            transaction.set_rollback(True)
    assert missed == []
    assert invariants.violations() == {}


def _lost(path: Path) -> None:
    path.unlink()


def _altered(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"something else")


@pytest.mark.parametrize(("deed", "names"), [(_lost, ["I1", "I9"]), (_altered, ["I1"])])
def test_originals_that_were_lost_or_altered(
    county: None, deed: Callable[[Path], None], names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    original = StoredFile.objects.filter(kind="workbook").earliest("uploaded_at")
    deed(Path(default_storage.path(original.path)))
    found = invariants.violations("I1", "I9")
    assert list(found) == names
    assert all(original.path in told for each in found.values() for told in each)
    with pytest.raises(CommandError, match="I1"):
        call_command("check_invariants", "I1")
    assert original.path in capsys.readouterr().out


def test_files_that_no_row_knows(county: None) -> None:
    """A crash between the file and its row leaves one; it is told once it had time to get its row."""
    stray = Path(default_storage.path("workbook/2026/01/stray.xlsx"))
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"x")
    assert invariants.violations("I9") == {}
    os.utime(stray, (0, 0))
    assert invariants.violations("I9") == {"I9": ["文件 workbook/2026/01/stray.xlsx 没有记录"]}
