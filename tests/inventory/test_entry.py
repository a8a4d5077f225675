"""Rows entered on screen: begun, added, mended, copied, removed; who may; what is said at the fields."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from agencies.models import Person
from inventory import uploads
from inventory.entering import entry
from inventory.entering.places import place_data
from inventory.models import CameraRow, ChangeSet, PlatformRow, RowFinding, SourceFile, Submission, Version
from sheets.template import FIRST_ROW
from tests.factories_inventory import drafted, submitted
from tests.factories_registry import register_camera
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, uploaded, work
from tests.inventory.entering import CAMERA, PLATFORM, add, begin, edit
from tests.inventory.quickly import read_here, store_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: object, tmp_path: object) -> None:
    store_in(settings, tmp_path)  # type: ignore[arg-type]


@pytest.fixture
def draft(meishan_clerk: Person) -> Submission:
    return started(meishan_clerk)


@pytest.fixture
def begun(meishan_clerk: Person, draft: Submission) -> Submission:
    begin(meishan_clerk, draft)
    return draft


def row_page(person: Person, submission: Submission, row: CameraRow) -> str:
    return str(web.of(person).get(web.url("entry_row", submission.pk, "camera", row.key)).content.decode())


def test_it_begins_beside_the_upload_and_once(meishan_clerk: Person, draft: Submission) -> None:
    html = web.page(meishan_clerk, draft)
    assert web.has_form(html, web.url("submission_upload", draft.pk))
    assert web.has_form(html, web.url("entry_start", draft.pk))
    for _ in range(2):
        answer = begin(meishan_clerk, draft, funding="social")
        assert (answer.status_code, answer["Location"]) == (302, web.url("entry", draft.pk))
    source = SourceFile.objects.select_related("file").get()
    assert (source.origin, source.state, source.slot, source.datum) == ("screen", "read", 1, "wgs84")
    assert source.funding == "social"
    assert web.entry("submission.entry_begun").facts["sha256"] == source.file.sha256
    html = web.page(meishan_clerk, draft)
    assert not web.has_form(html, web.url("entry_start", draft.pk))
    assert web.url("entry", draft.pk) in html


def test_a_row_is_kept_with_its_cells_and_its_place(meishan_clerk: Person, begun: Submission) -> None:
    answer = add(meishan_clerk, begun, **CAMERA)
    assert (answer.status_code, answer["Location"]) == (302, web.url("entry", begun.pk))
    row = CameraRow.objects.get()
    assert (row.sheet, row.row, row.errors) == ("摄像机", FIRST_ROW, 0)
    assert entry.cells_of("camera", row) == {**dict.fromkeys(entry.cells_of("camera", row), ""), **CAMERA, "seq": "1"}
    assert (str(row.longitude), row.township, row.leased, row.built) == ("115.93436600", "341524100", False, "2020.10")
    assert (row.funding, row.datum, row.mobility) == ("government", "wgs84", "fixed")
    assert ChangeSet.objects.get().way == "entry"
    assert "submission.rows_added" in web.actions(begun)
    html = str(web.of(meishan_clerk).get(web.url("entry", begun.pk)).content.decode())
    assert "示例路口东南角" in html
    assert "无误" in html


def test_a_platform_with_its_remark(meishan_clerk: Person, begun: Submission) -> None:
    add(meishan_clerk, begun, "platform", **PLATFORM)
    row = PlatformRow.objects.get()
    assert (row.gbt28181, row.gbt28181_remark, row.retention_days, row.errors) == ("yes", "2016版", 90, 0)


def test_a_camera_on_a_bus_has_no_position(meishan_clerk: Person, begun: Submission) -> None:
    mobile = {"mobility": "移动", "vehicle": "3路公交 皖N12345", "longitude": "", "latitude": ""}
    add(meishan_clerk, begun, **CAMERA | mobile)
    row = CameraRow.objects.get()
    assert (row.mobility, row.longitude, row.errors) == ("mobile", None, 0)


def test_mistakes_are_kept_and_said_at_their_fields(meishan_clerk: Person, begun: Submission) -> None:
    """Errors red with the fix at the field, the row saved all the same, only submitting blocked; then mended."""
    answer = add(meishan_clerk, begun, **CAMERA | {"longitude": "115.9343", "status": "能用"})
    row = CameraRow.objects.get()
    assert answer["Location"] == web.url("entry_row", begun.pk, "camera", row.key)
    html = row_page(meishan_clerk, begun, row)
    wrong = html.split('id="div_id_longitude"')[1].split('id="div_id_latitude"')[0]
    assert 'value="115.9343"' in wrong
    assert 'aria-invalid="true"' in wrong
    assert "C133" in wrong
    assert "请从平台重新导出坐标或重新测量" in wrong
    doubtful = html.split('id="div_id_status"')[1].split('id="div_id_measure"')[0]
    assert "is-doubtful" in doubtful
    assert "C154" in doubtful
    assert "还有 1 处错误要改" in web.page(meishan_clerk, begun)
    answer = edit(meishan_clerk, begun, row, longitude="115.934366", status="在用")
    assert answer["Location"] == web.url("entry", begun.pk)
    row.refresh_from_db()
    assert (row.errors, row.warnings, row.status) == (0, 0, "在用")
    assert ChangeSet.objects.latest("pk").changes.count() == 2
    assert Version.objects.get().is_stale
    asked = web.url("submission_recheck", begun.pk)
    for page in (
        web.page(meishan_clerk, begun),
        web.of(meishan_clerk).get(web.url("entry", begun.pk)).content.decode(),
    ):
        assert f'hx-get="{asked}"' in page
    assert "HX-Refresh" not in web.of(meishan_clerk).get(asked)
    work()
    assert web.of(meishan_clerk).get(asked)["HX-Refresh"] == "true"
    assert not Version.objects.get().is_stale
    assert Version.objects.get().hash


def test_a_safe_fix_is_one_press(meishan_clerk: Person, begun: Submission) -> None:
    """Exchanged coordinates: the button at either field puts both right, keeps the rest of the form, and says so."""
    add(meishan_clerk, begun, **CAMERA | {"longitude": CAMERA["latitude"], "latitude": CAMERA["longitude"]})
    row = CameraRow.objects.get()
    fix = RowFinding.objects.get(code="C201", column_key="longitude")
    assert "改成 经度 115.934366、纬度 31.727178" in row_page(meishan_clerk, begun, row)
    answer = edit(meishan_clerk, begun, row, brand="大华", extra={"fix": str(fix.pk)})
    assert answer["Location"] == web.url("entry_row", begun.pk, "camera", row.key)
    row.refresh_from_db()
    assert (row.errors, str(row.longitude), row.brand) == (0, "115.93436600", "大华")
    assert ChangeSet.objects.latest("pk").way == "fix"


def test_the_next_one_begins_with_what_stays_the_same(meishan_clerk: Person, begun: Submission) -> None:
    code = "34152400001320000077"
    answer = add(meishan_clerk, begun, **CAMERA | {"code": code}, again="1")
    row = CameraRow.objects.get()
    assert answer["Location"] == f"{web.url('entry_add', begun.pk, 'camera')}?after={row.key}"
    html = str(web.of(meishan_clerk).get(answer["Location"]).content.decode())
    assert 'value="梅山镇视频平台"' in html
    assert 'value="梅山派出所"' in html
    assert code not in html
    assert 'value="115.934366"' not in html
    copies = f"{web.url('entry_add', begun.pk, 'camera')}?copy={row.key}"
    copy = str(web.of(meishan_clerk).get(copies).content.decode())
    assert 'value="115.934366"' in copy
    assert code not in copy


def test_a_position_picked_on_the_map_says_so(meishan_clerk: Person, begun: Submission) -> None:
    add(meishan_clerk, begun, **CAMERA, picked="True")
    row = CameraRow.objects.get()
    assert ChangeSet.objects.get().way == "map"
    edit(meishan_clerk, begun, row, latitude="31.727179", picked="True")
    edit(meishan_clerk, begun, row, name="示例路口西北角")
    assert list(ChangeSet.objects.order_by("pk").values_list("way", flat=True)) == ["map", "map", "edit"]


def test_rows_go_and_their_numbers_are_not_used_again(meishan_clerk: Person, begun: Submission) -> None:
    add(meishan_clerk, begun, **CAMERA)
    add(meishan_clerk, begun, **CAMERA | {"code": "34152400001320000002", "name": "第二个路口"})
    last = CameraRow.objects.get(row=FIRST_ROW + 1)
    answer = web.press(meishan_clerk, "entry_remove", begun.pk, "camera", last.key)
    assert answer["Location"] == web.url("entry", begun.pk)
    add(meishan_clerk, begun, **CAMERA | {"code": "34152400001320000003", "name": "第三个路口"})
    assert list(CameraRow.objects.order_by("row").values_list("row", flat=True)) == [FIRST_ROW, FIRST_ROW + 2]
    assert "submission.rows_removed" in web.actions(begun)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    meishan_clerk: Person, meishan_colleague: Person, begun: Submission
) -> None:
    add(meishan_clerk, begun, **CAMERA)
    row = CameraRow.objects.get()
    html = row_page(meishan_clerk, begun, row)
    edit(meishan_colleague, begun, row, name="同事改的路口", brand="大华")
    address = web.url("entry_row", begun.pk, "camera", row.key)
    shown = web.form(html, address)
    answer = shown.send(web.of(meishan_clerk), name="我改的路口")
    assert answer.status_code == 409
    assert "同事改的路口" in answer.content.decode()
    assert 'value="我改的路口"' in answer.content.decode()
    shown.send(web.of(meishan_clerk), police_station="新区派出所")
    row.refresh_from_db()
    assert (row.name, row.brand, row.police_station) == ("同事改的路口", "大华", "新区派出所")


def test_a_row_of_an_uploaded_sheet_may_be_mended_in_a_form_too(
    meishan_clerk: Person, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here(monkeypatch)
    uploaded(meishan_clerk, draft, [camera_row(1, status="")])
    row = CameraRow.objects.get()
    assert row.errors == 1
    answer = edit(meishan_clerk, draft, row, status="在用")
    assert answer["Location"] == web.url("submission", draft.pk)
    row.refresh_from_db()
    assert (row.errors, row.status, row.edited) == (0, "在用", ["status"])


def test_what_is_no_row_is_refused(meishan_clerk: Person, begun: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = add(meishan_clerk, begun)
    assert empty.status_code == 422
    assert "请至少填写一项" in empty.content.decode()
    long = add(meishan_clerk, begun, **CAMERA | {"name": "长" * 2001})
    assert long.status_code == 422
    assert CAMERA["code"] in long.content.decode()
    monkeypatch.setattr(entry, "MOST_ROWS", 0)
    assert add(meishan_clerk, begun, **CAMERA).status_code == 409
    assert add(meishan_clerk, begun, "nothing", **CAMERA).status_code == 404
    assert begin(meishan_clerk, begun, funding="").status_code == 422
    assert not CameraRow.objects.exists()


def test_without_beginning_there_is_nothing_to_add_to(
    meishan_clerk: Person, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(meishan_clerk, draft, **CAMERA).status_code == 409
    monkeypatch.setattr(entry, "MOST_FILES", 0)
    assert begin(meishan_clerk, draft).status_code == 409
    assert uploads.MOST_FILES


def test_a_stranger_finds_nothing(mabu_clerk: Person, meishan_clerk: Person, begun: Submission) -> None:
    add(meishan_clerk, begun, **CAMERA)
    row = CameraRow.objects.get()
    assert web.of(mabu_clerk).get(web.url("entry", begun.pk)).status_code == 404
    assert begin(mabu_clerk, begun).status_code == 404
    assert add(mabu_clerk, begun, **CAMERA).status_code == 404
    assert web.press(mabu_clerk, "entry_row", begun.pk, "camera", row.key, brand="别人").status_code == 404
    assert web.press(mabu_clerk, "entry_remove", begun.pk, "camera", row.key).status_code == 404
    foreign = CameraRow.objects.get(source_file__version__submission=drafted("mabu", rows=1))
    assert web.press(meishan_clerk, "entry_remove", begun.pk, "camera", foreign.key).status_code == 404
    assert CameraRow.objects.count() == 2


@pytest.mark.parametrize("who", ["data_reviewer", "police_reviewer", "leader"])
def test_who_only_reads_may_not(
    request: pytest.FixtureRequest, who: str, meishan_clerk: Person, begun: Submission
) -> None:
    add(meishan_clerk, begun, **CAMERA)
    row = CameraRow.objects.get()
    reader = request.getfixturevalue(who)
    shown = web.of(reader).get(web.url("entry", begun.pk))
    assert "示例路口东南角" in shown.content.decode()
    assert web.url("entry_add", begun.pk, "camera") not in shown.content.decode()
    assert begin(reader, begun).status_code == 403
    assert add(reader, begun, **CAMERA).status_code == 403
    assert web.of(reader).get(web.url("entry_row", begun.pk, "camera", row.key)).status_code == 403
    assert web.press(reader, "entry_remove", begun.pk, "camera", row.key).status_code == 403


def test_nothing_is_entered_during_the_review(meishan_clerk: Person) -> None:
    sent = submitted("meishan", rows=1, by=meishan_clerk)
    row = CameraRow.objects.get()
    assert begin(meishan_clerk, sent).status_code == 409
    assert add(meishan_clerk, sent, **CAMERA).status_code == 409
    assert web.press(meishan_clerk, "entry_row", sent.pk, "camera", row.key, brand="改").status_code == 409
    assert web.press(meishan_clerk, "entry_remove", sent.pk, "camera", row.key).status_code == 409


def test_the_map_is_told_where_the_county_and_the_units_own_points_are(
    meishan_clerk: Person, begun: Submission, settings: Any, tmp_path: Path
) -> None:
    """Its own registered and entered points, nobody else's, none that is out of the county; the outline where set."""
    register_camera("mabu")
    register_camera("meishan", longitude=Decimal("115.9"), latitude=Decimal("31.7"))
    add(meishan_clerk, begun, **CAMERA)
    add(meishan_clerk, begun, **CAMERA | {"longitude": "31.727178", "latitude": "115.934366", "code": ""})
    version = Version.objects.get(submission=begun)
    told = place_data(version, begun.obligation.agency, "wgs84")
    assert [point[:2] for point in told["entered"]] == [[31.727178, 115.934366]]
    assert [point[:2] for point in told["registered"]] == [[31.7, 115.9]]
    assert told["outline"] is None
    row = CameraRow.objects.get(source_file__version=version, row=FIRST_ROW)
    assert place_data(version, begun.obligation.agency, "wgs84", but=row.key)["entered"] == []
    ring = [[115.4, 31.2], [116.1, 31.2], [116.1, 31.75], [115.4, 31.75], [115.4, 31.2]]
    path = tmp_path / "outline.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    settings.COUNTY_OUTLINE = str(path)
    assert place_data(version, begun.obligation.agency, "wgs84")["outline"]["type"] == "Polygon"
    html = str(web.of(meishan_clerk).get(web.url("entry_add", begun.pk, "camera")).content.decode())
    assert '"outline": {"type": "Polygon"' in html
    assert "示意，非测绘成果" in html


def test_tiles_of_the_county_are_let_into_the_pages_and_nobody_elses() -> None:
    """MAP_TILES names a url template; its host joins the policy for pictures, and only that."""
    told = "from jinzhai_video import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    tiles = {"MAP_TILES": "http://map.example.gov.cn:8080/{z}/{x}/{y}.png", "VAR_DIR": str(django_settings.VAR_DIR)}
    said = [
        subprocess.run([sys.executable, "-c", told], env=os.environ | each, capture_output=True, text=True, check=True)
        for each in ({**tiles, "MAP_TILES": ""}, tiles)
    ]
    assert said[0].stdout.strip() == str(["'self'", "data:"])
    assert said[1].stdout.strip() == str(["'self'", "data:", "http://map.example.gov.cn:8080"])
