"""Random walks through a report's life by six people, against a small model; see `machine`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django.plugin import DjangoDbBlocker

from tests.conftest import own_database
from tests.inventory.quickly import read_here, store_in
from tests.reviews.machine import OneReport, prepare

STEPS = 40
FEW = 10


@pytest.mark.parametrize("runs", [FEW, pytest.param(300, marks=pytest.mark.nightly)])
def test_no_walk_breaks_an_invariant(
    runs: int, django_db_setup: None, django_db_blocker: DjangoDbBlocker, settings_folder: None
) -> None:
    told = {"database": staticmethod(own_database), "in_full": runs > FEW}
    machine = type("Walk", (OneReport,), told)
    walks = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    with django_db_blocker.unblock(), own_database():
        prepare()
        run_state_machine_as_test(machine, settings=walks)


@pytest.fixture
def settings_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)
    store_in(settings, tmp_path)
