"""The printable review record: who, when, by whose power, what went back and why, and where the journal has it."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from audit.models import Entry
from inventory.models import Submission
from reviews import samples
from reviews.delegations import today
from reviews.models import Decision, Side, Verdict
from reviews.services import answer_motion, answer_question, delegate, mark, move
from tests.factories import make_person
from tests.factories_inventory import clerk_of, submitted, submitted_zero
from tests.reviews.scenes import (
    REASON,
    accept,
    case_of,
    close_side,
    keys_of,
    latest,
    mended,
    pass_all,
    return_first,
    send_back,
)


def url(submission: Submission, number: int = 0) -> str:
    asked = f"?round={number}" if number else ""
    return reverse("review_record", args=[case_of(submission).pk]) + asked


def read(client: Client, person: Person, address: str) -> str:
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(unescape(answer.content.decode()).split())


def seq(action: str, **facts: object) -> int:
    return Entry.objects.get(action=action, **{f"facts__{name}": value for name, value in facts.items()}).seq


def test_everything_of_a_round_and_of_what_came_after(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=3, picture=True)
    round_ = latest(submission)
    mark(
        police_reviewer, round_.pk, Side.POLICE, Decision.QUESTION,
        version_hash=round_.version_hash, keys=keys_of(round_)[1:2], reason="立杆还是壁装",
    )  # fmt: skip
    answer_question(clerk_of("meishan"), Verdict.objects.get().pk, "壁装，在供销社外墙")
    keys = keys_of(round_)[1:2]
    mark(police_reviewer, round_.pk, Side.POLICE, Decision.PASS, version_hash=round_.version_hash, keys=keys)
    sample = samples.draw(data_reviewer, round_.pk, Side.DATA, 2, version_hash=round_.version_hash)
    send_back(submission, data_reviewer, police_reviewer)
    first = latest(submission)
    mended(submission)
    accept(submission, data_reviewer, police_reviewer)
    answer_motion(police_reviewer, move(data_reviewer, latest(submission).pk, "undo", "坐标须重测").pk, True)
    page = read(client, data_reviewer, url(submission))
    for told in (
        first.version_hash, latest(submission).version_hash, REASON, "立杆还是壁装", "壁装，在供销社外墙",
        sample.seed, "抽取 2 行", "送审 3，双方通过 2", "此前已通过、不再审 2", "坐标须重测", "二维码与本版内容一致",
        str(data_reviewer), str(police_reviewer), "已从台账撤回 1 台摄像机", "入库，台账批次",
    ):  # fmt: skip
        assert told in page, told
    for number in (1, 2):
        for side in Side:
            assert f'<td class="code">{seq("review.closed", round=number, side=side.value)}</td>' in page
    assert f'日志序号 <span class="code">{seq("case.accepted_in_part")}</span>' in page
    assert f"{seq('motion.made')}、{seq('case.undone')}" in page
    only = read(client, data_reviewer, url(submission, 1))
    assert first.version_hash in only and latest(submission).version_hash not in only


def test_the_delegator_stands_beside_the_deputy(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    deputy = make_person("deputy", "data-bureau")
    delegate(data_reviewer, deputy, "data", today(), today() + dt.timedelta(days=1), "出差")
    submission = submitted("meishan", rows=1)
    accept(submission, deputy, police_reviewer)
    page = read(client, police_reviewer, url(submission))
    assert page.count(f"{deputy}（受{data_reviewer}委托）") == 2


def test_the_other_sides_word_is_hidden_until_ones_own_is_given(
    client: Client, data_reviewer: Person, police_reviewer: Person, leader: Person
) -> None:
    submission = submitted("meishan", rows=2)
    round_ = latest(submission)
    return_first(police_reviewer, round_, Side.POLICE)
    pass_all(police_reviewer, round_, Side.POLICE)
    samples.draw(police_reviewer, round_.pk, Side.POLICE, 1, version_hash=round_.version_hash)
    close_side(police_reviewer, round_, Side.POLICE)
    for person in (data_reviewer, leader):
        page = read(client, person, url(submission))
        assert REASON not in page and str(police_reviewer) not in page and "抽取" not in page
    assert REASON in read(client, police_reviewer, url(submission))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    for person in (data_reviewer, leader):
        assert REASON in read(client, person, url(submission))


def test_the_unit_has_it_after_the_end(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan", rows=2)
    clerk = clerk_of("meishan")
    client.force_login(clerk)
    assert client.get(url(submission)).status_code == 409
    send_back(submission, data_reviewer, police_reviewer)
    page = read(client, clerk, url(submission))
    assert REASON in page and str(police_reviewer) in page
    assert f'href="{url(submission)}"' in read(client, clerk, reverse("submission", args=[submission.pk]))
    mended(submission)
    assert "审核中" not in read(client, clerk, url(submission)).partition("record-title")[2].partition("现状")[2][40:]
    assert client.get(url(submission, 2)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("mabu_clerk", 404), ("sysadmin", 403), ("auditor", 403), ("office", 200)])
def test_who_may(
    client: Client,
    request: pytest.FixtureRequest,
    data_reviewer: Person,
    police_reviewer: Person,
    who: str,
    status: int,
) -> None:
    submission = submitted("meishan", rows=1)
    accept(submission, data_reviewer, police_reviewer)
    client.force_login(request.getfixturevalue(who))
    assert client.get(url(submission)).status_code == status


def test_a_zero_report(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted_zero("mabu")
    accept(submission, data_reviewer, police_reviewer)
    page = read(client, data_reviewer, url(submission))
    assert "零报告理由" in page and "送审" not in page


def test_a_round_that_is_not_there(client: Client, data_reviewer: Person) -> None:
    submission = submitted("meishan", rows=1)
    client.force_login(data_reviewer)
    assert client.get(url(submission, 7)).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    counted = []
    for agency, rows in (("meishan", 2), ("mabu", 9)):
        submission = submitted(agency, rows=rows)
        send_back(submission, data_reviewer, police_reviewer)
        read(client, data_reviewer, url(submission))
        with CaptureQueriesContext(connection) as ran:
            client.get(url(submission))
        counted.append(len(ran))
    assert counted[0] == counted[1]
