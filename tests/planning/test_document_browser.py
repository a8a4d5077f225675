"""The plan's pages in a real browser: nothing overflows, no console error, axe finds nothing; photographs."""

from __future__ import annotations

import pytest

from planning import assumptions
from planning.document import issuing
from tests.dashboards.test_in_browser import at_desk, session_of, sound
from tests.e2e import browser as real
from tests.factories import make_person
from tests.factories_registry import register_camera
from tests.planning import issued, scenes
from tests.planning.test_in_browser import photo

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]


@pytest.mark.nightly
def test_the_plan_on_screen(site: str) -> None:
    office = session_of(scenes.office())
    owner = session_of(scenes.clerk("meishan"))
    leader = session_of(make_person("leader", "government-office", "leader"))
    with real.launch() as browser, at_desk(browser, site, office) as page:
        sound(page, "/planning/document/")
        photo(page, "document-empty")
    issued.county()
    assumptions.state(scenes.office(), "move_cost", "0.35", "2022年迁移合同", "")
    scenes.settled()
    issued.make()
    register_camera("mabu", measure="接入")
    issued.make()
    issuing.start(scenes.office())
    with real.launch() as browser:
        with at_desk(browser, site, office) as page:
            for name, url in (
                ("issues", "/planning/document/"),
                ("issue", "/planning/document/2/"),
                ("print", "/planning/document/2/print/"),
                ("assumptions", "/planning/assumptions/"),
            ):
                sound(page, url)
                photo(page, f"document-{name}")
            page.locator("#rent summary").click()
            page.get_by_label("取值（万元/台·年）").fill("二")
            page.locator("#rent").get_by_role("button", name="保存").click()
            assert "不是数字" in page.locator("#rent").inner_text()
            photo(page, "document-assumption-refused")
        with at_desk(browser, site, owner) as page:
            sound(page, "/planning/document/2/")
            sound(page, "/planning/document/2/meishan/print/")
            photo(page, "document-part")
        with at_desk(browser, site, leader, size="3") as page:
            sound(page, "/planning/document/2/")
            sound(page, "/planning/document/2/print/")
            sound(page, "/planning/assumptions/")
            photo(page, "document-large")
