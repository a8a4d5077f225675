"""Rules that know the world, on the registry's side: codes of two sheets, and what reviewers see first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agencies.models import Person
from inventory.models import CameraRow, RowFinding, SourceFile, Version
from inventory.onscreen.recheck import compute
from inventory.review_items import StagedItems
from inventory.risk import Sign
from reviews import listing
from tests.inventory.drafts import camera_row, platform_row, started, submitted, workbook
from tests.inventory.quickly import read_here
from tests.inventory.test_upload import send
from tests.reviews.scenes import latest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


def test_a_camera_does_not_bear_a_platform_s_code(meishan_clerk: Person) -> None:
    draft = started(meishan_clerk)
    taken = "34152400002000000001"
    send(meishan_clerk, draft, workbook([camera_row(1), camera_row(2, code=taken)]), "摄像机.xlsx")
    assert not RowFinding.objects.filter(code="C409").exists()
    send(meishan_clerk, draft, workbook([platform_row(code=taken)], "platform"), "平台.xlsx")
    (finding,) = RowFinding.objects.filter(code="C409")
    assert (finding.cell, finding.value, finding.severity) == ("B8", taken, "error")
    assert finding.message == "这个编码也写在平台表的“梅山镇视频平台”上"
    assert finding.related == ["平台.xlsx 平台 第7行"]
    assert list(CameraRow.objects.order_by("row").values_list("errors", flat=True)) == [0, 1]
    assert SourceFile.objects.get(slot=1).errors == 1


def test_patterns_are_the_same_when_looked_for_again(meishan_clerk: Person) -> None:
    """Reading sees the workbook's numbers, checking again the stored ones."""
    point = {"longitude": Decimal("115.934366"), "latitude": Decimal("31.727178")}
    rows = [camera_row(number, built="2017.10", pole_number="MS-1" if number < 3 else "") for number in range(1, 61)]
    rows += [camera_row(number, built="2017.10", police_station="梅山派出所", **point) for number in range(61, 75)]
    rows += [camera_row(number, built="2017.10", **point) for number in range(75, 101)]
    rows += [camera_row(number, code=None, name="村部", built="2017.10") for number in (101, 102)]
    rows[0] |= {"longitude": Decimal("115.960001")}
    draft = started(meishan_clerk)
    send(meishan_clerk, draft, workbook(rows))
    told = RowFinding.objects.filter(code__startswith="C3").values_list("code", flat=True)
    assert sorted(told) == ["C305", "C305", "C306", "C307", "C308", "C309", "C310"]
    again = compute(Version.objects.get(submission=draft))
    assert (again.come, again.gone) == ([], [])


def test_what_order_799_forbids_is_seen_first(meishan_clerk: Person) -> None:
    names = ["示例路口", "学校男厕所内", "学校男厕所门外", "示例桥头"]
    rows = [camera_row(number, name=name, brand="" if number == 4 else "大华") for number, name in enumerate(names, 1)]
    round_ = latest(submitted(meishan_clerk, rows))
    assert [finding.cell for finding in RowFinding.objects.filter(code="C206")] == ["C8"]
    first, *others = listing.page_of(round_, StagedItems(round_), listing.Wanted(), None).items
    assert first.key == CameraRow.objects.get(name="学校男厕所内").key
    assert [item.risk & Sign.INTERIOR for item in (first, *others)] == [Sign.INTERIOR, 0, 0, 0]
