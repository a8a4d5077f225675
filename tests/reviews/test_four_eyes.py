"""Four eyes: by the services, and by the database when somebody goes round them (T15 to T17, F29)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, Person, PersonRole
from inventory import services as inventory
from reviews.models import Closing, Participation, Round, Side, Verdict
from reviews.services import open_round
from tests.factories import make_person
from tests.factories_inventory import drafted, hand_in, submitted
from tests.reviews.scenes import close_side, keys_of, latest, mended, pass_all, return_first, send_back, stamp

SIDES = [("data-bureau", "data_reviewer", Side.DATA), ("police", "police_reviewer", Side.POLICE)]


def acts(round_: Round, side: Side) -> list[tuple[str, dict[str, object]]]:
    """Every act of the workbench."""
    case, keys = round_.case_id, keys_of(round_)
    return [
        (reverse("review_question", args=[case]), stamp(round_, side, keys=keys, reason="自己问自己")),
        (reverse("review_pass", args=[case]), stamp(round_, side, keys=keys)),
        (reverse("review_return", args=[case]), stamp(round_, side, keys=keys, reason="自己审自己")),
        (reverse("review_close", args=[case]), stamp(round_, side)),
    ]


# --- T15: who filed it does not judge it -----------------------------------------------------------------------------
@pytest.mark.parametrize(("agency", "role", "side"), SIDES)
def test_who_submitted_cannot_judge(client: Client, db: None, agency: str, role: str, side: Side) -> None:
    author = make_person("both", agency, "clerk", role)
    round_ = latest(submitted(agency, rows=2, by=author))
    client.force_login(author)
    for url, told in acts(round_, side):
        answer = client.post(url, told)
        assert answer.status_code == 403
        assert "必须由不同的人完成" in answer.content.decode()
    assert not Verdict.objects.exists() and not Closing.objects.exists()


@pytest.mark.parametrize(("agency", "role", "side"), SIDES)
def test_who_only_had_a_hand_in_it_cannot_judge(client: Client, db: None, agency: str, role: str, side: Side) -> None:
    editor = make_person("both", agency, "clerk", role)
    colleague = make_person("colleague", agency, "clerk")
    submission = drafted(agency, rows=2, by=colleague)
    with transaction.atomic():
        inventory.draft_version(editor, submission)
    round_ = latest(hand_in(submission, colleague))
    client.force_login(editor)
    assert [client.post(url, told).status_code for url, told in acts(round_, side)] == [403] * 4


@pytest.mark.parametrize(("agency", "role", "side"), SIDES)
def test_another_person_of_that_side_decides(db: None, agency: str, role: str, side: Side) -> None:
    round_ = latest(submitted(agency, rows=2, by=make_person("author", agency, "clerk", role)))
    other = make_person("other", agency, role)
    pass_all(other, round_, side)
    close_side(other, round_, side)
    assert round_.case.own_side == side
    assert Closing.objects.get().person == other


def test_who_judged_cannot_join_the_authors(data_reviewer2: Person, police_reviewer: Person) -> None:
    reviewer = make_person("both", "data-bureau", "clerk", "data_reviewer")
    clerk = make_person("author", "data-bureau", "clerk")
    submission = submitted("data-bureau", rows=2, by=clerk)
    send_back(submission, reviewer, police_reviewer)
    with pytest.raises(PermissionDenied, match="您审核过本件"), transaction.atomic():
        inventory.locked(reviewer, submission.pk)
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"), transaction.atomic():
        open_round(
            kind=inventory.CASE_KIND,
            subject_id=submission.pk,
            title="x",
            agency=submission.obligation.agency,
            number=2,
            version_hash="0" * 64,
            items=[],
            authors=[reviewer],
        )


# --- T16: nobody acts for both sides ---------------------------------------------------------------------------------
def test_both_roles_give_one_side(client: Client, db: None) -> None:
    both = make_person("both", "data-bureau", "data_reviewer", "police_reviewer")
    round_ = latest(submitted("meishan", rows=2))
    pass_all(both, round_, Side.DATA)
    close_side(both, round_, Side.DATA)
    client.force_login(both)
    assert [client.post(url, told).status_code for url, told in acts(round_, Side.POLICE)] == [403] * 4
    assert set(Verdict.objects.values_list("side", flat=True)) == {"data"}


def test_moving_to_the_other_agency_does_not_help(client: Client, db: None) -> None:
    both = make_person("both", "data-bureau", "data_reviewer", "police_reviewer")
    round_ = latest(submitted("meishan", rows=2))
    pass_all(both, round_, Side.DATA)
    close_side(both, round_, Side.DATA)
    Person.objects.filter(pk=both.pk).update(agency=Agency.objects.get(code="police"))
    client.force_login(both)
    for url, told in acts(round_, Side.POLICE):
        answer = client.post(url, told)
        assert answer.status_code == 403
        assert "同一人不能同时代表" in answer.content.decode()
    page = client.get(reverse("review", args=[round_.case_id])).content.decode()
    assert "代表过另一方" in page and 'id="decide"' not in page


# --- T17: the other side ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "side"), [("data_reviewer", Side.POLICE), ("police_reviewer", Side.DATA)])
def test_nobody_speaks_for_the_other_side(client: Client, request: pytest.FixtureRequest, who: str, side: Side) -> None:
    person = request.getfixturevalue(who)
    round_ = latest(submitted("meishan", rows=2))
    client.force_login(person)
    assert [client.post(url, told).status_code for url, told in acts(round_, side)] == [403] * 4
    assert not Verdict.objects.exists() and not Participation.objects.filter(person=person).exists()


def test_the_role_in_another_agency_is_worth_nothing(client: Client, db: None) -> None:
    person = make_person("odd", "meishan", "data_reviewer")
    round_ = latest(submitted("mabu", rows=1))
    client.force_login(person)
    assert [client.post(url, told).status_code for url, told in acts(round_, Side.DATA)] == [403] * 4


def test_a_role_taken_away_between_page_and_press(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=1))
    client.force_login(data_reviewer)
    assert client.get(reverse("review", args=[round_.case_id])).status_code == 200
    PersonRole.objects.filter(person=data_reviewer).update(role="leader")
    assert [client.post(url, told).status_code for url, told in acts(round_, Side.DATA)] == [403] * 4
    assert not Verdict.objects.exists()


@pytest.mark.parametrize("how", ["role", "account", "agency"])
def test_a_service_asks_who_the_person_is_now(data_reviewer: Person, how: str) -> None:
    """F29: what the request read at its beginning is as old as the wait for the case's lock."""
    round_ = latest(submitted("meishan", rows=1))
    assert data_reviewer.holds("data_reviewer") and data_reviewer.agency is not None
    if how == "role":
        PersonRole.objects.filter(person=data_reviewer).delete()
    elif how == "account":
        Person.objects.filter(pk=data_reviewer.pk).update(is_active=False)
    else:
        Person.objects.filter(pk=data_reviewer.pk).update(agency=Agency.objects.get(code="mabu"))
    with pytest.raises(PermissionDenied):
        pass_all(data_reviewer, round_, Side.DATA)
    with pytest.raises(PermissionDenied):
        close_side(data_reviewer, round_, Side.DATA)
    assert not Verdict.objects.exists() and not Participation.objects.filter(person=data_reviewer).exists()


# --- the database ----------------------------------------------------------------------------------------------------
def insert_verdict(round_: Round, person: Person, side: Side, decision: str = "pass", reason: str = "") -> None:
    item = round_.items.order_by("key")[0]
    run(
        """INSERT INTO reviews_verdict
             (case_id, round_id, item_key, item_hash, side, person_id, decision, reason, decided_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now())""",
        [round_.case_id, round_.pk, item.key, item.hash, side.value, person.pk, decision, reason],
    )


def insert_closing(round_: Round, person: Person, side: Side) -> None:
    run(
        """INSERT INTO reviews_closing (case_id, round_id, side, person_id, version_hash, passed, returned, closed_at)
           VALUES (%s, %s, %s, %s, %s, 1, 0, now())""",
        [round_.case_id, round_.pk, side.value, person.pk, round_.version_hash],
    )


def insert_part(round_: Round, person: Person, part: str) -> None:
    run(
        "INSERT INTO reviews_participation (case_id, person_id, part, since) VALUES (%s, %s, %s, now())",
        [round_.case_id, person.pk, part],
    )


def run(sql: str, params: list[Any]) -> None:
    """One statement past every service, with its constraints checked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def round_(meishan_clerk: Person) -> Round:
    return latest(submitted("meishan", rows=2))


@pytest.mark.parametrize("side", list(Side))
def test_the_database_refuses_an_authors_verdict(round_: Round, meishan_clerk: Person, side: Side) -> None:
    assert Participation.objects.get(person=meishan_clerk).part == "author"
    for insert in (insert_verdict, insert_closing):
        with pytest.raises(IntegrityError, match="by_a_reviewer_of_the_side"):
            insert(round_, meishan_clerk, side)
    with pytest.raises(IntegrityError, match="one_part_a_person"):
        insert_part(round_, meishan_clerk, side.value)


def test_the_database_refuses_the_other_side(round_: Round, data_reviewer: Person) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    for insert in (insert_verdict, insert_closing):
        with pytest.raises(IntegrityError, match="by_a_reviewer_of_the_side"):
            insert(round_, data_reviewer, Side.POLICE)
    with pytest.raises(IntegrityError, match="one_part_a_person"):
        insert_part(round_, data_reviewer, "police")


def test_the_database_refuses_who_has_no_part(round_: Round, police_reviewer: Person) -> None:
    for insert in (insert_verdict, insert_closing):
        with pytest.raises(IntegrityError, match="by_a_reviewer_of_the_side"):
            insert(round_, police_reviewer, Side.POLICE)


def test_the_database_refuses_a_part_of_another_case(round_: Round, data_reviewer: Person) -> None:
    pass_all(data_reviewer, latest(submitted("mabu", rows=1)), Side.DATA)
    with pytest.raises(IntegrityError, match="by_a_reviewer_of_the_side"):
        insert_verdict(round_, data_reviewer, Side.DATA)


def test_the_database_refuses_a_third_side_and_a_return_without_reason(round_: Round, data_reviewer: Person) -> None:
    insert_part(round_, data_reviewer, "data")
    with pytest.raises(IntegrityError, match="return_has_reason"):
        insert_verdict(round_, data_reviewer, Side.DATA, "return")
    with pytest.raises(IntegrityError, match="verdict_of_a_side"):
        run(
            """INSERT INTO reviews_verdict
                 (case_id, round_id, item_key, item_hash, side, person_id, decision, reason, decided_at)
               VALUES (%s, %s, 1, 'x', 'author', %s, 'pass', '', now())""",
            [round_.case_id, round_.pk, data_reviewer.pk],
        )


def test_the_database_knows_one_verdict_and_one_closing(round_: Round, data_reviewer: Person) -> None:
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    with pytest.raises(IntegrityError, match="one_current_verdict"):
        insert_verdict(round_, data_reviewer, Side.DATA)
    with pytest.raises(IntegrityError, match="one_closing_a_side"):
        insert_closing(round_, data_reviewer, Side.DATA)


def test_the_database_knows_one_open_round(round_: Round) -> None:
    with pytest.raises(IntegrityError, match="one_open_round"):
        run(
            """INSERT INTO reviews_round (case_id, number, version_hash, item_count, opened_at, outcome)
               VALUES (%s, 2, 'x', 0, now(), '')""",
            [round_.case_id],
        )


def test_the_database_keeps_a_verdict_to_a_round_of_its_case(round_: Round, data_reviewer: Person) -> None:
    other = latest(submitted("mabu", rows=1))
    insert_part(other, data_reviewer, "data")
    with pytest.raises(IntegrityError, match="verdict_round_of_its_case"):
        run(
            """INSERT INTO reviews_verdict
                 (case_id, round_id, item_key, item_hash, side, person_id, decision, reason, decided_at)
               VALUES (%s, %s, 1, 'x', 'data', %s, 'pass', '', now())""",
            [other.case_id, round_.pk, data_reviewer.pk],
        )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reviews_verdict SET decision = 'pass', superseded_at = now()",
        "UPDATE reviews_verdict SET reason = 'x'",
        "UPDATE reviews_verdict SET person_id = person_id + 0, side = 'police', superseded_at = now()",
        "DELETE FROM reviews_verdict",
        "UPDATE reviews_closing SET passed = 9",
        "DELETE FROM reviews_closing",
        "UPDATE reviews_participation SET part = 'data' WHERE part = 'author'",
        "DELETE FROM reviews_participation",
    ],
)
def test_the_database_keeps_what_was_said(round_: Round, data_reviewer: Person, sql: str) -> None:
    return_first(data_reviewer, round_, Side.DATA)
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    with pytest.raises(IntegrityError, match=r"append-only|only ever superseded"):
        run(sql, [])


def test_a_superseded_verdict_stays_superseded(round_: Round, data_reviewer: Person) -> None:
    return_first(data_reviewer, round_, Side.DATA)
    return_first(data_reviewer, round_, Side.DATA, "另一个理由")
    with pytest.raises(IntegrityError, match="only ever superseded"):
        run("UPDATE reviews_verdict SET superseded_at = NULL WHERE superseded_at IS NOT NULL", [])


def test_a_second_round_keeps_everybodys_part(
    round_: Round, data_reviewer: Person, police_reviewer: Person, meishan_clerk: Person
) -> None:
    submission = round_.case.subject_id
    from inventory.models import Submission

    found = Submission.objects.get(pk=submission)
    send_back(found, data_reviewer, police_reviewer)
    mended(found)
    second = latest(found)
    with pytest.raises(IntegrityError, match="by_a_reviewer_of_the_side"):
        insert_verdict(second, meishan_clerk, Side.DATA)
