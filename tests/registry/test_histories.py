"""As of any past day the registry is what it was then, whatever happened before and after (must show 7).

Random surveys of two units (new, changed, corrected, erased, removed, handed over, brought back), some of them
withdrawn again by both sides, all through the real services, each recorded at a moment of its own. A small model says
what the cameras must be, and what every list showed on the day is remembered; in the end each day is asked for again.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import Agency, Person
from cameras.lists import CAMERAS, POLES
from cameras.models import Camera, CameraVersion
from inventory.leftout import marking
from inventory.models import LedgerEntry, MissingMark
from platforms.lists import PLATFORMS
from registry import past
from registry.asked import Asked
from registry.lists import Listing
from registry.names import Names
from reviews import services as reviews
from reviews.models import Motion
from tests.factories_inventory import clerk_of, drafted, hand_in, new_code, stamp
from tests.registry.days import ago, backdate
from tests.registry.reading import as_person, csv_rows, html, listed
from tests.reviews.scenes import accept

pytestmark = pytest.mark.django_db

AGENCIES = ("meishan", "mabu")
OTHER = dict(zip(AGENCIES, reversed(AGENCIES), strict=True))
STATED = ("name", "code", "brand", "status", "place_kind", "pole_number")
_names = itertools.count(1)
Mark = MissingMark.Mark


@dataclass
class Known:
    """What the model says of one camera."""

    name: str
    code: str | None
    brand: str
    status: str
    place_kind: str
    pole_number: str
    agency: str
    owner: str
    life: str = "live"

    @classmethod
    def of(cls, agency: str, told: Mapping[str, Any]) -> Known:
        return cls(**{key: told[key] for key in STATED}, agency=agency, owner=agency)

    def state(self, agency: str, told: Mapping[str, Any]) -> None:
        """A row says something, or a blank cell nothing; it brings back what was given up."""
        for key in STATED:
            if told[key] not in ("", None) or key in told.get("erased", ()):
                setattr(self, key, told[key])
        self.life = "live"


@dataclass
class Model:
    """Camera id -> what it is; and the batches that wrote it and stand, each with what was before (None: nothing)."""

    cameras: dict[int, Known] = field(default_factory=dict)
    written: dict[int, list[tuple[int, Known | None]]] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    def wrote(self, entry: int, before: Mapping[int, Known], touched: set[int]) -> None:
        """`touched`: what got a version by the batch; more than what the model sees change, for links may."""
        changed = {pk for pk, known in self.cameras.items() if before.get(pk) != known}
        assert changed <= touched <= self.cameras.keys()
        self.batches.append(entry)
        for pk in touched:
            self.written.setdefault(pk, []).append((entry, before.get(pk)))

    def withdraw(self, entry: int) -> int:
        """What the batch wrote last is what it was before; what it brought has left the registry.

        Returns how many cameras are again what they were.
        """
        self.batches.remove(entry)
        restored = 0
        for pk, writers in self.written.items():
            if writers and writers[-1][0] == entry:
                _, earlier = writers.pop()
                self.cameras[pk] = deepcopy(earlier) if earlier else replace(self.cameras[pk], life="withdrawn")
                restored += earlier is not None
        return restored


@dataclass
class Told:
    """A moment, and what every list then showed to each person."""

    moment: dt.datetime
    lists: dict[tuple[str, str], list[dict[str, Any]]]


Act = tuple[str, str, list[int], int, int]
"""survey or undo, whose, what becomes of each camera, how many are new, days since the act before."""
KINDS_OF_ACT = ["survey", "survey", "survey", "undo"]
ACTS = st.tuples(
    st.sampled_from(KINDS_OF_ACT),
    st.sampled_from(AGENCIES),
    st.lists(st.integers(0, 8), min_size=6, max_size=6),
    st.integers(1, 3),
    st.integers(0, 9),
)
HISTORIES = given(history=st.lists(ACTS, min_size=5, max_size=8), asked=st.integers(0, 60))
ENDLESS = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def test_as_of_any_day_it_is_what_it_was(county: County) -> None:
    """The same histories each time, drawn by dice of our own: what Hypothesis draws depends on what else is loaded."""
    dice = random.Random(4)
    for _ in range(3):
        county.live_through([drawn(dice) for _ in range(8)], asked=dice.randint(0, 60))


@pytest.mark.nightly
@settings(ENDLESS, max_examples=200)
@HISTORIES
def test_as_of_any_day_it_is_what_it_was_all_night(history: list[Act], asked: int, county: County) -> None:
    county.live_through(history, asked)


def drawn(dice: random.Random) -> Act:
    picks = [dice.randint(0, 8) for _ in range(6)]
    return dice.choice(KINDS_OF_ACT), dice.choice(AGENCIES), picks, dice.randint(1, 3), dice.randint(0, 9)


class County:
    """Two units, two reviewers, and everybody whose lists are remembered."""

    def __init__(self, data: Person, police: Person, education: Person) -> None:
        self.data, self.police = data, police
        self.people = {"data": data, "education": education} | {agency: clerk_of(agency) for agency in AGENCIES}
        self.seen: Counter[str] = Counter()

    def live_through(self, history: list[Act], asked: int) -> None:
        with transaction.atomic():
            model, remembered = Model(), list[Told]()
            moment = ago(9 * len(history) + 60, hour=1)
            for kind, agency, picks, new, days in history:
                moment += dt.timedelta(days=days, hours=1)
                act = self.undo if kind == "undo" else self.survey
                self.seen[kind] += act(model, agency, picks, new, moment)
                remembered.append(Told(moment, self.lists()))
                self.assert_as_the_model_says(model)
            self.assert_every_moment(remembered)
            self.assert_pages(remembered, asked)
            self.seen.update(known.life for known in model.cameras.values())
            transaction.set_rollback(True)

    # --- acts ---------------------------------------------------------------------------------------------------------
    def survey(self, model: Model, agency: str, picks: list[int], new: int, moment: dt.datetime) -> bool:
        """A whole report of the unit, passed by both sides."""
        before, rows, marks = deepcopy(model.cameras), [], {}
        own = [pk for pk, known in model.cameras.items() if known.agency == agency]
        for pk, pick in zip(own, itertools.cycle(picks), strict=False):
            known = model.cameras[pk]
            if known.life != "live":
                if pick % 2:
                    rows.append((pk, row_of(known, pk, status="在用")))
                    self.seen["brought back"] += 1
            elif pick in LEFT_OUT:
                marks[pk] = LEFT_OUT[pick]
                self.seen[LEFT_OUT[pick]] += 1
            else:
                rows.append((pk, row_of(known, pk, **CHANGES[pick]())))
                self.seen[f"change {pick}"] += 1
        fresh = [new_row(number) for number in range(new or int(not rows))]
        entry = self.report(agency, [row for _, row in rows], fresh, marks, moment)
        for pk, told in rows:
            model.cameras[pk].state(agency, told)
        for told in fresh:
            model.cameras[Camera.objects.get(code=told["code"]).pk] = Known.of(agency, told)
        for pk, mark in marks.items():
            known = model.cameras[pk]
            known.life = "retired" if mark == Mark.REMOVED else known.life
            if mark == Mark.TRANSFERRED:
                known.agency, known.owner = OTHER[agency], OTHER[agency] if known.owner == agency else known.owner
        touched = CameraVersion.objects.filter(ledger_entry_id=entry.pk).values_list("camera_id", flat=True)
        model.wrote(entry.pk, before, set(touched))
        return True

    def report(
        self,
        agency: str,
        listed_again: list[dict[str, Any]],
        fresh: list[dict[str, Any]],
        marks: Mapping[int, MissingMark.Mark],
        moment: dt.datetime,
    ) -> LedgerEntry:
        by, number = clerk_of(agency), next(_names)
        platform = {"name": f"{agency}视频平台", "code": f"3415240000200{AGENCIES.index(agency):07d}"}
        submission = drafted(
            agency, values=[*listed_again, *fresh], platforms=[platform | {"address": f"新街{number}号"}], by=by
        )
        for pk, mark in marks.items():
            to = Agency.objects.get(code=OTHER[agency]).pk if mark == Mark.TRANSFERRED else None
            marking.mark(by, submission.pk, "camera", [pk], mark, to_agency_id=to)
        stamp(submission, by)
        round_ = accept(hand_in(submission, by), self.data, self.police)
        entry = LedgerEntry.objects.get(round=round_)
        backdate(entry, moment)
        return entry

    def undo(self, model: Model, agency: str, picks: list[int], new: int, moment: dt.datetime) -> bool:
        """Both sides withdraw one of the batches that are in the registry."""
        if not model.batches:
            return False
        entry = LedgerEntry.objects.get(pk=model.batches[-1 - picks[0] % len(model.batches)])
        motion = reviews.move(self.data, entry.round_id, Motion.Kind.UNDO, "整批位置有误")
        reviews.answer_motion(self.police, motion.pk, True)
        compensation = LedgerEntry.objects.get(round=entry.round_id, kind=LedgerEntry.Kind.WITHDRAWAL)
        backdate(compensation, moment)
        self.seen["restored"] += model.withdraw(entry.pk)
        return True

    # --- what is shown ------------------------------------------------------------------------------------------------
    def lists(self, as_of: dt.date | None = None) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """Every list as each person is shown it, rows of every life, with all values."""
        return {
            (listing.name, name): [plain(row) for row in whole(listing, person, as_of)]
            for listing in (CAMERAS, POLES, PLATFORMS)
            for name, person in self.people.items()
        }

    def assert_as_the_model_says(self, model: Model) -> None:
        told = Camera.objects.select_related("reporting_agency", "owner")
        stands = {
            row.pk: Known(
                **{key: getattr(row, key) for key in STATED},
                agency=row.reporting_agency.code,
                owner=row.owner.code,
                life=row.life,
            )
            for row in told
        }
        assert stands == model.cameras

    def assert_every_moment(self, remembered: list[Told]) -> None:
        """On each day, those without an act too, and at each moment and the one before it."""
        day = timezone.localdate(remembered[0].moment)
        while day < timezone.localdate():
            held = [told for told in remembered if told.moment <= past.end_of(day)]
            assert self.lists(day) == held[-1].lists, day
            day += dt.timedelta(days=1 if day <= timezone.localdate(remembered[-1].moment) else 29)
        for before, after in itertools.pairwise([None, *remembered]):
            assert after is not None
            for listing in (CAMERAS, POLES, PLATFORMS):
                for moment, told in ((after.moment, after), (after.moment - dt.timedelta(microseconds=1), before)):
                    rows = past.rows(listing.model, moment).visible_to(self.data).order_by("id")
                    assert [plain(row) for row in rows] == (told.lists[listing.name, "data"] if told else [])

    def assert_pages(self, remembered: list[Told], asked: int) -> None:
        """On one day, over HTTP: the list, the file and the pages of its rows say the same, to each person."""
        registered = [one for one in remembered if one.lists["camera", "data"]]
        if not registered:
            return
        day = timezone.localdate(registered[0].moment) + dt.timedelta(days=asked)  # before it no day may be asked for
        told = [one for one in remembered if one.moment <= past.end_of(day)][-1]
        query = f"life=all&sort=number&as_of={day.isoformat()}"
        for name, person in self.people.items():
            expected = told.lists["camera", name]
            numbers = [f"JZ-C-{row['id']:06d}" for row in expected]
            client = as_person(person)
            page = client.get(f"/cameras/?{query}")
            file = csv_rows(client.get(f"/cameras/export.csv?{query}"))
            assert listed(page) == numbers == [row["登记编号"] for row in file]
            assert [row["位置名称"] for row in file] == [row["name"] for row in expected]
            assert [row["状态"] for row in file] == [row["status"] for row in expected]
            assert f"共 {len(numbers)} 台" in html(page)
            for row in expected[:2]:
                detail = client.get(f"/cameras/{row['id']}/?{query}")
                assert f"<h1>{row['name']}</h1>" in html(detail)
                assert row["brand"] in html(detail).split('aria-labelledby="pole-title"')[0]


def new_row(number: int) -> dict[str, Any]:
    """A camera that was never reported; every second one stands on a pole of its own."""
    name = f"路口{next(_names)}"
    on_pole = f"G-{name}" if number % 2 else ""
    kind = "school" if number % 2 else "road"
    told = {"name": name, "code": new_code(), "brand": "海康威视", "status": "在用", "place_kind": kind}
    return told | {"pole_number": on_pole, "pole_condition": "完整" if on_pole else ""}


def row_of(known: Known, pk: int, **changed: Any) -> dict[str, Any]:
    """A camera that is registered, as its unit lists it again."""
    told = {key: getattr(known, key) for key in STATED} | {"registry_number": f"JZ-C-{pk:06d}"}
    return told | {"pole_condition": "完整" if known.pole_number else ""} | changed


LEFT_OUT = {5: Mark.PRESENT, 6: Mark.REMOVED, 7: Mark.TRANSFERRED, 8: Mark.PRESENT}
CHANGES: dict[int, Any] = {
    0: dict,
    1: lambda: {"name": f"路口{next(_names)}", "status": "停用"},
    2: lambda: {"brand": "", "status": "维修"},
    3: lambda: {"brand": "", "erased": ["brand"], "place_kind": "school"},
    4: lambda: {"code": new_code(), "brand": f"品牌{next(_names)}"},
}
KINDS = (
    *("survey", "undo", "restored", "brought back", "live", "retired", "withdrawn"),
    *LEFT_OUT.values(),
    *(f"change {pick}" for pick in CHANGES),
)
"""What the histories of a test must have had, all together: acts, what became of a camera, and its life in the end."""


def whole(listing: Listing, person: Person, as_of: dt.date | None) -> models.QuerySet[Any]:
    asked = Asked(chosen={"life": ("all",)}, sort="number", as_of=as_of)
    return listing.ordered(listing.rows(person, asked, Names()), asked)


def plain(row: Any) -> dict[str, Any]:
    """Every recorded value of a row, and whether its position is masked."""
    values = {entry.attname: getattr(row, entry.attname) for entry in row._meta.concrete_fields}
    return {key: value for key, value in values.items() if key != "name_key"} | {"is_masked": row.is_masked}


@pytest.fixture
def county(data_reviewer: Person, police_reviewer: Person, education_clerk: Person) -> Iterator[County]:
    """The cast; and afterwards, that everything that may become of a camera became of some."""
    found = County(data_reviewer, police_reviewer, education_clerk)
    yield found
    assert not [kind for kind in KINDS if not found.seen[kind]], found.seen
