"""The workbench's list: the riskiest first with the reasons, totals that open their rows, filters in the address."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from inventory import risk
from reviews.models import Decision, Item, Side
from reviews.services import mark
from tests.factories_inventory import submitted, submitted_zero
from tests.factories_registry import register_camera
from tests.reviews.bench_scenes import at, busy, camera, coordinates
from tests.reviews.pages import figures, names, places, read, reasons, text, url_of
from tests.reviews.scenes import accept, case_of, close_side, keys_of, latest, pass_all, return_first, send_back

ASKS = {"review": 55, "review_rows": 45, "review_row": 35, "review_places": 15}
"""The most queries that a page takes, however many rows there are."""
RANKED = [
    ("新城宾馆二楼男卫生间内", ["像是禁装场所"]),
    ("梅山镇史河大道与新城路交叉口西北角球机", ["编码冲突"]),
    ("梅山镇第一中学门前路口", ["他单位就在近旁"]),
    ("梅山镇新城区农贸市场东门1号杆", ["编码或位置有变", "变更"]),
    ("梅山镇江店路等距一号", ["数据有规律"]),
    ("梅山镇红军广场施工围挡", ["有提醒", "涉及豁免"]),
    ("梅山镇梅山湖大坝观景台2号杆", ["变更"]),
    ("梅山镇没有编码的一台", ["缺项"]),
]


def test_risky_rows_stand_first_with_their_reasons(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    case = case_of(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    page = read(client, case)
    told = reasons(page)
    assert list(told.items())[: len(RANKED)] == RANKED
    assert set(map(tuple, list(told.values())[len(RANKED) :])) == {("无提醒",)}
    assert len(told) == 50 and "1–50 / 66 行" in text(page)
    assert len(names(read(client, case, page="2"))) == 16


def test_the_form_order_can_be_had(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    case = case_of(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    assert places(read(client, case, order="place"))[:3] == ["摄像机 第5行", "摄像机 第6行", "摄像机 第7行"]
    assert places(read(client, case, order="place", page="2"))[0] == "摄像机 第55行"


def test_what_came_back_stands_before_what_is_only_changed(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    from tests.factories_inventory import resubmitted

    submission = submitted("meishan", values=[camera(number) for number in range(1, 6)])
    returned = keys_of(send_back(submission, data_reviewer, police_reviewer))[0]
    resubmitted(submission, {returned: {"brand": "宇视"}})
    case = case_of(submission)
    client.force_login(data_reviewer)
    page = read(client, case)
    assert reasons(page) == {"梅山镇新城区农贸市场东门1号杆": ["上轮退回"]}
    assert "4 行在前几轮通过，不再审" in text(page)
    assert figures(page)["上轮退回"] == 1


def test_a_place_of_another_unit_counts_by_metres_whatever_the_name(data_reviewer: Person) -> None:
    register_camera("education", name="学校操场", **coordinates(7))
    near, far = at(7), at(8)
    near = near | {"latitude": near["latitude"], "wgs_latitude": near["wgs_latitude"] + 3 / 111_195}
    round_ = latest(submitted("meishan", values=[camera(1, **near), camera(2, **far)]))
    ranks = list(Item.objects.filter(round=round_).order_by("key").values_list("risk", flat=True))
    assert [bool(rank & risk.Sign.NEAR) for rank in ranks] == [True, False]


def test_totals_add_up_and_open_their_rows(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    case = case_of(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    told = figures(read(client, case))
    assert told == {
        "全部": 69, "新增": 63, "变更": 2, "无变化": 1, "有提醒": 6, "编码冲突": 1, "无提醒": 58, "未上表": 3,
        "未审": 69, "通过": 0, "退回": 0, "疑问": 0,
    }  # fmt: skip
    assert told["新增"] + told["变更"] + told["无变化"] + told["未上表"] == told["全部"]
    for show, label in risk.FILTERS.items():
        if told.get(label, 0) < 50:
            assert len(names(read(client, case, show=show))) == told.get(label, 0), show


def test_the_kept_totals_say_what_the_database_counts(data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    kept = risk.kept(round_)
    for show in ("", *risk.FILTERS):
        for part in ("", "camera", "platform", "left_out"):
            items = Item.objects.filter(round=round_, **({"part": part} if part else {}))
            assert kept.total(part, show) == risk.under(items, show).count(), (show, part)


def test_a_code_taken_since_the_opening_is_found(client: Client, data_reviewer: Person) -> None:
    submission = submitted("meishan", values=[camera(1), camera(2)])
    case, code = case_of(submission), submission.versions.get().files.get().camerarows.earliest("row").code
    client.force_login(data_reviewer)
    assert "没有符合条件的行" in read(client, case, show="taken")
    register_camera("education", code=code, **coordinates(300))
    assert names(read(client, case, show="taken")) == ["梅山镇新城区农贸市场东门1号杆"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("53号杆", ["摄像机 第18行"]),
        ("　５３号杆 ", ["摄像机 第18行"]),
        ("观景台56", ["摄像机 第21行"]),
        ("第68行", ["摄像机 第68行"]),
        ("68号杆", ["摄像机 第33行"]),
    ],
)
def test_search_finds_names_codes_and_row_numbers(
    client: Client, data_reviewer: Person, police_reviewer: Person, q: str, found: list[str]
) -> None:
    submission = busy(data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    assert places(read(client, case_of(submission), q=q, order="place")) == found


def test_a_county_wide_unit_can_be_narrowed_to_a_township(client: Client, data_reviewer: Person) -> None:
    values = [camera(1), camera(2, township="341524101")]
    case = case_of(submitted("education", values=values))
    client.force_login(data_reviewer)
    page = read(client, case, area="341524101")
    assert names(page) == [values[1]["name"]]
    assert '<option value="341524101" selected>' in page
    assert 'name="area"' not in read(client, case_of(submitted("meishan")))


def test_platforms_have_their_own_list(client: Client, data_reviewer: Person) -> None:
    submission = submitted("meishan", rows=2, platforms=[{"name": "平安乡村平台", "retention_days": 15}])
    client.force_login(data_reviewer)
    page = read(client, case_of(submission), part="platform")
    assert places(page) == ["平台 第5行"]
    assert "平安乡村平台" in page and "视频存储时长" in page
    assert places(read(client, case_of(submission))) == ["摄像机 第5行", "摄像机 第6行"]
    assert places(read(client, case_of(submission), q="平安乡村平台")) == ["平台 第5行"]


def test_what_is_left_out_is_listed_the_weightiest_first(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    from inventory.leftout import marking
    from inventory.models import MissingMark
    from tests.factories_inventory import clerk_of, drafted, hand_in, make_campaign, stamp

    accept(submitted("meishan", values=[camera(number) for number in range(1, 4)]), data_reviewer, police_reviewer)
    from cameras.models import Camera

    things = list(Camera.objects.order_by("pk").values_list("pk", flat=True))
    clerk = clerk_of("meishan")
    submission = drafted("meishan", values=[camera(9)], campaign=make_campaign(), missing=MissingMark.Mark.PRESENT)
    marking.mark(clerk, submission.pk, "camera", things[2:], MissingMark.Mark.REMOVED)
    stamp(submission, clerk)
    hand_in(submission, clerk)
    client.force_login(data_reviewer)
    page = read(client, case_of(submission), part="left_out")
    assert places(page)[0] == f"JZ-C-{things[2]:06d}"
    assert len(places(page)) == 3
    assert "单位说明 拆除" in text(page)


def test_own_verdicts_can_be_filtered(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=4))
    second = keys_of(round_)[1]
    return_first(data_reviewer, round_, Side.DATA, "位置名称太笼统")
    mark(
        data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, version_hash=round_.version_hash, keys=[second],
        reason="是否已拆除",
    )  # fmt: skip
    client.force_login(data_reviewer)
    assert places(read(client, round_.case, said="return")) == ["摄像机 第5行"]
    assert places(read(client, round_.case, said="question")) == ["摄像机 第6行"]
    assert places(read(client, round_.case, said="open")) == ["摄像机 第7行", "摄像机 第8行"]
    assert "没有符合条件的行" in read(client, round_.case, said="pass")
    assert len(places(read(client, round_.case, said="nonsense"))) == 4
    told = figures(read(client, round_.case))
    assert (told["未审"], told["退回"], told["疑问"], told["通过"]) == (2, 1, 1, 0)


def test_an_ended_round_is_filtered_by_what_became_of_the_rows(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", rows=3)
    send_back(submission, data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    case = case_of(submission)
    assert places(read(client, case, said="return")) == ["摄像机 第5行"]
    assert len(places(read(client, case, said="pass"))) == 2


def test_the_first_row_without_a_word_is_at_hand(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", values=[camera(number) for number in range(1, 4)]))
    return_first(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    page = read(client, round_.case)
    assert f'data-item="{keys_of(round_)[1]}"' in page
    assert "第 2 / 3 行" in text(page)
    last = read(client, round_.case, row="last")
    assert f'data-item="{keys_of(round_)[2]}"' in last


def test_a_zero_report_shows_its_reason_and_scan(client: Client, data_reviewer: Person) -> None:
    from django.urls import reverse

    from tests.factories_inventory import ZERO_REASON

    submission = submitted_zero("mabu", picture=True)
    client.force_login(data_reviewer)
    page = read(client, case_of(submission))
    assert ZERO_REASON in page
    assert reverse("submission_scan", args=[submission.pk, 1]) in page
    assert reverse("submission_scan_file", args=[submission.pk, 1]) in page
    assert 'id="bench-rows"' not in page and "批量" not in page


def test_the_paper_and_the_original_lie_beside_the_figures(client: Client, data_reviewer: Person) -> None:
    from django.urls import reverse

    submission = submitted("meishan", rows=2, picture=True)
    client.force_login(data_reviewer)
    page = read(client, case_of(submission))
    source = submission.versions.get().files.get()
    assert reverse("source_file", args=[submission.pk, source.pk]) in page
    assert f"编号 JZ-B-{submission.pk:06d} 第 1 版 摄像机 2 行 校验值" in text(page)
    picture = client.get(reverse("submission_scan", args=[submission.pk, 1]))
    assert picture["Content-Type"] == "image/png"
    picture.close()


def test_an_empty_round_can_be_closed(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    """The unit answered the return by taking the row out."""
    from inventory.models import CameraRow
    from inventory.onscreen import changes, recheck
    from tests.factories_inventory import clerk_of, hand_in, stamp

    submission = submitted("meishan", values=[camera(1), camera(2)])
    key = keys_of(send_back(submission, data_reviewer, police_reviewer))[0]
    clerk = clerk_of("meishan")
    changes.remove_rows(clerk, submission.pk, "camera", [key])
    version = submission.versions.get(submitted_at=None)
    recheck.store(version, recheck.compute(version))
    assert not CameraRow.objects.filter(source_file__version=version, key=key).exists()
    stamp(submission, clerk)
    hand_in(submission, clerk)
    case = case_of(submission)
    client.force_login(data_reviewer)
    page = read(client, case)
    assert "本轮没有要审的行" in page and "原先退回的行都已删除" in page
    assert "data-close disabled" not in page


@pytest.mark.parametrize(
    "odd",
    [
        {"page": "x"}, {"page": "99999999999"}, {"part": "pole"}, {"show": "x"}, {"order": "name"},
        {"q": "%_\\'\"\x00" * 40}, {"said": "x"}, {"row": "x"}, {"row": "9" * 30}, {"area": "x"}, {"sample": "1'"},
    ],
)  # fmt: skip
def test_odd_filters_are_forgiven(client: Client, data_reviewer: Person, odd: dict[str, str]) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(data_reviewer)
    assert client.get(url_of(case), odd).status_code == 200


@pytest.mark.parametrize("round_", ["0", "9", "x", "1'"])
def test_an_unknown_round_row_or_case_is_not_found(client: Client, data_reviewer: Person, round_: str) -> None:
    case = case_of(submitted("meishan"))
    client.force_login(data_reviewer)
    assert client.get(url_of(case), {"round": round_}).status_code == 404
    assert client.get(url_of(case, "review_row"), {"row": round_}).status_code == 404
    assert client.get("/reviews/1000000000000000/").status_code == 404


@pytest.mark.parametrize("name", ["review", "review_rows", "review_row", "review_places"])
def test_the_number_of_queries_is_constant(client: Client, data_reviewer: Person, name: str) -> None:
    client.force_login(data_reviewer)
    counted = []
    for rows in (2, 49):
        values = [camera(number, warnings=["没有填写“品牌”"]) for number in range(rows)]
        round_ = latest(submitted("meishan", values=values))
        return_first(data_reviewer, round_, Side.DATA)
        told = {"row": str(keys_of(round_)[1])}
        client.get(url_of(round_.case, name), told)
        with CaptureQueriesContext(connection) as run:
            assert client.get(url_of(round_.case, name), told).status_code == 200
        counted.append(len(run))
    assert counted[0] == counted[1] < ASKS[name], counted


def test_readers_have_the_list_without_buttons(client: Client, leader: Person, office: Person) -> None:
    case = case_of(submitted("meishan", rows=2))
    for person in (leader, office):
        client.force_login(person)
        page = read(client, case)
        assert len(names(page)) == 2 and "data-item" in page
        for part in ('id="decide"', 'type="checkbox"', "review_bulk", "办结本方审核", "通过其余的"):
            assert part not in page


def test_after_closing_no_button_is_left(client: Client, data_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=2))
    pass_all(data_reviewer, round_, Side.DATA)
    close_side(data_reviewer, round_, Side.DATA)
    client.force_login(data_reviewer)
    page = read(client, round_.case)
    assert "本方已办结，等待对方办结" in page and 'id="decide"' not in page
