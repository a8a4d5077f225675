"""The demo's part of 接入 uses the services as people do; on a small registry it leaves every kind of state."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.models import Agency
from cameras.models import Camera
from connecting import invariants, lists, rates
from connecting.models import Capacity, ProvinceLink, Statement
from demo import connecting
from platforms.models import Platform
from tests.factories import make_person
from tests.factories_registry import accepted_batch

pytestmark = pytest.mark.django_db
UNITS = ("mabu", "qingshan", "gubei", "nanxi", "health", "water", "culture-tourism")


def test_it_is_told() -> None:
    make_person("police-1", "police", "police_reviewer")
    make_person("office-1", "office", "office")
    base = {"changed_at": timezone.now(), "ledger_entry_id": accepted_batch("meishan").pk, "built": "2019.05"}
    for code in UNITS:
        agency = Agency.objects.get(code=code)
        duty = agency.duties.filter(place_kind__isnull=False).first()
        told = {
            **base,
            "reporting_agency": agency,
            "owner": agency,
            "funding": "social" if code in connecting.SOCIAL else "government",
            "place_kind": duty.place_kind_id if duty else "road",
        }
        platform = Platform.objects.create(name=f"{agency}平台", name_key=code, connected="no", **told)
        Camera.objects.bulk_create(Camera(name=f"{agency}{n}", platform=platform, **told) for n in range(8))
    connecting.tell()
    assert (Capacity.objects.count(), ProvinceLink.objects.count()) == (2, 2)
    states = set(Statement.objects.values_list("topic", "state"))
    assert {("access", state) for state in ("planned", "not_ready", "social")} < states
    assert {("filing", state) for state in ("stated", "confirmed", "refused")} < states
    assert {("sign", "set"), ("sign", "missing")} < states
    counted = rates.Cameras(invariants.reader())
    assert counted.top()[0].of == 48 and rates.wanted(counted) == 8 + 6 + 8
    assert {line.word for line in counted.states() if line.cells[-1].count} >= {"计划接入", "暂不具备条件"}
    assert list(invariants.standings()) == [] and list(invariants.figures_are_counts()) == []
    assert lists.annotated("camera", invariants.reader()).filter(now_filing="confirmed").count() == 16
