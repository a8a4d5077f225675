"""The hiding rule and who may: nobody sees the other side's words before one's own side has closed."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Person
from reviews.models import Side
from tests.factories import make_person
from tests.factories_inventory import submitted
from tests.reviews.pages import names, read, read_row, url_of
from tests.reviews.scenes import case_of, close_side, keys_of, latest, pass_all, return_first

SECRET = "此处不属于公共场所"
PARTS = ("review", "review_rows")


def everything(client: Client, case: object, key: int) -> str:
    """All that the workbench tells a person: the page, its fragments, every filter."""
    told = [client.get(url_of(case, name)).content.decode() for name in PARTS]  # type: ignore[arg-type]
    told += [read(client, case, said=said) for said in ("open", "pass", "return", "question")]  # type: ignore[arg-type]
    return "".join([*told, read_row(client, case, key)])  # type: ignore[arg-type]


def test_the_other_sides_verdicts_are_hidden_until_mine_has_closed(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    key = keys_of(round_)[0]
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(data_reviewer)
    page = everything(client, round_.case, key)
    assert SECRET not in page and "公安局审核中" in page
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    page = everything(client, round_.case, key)
    assert SECRET not in page and "公安局已办结" in page
    assert "退回 1 行" not in page and police_reviewer.display_name not in page
    for said in ("return", "pass"):
        assert "没有符合条件的行" in read(client, round_.case, said=said)
    return_first(data_reviewer, round_, Side.DATA, "名称太笼统")
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    page = everything(client, round_.case, key)
    assert SECRET in page and "退回 1 行" in page


def test_after_my_closing_the_others_work_is_shown_while_it_goes_on(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    key = keys_of(round_)[0]
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(data_reviewer)
    assert SECRET in read_row(client, round_.case, key)
    client.force_login(police_reviewer)
    page = everything(client, round_.case, key)
    assert "数据局已办结" in page and data_reviewer.display_name not in page


@pytest.mark.parametrize("who", ["office", "leader"])
def test_readers_see_verdicts_only_when_the_round_has_ended(
    client: Client, request: pytest.FixtureRequest, who: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    key = keys_of(round_)[0]
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    client.force_login(request.getfixturevalue(who))
    page = everything(client, round_.case, key)
    assert SECRET not in page and "公安局已办结" in page
    assert len(names(read(client, round_.case, said="return"))) == 3
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    page = read(client, round_.case, said="return")
    assert SECRET in page and len(names(page)) == 1


def test_what_was_said_before_a_withdrawal_stays_hidden(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    """Nobody had closed, and what was said holds on in the next round."""
    from inventory import services
    from tests.factories_inventory import clerk_of, resubmitted

    submission = submitted("meishan", rows=2)
    first = latest(submission)
    key = keys_of(first)[0]
    return_first(police_reviewer, first, Side.POLICE, SECRET)
    services.withdraw(clerk_of("meishan"), submission.pk, "还要补一行")
    client.force_login(data_reviewer)
    assert SECRET not in everything(client, first.case, key)
    resubmitted(submission, {})
    assert latest(submission).number == 2
    assert SECRET not in everything(client, first.case, key)
    client.force_login(police_reviewer)
    assert SECRET in read_row(client, first.case, key)


def test_an_author_sees_no_verdict_of_his_own_side_either(client: Client, police_reviewer: Person) -> None:
    author = make_person("police-clerk", "police", "clerk", "police_reviewer")
    round_ = latest(submitted("police", rows=2, by=author))
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(author)
    page = everything(client, round_.case, keys_of(round_)[0])
    assert SECRET not in page and "您参与了本件的填报，不能审核" in page
    assert 'id="decide"' not in page


@pytest.mark.parametrize("name", ["review", "review_rows", "review_row"])
def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person, name: str) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(mabu_clerk)
    assert client.get(url_of(case, name)).status_code == 404


@pytest.mark.parametrize("who", ["meishan_clerk", "sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("name", ["review", "review_rows", "review_row"])
def test_other_posts_may_not(client: Client, request: pytest.FixtureRequest, who: str, name: str) -> None:
    person = request.getfixturevalue(who)
    case = case_of(submitted("meishan"))
    client.force_login(person)
    assert client.get(url_of(case, name)).status_code == 403
