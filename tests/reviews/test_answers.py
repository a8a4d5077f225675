"""The unit answers on its report's page what a side has asked; nobody else sees the questions there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from dashboards.home import home_of
from inventory.models import Submission
from reviews.models import Answer, Decision, Side, Verdict
from reviews.services import answer_question, mark
from tests.factories import make_person
from tests.factories_inventory import clerk_of, submitted
from tests.reviews.scenes import keys_of, latest, pass_all

DOUBT = "立杆还是壁装，请说明"
WORDS = "壁装，在供销社外墙"


def ask(by: Person, submission: Submission, side: Side, *places: int, reason: str = DOUBT) -> list[Verdict]:
    """This side questions the rows at these places of the list."""
    round_ = latest(submission)
    keys = [keys_of(round_)[place] for place in places]
    mark(by, round_.pk, side, Decision.QUESTION, version_hash=round_.version_hash, keys=keys, reason=reason)
    return list(Verdict.objects.filter(superseded_at=None, side=side, item_key__in=keys).order_by("item_key"))


@pytest.fixture
def sent(_stage: None) -> Submission:
    return submitted("meishan", rows=7)


def page_of(client: Client, person: Person, submission: Submission) -> str:
    client.force_login(person)
    return client.get(reverse("submission", args=[submission.pk])).content.decode()


def test_five_questions_stand_with_row_asker_and_form(
    client: Client, sent: Submission, data_reviewer: Person, police_reviewer: Person
) -> None:
    asked = ask(data_reviewer, sent, Side.DATA, 0, 1, 2) + ask(police_reviewer, sent, Side.POLICE, 2, 3)
    answer_question(clerk_of("meishan"), asked[0].pk, WORDS)
    page = page_of(client, clerk_of("meishan"), sent)
    assert "4 条待答复" in page and "审核方有 4 条疑问，请答复" in page
    assert page.count('name="question"') == 4
    assert WORDS in page and page.count(DOUBT) == 5
    assert "数据局 " in page and "公安局 " in page
    assert page.count("待答复</span>") == 4
    assert 'href="#questions"' in page


def test_an_answer_is_given_on_the_page(client: Client, sent: Submission, data_reviewer: Person) -> None:
    [asked] = ask(data_reviewer, sent, Side.DATA, 0)
    client.force_login(clerk_of("meishan"))
    url = reverse("submission_answer", args=[sent.pk])
    answer = client.post(url, {"question": asked.pk, "text": WORDS})
    assert answer.status_code == 302 and answer["Location"].endswith("#questions")
    assert Answer.objects.get().text == WORDS
    assert "都已答复" in client.get(reverse("submission", args=[sent.pk])).content.decode()
    assert client.post(url, {"question": asked.pk, "text": "再说一次"}).status_code == 409


@pytest.mark.parametrize("words", ["", "。", "长" * 501])
def test_words_that_say_nothing_come_back_with_what_is_wrong(
    client: Client, sent: Submission, data_reviewer: Person, words: str
) -> None:
    [asked, other] = ask(data_reviewer, sent, Side.DATA, 0, 1)
    client.force_login(clerk_of("meishan"))
    answer = client.post(reverse("submission_answer", args=[sent.pk]), {"question": asked.pk, "text": words})
    assert answer.status_code == 422 and not Answer.objects.exists()
    page = answer.content.decode()
    assert f'aria-describedby="answer-{asked.pk}-error"' in page
    assert f'aria-describedby="answer-{other.pk}-error"' not in page


@pytest.mark.parametrize("broken", ["", "x", "-1", "9" * 30])
def test_a_broken_form_is_refused(client: Client, sent: Submission, broken: str) -> None:
    client.force_login(clerk_of("meishan"))
    answer = client.post(reverse("submission_answer", args=[sent.pk]), {"question": broken, "text": WORDS})
    assert answer.status_code == 422


def test_another_reports_question_is_not_found(client: Client, sent: Submission, data_reviewer: Person) -> None:
    other = submitted("mabu")
    [asked] = ask(data_reviewer, other, Side.DATA, 0)
    client.force_login(clerk_of("meishan"))
    answer = client.post(reverse("submission_answer", args=[sent.pk]), {"question": asked.pk, "text": WORDS})
    assert answer.status_code == 404 and not Answer.objects.exists()


@pytest.mark.parametrize("who", ["office", "leader", "police_reviewer", "data_reviewer2"])
def test_whoever_only_reads_the_report_sees_no_questions(
    client: Client, request: pytest.FixtureRequest, sent: Submission, data_reviewer: Person, who: str
) -> None:
    [asked] = ask(data_reviewer, sent, Side.DATA, 0)
    person = request.getfixturevalue(who)
    assert DOUBT not in page_of(client, person, sent)
    answer = client.post(reverse("submission_answer", args=[sent.pk]), {"question": asked.pk, "text": WORDS})
    assert answer.status_code == 403


def test_who_may_still_judge_does_not_see_what_the_other_side_asks(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    """A bureau's own report: a clerk of it who is its reviewer too."""
    author, both = make_person("author", "police", "clerk"), make_person("both", "police", "clerk", "police_reviewer")
    sent = submitted("police", by=author)
    ask(data_reviewer, sent, Side.DATA, 0)
    ask(police_reviewer, sent, Side.POLICE, 1, reason="本方自己的疑问")
    page = page_of(client, both, sent)
    assert DOUBT not in page and "本方自己的疑问" in page
    assert all("条疑问" not in todo.what for todo in home_of(both).todos)
    assert DOUBT in page_of(client, author, sent)


def test_a_decided_question_is_told_with_its_answer_or_not_at_all(
    client: Client, sent: Submission, data_reviewer: Person
) -> None:
    [answered, _] = ask(data_reviewer, sent, Side.DATA, 0, 1)
    answer_question(clerk_of("meishan"), answered.pk, WORDS)
    round_ = latest(sent)
    mark(data_reviewer, round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=keys_of(round_)[:2])
    page = page_of(client, clerk_of("meishan"), sent)
    assert page.count(DOUBT) == 1 and WORDS in page and 'name="question"' not in page
    pass_all(data_reviewer, round_, Side.DATA)


def test_questions_wait_on_the_clerks_first_page(sent: Submission, data_reviewer: Person) -> None:
    asked = ask(data_reviewer, sent, Side.DATA, 0, 1)
    clerk = clerk_of("meishan")
    [todo] = [one for one in home_of(clerk).todos if one.state == "question"]
    assert todo.what.endswith("审核方有 2 条疑问")
    assert todo.url == reverse("submission", args=[sent.pk]) + "#questions"
    for one in asked:
        answer_question(clerk, one.pk, WORDS)
    assert not [one for one in home_of(clerk).todos if one.state == "question"]


def test_the_number_of_queries_is_constant(client: Client, sent: Submission, data_reviewer: Person) -> None:
    counted = []
    for places in ((0,), (1, 2, 3, 4, 5)):
        ask(data_reviewer, sent, Side.DATA, *places)
        page_of(client, clerk_of("meishan"), sent)
        with CaptureQueriesContext(connection) as ran:
            client.get(reverse("submission", args=[sent.pk]))
        counted.append(len(ran))
    assert counted[0] == counted[1]
