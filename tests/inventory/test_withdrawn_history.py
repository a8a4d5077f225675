"""What a camera's history says of batches that were withdrawn from the registry, and of what came back later."""

from __future__ import annotations

import re
from html import unescape

import pytest

from agencies.models import Person
from cameras.models import Camera
from inventory.models import Submission
from reviews.models import Motion, Round
from tests.factories_inventory import mended, resubmitted, submitted
from tests.inventory import web
from tests.inventory.judging import agreed, assert_sound, data, judged, keys
from tests.inventory.registering import registered
from tests.reviews.scenes import latest

pytestmark = pytest.mark.django_db
REASON = "登记有误，需要重新核实"


@pytest.fixture
def batch() -> Submission:
    """The second survey of a unit: one camera changed, one new; taken in."""
    registered("meishan", cameras=[{"name": "甲", "brand": "海康威视"}])
    held = Camera.objects.get()
    submission = submitted("meishan", values=[{"name": "甲", "code": held.code, "brand": "大华"}, {"name": "乙"}])
    judged(submission)
    return submission


def withdrawn(submission: Submission, number: int | None = None) -> Round:
    round_ = latest(submission)
    if number is not None:
        round_ = Round.objects.select_related("case").get(case=round_.case, number=number)
    agreed(round_, Motion.Kind.UNDO)
    submission.refresh_from_db()
    return round_


def editions(person: Person, camera: Camera) -> list[tuple[int, str, str, str]]:
    """(number, what it was, changes "field: old -> new", what is said of its batch) of each version on the page."""
    page = web.of(person).get(web.url("camera", camera.pk)).content.decode()
    held = page[page.index('<ol class="editions">') : page.index("</ol>", page.index('<ol class="editions">'))]
    found = []
    for part in held.split("<li")[1:]:
        head = re.search(r"<b>第 (\d+) 版</b><span>([^<]*)</span>", part)
        assert head
        rows = re.findall(r'<th scope="row">([^<]*)</th><td>(.*?)</td><td>(.*?)</td>', part)
        told = "；".join(f"{title}: {words(old)} -> {words(new)}" for title, old, new in rows)
        undone = re.search(r"这一批已于 .* 撤销入库", words(part))
        found.append((int(head[1]), head[2], told, "已撤销" if undone else ""))
    return found


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


def origin(person: Person, camera: Camera, version: int | None = None) -> str:
    address = web.url("camera", camera.pk) + (f"?version={version}" if version else "")
    page = web.of(person).get(address).content.decode()
    return words(page[page.index('id="lineage"') :]) if 'id="lineage"' in page else words(page)


def test_what_was_new_is_withdrawn(meishan_clerk: Person, batch: Submission) -> None:
    new = Camera.objects.get(name="乙")
    withdrawn(batch)
    assert editions(meishan_clerk, new) == [
        (2, "撤销入库，撤出台账", "在册状态: 在册 -> 已撤回", ""),
        (1, "首次登记", "", "已撤销"),
    ]
    assert_sound()


def test_what_was_changed_has_its_earlier_content_again(meishan_clerk: Person, batch: Submission) -> None:
    changed = Camera.objects.get(name="甲")
    withdrawn(batch)
    told = editions(meishan_clerk, changed)
    assert [(number, what, undone) for number, what, _, undone in told] == [
        (3, "撤销入库，恢复到以前的内容", ""),
        (2, "变更", "已撤销"),
        (1, "首次登记", ""),
    ]
    assert "品牌: 大华 -> 海康威视" in told[0][2] and "品牌: 海康威视 -> 大华" in told[1][2]
    page = web.of(meishan_clerk).get(web.url("camera", changed.pk)).content.decode()
    assert REASON in page, "why, and by whom, is the origin of the version that stands"
    assert "数据局审核员" in page and "公安" in page


def test_by_field_a_value_leads_to_the_cell_that_said_it(meishan_clerk: Person, batch: Submission) -> None:
    """The withdrawn value stands in between; the one that is back is still the first survey's."""
    changed = Camera.objects.get(name="甲")
    withdrawn(batch)
    page = web.of(meishan_clerk).get(web.url("camera", changed.pk) + "?by=field").content.decode()
    start = page.index(">品牌<")
    values = [
        words(each) for each in re.findall(r"<td[^>]*>(.*?)</td>", page[start : page.index("</tbody>", start)], re.S)
    ]
    said = " ".join(values)
    assert said.index("海康威视") < said.index("大华") < said.rindex("海康威视")


def test_what_comes_in_again_is_registered_again_under_its_number(meishan_clerk: Person, batch: Submission) -> None:
    new, changed = Camera.objects.get(name="乙"), Camera.objects.get(name="甲")
    withdrawn(batch)
    resubmitted(batch, {keys(batch)[1]: {"brand": "宇视"}})
    judged(batch)
    assert Camera.objects.count() == 2
    told = editions(meishan_clerk, new)
    assert [(number, what, undone) for number, what, _, undone in told] == [
        (3, "重新登记", ""),
        (2, "撤销入库，撤出台账", ""),
        (1, "首次登记", "已撤销"),
    ]
    assert "在册状态: 已撤回 -> 在册" in told[0][2]
    assert [what for _, what, _, _ in editions(meishan_clerk, changed)] == [
        "变更", "撤销入库，恢复到以前的内容", "变更", "首次登记",
    ]  # fmt: skip
    assert_sound()


def test_batches_withdrawn_in_turn(meishan_clerk: Person, batch: Submission) -> None:
    """The later one first, then the one before it: each leaves a version of its own."""
    changed = Camera.objects.get(name="甲")
    agreed(latest(batch), Motion.Kind.REOPEN)
    first = keys(batch)[0]
    mended(batch, {first: {"brand": "宇视"}})
    from tests.factories_inventory import hand_in, stamp

    stamp(batch, meishan_clerk)
    hand_in(batch, meishan_clerk)
    judged(batch)
    withdrawn(batch, 2)
    withdrawn(batch, 1)
    told = editions(meishan_clerk, changed)
    assert [(number, what, undone) for number, what, _, undone in told] == [
        (5, "撤销入库，恢复到以前的内容", ""),
        (4, "撤销入库，恢复到以前的内容", ""),
        (3, "变更", "已撤销"),
        (2, "变更", "已撤销"),
        (1, "首次登记", ""),
    ]
    changed.refresh_from_db()
    assert changed.brand == "海康威视"
    assert_sound()


def test_others_learn_what_became_of_it_and_not_why(meishan_clerk: Person, office: Person, batch: Submission) -> None:
    """The words of the motion are for who may open the report."""
    changed = Camera.objects.get(name="甲")
    withdrawn(batch)
    for person in (office, data()):
        assert next(what for _, what, _, _ in editions(person, changed)) == "撤销入库，恢复到以前的内容"
    stranger = web.of(data())
    assert REASON in stranger.get(web.url("camera", changed.pk)).content.decode()
