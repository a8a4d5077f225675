"""What both sides' decision on a request does: accepted, returned, overtaken, undone, reopened; four eyes."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from agencies.models import Agency, Person, PersonRole, Role
from audit.failures import Conflict, Invalid
from cameras.models import Camera, CameraVersion
from inventory.changing import services
from inventory.changing.cells import BY_KIND
from inventory.invariants import changing, reviewing, violations
from inventory.models import ChangeRequest, LedgerEntry
from notices.models import Notice
from platforms.models import Platform
from reviews.models import Case, Decision, Motion, Side
from reviews.services import mark, take_back
from tests.dashboards.pages import browse
from tests.factories_inventory import clerk_of
from tests.inventory.changing import asked_for, mended, round_of, state_of
from tests.inventory.judging import agreed
from tests.inventory.registering import registered
from tests.reviews.scenes import close_side, pass_all
from tests.reviews.toys import decide

pytestmark = pytest.mark.django_db
CODE = "34152400001320900001"


@pytest.fixture
def camera(meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person) -> Camera:
    registered(cameras=[{"code": CODE, "name": "江店路路口"}])
    return Camera.objects.get(code=CODE)


@pytest.fixture
def both(data_reviewer: Person, police_reviewer: Person) -> tuple[Person, Person]:
    return data_reviewer, police_reviewer


def judged(both: tuple[Person, Person], request: ChangeRequest, *, back: bool = False) -> str:
    """Both sides decide; the police return it where it goes `back`. The request's state afterwards."""
    decide(*both, round_of(request), returned=[request.pk] if back else [])
    return state_of(request)


def assert_sound() -> None:
    """Rows of these surveys have hashes of their own making, so I4 is asked of what was judged alone."""
    assert violations("I3", "I5", "I6", "I7") == {}
    assert [*reviewing.four_eyes(), *changing.four_eyes()] == []


def test_accepted_it_is_what_the_registry_says(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera, brand="大华", longitude="115.934377")
    assert judged(both, request) == "accepted"
    entry = LedgerEntry.objects.get(round=round_of(request))
    assert (entry.kind, entry.counts) == ("amendment", {"camera": {"changed": 1}})
    now = Camera.objects.get(pk=camera.pk)
    assert (now.brand, str(now.longitude), now.version_number) == ("大华", "115.93437700", 2)
    assert now.wgs_longitude == pytest.approx(115.934377)
    assert (now.name, now.code) == (camera.name, camera.code)
    assert Notice.objects.get(kind="accepted", text__contains=camera.number).url == f"/changes/{request.pk}/"
    assert_sound()


def test_its_history_leads_to_the_request_and_both_sides(
    camera: Camera, both: tuple[Person, Person], leader: Person, meishan_clerk: Person
) -> None:
    request = asked_for(camera)
    judged(both, request)
    page = browse(leader).get(reverse("camera", args=[camera.pk])).content.decode()
    assert "更正" in page
    assert f"梅山镇 更正 {camera.number} 江店路路口" in page
    assert "数据局" in page and "公安局" in page
    own = browse(meishan_clerk).get(reverse("camera", args=[camera.pk])).content.decode()
    assert f'<a href="/changes/{request.pk}/">梅山镇 更正' in own


def test_returned_it_changes_nothing_and_may_be_mended(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    assert judged(both, request, back=True) == "returned"
    assert Camera.objects.get(pk=camera.pk).version_number == 1
    assert Notice.objects.get(kind="returned").url == f"/changes/{request.pk}/"
    again = mended(request, camera, brand="宇视")
    assert (again.state, round_of(request).number) == ("in_review", 2)
    assert judged(both, request) == "accepted"
    assert Camera.objects.get(pk=camera.pk).brand == "宇视"
    assert_sound()


def test_a_survey_in_between_is_told_and_the_request_goes_back(camera: Camera, both: tuple[Person, Person]) -> None:
    data, police = both
    request = asked_for(camera, brand="大华")
    round_ = round_of(request)
    pass_all(data, round_, Side.DATA)
    close_side(data, round_, Side.DATA)
    pass_all(police, round_, Side.POLICE)
    registered(cameras=[{"code": CODE, "name": "江店路路口", "status": "停用"}])
    with pytest.raises(Conflict, match=f"{camera.number} 在申请之后又有变动"):
        close_side(police, round_, Side.POLICE)
    assert (Camera.objects.get(pk=camera.pk).brand, state_of(request)) == ("海康威视", "in_review")
    mark(
        police,
        round_.pk,
        Side.POLICE,
        Decision.RETURN,
        version_hash=round_.version_hash,
        keys=[request.pk],
        reason="请按现在的内容重提",
    )
    close_side(police, round_, Side.POLICE)
    assert state_of(request) == "returned"
    mended(request, Camera.objects.get(pk=camera.pk), brand="大华")
    assert judged(both, request) == "accepted"
    now = Camera.objects.get(pk=camera.pk)
    assert (now.brand, now.status, now.version_number) == ("大华", "停用", 3)
    assert_sound()


def test_nobody_may_pass_what_was_overtaken(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    registered(cameras=[{"code": CODE, "name": "江店路路口", "status": "停用"}])
    round_ = round_of(request)
    with pytest.raises(Invalid, match="又有变动"):
        mark(both[0], round_.pk, Side.DATA, Decision.PASS, version_hash=round_.version_hash, keys=[request.pk])


def test_undone_it_is_as_before_and_with_the_unit(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    judged(both, request)
    agreed(round_of(request), Motion.Kind.UNDO)
    now = Camera.objects.get(pk=camera.pk)
    assert (now.brand, now.version_number, state_of(request)) == ("海康威视", 3, "returned")
    assert_sound()


def test_reopened_it_is_with_the_unit_and_registered_still(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    judged(both, request)
    agreed(round_of(request), Motion.Kind.REOPEN)
    assert (Camera.objects.get(pk=camera.pk).brand, state_of(request)) == ("大华", "returned")
    mended(request, Camera.objects.get(pk=camera.pk), brand="宇视")
    assert judged(both, request) == "accepted"
    assert Camera.objects.get(pk=camera.pk).brand == "宇视"
    assert_sound()


def test_neither_where_another_request_is_under_way(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    judged(both, request)
    asked_for(Camera.objects.get(pk=camera.pk), brand="宇视")
    for kind in (Motion.Kind.UNDO, Motion.Kind.REOPEN):
        with pytest.raises(Conflict, match="另提了一件更正申请"):
            agreed(round_of(request), kind)
        waiting = Motion.objects.get(answer=Motion.Answer.OPEN)
        take_back(waiting.person, waiting.pk)


def test_retired_it_counts_no_more_and_comes_back_when_undone(camera: Camera, both: tuple[Person, Person]) -> None:
    target = BY_KIND["camera"]
    asked = services.Asked(1, "道路改造时已拆除", retires=True)
    request = services.ask(Person.objects.get(username="clerk-meishan"), target, camera.pk, asked)
    judged(both, request)
    now = Camera.objects.get(pk=camera.pk)
    assert (now.life, now.status, now.version_number) == ("retired", "拆除", 2)
    assert CameraVersion.objects.get(camera=camera, number=2).life == "retired"
    assert LedgerEntry.objects.get(round=round_of(request)).counts == {"camera": {"retired": 1}}
    assert_sound()
    agreed(round_of(request), Motion.Kind.UNDO)
    now = Camera.objects.get(pk=camera.pk)
    assert (now.life, now.status) == ("live", "在用")
    assert_sound()


def test_a_platform_name_leads_to_the_platform(camera: Camera, both: tuple[Person, Person]) -> None:
    registered(platforms=[{"name": "梅山镇视频平台"}], cameras=[{"code": CODE, "name": "江店路路口"}])
    platform, now = Platform.objects.get(), Camera.objects.get(pk=camera.pk)
    assert now.platform_id is None
    request = asked_for(now, platform_name="梅山镇 视频平台")
    judged(both, request)
    assert Camera.objects.get(pk=camera.pk).platform_id == platform.pk
    renamed = asked_for(platform, name="梅山镇平安平台")
    judged(both, renamed)
    platform.refresh_from_db()
    assert (platform.name, platform.name_key) == ("梅山镇平安平台", "梅山镇平安平台")
    assert_sound()


def test_another_kind_of_place_has_another_supervisor(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera, place_kind="学校")
    judged(both, request)
    now = Camera.objects.get(pk=camera.pk)
    assert now.supervisor is not None and now.supervisor.code == "education"
    assert_sound()


def test_who_asked_does_not_judge(camera: Camera) -> None:
    clerk = Person.objects.get(username="clerk-meishan")
    request = asked_for(camera)
    round_ = round_of(request)
    PersonRole.objects.create(person=clerk, role=Role.DATA_REVIEWER)
    Person.objects.filter(pk=clerk.pk).update(agency=Agency.objects.get(code="data-bureau"))
    with pytest.raises(PermissionDenied, match="必须由不同的人完成"):
        pass_all(Person.objects.get(pk=clerk.pk), round_, Side.DATA)


def test_a_side_asks_for_its_own(data_reviewer: Person, police_reviewer: Person) -> None:
    registered("police", cameras=[{"code": CODE, "name": "江店路路口"}])
    clerk = clerk_of("police")
    request = asked_for(Camera.objects.get(code=CODE), by=clerk)
    assert Case.objects.get(kind="change", subject_id=request.pk).own_side == "police"
    assert judged((data_reviewer, police_reviewer), request) == "accepted"
    assert_sound()


def test_who_judged_does_not_mend(camera: Camera, both: tuple[Person, Person]) -> None:
    request = asked_for(camera)
    judged(both, request, back=True)
    data = both[0]
    PersonRole.objects.create(person=data, role=Role.CLERK)
    Person.objects.filter(pk=data.pk).update(agency=request.agency)
    with pytest.raises(PermissionDenied, match="您审核过本件"):
        services.ask_again(Person.objects.get(pk=data.pk), request.pk, services.Asked(1, "改好了", {"brand": "宇视"}))
