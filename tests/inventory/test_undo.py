"""A batch that both sides withdraw leaves the registry: what stood before stands again, what changed since is left."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, Person
from audit.failures import Conflict
from cameras.models import Camera, CameraVersion, Pole
from inventory.models import CoReport, LedgerEntry, MissingMark, Submission
from inventory.registering import withdrawing
from inventory.registering.versioning import CAMERAS, PLATFORMS
from platforms.models import Platform
from reviews.models import Choice, Motion
from tests.factories_inventory import drafted, hand_in, make_campaign, resubmitted, started, submitted
from tests.inventory.judging import agreed, assert_sound, entry, judged, keys
from tests.inventory.registering import camera, fates
from tests.reviews.scenes import entries, latest

pytestmark = pytest.mark.django_db

CODE = "34152400001320900001"
OTHER = "34152400001320900002"
UNDO = Motion.Kind.UNDO


def batch(agency: str = "meishan", **told: Any) -> Submission:
    """A list that both sides passed."""
    submission = submitted(agency, **told)
    judged(submission)
    return submission


def undo(submission: Submission) -> LedgerEntry:
    round_ = latest(submission)
    agreed(round_, UNDO)
    submission.refresh_from_db()
    return entry(round_, "withdrawal")


def test_what_was_new_is_withdrawn_and_its_history_stays() -> None:
    submission = batch(
        values=[{"code": CODE, "platform_name": "甲", "pole_number": "MS-1"}], platforms=[{"name": "甲"}]
    )
    first = entry(latest(submission))
    done = undo(submission)
    assert done.counts == {"camera": {"withdrawn": 1}, "platform": {"withdrawn": 1}, "pole": {"withdrawn": 1}}
    for thing in (Camera.objects.get(), Platform.objects.get(), Pole.objects.get()):
        assert (thing.life, thing.version_number, thing.changed_at) == ("withdrawn", 2, done.recorded_at)
    older, newer = CameraVersion.objects.order_by("number")
    assert (older.ledger_entry_id, older.life, older.recorded_to) == (first.pk, "live", done.recorded_at)
    assert (newer.ledger_entry_id, newer.life, newer.source_row_id) == (done.pk, "withdrawn", None)
    assert submission.state == "returned"
    assert entries("case")[-1][1:] == (
        "case.undone",
        {
            "round": 1,
            "motion": "undo",
            "side": "police",
            "ledger_entry": done.pk,
            "withdrawn": done.counts,
        },
    )
    assert_sound()


def test_what_was_changed_has_its_earlier_values_again() -> None:
    batch(values=[{"code": CODE, "brand": "海康威视", "status": "在用"}])
    second = batch(values=[{"code": CODE, "brand": "大华", "status": "停用"}])
    done = undo(second)
    restored = camera()
    assert (restored.brand, restored.status, restored.life, restored.version_number) == ("海康威视", "在用", "live", 3)
    assert done.counts["camera"] == {"restored": 1}
    assert [each.brand for each in restored.versions.order_by("number")] == ["海康威视", "大华", "海康威视"]
    assert_sound()


def test_two_that_had_swapped_their_codes_have_them_back() -> None:
    batch(values=[{"code": CODE, "name": "甲"}, {"code": OTHER, "name": "乙"}])
    one, two = Camera.objects.order_by("pk")
    second = batch(
        values=[
            {"code": OTHER, "name": "甲", "registry_number": one.number},
            {"code": CODE, "name": "乙", "registry_number": two.number},
        ]
    )
    assert [each.code for each in Camera.objects.order_by("pk")] == [OTHER, CODE]
    undo(second)
    assert [each.code for each in Camera.objects.order_by("pk")] == [CODE, OTHER]
    assert_sound()


def test_what_changed_since_is_told_and_left(client: Client, data_reviewer: Person) -> None:
    first = batch(values=[{"code": CODE, "name": "甲"}, {"code": OTHER, "name": "乙"}])
    batch(values=[{"code": CODE, "name": "甲", "status": "停用"}, {"code": OTHER, "name": "乙"}])
    done = undo(first)
    changed, gone = Camera.objects.order_by("pk")
    assert (changed.life, changed.status, changed.version_number) == ("live", "停用", 2)
    assert gone.life == "withdrawn"
    assert done.counts["camera"] == {"changed_since": 1, "withdrawn": 1}
    assert withdrawing.left_by(done, CAMERAS) == [(changed.pk, "此后又有变动")]
    client.force_login(data_reviewer)
    page = client.get(reverse("submission_undone", args=[first.pk, 1])).content.decode()
    assert changed.number in page
    assert "此后又有变动" in page
    assert gone.number not in page
    assert_sound()


def test_batches_withdrawn_one_after_the_other_are_all_gone() -> None:
    first = batch(values=[{"code": CODE, "brand": "海康威视"}])
    second = batch(values=[{"code": CODE, "brand": "大华"}])
    undo(second)
    done = undo(first)
    assert (camera().life, camera().version_number) == ("withdrawn", 4)
    assert done.counts["camera"] == {"withdrawn": 1}
    assert_sound()


def test_a_code_that_another_unit_has_by_now_does_not_come_back() -> None:
    batch(values=[{"code": CODE, "name": "甲"}])
    known = camera()
    second = batch(values=[{"code": OTHER, "name": "甲", "registry_number": known.number}])
    batch("mabu", values=[{"code": CODE, "name": "丙"}])
    done = undo(second)
    known.refresh_from_db()
    assert (known.code, known.life, known.version_number) == (OTHER, "live", 2)
    assert done.counts["camera"] == {"taken": 1}
    assert withdrawing.left_by(done, CAMERAS) == [(known.pk, "原来的编码、名称或编号已由别的设备使用")]
    assert_sound()


def test_a_platform_that_others_use_by_now_stays() -> None:
    first = batch(platforms=[{"name": "甲平台"}], rows=0, values=[])
    batch("mabu", values=[{"platform_name": "甲平台"}])
    done = undo(first)
    platform = Platform.objects.get()
    assert (platform.life, camera().platform) == ("live", platform)
    assert done.counts["platform"] == {"used": 1}
    assert withdrawing.left_by(done, PLATFORMS) == [(platform.pk, "已有别的摄像机接入或安装在上面")]
    assert_sound()


def test_marks_are_taken_back_too(meishan_clerk: Person) -> None:
    batch(values=[{"code": CODE, "name": "甲"}, {"name": "乙"}])
    second = drafted("meishan", values=[{"name": "丙"}], missing=MissingMark.Mark.REMOVED, by=meishan_clerk)
    hand_in(second, meishan_clerk)
    judged(second)
    assert Camera.objects.filter(life="live").count() == 1
    done = undo(second)
    assert [each.life for each in Camera.objects.order_by("pk")] == ["live", "live", "withdrawn"]
    assert done.counts["camera"] == {"revived": 2, "withdrawn": 1}
    assert_sound()


def test_a_transfer_goes_back_and_a_merger_ends() -> None:
    batch("education", values=[{"code": CODE, "name": "甲", "brand": "大华"}, {"code": OTHER, "name": "乙"}])
    mine = submitted("meishan", values=[{"code": CODE, "name": "甲甲"}, {"code": OTHER, "name": "乙乙"}])
    one, two = keys(mine)
    judged(mine, choices={one: Choice.TRANSFER, two: Choice.MERGE})
    done = undo(mine)
    education = Agency.objects.get(code="education")
    back, kept = Camera.objects.order_by("pk")
    assert (back.reporting_agency, back.owner, back.name, back.brand) == (education, education, "甲", "大华")
    assert kept.version_number == 1
    assert CoReport.objects.get().ended_at == done.recorded_at
    assert done.counts["camera"] == {"restored": 1}
    assert done.counts["co_reports"] == {"ended": 1}
    assert_sound()


def test_the_rows_come_in_again_as_the_same_cameras() -> None:
    """Also those without a code: the row's key leads there."""
    submission = batch(values=[{"code": None, "name": "甲"}, {"code": CODE, "name": "乙"}])
    numbers = [each.number for each in Camera.objects.order_by("pk")]
    undo(submission)
    resubmitted(submission, {keys(submission)[0]: {"brand": "大华"}})
    assert latest(submission).item_count == 2
    judged(submission)
    assert [(each.number, each.life) for each in Camera.objects.order_by("pk")] == [(n, "live") for n in numbers]
    assert fates(entry(latest(submission))) == {"reactivated": 2}
    assert_sound()


def test_a_round_accepted_in_part_leaves_what_other_rounds_let_in() -> None:
    submission = submitted("meishan", values=[{"name": "甲"}, {"name": "乙"}])
    second = keys(submission)[1]
    judged(submission, [second])
    resubmitted(submission, {second: {"brand": "大华"}})
    judged(submission)
    undo(submission)
    assert [(each.name, each.life) for each in Camera.objects.order_by("pk")] == [("甲", "live"), ("乙", "withdrawn")]
    assert_sound()


def test_it_is_refused_while_the_unit_has_another_report_under_way() -> None:
    """Two open ones at a time there cannot be."""
    campaign = make_campaign()
    submission = batch(rows=1, campaign=campaign)
    started("meishan", campaign=campaign)
    with pytest.raises(Conflict, match="还有一份未办完的报送（第 2 次，草稿）"):
        agreed(latest(submission), UNDO)
    assert camera().life == "live"
    assert not LedgerEntry.objects.filter(kind="withdrawal").exists()
    assert_sound()


def test_a_batch_is_withdrawn_once() -> None:
    submission = batch(rows=1)
    undo(submission)
    with pytest.raises(Conflict, match="已经撤销"):
        agreed(latest(submission), UNDO)
