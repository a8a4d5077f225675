"""已核对: a scan without a code is compared by each side before it closes; who may say so, and that it stays said."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from agencies.models import Person
from audit.failures import Conflict, Invalid
from audit.models import Entry
from inventory.models import ScanTick, Submission, Version
from inventory.paper import codes, ticks
from reviews.models import Decision, Participation, Side
from reviews.services import mark
from tests.factories import make_person
from tests.factories_inventory import drafted, hand_in, stamp, submitted
from tests.inventory import web
from tests.reviews.scenes import case_of, close_side, keys_of, latest, pass_all

pytestmark = pytest.mark.django_db

TOLD = "扫描件上没有读到二维码。请对照扫描件核对本版内容，按“已核对”，再办结。"


def uncoded(clerk: Person, rows: int = 2) -> Submission:
    """A list handed in with a scan on which no code was found."""
    draft = drafted("meishan", rows=rows, by=clerk)
    stamp(draft, clerk, coded=False)
    return hand_in(draft, clerk)


@pytest.fixture
def sent(meishan_clerk: Person) -> Submission:
    return uncoded(meishan_clerk)


def version_of(submission: Submission) -> Version:
    return submission.versions.latest("number")


def press(person: Person, submission: Submission, **told: Any) -> Any:
    return web.press(person, "scan_tick", submission.pk, version_of(submission).number, **told)


def bench(person: Person, submission: Submission) -> str:
    return str(web.of(person).get(web.url("review", case_of(submission).pk)).content.decode())


# --- what it is for --------------------------------------------------------------------------------------------------
def test_each_side_ticks_before_it_closes(sent: Submission, data_reviewer: Person, police_reviewer: Person) -> None:
    version = version_of(sent)
    for by, side in ((data_reviewer, Side.DATA), (police_reviewer, Side.POLICE)):
        pass_all(by, latest(sent), side)
        assert codes.scan_obstacles(version, side) == [TOLD]
        with pytest.raises(Conflict, match="已核对"):
            close_side(by, latest(sent), side)
        ticks.tick_scan(by, version.pk, side, "  与原件  逐页核对 ")
        assert codes.scan_obstacles(version, side) == []
        close_side(by, latest(sent), side)
    assert Submission.objects.get(pk=sent.pk).state == "accepted"
    assert [(tick.side, tick.note) for tick in ScanTick.objects.order_by("pk")] == [
        ("data", "与原件 逐页核对"),
        ("police", "与原件 逐页核对"),
    ]
    told = Entry.objects.filter(action="review.scan_ticked").order_by("seq").first()
    assert told is not None and version.scan is not None
    assert told.facts == {"round": 1, "side": "data", "scan": version.scan.sha256, "note": "与原件 逐页核对"}


def test_a_code_that_matches_needs_no_tick(
    meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    coded = submitted("meishan", rows=1, by=meishan_clerk)
    pass_all(data_reviewer, latest(coded), Side.DATA)
    assert codes.scan_obstacles(version_of(coded), Side.DATA) == []
    with pytest.raises(Conflict, match="不用另行核对"):
        ticks.tick_scan(data_reviewer, version_of(coded).pk, Side.DATA)
    assert "已核对" not in bench(data_reviewer, coded)
    assert "二维码与这一版一致" in bench(data_reviewer, coded)


def test_a_scan_from_before_codes_were_read_counts_as_one_without(meishan_clerk: Person, data_reviewer: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    Version.objects.update(scan_code="unread", scan_code_hash="", scan_code_text="")
    old = hand_in(draft, meishan_clerk)
    pass_all(data_reviewer, latest(old), Side.DATA)
    assert codes.scan_obstacles(version_of(old), Side.DATA) == [TOLD]
    assert press(data_reviewer, old).status_code == 302
    assert codes.scan_obstacles(version_of(old), Side.DATA) == []


def test_who_returns_everything_need_not_vouch_for_the_paper(sent: Submission, police_reviewer: Person) -> None:
    round_ = latest(sent)
    mark(
        police_reviewer,
        round_.pk,
        Side.POLICE,
        Decision.RETURN,
        version_hash=round_.version_hash,
        keys=keys_of(round_),
        reason="扫描件没有盖章，请重新盖章",
    )
    assert codes.scan_obstacles(version_of(sent), Side.POLICE) == []
    close_side(police_reviewer, round_, Side.POLICE)


def test_the_paper_of_something_else_cannot_be_passed(meishan_clerk: Person, data_reviewer: Person) -> None:
    """It cannot be handed in; should it ever be there, no tick helps it."""
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    other = hand_in(draft, meishan_clerk)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        text = codes.Code(draft.pk + 1, 1, "a" * 64).text
        cursor.execute("UPDATE inventory_version SET scan_code = 'other', scan_code_text = %s", [text])
        cursor.execute("SET session_replication_role = origin")
    version = version_of(other)
    pass_all(data_reviewer, latest(other), Side.DATA)
    assert "不能通过" in codes.scan_obstacles(version, Side.DATA)[0]
    assert press(data_reviewer, other).status_code == 409
    assert "不是这一版的扫描件" in bench(data_reviewer, other)


# --- who may ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["office", "leader", "meishan_clerk"])
def test_only_reviewers(request: pytest.FixtureRequest, who: str, sent: Submission) -> None:
    assert press(request.getfixturevalue(who), sent).status_code == 403
    assert not ScanTick.objects.exists()


def test_not_a_stranger(sent: Submission, mabu_clerk: Person) -> None:
    assert press(mabu_clerk, sent).status_code == 404


def test_not_for_the_other_side(sent: Submission, data_reviewer: Person) -> None:
    with pytest.raises(PermissionDenied):
        ticks.tick_scan(data_reviewer, version_of(sent).pk, Side.POLICE)


def test_not_who_had_a_hand_in_the_version(sent: Submission, data_reviewer: Person) -> None:
    Participation.objects.create(case=case_of(sent), person=data_reviewer, part="author")
    assert press(data_reviewer, sent).status_code == 403
    assert not ScanTick.objects.exists()


def test_who_ticked_has_a_part_in_the_case(sent: Submission, data_reviewer: Person) -> None:
    press(data_reviewer, sent)
    assert Participation.objects.get(case=case_of(sent), person=data_reviewer).part == "data"


def test_a_deputy_ticks_in_the_delegators_name(sent: Submission, data_reviewer: Person) -> None:
    from tests.reviews.loans import lend

    deputy = make_person("deputy", "data-bureau")
    lend(data_reviewer, deputy)
    assert press(deputy, sent, note="受托").status_code == 302
    tick = ScanTick.objects.get()
    assert (tick.person, tick.for_person) == (deputy, data_reviewer)
    assert web.entry("review.scan_ticked").facts["for"] == data_reviewer.username
    assert f"（受{data_reviewer}委托）" in bench(data_reviewer, sent)


# --- when ------------------------------------------------------------------------------------------------------------
def test_the_second_press_changes_nothing(sent: Submission, data_reviewer: Person) -> None:
    colleague = make_person("second-data", "data-bureau", "data_reviewer")
    assert press(data_reviewer, sent, note="核对过").status_code == 302
    assert press(data_reviewer, sent, note="再按一次").status_code == 302
    assert press(colleague, sent).status_code == 302
    tick = ScanTick.objects.get()
    assert (tick.person, tick.note) == (data_reviewer, "核对过")
    assert Entry.objects.filter(action="review.scan_ticked").count() == 1


def test_not_after_ones_side_has_closed(sent: Submission, data_reviewer: Person, police_reviewer: Person) -> None:
    press(data_reviewer, sent)
    pass_all(data_reviewer, latest(sent), Side.DATA)
    close_side(data_reviewer, latest(sent), Side.DATA)
    assert press(data_reviewer, sent).status_code == 409
    press(police_reviewer, sent)
    pass_all(police_reviewer, latest(sent), Side.POLICE)
    close_side(police_reviewer, latest(sent), Side.POLICE)
    assert press(police_reviewer, sent).status_code == 409


def test_a_draft_is_not_ticked(meishan_clerk: Person, data_reviewer: Person) -> None:
    draft = drafted("meishan", rows=1, by=meishan_clerk)
    stamp(draft, meishan_clerk, coded=False)
    assert press(data_reviewer, draft).status_code == 409


def test_a_note_too_long(sent: Submission, data_reviewer: Person) -> None:
    answer = press(data_reviewer, sent, note="长" * (ticks.LONGEST_NOTE + 1))
    assert answer.status_code == 422
    assert "500 个字以内" in answer.content.decode()
    with pytest.raises(Invalid):
        ticks.tick_scan(data_reviewer, version_of(sent).pk, Side.DATA, "长" * 501)


# --- on the page -----------------------------------------------------------------------------------------------------
def test_the_button_stands_beside_the_scan_until_it_is_pressed(
    sent: Submission, data_reviewer: Person, office: Person
) -> None:
    action = web.url("scan_tick", sent.pk, 1)
    html = bench(data_reviewer, sent)
    assert web.has_form(html, action)
    assert "没有读到二维码" in html
    assert not web.has_form(bench(office, sent), action)
    answer = web.form(html, action).send(web.of(data_reviewer), note="<b>逐页</b>")
    assert answer["Location"] == web.url("review", case_of(sent).pk) + "#scan-check"
    html = bench(data_reviewer, sent)
    assert not web.has_form(html, action)
    assert "&lt;b&gt;逐页&lt;/b&gt;" in html and "<b>逐页</b>" not in html


def test_the_other_side_does_not_see_it_before_it_has_closed(
    sent: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    press(data_reviewer, sent, note="数据局的说明")
    assert "数据局的说明" in bench(data_reviewer, sent)
    assert "数据局的说明" not in bench(police_reviewer, sent)
    assert web.has_form(bench(police_reviewer, sent), web.url("scan_tick", sent.pk, 1))


# --- that it stays ---------------------------------------------------------------------------------------------------
def test_the_database_keeps_it_and_lets_only_the_side_say_it(
    sent: Submission, data_reviewer: Person, meishan_clerk: Person
) -> None:
    press(data_reviewer, sent)
    insert = "INSERT INTO inventory_scantick (version_id, side, person_id, for_person_id) VALUES (%s, %s, %s, %s)"
    version = version_of(sent).pk
    attacks: list[tuple[str, list[Any]]] = [
        ("UPDATE inventory_scantick SET note = 'x'", []),
        ("UPDATE inventory_scantick SET person_id = %s", [meishan_clerk.pk]),
        ("DELETE FROM inventory_scantick", []),
        (insert, [version, "police", data_reviewer.pk, None]),
        (insert, [version, "police", meishan_clerk.pk, None]),
        (insert, [version, "data", meishan_clerk.pk, data_reviewer.pk]),
        (insert, [version, "author", meishan_clerk.pk, None]),
        (insert, [version, "data", data_reviewer.pk, None]),
    ]
    for sql, told in attacks:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, told)
    assert ScanTick.objects.count() == 1
