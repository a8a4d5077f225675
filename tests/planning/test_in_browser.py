"""The planning pages in a real browser: nothing overflows, no console error, axe finds nothing; photographs."""

from __future__ import annotations

from typing import Any

import pytest

from planning import asking, searching
from planning.models import Carrying
from sheets.kinds.places import place_kinds, townships
from tests.dashboards.test_in_browser import at_desk, session_of, sound
from tests.e2e import browser as real
from tests.factories import make_person
from tests.factories_registry import register_camera
from tests.planning import scenes

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]


def photo(page: object, name: str) -> None:
    folder = real.ROOT / "var/test/photos/planning"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"{name}.png"), full_page=True)  # type: ignore[attr-defined]


@pytest.mark.nightly
def test_at_every_stage(site: str) -> None:
    office = session_of(scenes.office())
    owner = session_of(scenes.clerk("mabu"))
    data = session_of(scenes.somebody("data-1", "data-bureau", "data_reviewer"))
    leader = session_of(make_person("leader", "government-office", "leader"))
    with real.launch() as browser, at_desk(browser, site, office) as page:
        sound(page, "/planning/")
        photo(page, "empty")
        sound(page, "/planning/search/")
        photo(page, "search")
        sound(page, "/planning/make/?camera=JZ-C-000001")
    unsure = scenes.found(sure=False)
    begun = scenes.found()
    asked = scenes.asked()
    answered = scenes.answered(mabu="amend")
    reviewed, round_ = scenes.in_review(mabu="refuse")
    settled, _ = scenes.settled()
    Carrying.objects.filter(member__owner__code="meishan").update(state="under_way", note="已安排施工，本月完成")
    asking.dismiss(scenes.office(), scenes.found().pk, "现场看过，两台方向不同")
    searching.start(scenes.office(), ["duplicate"], 30, 20)
    with real.launch() as browser:
        with at_desk(browser, site, office) as page:
            sound(page, "/planning/?kind=duplicate&township=341524100")
            photo(page, "list")
            sound(page, "/planning/search/")
            photo(page, "searching")
            for name, proposal in (("unsure", unsure), ("found", begun), ("answered", answered), ("settled", settled)):
                sound(page, f"/planning/{proposal.pk}/")
                photo(page, name)
            sound(page, "/")
            photo(page, "home-office")
        with at_desk(browser, site, owner) as page:
            sound(page, "/planning/")
            sound(page, f"/planning/{asked.pk}/")
            photo(page, "owner-asked")
            sound(page, f"/planning/{settled.pk}/")
            photo(page, "owner-settled")
            sound(page, "/")
            photo(page, "home-owner")
        with at_desk(browser, site, data) as page:
            sound(page, f"/reviews/{round_.case_id}/")
            photo(page, "bench")
        with at_desk(browser, site, leader) as page:
            sound(page, f"/planning/{reviewed.pk}/")
            photo(page, "leader")
        with at_desk(browser, site, office, size="3") as page:
            for name, proposal in (("found", begun), ("answered", answered), ("settled", settled)):
                sound(page, f"/planning/{proposal.pk}/")
                photo(page, f"{name}-large")
        with at_desk(browser, site, owner, size="3") as page:
            sound(page, f"/planning/{asked.pk}/")
            photo(page, "owner-asked-large")


PAGES = (("gaps", "/planning/gaps/"), ("unplaced", "/planning/gaps/unplaced/"), ("leased", "/planning/gaps/leased/"))


@pytest.mark.nightly
def test_where_cameras_are_missing(site: str) -> None:
    office = session_of(scenes.office())
    with real.launch() as browser, at_desk(browser, site, office) as page:
        for name, url in PAGES:
            sound(page, url)
            photo(page, f"spread-{name}-empty")
    codes, kinds = list(townships()), list(place_kinds())
    for at, code in enumerate(codes[:20]):
        for place, kind in enumerate(kinds[: 3 + at % 9]):
            told: dict[str, Any] = {
                "township": code,
                "place_kind": kind,
                "leased": (None, True, False)[(at + place) % 3],
            }
            nowhere = {"longitude": None, "latitude": None} if place == 2 else {}
            register_camera("meishan" if at % 2 else "mabu", **told, **nowhere)
    register_camera("mabu", township="", place_kind="")
    with real.launch() as browser:
        for size in ("1", "3"):
            with at_desk(browser, site, office, size=size) as page:
                for name, url in PAGES:
                    sound(page, url)
                    photo(page, f"spread-{name}-{size}")
