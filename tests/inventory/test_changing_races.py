"""Two acts on one thing at the same moment, over real connections: one request, one new version."""

from __future__ import annotations

from typing import Any

from agencies.models import Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera
from inventory.changing import services
from inventory.changing.cells import BY_KIND
from inventory.invariants import violations
from inventory.models import ChangeRequest, LedgerEntry
from reviews.models import Side
from reviews.services import close
from tests.inventory.changing import REASON, asked_for, round_of, state_of
from tests.inventory.registering import registered
from tests.reviews.lanes import Press, together
from tests.reviews.scenes import close_side, pass_all

CAMERAS = 6


def conflicts(lanes: list[list[Any]]) -> int:
    return sum(isinstance(result, Conflict) for lane in lanes for result in lane)


def sound() -> None:
    assert violations("I3", "I5", "I6", "I7") == {}
    assert journal.verify() == (Entry.objects.count(), None)


def test_two_ask_for_one_camera(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    registered(cameras=[{"name": f"路口{number}"} for number in range(CAMERAS)])
    cameras = list(Camera.objects.order_by("pk"))

    def press(by: Person, camera: Camera, brand: str) -> Press:
        asked = services.Asked(1, REASON, {"brand": brand})
        return lambda: services.ask(by, BY_KIND["camera"], camera.pk, asked).pk

    lanes = together(
        [
            [press(meishan_clerk, camera, "大华") for camera in cameras],
            [press(meishan_colleague, camera, "宇视") for camera in cameras],
        ]
    )
    assert conflicts(lanes) == CAMERAS
    assert ChangeRequest.objects.count() == CAMERAS
    assert Entry.objects.filter(action="change.asked").count() == CAMERAS
    sound()


def test_taken_back_while_a_side_closes(
    real_db: str, meishan_clerk: Person, data_reviewer: Person, police_reviewer: Person
) -> None:
    registered(cameras=[{"name": f"路口{number}"} for number in range(CAMERAS)])
    requests = [asked_for(camera, by=meishan_clerk) for camera in Camera.objects.order_by("pk")]
    for request in requests:
        pass_all(data_reviewer, round_of(request), Side.DATA)
        pass_all(police_reviewer, round_of(request), Side.POLICE)
        close_side(data_reviewer, round_of(request), Side.DATA) if request == requests[0] else None

    def closing(request: ChangeRequest) -> Press:
        round_ = round_of(request)
        return lambda: close(police_reviewer, round_.pk, Side.POLICE, version_hash=round_.version_hash).pk

    def taking(request: ChangeRequest) -> Press:
        return lambda: services.withdraw(meishan_clerk, request.pk, "看错了一台")

    lanes = together([[closing(each) for each in requests], [taking(each) for each in requests]])
    assert conflicts(lanes) == CAMERAS
    assert state_of(requests[0]) == "accepted"
    assert {state_of(each) for each in requests[1:]} <= {"in_review", "withdrawn"}
    assert LedgerEntry.objects.filter(kind="amendment").count() == 1
    sound()
