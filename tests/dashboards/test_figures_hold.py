"""I10: `check_invariants` compares every figure of the progress page with the list behind it, and notices a lie."""

from __future__ import annotations

import pytest

from agencies.models import Person
from dashboards import stats
from inventory.invariants import violations
from inventory.models import CameraRow, Submission
from tests.dashboards.test_progress import scatter
from tests.factories_progress import make_campaign, obligation_of, open_round, report

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(2))
def test_it_holds_over_a_county_in_every_state(seed: int) -> None:
    scatter(make_campaign("上一轮", closed=True), seed + 10)
    scatter(make_campaign(), seed)
    assert Submission.objects.filter(state=Submission.State.IN_REVIEW).exists()
    assert violations("I10") == {}


def test_a_list_that_holds_other_rows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = make_campaign(roster=["meishan"])
    submission = report(obligation_of(campaign, "meishan"), "in_review", rows=4, version=2)
    open_round(submission).items.order_by("key")[0].delete()
    assert violations("I10") == {}
    everything = CameraRow.objects.filter(source_file__version__submission=submission)
    counted = stats.rows_in_review

    def all_of_them(person: Person, campaign_id: int) -> dict[str, int]:
        assert counted(person, campaign_id) == {"road": 3}
        return {"road": everything.count()}

    monkeypatch.setattr(stats, "rows_in_review", all_of_them)
    told = violations("I10")["I10"]
    assert any("是 4" in line and "有 3" in line for line in told), told


def test_a_roster_that_somebody_cannot_see_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    make_campaign(roster=["meishan", "mabu"])
    assert violations("I10") == {}
    shown = stats.units

    def without_one(person: Person, campaigns: list[stats.Shown]) -> dict[int, list[stats.Unit]]:
        return {pk: rows[1:] for pk, rows in shown(person, campaigns).items()}

    monkeypatch.setattr(stats, "units", without_one)
    assert any("1 个应报单位，实有 2 个" in line for line in violations("I10")["I10"])
