"""One row in the workbench: old and new, warnings, waivers, edits, what was said of it, what lies around it."""

from __future__ import annotations

import json
import re

from django.test import Client

from agencies.models import Person
from cameras.models import Camera
from inventory.models import CameraRow
from reviews.models import Decision, Round, Side
from reviews.services import answer_question, mark
from tests.factories_inventory import clerk_of, make_campaign, resubmitted, submitted
from tests.factories_registry import register_camera
from tests.reviews.bench_scenes import busy, camera, coordinates
from tests.reviews.pages import read_row, url_of
from tests.reviews.scenes import REASON, accept, case_of, keys_of, latest, send_back


def key_of(round_: Round, name: str) -> int:
    return CameraRow.objects.get(source_file__version__submission=round_.case.subject_id, name=name).key


def test_a_changed_row_shows_old_and_new_changed_fields_first(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    key = key_of(round_, "梅山镇梅山湖大坝观景台2号杆")
    answer = client.get(url_of(round_.case, "review_row"), {"row": key}).content.decode()
    first, _, rest = answer.partition('<details class="item-rest"')
    rows = re.findall(r'<tr class="is-changed">\s*<th scope="row">([^<]+)</th>\s*<td class="was">([^<]*)</td>', first)
    assert rows == [("品牌", "海康威视"), ("状态", "在用"), ("计划整合方式", "保留")]
    assert "大华" in first and "维修" in first and "迁移" in first
    assert "is-changed" not in rest and "没有变化" in rest


def test_a_moved_camera_says_how_far(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    page = read_row(client, round_.case, key_of(round_, "梅山镇新城区农贸市场东门1号杆"))
    assert re.search(r"与原位置相距 \d{2,4} 米", page)


def test_a_blank_cell_keeps_and_a_slash_erases(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    accept(submitted("meishan", rows=1), data_reviewer, police_reviewer)
    known = Camera.objects.get()
    values: list[dict[str, object]] = [
        {"code": known.code, "name": known.name, "brand": "", "status": "停用"},
    ]
    kept = latest(submitted("meishan", values=values, campaign=make_campaign()))
    client.force_login(data_reviewer)
    page = read_row(client, kept.case, keys_of(kept)[0])
    assert "状态 在用 停用" in page and "品牌 海康威视 未填，沿用" in page
    erased = latest(submitted("meishan", values=[values[0] | {"erased": ["brand"]}], campaign=make_campaign()))
    assert "品牌 海康威视 （清空）" in read_row(client, erased.case, keys_of(erased)[0])


def test_after_acceptance_the_change_is_still_told(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    accept(submitted("meishan", rows=1), data_reviewer, police_reviewer)
    known = Camera.objects.get()
    for brand in ("大华", "宇视"):
        again = submitted("meishan", values=[{"code": known.code, "name": known.name, "brand": brand}])
        accept(again, data_reviewer, police_reviewer)
    client.force_login(data_reviewer)
    round_ = latest(again)
    page = read_row(client, round_.case, keys_of(round_)[0])
    assert "品牌 大华 宇视" in page and "（入库前）" in page


def test_a_taken_code_asks_for_a_choice_and_says_what_each_does(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(police_reviewer)
    page = read_row(client, round_.case, key_of(round_, "梅山镇史河大道与新城路交叉口西北角球机"))
    assert re.search(r"编码已由县教育局登记（JZ-C-\d{6}）。通过前先选怎样处理：", page)
    assert re.search(r"合并 就是同一台：县教育局的 JZ-C-\d{6} ?照旧，梅山镇记为共同填报单位，本行内容不入库。", page)
    assert re.search(r"移交 归梅山镇管：县教育局的 JZ-C-\d{6} ?改由梅山镇填报，各项按本行更新。", page)
    assert re.search(
        r"各自独立 其实是两台：县教育局的 JZ-C-\d{6} ?不动，本行另立一台，编码先留空，由梅山镇补编。", page
    )
    assert re.search(r"位置名称 金寨县第一中学校门口 梅山镇史河大道与新城路交叉口西北角球机", page)


def test_warnings_waivers_and_edits_stand_at_their_fields(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    round_ = latest(busy(data_reviewer, police_reviewer))
    client.force_login(data_reviewer)
    warned = read_row(client, round_.case, key_of(round_, "梅山镇红军广场施工围挡"))
    assert "建设时间 2020.03 “建设时间”是 2031.05，在今天之后 单位申请豁免，理由：在建工程，验收后更正 去批复" in warned
    edited = read_row(client, round_.case, key_of(round_, "梅山镇汽车站改过的一行"))
    assert re.search(r"品牌 海康威视 填报员于\d+月\d+日 \d\d:\d\d修改，原为“海康”", edited)


def test_a_granted_waiver_leads_to_its_page(
    client: Client, data_reviewer: Person, police_reviewer: Person, meishan_clerk: Person
) -> None:
    from datetime import timedelta

    from django.urls import reverse
    from django.utils import timezone

    from inventory.waiving import waiver_services
    from tests.factories_inventory import drafted, hand_in
    from tests.reviews.bench_scenes import asked, found

    submission = drafted("meishan", values=[camera(1), camera(2)])
    name = "梅山镇新城区农贸市场东门1号杆"
    found(submission, {name: [("C143", "built", "建设时间在今天之后")]})
    waiver = asked(submission, name, "C143", "built")
    waiver_services.grant(police_reviewer, waiver.pk, timezone.localdate() + timedelta(days=90), "同意")
    hand_in(submission)
    round_ = latest(submission)
    client.force_login(data_reviewer)
    page = client.get(url_of(round_.case), {"row": key_of(round_, name)}).content.decode()
    assert "已豁免至" in page and reverse("waiver", args=[waiver.pk]) in page
    assert "涉及豁免" in page


def test_what_was_said_before_is_told_with_its_round(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    submission = submitted("meishan", values=[camera(number) for number in range(1, 4)])
    key = keys_of(send_back(submission, data_reviewer, police_reviewer))[0]
    resubmitted(submission, {key: {"brand": "宇视"}})
    client.force_login(data_reviewer)
    page = read_row(client, case_of(submission), key)
    assert f"第 1 轮公安局 退回 {REASON}" in page
    assert "第 1 轮数据局 通过" in page


def test_a_question_shows_the_units_answer(client: Client, data_reviewer: Person, police_reviewer: Person) -> None:
    round_ = latest(submitted("meishan", rows=2))
    key = keys_of(round_)[0]
    told = {"version_hash": round_.version_hash, "keys": [key], "reason": "这一台是否已经拆除"}
    mark(data_reviewer, round_.pk, Side.DATA, Decision.QUESTION, **told)  # type: ignore[arg-type]
    verdict = round_.case.verdicts.get()
    answer_question(clerk_of("meishan"), verdict.pk, "上月已更换，仍在使用")
    client.force_login(data_reviewer)
    assert "单位答复：上月已更换，仍在使用 填报员" in read_row(client, round_.case, key)
    page = client.get(url_of(round_.case)).content.decode()
    assert "已答复" in page
    client.force_login(police_reviewer)
    hidden = read_row(client, round_.case, key)
    assert "上月已更换" not in hidden and "是否已经拆除" not in hidden


def test_the_map_has_neighbours_within_300_metres_and_rows_beside(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    near = register_camera("education", name="学校东门", **coordinates(1))
    register_camera("education", name="很远的一台", longitude="115.500001", latitude="31.500001")
    round_ = latest(submitted("meishan", values=[camera(1, code=None), camera(2), camera(3, mobility="mobile")]))
    client.force_login(data_reviewer)
    answer = client.get(url_of(round_.case, "review_row"), {"row": keys_of(round_)[0]}).content.decode()
    told = re.search(r'<script id="bench-map-data" type="application/json">(.*?)</script>', answer)
    assert told is not None
    data = json.loads(told[1])
    assert data["here"] == [near.wgs_latitude, near.wgs_longitude]
    assert [place[2:] for place in data["near"]] == [[f"县教育局 JZ-C-{near.pk:06d} 学校东门", True]]
    assert data["beside"][0][2].startswith("第6行")
    assert "0 米" in answer and "很远的一台" not in answer


def test_a_cell_is_never_markup(client: Client, data_reviewer: Person) -> None:
    evil = "<img src=x onerror=alert(1)>"
    register_camera("education", name=evil, **coordinates(1))
    round_ = latest(submitted("meishan", values=[camera(1, name=evil, brand=evil)]))
    client.force_login(data_reviewer)
    for name in ("review", "review_row", "review_rows"):
        page = client.get(url_of(round_.case, name), {"row": keys_of(round_)[0]}).content.decode()
        assert "&lt;img" in page and "<img src=x" not in page


def test_a_huge_text_is_shown_whole(client: Client, data_reviewer: Person) -> None:
    words = "梅山镇史河大道" * 14
    round_ = latest(submitted("meishan", values=[camera(1, name=words[:100], label=words * 30)]))
    client.force_login(data_reviewer)
    assert words * 30 in read_row(client, round_.case, keys_of(round_)[0])


def test_what_was_changed_since_the_last_round_is_told_at_its_field(
    client: Client, data_reviewer: Person, police_reviewer: Person
) -> None:
    sent = submitted("meishan", values=[camera(number) for number in range(1, 4)])
    key = keys_of(send_back(sent, data_reviewer, police_reviewer))[0]
    client.force_login(data_reviewer)
    assert "上一轮" not in read_row(client, case_of(sent), key)
    resubmitted(sent, {key: {"brand": "宇视", "label": "江店路一号"}})
    shown = read_row(client, case_of(sent), key)
    assert "上一轮填的是“海康威视”" in shown and "上一轮没有填" in shown
    assert shown.count("上一轮") == 2
