"""From a registered value to everything it stands on, through the real services: the file, the cell, the changes made
on screen, the words of both sides on exactly that row, whose power it was, and how a code of two units was settled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from agencies.models import Person
from cameras.lists import CAMERAS
from cameras.models import Camera
from cameras.sheet import CAMERA
from cameras.views import CAMERA_TITLES
from inventory import services
from inventory.models import ChangeSet, StagedRow, Submission
from inventory.onscreen import changes, undoing
from inventory.onscreen.changes import Cell
from registry.history import History, read
from registry.lineage import Lineage, Ref, source_of, sources_of
from registry.names import Names
from reviews import services as reviews
from reviews.delegations import today
from reviews.models import Choice, Decision, Round, Side
from tests.factories import make_person
from tests.factories_inventory import new_code, resubmitted, submitted
from tests.inventory.drafts import camera_row, stamped, started, uploaded, work
from tests.registry.reading import as_person, html, links
from tests.reviews.scenes import accept, close_side, keys_of, latest, pass_all

CODE = "34152400001320000001"


def lineage_of(camera: Camera, number: int | None = None) -> Lineage:
    version = camera.versions.get(number=number or camera.version_number)
    found = source_of("cameras.camera", version.ledger_entry_id, version.source_row_id)
    assert found is not None
    return found


def words(found: Lineage) -> list[tuple[str, str, str, str, str]]:
    return [(one.side, one.post, one.lent_by, one.word, one.settled) for one in found.reviewers]


@pytest.fixture
def edited(meishan_clerk: Person) -> Submission:
    """Two cameras from a workbook; the first one's brand was changed on screen twice, another change taken back."""
    submission = started(meishan_clerk)
    source = uploaded(meishan_clerk, submission, [camera_row(1, code=CODE), camera_row(2)])
    row: StagedRow = source.camerarows.get(code=CODE)

    def say(column: str, text: str) -> None:
        changes.change(meishan_clerk, submission.pk, "camera", [Cell(row.key, column, text, None)], ChangeSet.Way.EDIT)

    say("brand", "大华")
    say("status", "停用")
    undoing.undo(meishan_clerk, submission.pk)
    say("brand", "宇视")
    work()
    return services.submit(meishan_clerk, submission.pk, stamped(meishan_clerk, submission))


class TestEdits:
    @pytest.fixture
    def camera(self, edited: Submission, data_reviewer: Person, police_reviewer: Person) -> Camera:
        accept(edited, data_reviewer, police_reviewer)
        return Camera.objects.get(code=CODE)

    def test_each_change_of_the_cell_with_who_when_and_from_what_to_what(
        self, camera: Camera, meishan_clerk: Person
    ) -> None:
        found = lineage_of(camera)
        told = [(edit.column, edit.cell, edit.before, edit.after, edit.way, edit.undone) for edit in found.edits]
        brand, status = found.cells["brand"], found.cells["status"]
        assert told == [
            ("brand", brand, "海康威视", "大华", "修改", False),
            ("status", status, "在用", "停用", "修改", True),
            ("status", status, "停用", "在用", "撤销", False),
            ("brand", brand, "大华", "宇视", "修改", False),
        ]
        assert {edit.person for edit in found.edits} == {meishan_clerk.label}
        assert (found.raw["brand"], found.raw["status"], found.raw["code"]) == ("海康威视", "在用", CODE)
        assert camera.brand == "宇视"

    def test_another_row_of_the_file_has_none(self, camera: Camera) -> None:
        other = Camera.objects.exclude(pk=camera.pk).get()
        found = lineage_of(other)
        assert not found.edits
        assert found.raw["brand"] == "海康威视"
        assert found.sha256 == lineage_of(camera).sha256

    def test_the_page_of_the_value_tells_its_own_changes(self, camera: Camera, data_reviewer: Person) -> None:
        page = as_person(data_reviewer).get(f"/cameras/{camera.pk}/?version=1&field=brand")
        panel = html(page).split('id="source"')[1].split("</section>")[0]
        assert "原表写的" in panel and "海康威视" in panel and "宇视" in panel
        assert "停用" not in panel
        assert '在线修改 <span class="muted">2 处' in panel

    def test_only_who_may_open_the_report_gets_its_file_and_changes(
        self, camera: Camera, meishan_clerk: Person, education_clerk: Person, leader: Person
    ) -> None:
        for person in (meishan_clerk, leader):
            page = as_person(person).get(f"/cameras/{camera.pk}/?version=1&field=brand")
            (file,) = {link for link in links(page) if "/files/" in link}
            assert as_person(person).get(file).status_code == 200
        version = camera.versions.get()
        ref = Ref(version.ledger_entry_id, version.source_row_id)
        whole = lineage_of(camera)
        seen = sources_of("cameras.camera", [ref], education_clerk, ref)[ref]
        assert (seen.file_name, seen.sha256, seen.cells) == (whole.file_name, whole.sha256, whole.cells)
        assert [one.post for one in seen.reviewers] == ["数据局审核员", "公安审核员"]
        assert whole.edits and whole.raw and whole.url and whole.file_url
        assert not seen.edits and not seen.raw and not seen.waivers and not seen.url and not seen.file_url


class TestWords:
    def test_the_words_are_those_on_the_row_and_not_the_closers(
        self, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
    ) -> None:
        """One reviewer passes the row, a deputy of hers the other, and a colleague closes the side."""
        round_ = latest(submitted("meishan", values=[{"name": "甲"}, {"name": "乙"}]))
        data_reviewer2.display_name = "数据局乙"
        data_reviewer2.save()
        deputy = make_person("deputy", "data-bureau")
        reviews.delegate(data_reviewer, deputy, Side.DATA, today(), today() + dt.timedelta(days=2), "赴省里培训")
        first, second = keys_of(round_)
        mark(data_reviewer, round_, Side.DATA, [first])
        mark(deputy, round_, Side.DATA, [second])
        close_side(data_reviewer2, round_, Side.DATA)
        pass_all(police_reviewer, round_, Side.POLICE)
        close_side(police_reviewer, round_, Side.POLICE)
        one, two = (Camera.objects.get(name=name) for name in "甲乙")
        police = ("公安局", "公安审核员", "", "通过", "")
        assert words(lineage_of(one)) == [("数据局", "数据局审核员", "", "通过", ""), police]
        assert words(lineage_of(two)) == [("数据局", "工作人员", "数据局审核员", "通过", ""), police]
        assert [(one.side, one.post) for one in lineage_of(two).closers] == [
            ("数据局", "数据局乙"),
            ("公安局", "公安审核员"),
        ]
        page = html(as_person(police_reviewer).get(f"/cameras/{two.pk}/"))
        assert "（受数据局审核员委托）" in page

    def test_the_last_word_before_the_end_counts(
        self, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
    ) -> None:
        round_ = latest(submitted("meishan", rows=1))
        data_reviewer2.display_name = "数据局乙"
        data_reviewer2.save()
        mark(data_reviewer, round_, Side.DATA, keys_of(round_), Decision.RETURN, reason="编码要核对")
        mark(data_reviewer2, round_, Side.DATA, keys_of(round_))
        close_side(data_reviewer2, round_, Side.DATA)
        pass_all(police_reviewer, round_, Side.POLICE)
        close_side(police_reviewer, round_, Side.POLICE)
        assert words(lineage_of(Camera.objects.get()))[0] == ("数据局", "数据局乙", "", "通过", "")

    def test_rows_accepted_in_different_rounds_have_each_their_own(
        self, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
    ) -> None:
        """The first row is returned and mended; the other stands since round 1, with the words of round 1."""
        submission = submitted("meishan", values=[{"name": "甲"}, {"name": "乙"}])
        round_ = latest(submission)
        first, _ = keys_of(round_)
        data_reviewer2.display_name = "数据局乙"
        data_reviewer2.save()
        mark(police_reviewer, round_, Side.POLICE, [first], Decision.RETURN, reason="位置要核对")
        pass_all(police_reviewer, round_, Side.POLICE)
        close_side(police_reviewer, round_, Side.POLICE)
        pass_all(data_reviewer, round_, Side.DATA)
        assert close_side(data_reviewer, round_, Side.DATA).outcome == Round.Outcome.PARTIAL
        assert [camera.name for camera in Camera.objects.all()] == ["乙"]
        resubmitted(submission, {first: {"name": "甲二"}})
        again = latest(submission)
        assert keys_of(again) == [first]
        for person, side in ((data_reviewer2, Side.DATA), (police_reviewer, Side.POLICE)):
            pass_all(person, again, side)
            close_side(person, again, side)
        mended, standing = lineage_of(Camera.objects.get(name="甲二")), lineage_of(Camera.objects.get(name="乙"))
        assert (mended.version_number, standing.version_number) == (2, 1)
        assert words(mended)[0][1] == "数据局乙"
        assert words(standing)[0][1] == "数据局审核员"
        assert standing.url.endswith("?version=1")

    def test_an_unchanged_row_of_a_returned_version_keeps_its_words(
        self, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person, police_reviewer2: Person
    ) -> None:
        """Both rows go back in round 1; the data bureau's word on the one that stays as it is was given there."""
        submission = submitted("meishan", values=[{"name": "甲"}, {"name": "乙"}])
        round_ = latest(submission)
        first, second = keys_of(round_)
        mark(police_reviewer, round_, Side.POLICE, [first, second], Decision.RETURN, reason="位置要核对")
        close_side(police_reviewer, round_, Side.POLICE)
        pass_all(data_reviewer, round_, Side.DATA)
        assert close_side(data_reviewer, round_, Side.DATA).outcome == Round.Outcome.RETURNED
        resubmitted(submission, {first: {"name": "甲二"}})
        again = latest(submission)
        for person in (data_reviewer2, police_reviewer2):
            person.display_name += "乙"
            person.save()
        pass_all(data_reviewer2, again, Side.DATA)
        close_side(data_reviewer2, again, Side.DATA)
        mark(police_reviewer2, again, Side.POLICE, [first, second])
        close_side(police_reviewer2, again, Side.POLICE)
        mended, standing = lineage_of(Camera.objects.get(name="甲二")), lineage_of(Camera.objects.get(name="乙"))
        assert [one.post for one in mended.reviewers] == ["数据局审核员乙", "公安审核员乙"]
        assert [one.post for one in standing.reviewers] == ["数据局审核员", "公安审核员乙"]

    def test_how_a_code_of_two_units_was_settled(
        self, real_db: str, data_reviewer: Person, police_reviewer: Person
    ) -> None:
        code = new_code()
        accept(submitted("meishan", values=[{"name": "先报的", "code": code}]), data_reviewer, police_reviewer)
        settle(
            submitted("mabu", values=[{"name": "后报的", "code": code}]),
            Choice.TRANSFER,
            data_reviewer,
            police_reviewer,
        )
        camera = Camera.objects.get(code=code)
        assert camera.reporting_agency.code == "mabu"
        assert [word[4] for word in words(lineage_of(camera))] == ["移交", "移交"]
        assert [word[4] for word in words(lineage_of(camera, 1))] == ["", ""]
        assert "按“移交”处理" in html(as_person(data_reviewer).get(f"/cameras/{camera.pk}/"))

    def test_who_reports_it_too_stands_beside_the_responsible_one(
        self,
        real_db: str,
        data_reviewer: Person,
        police_reviewer: Person,
        mabu_clerk: Person,
        meishan_clerk: Person,
    ) -> None:
        code = new_code()
        accept(submitted("meishan", values=[{"name": "先报的", "code": code}]), data_reviewer, police_reviewer)
        settle(
            submitted("mabu", values=[{"name": "后报的", "code": code}]), Choice.MERGE, data_reviewer, police_reviewer
        )
        camera = Camera.objects.get()
        assert camera.reporting_agency.code == "meishan"
        page = html(as_person(meishan_clerk).get(f"/cameras/{camera.pk}/"))
        beside = page.split('aria-labelledby="agencies-title"')[1].split("</section>")[0]
        assert "同时填报" in beside and "金寨县麻埠镇人民政府" in beside
        assert as_person(mabu_clerk).get(f"/cameras/{camera.pk}/").status_code == 404


def mark(
    by: Person,
    round_: Round,
    side: Side,
    keys: Sequence[int],
    decision: Decision = Decision.PASS,
    reason: str = "",
    choices: Any = None,
) -> None:
    reviews.mark(
        by, round_.pk, side, decision,
        version_hash=round_.version_hash, keys=list(keys), reason=reason, choices=choices or {},
    )  # fmt: skip


def settle(submission: Submission, choice: Choice, data: Person, police: Person) -> None:
    """Both sides pass the one collided row with this choice."""
    round_ = latest(submission)
    (key,) = keys_of(round_)
    for person, side in ((data, Side.DATA), (police, Side.POLICE)):
        mark(person, round_, side, [key], choices={key: choice})
        close_side(person, round_, side)


def test_a_value_leads_to_the_version_whose_cell_said_it(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    """The second survey leaves the brand blank, so the value still is the first one's; the status is the second's."""
    first = started(meishan_clerk)
    uploaded(meishan_clerk, first, [camera_row(1, code=CODE)])
    accept(services.submit(meishan_clerk, first.pk, stamped(meishan_clerk, first)), data_reviewer, police_reviewer)
    second = started(meishan_clerk)
    uploaded(meishan_clerk, second, [camera_row(1, code=CODE, brand="", status="停用")])
    accept(services.submit(meishan_clerk, second.pk, stamped(meishan_clerk, second)), data_reviewer, police_reviewer)
    camera = Camera.objects.get()
    history = history_of(camera, data_reviewer)
    newest = history.editions[0]
    for key, number in (("brand", 1), ("status", 2)):
        origin, cell = history.origin(key, newest)
        assert origin.number == number
        assert cell == lineage_of(camera, number).cells[key]
    found = links(as_person(data_reviewer).get(f"/cameras/{camera.pk}/"))
    assert "?version=1&field=brand#source" in found
    assert "?version=2&field=status#source" in found


def history_of(camera: Camera, person: Person) -> History:
    return read(camera, person, CAMERA, CAMERA_TITLES, CAMERAS.words, Names())
