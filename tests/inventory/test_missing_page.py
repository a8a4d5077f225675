"""The page where a unit says what became of what its survey leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from agencies.models import Person
from cameras.models import Camera
from inventory.models import MissingMark, Submission
from tests.inventory.leaving import draft, handed_in, obstacles, own, say
from tests.inventory.web import of, page, press, url

pytestmark = pytest.mark.django_db
Mark = MissingMark.Mark
CODES = [f"3415240000132090000{number}" for number in range(1, 5)]


def send(person: Person, submission: Submission, **told: Any) -> Any:
    return press(person, "submission_missing_mark", submission.pk, **told)


def test_the_page_lists_filters_and_marks(meishan_clerk: Person) -> None:
    _, second, third = own()
    submission = draft(CODES[0])
    html = page(meishan_clerk, submission)
    assert "2 台已登记的摄像机没有出现在表里" in html and "说明没有填进表里的设备" in html
    client, address = of(meishan_clerk), url("submission_missing", submission.pk)
    html = client.get(address).content.decode()
    assert second.number in html and third.number in html and "共 2 台" in html
    html = client.get(address, {"q": third.number}).content.decode()
    assert second.number not in html and third.number in html
    told = {"things": [second.pk], "mark": "removed", "back": "kind=camera&show=open"}
    answer = client.post(url("submission_missing_mark", submission.pk), told)
    assert answer.status_code == 302 and answer["Location"].endswith("?kind=camera&show=open")
    html = client.get(address, {"show": "open"}).content.decode()
    assert "已将 1 台摄像机标为“拆除”。还有 1 条没有说明。" in html and second.number not in html
    assert "没有漏下的" not in html
    html = client.get(address, {"show": "removed"}).content.decode()
    assert second.number in html and third.number not in html


def test_all_under_the_filter_with_the_count_said(meishan_clerk: Person) -> None:
    own()
    submission = draft(CODES[0])
    assert send(meishan_clerk, submission, every="on", count=1, mark="present").status_code == 409
    assert not MissingMark.objects.exists()
    assert send(meishan_clerk, submission, every="on", count=2, mark="present").status_code == 302
    assert MissingMark.objects.filter(mark="present").count() == 2
    assert obstacles(submission) == ["盖章之后内容有改动，请重新打印盖章并上传扫描件。"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"mark": "removed"}, "还没有选择任何一条"),
        ({"mark": "", "things": ["1"]}, "请选择一种情况"),
        ({"mark": "gone", "things": ["1"]}, "请选择一种情况"),
        ({"mark": "transferred", "things": ["own"]}, "请选择移交给哪个单位"),
        ({"mark": "removed", "things": ["x"]}, "无法识别"),
    ],
)
def test_a_wrong_press_comes_back_with_the_page(meishan_clerk: Person, told: dict[str, Any], sentence: str) -> None:
    _, second, *_ = own()
    submission = draft(CODES[0])
    things = [second.pk if thing == "own" else thing for thing in told.get("things", [])]
    answer = send(meishan_clerk, submission, **(told | {"things": things}))
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not MissingMark.objects.exists()


def test_strangers_readers_and_what_was_handed_in(
    meishan_clerk: Person, mabu_clerk: Person, data_reviewer: Person
) -> None:
    _, second = own(2)
    submission = draft(CODES[0])
    assert of(mabu_clerk).get(url("submission_missing", submission.pk)).status_code == 404
    assert send(mabu_clerk, submission, things=[second.pk], mark="present").status_code == 404
    assert send(data_reviewer, submission, things=[second.pk], mark="present").status_code == 403
    say(submission, [second], Mark.PRESENT)
    handed_in(submission)
    html = of(data_reviewer).get(url("submission_missing", submission.pk)).content.decode()
    assert second.number in html and "标记所选" not in html
    assert send(meishan_clerk, submission, things=[second.pk], mark="removed").status_code == 409


def test_nothing_left_out_and_a_few_thousand(meishan_clerk: Person, django_assert_max_num_queries: Any) -> None:
    """The same number of queries for one and for 3,000; every one can be reached and marked in one press."""
    (first,) = own(1)
    submission = draft(CODES[0])
    assert "没有漏下的" in of(meishan_clerk).get(url("submission_missing", submission.pk)).content.decode()
    columns = ", ".join(
        str(field.column)
        for field in Camera._meta.concrete_fields
        if field.column not in ("id", "code", "name", "source_row_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO cameras_camera (id, code, name, {columns})
                SELECT nextval(pg_get_serial_sequence('cameras_camera', 'id')), NULL, '村口' || n, {columns}
                FROM cameras_camera, generate_series(1, 3000) n WHERE code = %s""",
            [first.code],
        )
    client = of(meishan_clerk)
    with django_assert_max_num_queries(40):
        html = client.get(url("submission_missing", submission.pk), {"page": "30"}).content.decode()
    assert "共 3,000 台，第 30 / 30 页" in html
    answer = send(meishan_clerk, submission, every="on", count=3000, mark="present")
    assert answer.status_code == 302 and MissingMark.objects.count() == 3000
    with django_assert_max_num_queries(62):
        assert "都已说明" in page(meishan_clerk, submission)
