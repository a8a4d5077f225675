"""A mended file over rows that are registered already: which of them it changes is said, row by row and as a count."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import Person
from cameras.models import Camera
from inventory.models import SourceFile, Submission
from reviews.models import Motion
from tests.factories_inventory import hand_in, stamp
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, uploaded
from tests.inventory.grids import rows_of
from tests.inventory.judging import agreed, judged
from tests.inventory.quickly import read_here
from tests.reviews.scenes import keys_of, latest

pytestmark = pytest.mark.django_db
ROWS = [camera_row(1), camera_row(2), camera_row(3), camera_row(4)]


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.fixture
def partial(meishan_clerk: Person) -> Submission:
    """Four cameras from a workbook; the second is back with the unit."""
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, ROWS)
    stamp(submission, meishan_clerk)
    hand_in(submission, meishan_clerk)
    judged(submission, [rows_of(submission)[1].key])
    return submission


def again(by: Person, submission: Submission, rows: list[dict[str, Any]]) -> SourceFile:
    held = SourceFile.objects.filter(version__submission=submission, slot=1).latest("version__number", "pk")
    return uploaded(by, submission, rows, replaces_id=held.pk)


def told(source: SourceFile) -> dict[str, Any]:
    compared: dict[str, Any] = SourceFile.objects.get(pk=source.pk).summary["compared"]
    return compared


def test_a_changed_row_that_is_registered_is_named(meishan_clerk: Person, partial: Submission) -> None:
    first, second, third, fourth = ROWS
    source = again(
        meishan_clerk,
        partial,
        [first | {"status": "停用"}, second | {"status": "停用"}, third, fourth | {"brand": "大华"}],
    )
    assert told(source)["rows"]["registered"] == 2
    assert [name for _, _, name in told(source)["lists"]["registered"]] == ["示例路口1", "示例路口4"]
    page = web.page(meishan_clerk, partial)
    assert "2 行已入库又有改动，将重新送审" in page
    address = web.url("source_file_compared", partial.pk, source.pk, "registered")
    assert address in page
    listed = web.of(meishan_clerk).get(address).content.decode()
    assert listed.count("改动重新送审</td>") == 2 and "示例路口1" in listed and "示例路口2" not in listed
    assert "通过之前台账不变" in listed
    before = list(Camera.objects.order_by("pk").values_list("status", "brand"))
    keys = [row.key for row in rows_of(partial)]
    stamp(partial, meishan_clerk)
    hand_in(partial, meishan_clerk)
    assert keys_of(latest(partial)) == sorted([keys[0], keys[1], keys[3]]), "they go to review again, as was said"
    assert list(Camera.objects.order_by("pk").values_list("status", "brand")) == before


def test_what_is_as_it_was_accepted_is_not(meishan_clerk: Person, partial: Submission) -> None:
    source = again(meishan_clerk, partial, [ROWS[0], ROWS[1] | {"status": "停用"}, *ROWS[2:]])
    assert told(source)["rows"]["registered"] == 0
    assert "已入库又有改动" not in web.page(meishan_clerk, partial)
    page = web.of(meishan_clerk).get(web.url("source_file_compared", partial.pk, source.pk, "registered"))
    assert page.status_code == 200 and "没有" in page.content.decode()


def test_a_change_of_the_upload_before_still_counts(meishan_clerk: Person, partial: Submission) -> None:
    """What goes to review again is measured by what was accepted, not by the file before."""
    changed = [ROWS[0] | {"status": "停用"}, *ROWS[1:]]
    again(meishan_clerk, partial, changed)
    assert told(again(meishan_clerk, partial, [changed[0] | {"brand": "宇视"}, *ROWS[1:]]))["rows"]["registered"] == 1
    assert told(again(meishan_clerk, partial, ROWS))["rows"]["registered"] == 0


def test_a_registered_row_that_is_not_in_the_file_any_more(meishan_clerk: Person, partial: Submission) -> None:
    source = again(meishan_clerk, partial, ROWS[1:])
    assert (told(source)["rows"]["gone"], told(source)["rows"]["registered_gone"]) == (1, 1)
    assert "不在表里的有 1 行已入库，台账不变" in web.page(meishan_clerk, partial)


def test_a_batch_that_was_withdrawn_is_not_meant(meishan_clerk: Person, partial: Submission) -> None:
    agreed(latest(partial), Motion.Kind.UNDO)
    source = again(meishan_clerk, partial, [ROWS[0] | {"status": "停用"}, *ROWS[1:]])
    assert told(source)["rows"]["registered"] == 0


def test_nor_is_anything_before_a_first_acceptance(meishan_clerk: Person) -> None:
    submission = started(meishan_clerk)
    uploaded(meishan_clerk, submission, ROWS)
    source = again(meishan_clerk, submission, [ROWS[0] | {"status": "停用"}, *ROWS[1:]])
    assert told(source)["rows"]["registered"] == 0


def test_a_file_that_was_compared_before_there_was_such_a_list(meishan_clerk: Person, partial: Submission) -> None:
    """Kept summaries are as they were written."""
    source = again(meishan_clerk, partial, [ROWS[0] | {"brand": "宇视"}, *ROWS[1:]])
    kept = SourceFile.objects.get(pk=source.pk).summary
    del kept["compared"]["rows"]["registered"], kept["compared"]["rows"]["registered_gone"]
    del kept["compared"]["lists"]["registered"]
    SourceFile.objects.filter(pk=source.pk).update(summary=kept)
    assert web.of(meishan_clerk).get(web.url("submission", partial.pk)).status_code == 200
    client = web.of(meishan_clerk)
    assert client.get(web.url("source_file_compared", partial.pk, source.pk, "registered")).status_code == 404
    listed = client.get(web.url("source_file_compared", partial.pk, source.pk, "gone")).content.decode()
    assert "已入库又有改动的行" not in listed
