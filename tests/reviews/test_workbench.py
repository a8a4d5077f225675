"""The workbench: what the version does, row by row, to whom it may be shown."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Person
from reviews.models import Case, Side
from tests.factories import make_person
from tests.factories_inventory import ZERO_REASON, submitted, submitted_zero
from tests.reviews.scenes import accept, case_of, close_side, latest, pass_all, registered_twice, return_first


def url_of(case: Case) -> str:
    return reverse("review", args=[case.pk])


def read(client: Client, case: Case, **params: str) -> str:
    answer = client.get(url_of(case), params)
    assert answer.status_code == 200
    return answer.content.decode()


def places(page: str) -> list[str]:
    return re.findall(r"勾选 </span>([^<]+)</span>", page)


def figures(page: str) -> dict[str, int]:
    return {label: int(count) for count, label in re.findall(r"<b>(\d+)</b>([^<]+)</a></li>", page)}


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_totals_add_up_and_open_their_rows(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission, _ = registered_twice(data_reviewer, police_reviewer)
    case = case_of(submission)
    client.force_login(data_reviewer)
    totals = figures(read(client, case))
    rows = {"新增": 61, "变更": 2, "无变化": 1, "恢复": 0}
    assert totals == rows | {"行数": 66, "有提醒": 2, "编码冲突": 1, "未上表的设备": 2}
    assert sum(rows.values()) + 2 == 66
    shown = {
        "changed": "变更",
        "unchanged": "无变化",
        "warned": "有提醒",
        "taken": "编码冲突",
        "missing": "未上表的设备",
    }
    for show, label in shown.items():
        assert len(places(read(client, case, show=show))) == totals[label]


def test_risky_rows_stand_first_and_the_form_order_can_be_had(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission, _ = registered_twice(data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    risky = places(read(client, case_of(submission)))
    assert risky[:5] == ["摄像机 第8行", "摄像机 第9行", "摄像机 第5行", "摄像机 第6行", "摄像机 第7行"]
    assert len(risky) == 50
    assert places(read(client, case_of(submission), order="place"))[:2] == ["摄像机 第5行", "摄像机 第6行"]
    assert len(places(read(client, case_of(submission), page="2"))) == 14


def test_a_changed_row_shows_old_and_new(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission, _ = registered_twice(data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    page = text(read(client, case_of(submission), show="changed"))
    assert "品牌：原 海康威视 改为 大华" in page
    assert "状态：原 在用 改为 停用" in page
    assert "状态：原 在用 改为 维修" in page
    kept = read(client, case_of(submission), show="changed", q="第二", order="place")
    assert "没有符合条件的行" in kept
    second = read(client, case_of(submission), show="changed", q="2号杆")
    assert 'title="表中未填，沿用台账">海康威视' in second


def test_an_erasing_cell_says_so(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    from cameras.models import Camera

    accept(submitted("meishan", rows=1), data_reviewer, police_reviewer)
    code = Camera.objects.get().code
    again = submitted(
        "meishan", values=[{"code": code, "name": Camera.objects.get().name, "brand": "", "erased": ["brand"]}]
    )
    client.force_login(data_reviewer)
    assert "品牌：原 海康威视 改为 （清空）" in text(read(client, case_of(again)))


def test_after_acceptance_the_change_is_still_told(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    from cameras.models import Camera

    accept(submitted("meishan", rows=1), data_reviewer, police_reviewer)
    camera = Camera.objects.get()
    for brand in ("大华", "宇视"):
        again = submitted("meishan", values=[{"code": camera.code, "name": camera.name, "brand": brand}])
        accept(again, data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    assert "品牌：原 大华 改为 宇视" in text(read(client, case_of(again)))


def test_reviewers_see_whose_the_code_is(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    submission, _ = registered_twice(data_reviewer, police_reviewer)
    client.force_login(police_reviewer)
    page = text(read(client, case_of(submission), show="taken"))
    assert re.search(r"不能通过 编码已由县教育局登记（JZ-C-\d{6}），只能退回", page)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("3号杆", ["摄像机 第7行"]),
        ("　３号杆 ", ["摄像机 第7行"]),
        ("观景台", ["摄像机 第9行"]),
        ("第68行", ["摄像机 第68行"]),
    ],
)
def test_search_finds_names_codes_and_row_numbers(
    client: Client, data_reviewer: Person, police_reviewer: Person, q: str, found: list[str]
) -> None:
    submission, taken = registered_twice(data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    assert places(read(client, case_of(submission), q=q)) == found
    assert places(read(client, case_of(submission), q=taken)) == ["摄像机 第8行"]
    assert len(places(read(client, case_of(submission), q="梅山镇", order="place"))) == 50


def test_platforms_have_their_own_table(client: Client, data_reviewer: Person) -> None:
    submission = submitted("meishan", rows=2, platforms=[{"name": "平安乡村平台", "retention_days": 15}])
    client.force_login(data_reviewer)
    page = read(client, case_of(submission), part="platform")
    assert places(page) == ["平台 第5行"]
    assert "平安乡村平台" in page and "视频存储时长" in page
    assert places(read(client, case_of(submission))) == ["摄像机 第5行", "摄像机 第6行"]
    assert places(read(client, case_of(submission), q="平安乡村平台")) == ["平台 第5行"]


def test_own_verdicts_can_be_filtered(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=3))
    return_first(data_reviewer, round_, Side.DATA, "位置名称太笼统")
    client.force_login(data_reviewer)
    assert places(read(client, round_.case, said="return")) == ["摄像机 第5行"]
    assert places(read(client, round_.case, said="open")) == ["摄像机 第6行", "摄像机 第7行"]
    assert "没有符合条件的行" in read(client, round_.case, said="pass")
    assert len(places(read(client, round_.case, said="nonsense"))) == 3


def test_a_zero_report_shows_its_reason_and_scan(client: Client, data_reviewer: Person) -> None:
    submission = submitted_zero("mabu", picture=True)
    client.force_login(data_reviewer)
    page = read(client, case_of(submission))
    assert ZERO_REASON in page
    assert reverse("submission_scan", args=[submission.pk, 1]) in page
    assert reverse("submission_scan_file", args=[submission.pk, 1]) in page
    assert "逐行审核" not in page and "其余全部通过" not in page


def test_the_paper_and_the_original_lie_beside_the_figures(client: Client, data_reviewer: Person) -> None:
    submission = submitted("meishan", rows=1, picture=True)
    client.force_login(data_reviewer)
    page = read(client, case_of(submission))
    source = submission.versions.get().files.get()
    assert reverse("source_file", args=[submission.pk, source.pk]) in page
    picture = client.get(reverse("submission_scan", args=[submission.pk, 1]))
    assert picture["Content-Type"] == "image/png"
    picture.close()


# --- the hiding rule ------------------------------------------------------------------------------------------------
SECRET = "此处不属于公共场所"


def test_the_other_sides_verdicts_are_hidden_until_mine_has_closed(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(data_reviewer)
    page = read(client, round_.case)
    assert SECRET not in page and "公安局意见" not in page
    assert "公安局审核中" in page
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    page = read(client, round_.case)
    assert SECRET not in page and "公安局意见" not in page
    assert "公安局已办结" in page
    assert "退回 1 行" not in page and police_reviewer.display_name not in page
    for said in ("return", "pass"):
        assert "没有符合条件的行" in read(client, round_.case, said=said)
    return_first(data_reviewer, round_, Side.DATA, "名称太笼统")
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    page = read(client, round_.case)
    assert SECRET in page and "公安局意见" in page and "退回 1 行" in page


def test_after_my_closing_the_others_work_is_shown_while_it_goes_on(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(data_reviewer)
    assert SECRET in read(client, round_.case)
    client.force_login(police_reviewer)
    page = read(client, round_.case)
    assert "数据局已办结" in page and "数据局意见" not in page and data_reviewer.display_name not in page


@pytest.mark.parametrize("who", ["office", "leader"])
def test_readers_see_verdicts_only_when_the_round_has_ended(
    client: Client, request: pytest.FixtureRequest, who: str, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(submitted("meishan", rows=3))
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    pass_all(police_reviewer, round_, Side.POLICE)
    close_side(police_reviewer, round_, Side.POLICE)
    client.force_login(request.getfixturevalue(who))
    page = read(client, round_.case, said="return")
    assert SECRET not in page and "公安局已办结" in page
    assert 'id="decide"' not in page and 'type="checkbox"' not in page
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    page = read(client, round_.case, said="return")
    assert SECRET in page and page.count('<th scope="row"') == 1


def test_an_author_sees_no_verdict_of_his_own_side_either(client: Client, police_reviewer: Person) -> None:
    author = make_person("police-clerk", "police", "clerk", "police_reviewer")
    round_ = latest(submitted("police", rows=2, by=author))
    return_first(police_reviewer, round_, Side.POLICE, SECRET)
    client.force_login(author)
    page = read(client, round_.case)
    assert SECRET not in page
    assert "您参与了本件的填报，不能审核" in page
    assert 'id="decide"' not in page


# --- who may --------------------------------------------------------------------------------------------------------
def test_a_stranger_finds_nothing(client: Client, mabu_clerk: Person) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(mabu_clerk)
    assert client.get(url_of(case)).status_code == 404


@pytest.mark.parametrize("who", ["meishan_clerk", "sysadmin", "secadmin", "auditor"])
def test_other_posts_may_not(client: Client, request: pytest.FixtureRequest, who: str) -> None:
    person = request.getfixturevalue(who)
    case = case_of(submitted("meishan"))
    client.force_login(person)
    assert client.get(url_of(case)).status_code == 403


@pytest.mark.parametrize("round_", ["0", "9", "x", "1'"])
def test_an_unknown_round_or_case_is_not_found(client: Client, data_reviewer: Person, round_: str) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(data_reviewer)
    assert client.get(url_of(case), {"round": round_}).status_code == 404
    assert client.get(reverse("review", args=[10**15])).status_code == 404


@pytest.mark.parametrize(
    "odd", [{"page": "x"}, {"part": "pole"}, {"show": "x"}, {"order": "name"}, {"q": "%_\\'\"" * 40}, {"said": "x"}]
)
def test_odd_filters_are_forgiven(client: Client, data_reviewer: Person, odd: dict[str, str]) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(data_reviewer)
    assert client.get(url_of(case), odd).status_code == 200


def test_the_number_of_queries_is_constant(client: Client, data_reviewer: Person) -> None:
    client.force_login(data_reviewer)
    counted = []
    for rows in (2, 49):
        values: list[dict[str, object]] = [{"warnings": ["没有填写“品牌”"]} for _ in range(rows)]
        round_ = latest(submitted("meishan", values=values))
        return_first(data_reviewer, round_, Side.DATA)
        read(client, round_.case)
        with CaptureQueriesContext(connection) as run:
            read(client, round_.case)
        counted.append(len(run))
    assert counted[0] == counted[1] < 40
