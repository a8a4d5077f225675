"""The queue: what waits for one's side, the most urgent first; office and leader read all."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from inventory.models import Waiver
from reviews import claims, delegations, queries, queue
from reviews.models import Decision, Round, Side
from reviews.services import answer_motion, mark, move
from tests.factories import make_person
from tests.factories_inventory import clerk_of, drafted, submitted, submitted_zero
from tests.reviews.scenes import accept, case_of, close_side, keys_of, latest, mended, pass_all, send_back

URL = reverse("review_queue")


def titles(page: str) -> list[str]:
    """Units of the rows in their order."""
    return re.findall(r'<th scope="row" class="nowrap">([^<\n]+)', page)


def figures(page: str) -> list[str]:
    """Words and counts of the tabs."""
    return [" ".join(found.split()) for found in re.findall(r'<li><a href="\?[^"]*tab=[^"]*"[^>]*>([^<]+)</a>', page)]


def backdate(round_: Round, days: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reviews_round SET opened_at = opened_at - %s * interval '1 day' WHERE id = %s", [days, round_.pk]
        )


def test_of_what_is_due_on_one_day_the_oldest_stands_first(client: Client, data_reviewer: Person) -> None:
    for agency, days in (("meishan", 1), ("mabu", 7), ("education", 0)):
        backdate(latest(submitted(agency, rows=2)), days)
    client.force_login(data_reviewer)
    page = client.get(URL).content.decode()
    assert titles(page) == ["麻埠镇", "梅山镇", "县教育局"]
    assert "已等 7 天" in page and page.count("已等 ") == 2
    assert page.count("未开始") == 3


def test_what_is_due_first_stands_before_what_is_older(client: Client, data_reviewer: Person) -> None:
    for agency, days, due in (("meishan", 9, 3), ("mabu", 1, -2), ("education", 0, None)):
        round_ = latest(submitted(agency))
        backdate(round_, days)
        Round.objects.filter(pk=round_.pk).update(due_on=due and delegations.today() + dt.timedelta(days=due))
    client.force_login(data_reviewer)
    page = client.get(URL).content.decode()
    assert titles(page) == ["麻埠镇", "梅山镇", "县教育局"]
    assert "最急一件逾期 2 天" in page and "审核最急的一件" in page


def test_a_closed_side_waits_for_the_other(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted("meishan"))
    submitted("mabu")
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    page = client.get(URL).content.decode()
    assert titles(page) == ["麻埠镇"]
    assert figures(page) == ["待本方审核 1", "待对方办结 1", "动议待答复 0", "已结束 0", "全部 2"]
    assert titles(client.get(URL, {"tab": "under_way"}).content.decode()) == ["梅山镇"]
    client.force_login(police_reviewer)
    assert sorted(titles(client.get(URL).content.decode())) == ["梅山镇", "麻埠镇"]


def test_a_case_stands_by_its_latest_round(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission = submitted("meishan")
    send_back(submission, data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    assert titles(client.get(URL).content.decode()) == []
    ended = client.get(URL, {"tab": "ended"}).content.decode()
    assert titles(ended) == ["梅山镇"] and "部分通过" in ended
    mended(submission)
    page = client.get(URL).content.decode()
    assert titles(page) == ["梅山镇"]
    assert re.search(r'<td class="num">2</td>\s*<td class="num">1</td>', page)
    assert titles(client.get(URL, {"tab": "ended"}).content.decode()) == []
    assert figures(page) == ["待本方审核 1", "待对方办结 0", "动议待答复 0", "已结束 0", "全部 1"]


def test_the_unit_filter_stays_in_the_address(client: Client, data_reviewer: Person) -> None:
    submitted("meishan")
    submitted("mabu")
    client.force_login(data_reviewer)
    page = client.get(URL, {"agency": "mabu"}).content.decode()
    assert titles(page) == ["麻埠镇"]
    assert figures(page)[0] == "待本方审核 1"
    assert "?agency=mabu&amp;tab=ended" in page
    nothing = client.get(URL, {"agency": "nobody"})
    assert nothing.status_code == 200 and "没有符合条件的事项" in nothing.content.decode()


def test_a_sides_own_report_is_marked(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submitted("police")
    for person in (data_reviewer, police_reviewer):
        client.force_login(person)
        assert "本单位报送" in client.get(URL).content.decode()


def test_who_filed_it_is_not_sent_to_it(client: Client, db: None) -> None:
    both = make_person("police-clerk", "police", "clerk", "police_reviewer")
    submission = submitted("police", by=both)
    client.force_login(both)
    page = client.get(URL).content.decode()
    assert "您参与了填报" in page
    assert "审核最急的一件" not in page
    assert queries.most_urgent(both) is None
    assert case_of(submission).own_side == "police"


def test_office_and_leader_read_all(
    client: Client, office: Person, leader: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    submitted("meishan")
    accept(submitted_zero("mabu"), data_reviewer, police_reviewer)
    for person in (office, leader):
        client.force_login(person)
        page = client.get(URL).content.decode()
        assert titles(page) == ["梅山镇"]
        assert figures(page) == ["审核中 1", "动议待答复 0", "已结束 1", "全部 2"]
        assert "审核最急的一件" not in page and ">审核<" not in page.partition("<main")[2]
        assert sorted(titles(client.get(URL, {"tab": "all"}).content.decode())) == ["梅山镇", "麻埠镇"]
        assert client.get(URL, {"tab": "waiting"}).status_code == 404


@pytest.mark.parametrize("who", ["meishan_clerk", "education_clerk", "sysadmin", "secadmin", "auditor"])
def test_other_posts_may_not(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize("broken", [{"tab": "x"}, {"tab": "waiting'"}])
def test_an_unknown_tab_is_not_found(client: Client, data_reviewer: Person, broken: dict[str, str]) -> None:
    client.force_login(data_reviewer)
    assert client.get(URL, broken).status_code == 404


def test_an_odd_page_number_is_forgiven(client: Client, data_reviewer: Person) -> None:
    submitted("meishan")
    client.force_login(data_reviewer)
    for page in ("0", "-1", "x", "99999999999999999999"):
        assert client.get(URL, {"page": page}).status_code == 200


def test_the_number_of_queries_is_constant(client: Client, data_reviewer: Person) -> None:
    client.force_login(data_reviewer)
    counted = []
    for agencies in (["meishan"], ["mabu", "education", "health", "police", "guanmiao"]):
        for agency in agencies:
            submitted(agency, rows=2)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries_run:
            client.get(URL)
        counted.append(len(queries_run))
    assert counted[0] == counted[1]


# --- what each line tells -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("due", "now", "words", "late"),
    [
        ("2022-08-22", "2022-08-18", "剩 2 个工作日", False),  # Thursday; a week-end between
        ("2022-08-22", "2022-08-19", "剩 1 个工作日", False),
        ("2022-08-22", "2022-08-20", "剩 1 个工作日", False),
        ("2022-08-22", "2022-08-22", "今天到期", False),
        ("2022-08-22", "2022-08-23", "逾期 1 天", True),
        ("2022-09-30", "2022-10-08", "逾期 8 天", True),
        ("2022-10-08", "2022-09-30", "剩 1 个工作日", False),  # a Saturday that is worked, after the holiday
    ],
)
def test_the_term_in_words(due: str, now: str, words: str, late: bool) -> None:
    told = queue.term_of(dt.date.fromisoformat(due), dt.date.fromisoformat(now))
    assert (told.words, told.is_late) == (words, late)


def test_the_term_stands_in_the_row(client: Client, data_reviewer: Person) -> None:
    day = delegations.today()
    for agency, days in (("meishan", -1), ("mabu", 0)):
        Round.objects.filter(pk=latest(submitted(agency)).pk).update(due_on=day + dt.timedelta(days=days))
    client.force_login(data_reviewer)
    page = client.get(URL).content.decode()
    assert "逾期 1 天" in page and "今天到期" in page


def test_a_colleague_who_has_it_open_is_named(
    client: Client, data_reviewer: Person, data_reviewer2: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan"))
    claims.touch(round_, Side.DATA, data_reviewer2)
    hint = f"{data_reviewer2}正在审"
    for person, seen in ((data_reviewer, True), (data_reviewer2, False), (police_reviewer, False)):
        client.force_login(person)
        assert (hint in client.get(URL).content.decode()) is seen
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_claim SET seen_at = now() - interval '11 minutes'")
    client.force_login(data_reviewer)
    assert hint not in client.get(URL).content.decode()


def test_how_far_my_side_is(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=3))
    keys = keys_of(round_)
    for decision, key in ((Decision.RETURN, keys[0]), (Decision.QUESTION, keys[1])):
        mark(
            data_reviewer, round_.pk, Side.DATA, decision,
            version_hash=round_.version_hash, keys=[key], reason="请核对",
        )  # fmt: skip
    client.force_login(data_reviewer)
    page = client.get(URL).content.decode()
    assert "已审 1 / 3" in page and "疑问 1" in page
    client.force_login(police_reviewer)
    page = client.get(URL).content.decode()
    assert "未开始" in page and "疑问 1" not in page


def test_what_became_of_a_decided_case(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    undone, reopened = submitted("meishan", rows=1), submitted("mabu", rows=1)
    for submission, kind in ((undone, "undo"), (reopened, "reopen")):
        accept(submission, data_reviewer, police_reviewer)
        answer_motion(police_reviewer, move(data_reviewer, latest(submission).pk, kind, "须重测").pk, True)
    client.force_login(data_reviewer)
    page = client.get(URL, {"tab": "ended"}).content.decode()
    assert page.count("已撤销入库") == 1 and page.count("已重新开启") == 1


def test_waivers_that_wait_are_named_with_the_way_there(client: Client, data_reviewer: Person) -> None:
    client.force_login(data_reviewer)
    assert "豁免申请待批" not in client.get(URL).content.decode()
    submission = drafted("meishan", rows=1)
    Waiver.objects.create(
        submission=submission,
        kind="camera",
        row_key=1,
        code="C203",
        value="1",
        reason="-",
        asked_by=clerk_of("meishan"),
    )
    page = client.get(URL).content.decode()
    assert "1 件豁免申请待批" in page and f'<a href="{reverse("waivers")}">去批复' in page
