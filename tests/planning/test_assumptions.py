"""测算参数: the office says a figure with its source; nothing is assumed that nobody has said."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Person
from audit.models import Entry
from planning import assumptions
from planning.models import Assumption
from tests.dashboards.pages import browse

pytestmark = pytest.mark.django_db
PAGE = "/planning/assumptions/"
URL = "/planning/assumptions/move_cost/"
TOLD = {"value": "0.35", "source": "2022年迁移合同", "seen": ""}


def test_it_is_kept_with_who_and_when_and_leaves_its_audit_row(office: Person, leader: Person) -> None:
    assert "move_cost" not in assumptions.values(), "money is never assumed by us"
    assert browse(office).post(URL, TOLD).status_code == 302
    assert assumptions.values()["move_cost"] == Decimal("0.35")
    row = Assumption.objects.get()
    assert (row.changed_by, row.source) == (office, "2022年迁移合同")
    entry = Entry.objects.get(action="planning.assumed")
    told = {key: entry.facts[key] for key in ("before", "after", "reason")}
    assert told == {"before": "", "after": "0.35", "reason": "2022年迁移合同"}
    page = browse(leader).get(PAGE).content.decode()
    assert "0.35 万元/台" in page
    assert "2022年迁移合同" in page
    assert '<form class="assumed"' not in page


def test_it_can_be_taken_back(office: Person) -> None:
    browse(office).post(URL, TOLD)
    again = {"value": "", "source": "合同作废", "seen": "0.35"}
    assert browse(office).post(URL, again).status_code == 302
    assert "move_cost" not in assumptions.values()
    assert Entry.objects.filter(action="planning.assumed").count() == 2


def test_a_share_begins_with_the_whole(office: Person) -> None:
    assert assumptions.values() == {"upkeep_share": Decimal(100), "build_share": Decimal(100)}
    browse(office).post("/planning/assumptions/upkeep_share/", {"value": "60%", "source": "合同", "seen": "100"})
    assert assumptions.values()["upkeep_share"] == Decimal(60)


@pytest.mark.parametrize("who", ["meishan_clerk", "data_reviewer", "police_reviewer", "leader"])
def test_all_others_read_only(who: str, request: pytest.FixtureRequest) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 200
    assert client.post(URL, TOLD).status_code == 403
    assert not Assumption.objects.exists()


@pytest.mark.parametrize("who", ["sysadmin", "secadmin", "auditor"])
def test_administrators_do_not_see_it(who: str, request: pytest.FixtureRequest) -> None:
    client = browse(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403
    assert client.post(URL, TOLD).status_code == 403


def test_an_unknown_figure_is_not_found(office: Person) -> None:
    assert browse(office).post("/planning/assumptions/bribes/", TOLD).status_code == 404


def test_a_colleague_was_faster(office: Person) -> None:
    browse(office).post(URL, TOLD)
    response = browse(office).post(URL, {**TOLD, "value": "0.5"})
    assert response.status_code == 409
    assert "0.35" in response.content.decode()
    assert assumptions.values()["move_cost"] == Decimal("0.35")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"value": "一万"}, "不是数字"),
        ({"value": "NaN"}, "须在 0 到 20"),
        ({"value": "-1"}, "须在 0 到 20"),
        ({"value": "20.01"}, "须在 0 到 20"),
        ({"value": "1E+9"}, "须在 0 到 20"),
        ({"value": "0.00001"}, "最多四位小数"),
        ({"source": " \u200b"}, "请写明依据"),
    ],
)
def test_bad_input(office: Person, told: dict[str, str], says: str) -> None:
    response = browse(office).post(URL, {**TOLD, **told})
    page = response.content.decode()
    assert response.status_code == 422
    assert says in page
    assert f'value="{({**TOLD, **told})["value"]}"' in page, "what was typed stands again"
    assert not Assumption.objects.exists()


def test_the_page_asks_as_often_however_much_was_said(office: Person) -> None:
    client = browse(office)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(PAGE)
        return len(found)

    queries()
    before = queries()
    for key in assumptions.KNOWN:
        seen = "100" if key.endswith("share") else ""
        assumptions.state(office, key, "1", "合同", seen)
    assert queries() == before
