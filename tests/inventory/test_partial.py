"""A round that accepts a part: exactly that enters the registry, the rest goes back alone and comes in later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from agencies.models import Person
from cameras.models import Camera, CameraVersion, Pole
from inventory.leftout.missing import tallies
from inventory.models import CameraRow, LedgerEntry, MissingMark, PlatformRow, Submission
from platforms.models import Platform
from reviews.models import Round
from tests.factories_inventory import CAMERA, drafted, hand_in, mended, resubmitted, submitted
from tests.inventory.judging import assert_sound, entry, judged, keys
from tests.inventory.registering import camera, fates, poles
from tests.reviews.scenes import entries, keys_of, latest

pytestmark = pytest.mark.django_db

NAMES = ["江店路路口", "史河大桥", "新城路口"]


@pytest.fixture
def partial() -> Submission:
    """Three cameras without a code; the second one is back with the unit."""
    submission = submitted("meishan", values=[{"name": name, "code": None} for name in NAMES])
    assert judged(submission, [keys(submission)[1]]).outcome == Round.Outcome.PARTIAL
    return submission


def test_exactly_the_rows_that_both_passed_are_registered(partial: Submission) -> None:
    assert list(Camera.objects.order_by("pk").values_list("name", flat=True)) == [NAMES[0], NAMES[2]]
    assert partial.state == "returned"
    only = LedgerEntry.objects.get()
    assert only.counts == {"platform": {}, "pole": {}, "camera": {"new": 2}}
    assert entries("case")[-1][1:] == (
        "case.accepted_in_part",
        {"round": 1, "accepted": 2, "returned": 1, "ledger_entry": only.pk, "registered": only.counts},
    )
    sources = CameraRow.objects.filter(pk__in=CameraVersion.objects.values("source_row_id"))
    assert set(sources.values_list("key", flat=True)) == {keys(partial)[0], keys(partial)[2]}
    assert_sound()


def test_the_next_round_is_about_the_mended_row_alone(partial: Submission) -> None:
    first, second, third = keys(partial)
    resubmitted(partial, {second: {"brand": "宇视"}})
    round_ = latest(partial)
    assert (round_.number, round_.item_count, keys_of(round_)) == (2, 1, [second])
    assert keys(partial) == [first, second, third]
    assert judged(partial).outcome == Round.Outcome.ACCEPTED
    assert partial.state == "accepted"
    assert fates(entry(latest(partial))) == {"new": 1}
    assert Camera.objects.count() == 3
    assert_sound()


def test_a_changed_row_without_a_code_is_the_camera_it_became(partial: Submission) -> None:
    """Neither code nor number leads there: the row's key does."""
    first, second, _ = keys(partial)
    known = camera(name=NAMES[0])
    resubmitted(partial, {first: {"brand": "大华"}, second: {"brand": "宇视"}})
    assert keys_of(latest(partial)) == [first, second]
    judged(partial)
    assert fates(entry(latest(partial))) == {"changed": 1, "new": 1}
    known.refresh_from_db()
    assert (known.brand, known.version_number) == ("大华", 2)
    assert_sound()


def test_a_changed_row_that_is_returned_leaves_the_camera_as_it_was(partial: Submission) -> None:
    first, second, _ = keys(partial)
    resubmitted(partial, {first: {"brand": "大华"}, second: {"brand": "宇视"}})
    judged(partial, [first])
    assert camera(name=NAMES[0]).brand == CAMERA["brand"]
    resubmitted(partial, {first: {"brand": CAMERA["brand"], "status": CAMERA["status"]}})
    judged(partial)
    assert fates(entry(latest(partial))) == {"unchanged": 1}
    assert_sound()


def test_what_was_accepted_is_not_missing_from_the_survey(partial: Submission) -> None:
    agency = partial.obligation.agency_id
    first, second, third = keys(partial)
    version = mended(partial, {}, removed=[first, second])
    assert tallies(version, agency) == []
    assert keys(partial) == [third]
    assert Camera.objects.filter(life="live").count() == 2


def test_a_returned_row_that_goes_leaves_its_camera_to_be_spoken_of() -> None:
    """It is registered from an earlier survey, and nothing accepted speaks of it."""
    judged(submitted("meishan", values=[{"name": name, "code": None} for name in NAMES]))
    numbers = [each.number for each in Camera.objects.order_by("pk")]
    values = [{"name": name, "code": None, "registry_number": n} for name, n in zip(NAMES, numbers, strict=True)]
    submission = submitted("meishan", values=values)
    second = keys(submission)[1]
    judged(submission, [second])
    version = mended(submission, {}, removed=[second])
    assert [(each.kind, each.total, each.open) for each in tallies(version, submission.obligation.agency_id)] == [
        ("camera", 1, 1)
    ]


# --- links that come later ------------------------------------------------------------------------------------------
def test_a_platform_accepted_later_is_linked_to_the_cameras_that_name_it() -> None:
    submission = submitted("meishan", values=[{"platform_name": "梅山平台"}], platforms=[{"name": "梅山平台"}])
    version = submission.versions.get()
    platform_key = PlatformRow.objects.get(source_file__version=version).key
    judged(submission, [platform_key])
    linked = camera()
    assert (linked.platform, Platform.objects.count()) == (None, 0)
    mend_platform(submission, platform_key)
    judged(submission)
    linked.refresh_from_db()
    assert linked.platform == Platform.objects.get()
    older, newer = linked.versions.order_by("number")
    second = entry(latest(submission))
    assert (newer.ledger_entry_id, newer.recorded_from, newer.platform_id) == (
        second.pk, second.recorded_at, linked.platform_id,
    )  # fmt: skip
    row = CameraRow.objects.get(pk=newer.source_row_id or 0)
    assert (row.source_file.version.number, row.key) == (2, CameraRow.objects.get(pk=older.source_row_id or 0).key)
    assert second.counts == {"platform": {"new": 1}, "pole": {}, "camera": {}, "camera_links": {"linked": 1}}
    assert_sound()


def mend_platform(submission: Submission, key: int) -> None:
    version = mended(submission, {})
    row = PlatformRow.objects.get(source_file__version=version, key=key)
    row.vendor, row.row_hash = "宇视", "0" * 64
    row.save()
    from inventory.versions import rehash
    from tests.factories_inventory import stamp

    rehash(version)
    stamp(submission, submission.created_by)
    hand_in(submission, submission.created_by)


def test_a_camera_that_names_another_platform_since_is_not_linked() -> None:
    submission = submitted("meishan", values=[{"platform_name": "梅山平台"}], platforms=[{"name": "梅山平台"}])
    platform_key = PlatformRow.objects.get().key
    judged(submission, [platform_key])
    Camera.objects.update(platform_name="另一个平台")
    mend_platform(submission, platform_key)
    judged(submission)
    assert (camera().platform, camera().version_number) == (None, 1)


def on(**values: Any) -> dict[str, Any]:
    return {"pole_height": Decimal("6.5"), "pole_condition": "完整", "code": None, **values}


@pytest.mark.parametrize("pole", [{"merge_group": 5}, {"pole_number": "MS-001"}])
def test_a_pole_split_over_two_rounds_is_one(pole: dict[str, Any]) -> None:
    submission = submitted("meishan", values=[on(name="甲", **pole), on(name="乙", **pole), on(name="丙")])
    _, second, _ = keys(submission)
    judged(submission, [second])
    assert len(poles()) == 2
    resubmitted(submission, {second: {"brand": "宇视"}})
    judged(submission)
    shared = camera(name="甲").pole
    assert shared is not None
    assert camera(name="乙").pole == shared != camera(name="丙").pole
    assert fates(entry(latest(submission)), "pole") == {"unchanged": 1}
    assert Pole.objects.count() == 2
    assert_sound()


# --- what the survey leaves out -------------------------------------------------------------------------------------
def test_marks_go_in_one_by_one_too(meishan_clerk: Person) -> None:
    judged(submitted("meishan", values=[{"name": name} for name in NAMES]))
    one, two, three = Camera.objects.order_by("pk")
    submission = drafted(
        "meishan", values=[{"name": one.name, "code": one.code}], missing=MissingMark.Mark.REMOVED, by=meishan_clerk
    )
    hand_in(submission, meishan_clerk)
    marks = {mark.thing_id: mark.item_key for mark in MissingMark.objects.all()}
    judged(submission, [marks[three.pk]])
    assert [Camera.objects.get(pk=each.pk).life for each in (one, two, three)] == ["live", "retired", "live"]
    assert entry(latest(submission)).counts == {
        "platform": {}, "pole": {}, "camera": {"unchanged": 1}, "camera_marks": {"removed": 1},
    }  # fmt: skip
    version = mended(submission, {})
    from inventory.leftout import marking

    marking.mark(meishan_clerk, submission.pk, "camera", [three.pk], MissingMark.Mark.PRESENT)
    assert {mark.thing_id: mark.mark for mark in version.missing_marks.all()} == {
        two.pk: "removed",
        three.pk: "present",
    }
    version.refresh_from_db()
    from tests.factories_inventory import stamp

    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    assert keys_of(latest(submission)) == [marks[three.pk]]
    judged(submission)
    assert submission.state == "accepted"
    assert_sound()
