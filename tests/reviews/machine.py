"""Six people, one report, and a model of a hundred lines that says what each act must come to.

A report of four cameras goes to and fro: mended, handed in, judged row by row, taken back, reopened, undone; power is
lent and revoked; acts break off in the middle. After every act the database says what the model says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agencies.models import Person
from audit.failures import Conflict, Invalid
from cameras.models import Camera
from inventory import services as intake
from inventory.invariants import INVARIANTS, violations
from inventory.models import CameraRow, ChangeSet, Submission
from inventory.onscreen import changes
from inventory.onscreen.acts import Cell
from reviews import services as reviews
from reviews.models import Decision, Delegation, Desk, Motion, Participation, Round, Verdict
from tests.factories import make_person
from tests.inventory.drafts import camera_row, started, uploaded, work
from tests.inventory.quickly import stamp
from tests.reviews.report_model import (
    BRANDS,
    CLERK,
    CLERKS,
    COLLEAGUE,
    DATA,
    DEPUTY,
    LEFT,
    OTHER,
    POLICE,
    POLICE_TOO,
    REASON,
    ROWS,
    Model,
)
from tests.reviews.walking import ACTS, BrokenOff, Refusal, breaking_off


def prepare() -> None:
    """What every walk begins with: the six people, and the report as it was handed in for the first time."""
    by = make_person(CLERK, "meishan", "clerk")
    make_person(COLLEAGUE, "meishan", "clerk")
    make_person(DATA, "data-bureau", "data_reviewer")
    make_person(DEPUTY, "data-bureau")
    make_person(POLICE, "police", "police_reviewer")
    make_person(POLICE_TOO, "police", "police_reviewer")
    submission = started(by)
    uploaded(by, submission, [camera_row(n, brand=BRANDS[0], code=_code(n)) for n in ROWS])
    with transaction.atomic():
        version = stamp(by, submission)
    intake.submit(by, submission.pk, version.hash)


class OneReport(RuleBasedStateMachine):
    """One rule draws the act: of many rules a walk would leave some out altogether, and never come far.

    Runs against a database of its own, a copy of the prepared one; see `Model`. `database` makes it, and `in_full` says
    whether the dashboards' figures (I10) are compared on the way, too, and not at the end only; both set by the test.
    """

    database: Callable[[], AbstractContextManager[str]]
    in_full: bool

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.own = self.database()
        self.own.__enter__()
        self.steps = 0

    def teardown(self) -> None:
        try:
            assert not (found := violations()), found
        finally:
            self.own.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.people = {person.username: person for person in Person.objects.all()}
        self.submission = Submission.objects.get()
        found = CameraRow.objects.filter(source_file__version__submission=self.submission)
        self.keys = {int(str(name)[-1]): key for name, key in found.values_list("name", "key")}
        self.model.hands.add(CLERK)
        self.model.submit()

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        able = [name for name, one in ACTS.items() for _ in range(one.often) if one.when(self.model)]
        name = data.draw(st.sampled_from(able), label="act")
        told = {key: data.draw(strategy, label=key) for key, strategy in ACTS[name].told.items()}
        getattr(self, name)(**told)

    def do(self, act: Callable[[], object], expected: Callable[[], None], broken: int | None = None) -> None:
        """Carry the act out; `expected` raises `Refusal` or changes the model as the act should change the database.

        An act that broke off in the middle has changed nothing at all.
        """
        if broken is not None:
            try:
                with breaking_off(broken) as came:
                    act()
            except BrokenOff:
                connection.close()
                return
            except (Conflict, Invalid, PermissionDenied):
                assert not came[0]
                return
            expected()
            return
        try:
            act()
        except (Conflict, Invalid, PermissionDenied) as refused:
            try:
                expected()
            except Refusal as foreseen:
                assert isinstance(refused, foreseen.kinds), (refused, foreseen.kinds)
                return
            raise AssertionError(f"refused without cause: {refused}") from refused
        expected()

    # --- the unit ---
    def mend(self, who: str, row: int, brand: str, broken: int | None) -> None:
        def expected() -> None:
            self._with_the_unit(who)
            if self.model.is_locked(row) and self.model.brands[row] != brand:
                raise Refusal(Conflict, Invalid)
            if self.model.brands[row] != brand:
                self.model.brands[row] = brand
                self.model.hands.add(who)

        cell = Cell(self.keys[row], "brand", brand)
        by, pk = self.people[who], self.submission.pk
        self.do(lambda: changes.change(by, pk, "camera", [cell], ChangeSet.Way.EDIT), expected, broken)
        work()

    def _with_the_unit(self, who: str) -> None:
        if who not in CLERKS:
            raise Refusal(PermissionDenied)
        if self.model.state not in LEFT:
            raise Refusal(Conflict)

    def hand_over(self, who: str, broken: int | None) -> None:
        by, pk = self.people[who], self.submission.pk
        with transaction.atomic():
            version = stamp(by, self.submission)
        self.model.hands.add(who)

        def expected() -> None:
            if all(self.model.settled(row) for row in ROWS) and not self.model.reopened():
                raise Refusal(Conflict)
            self.model.submit()

        self.do(lambda: intake.submit(by, pk, version.hash), expected, broken)

    def take_report_back(self, who: str, broken: int | None) -> None:
        def expected() -> None:
            if who not in CLERKS:
                raise Refusal(PermissionDenied)
            if self.model.state != "in_review" or self.model.closed:
                raise Refusal(Conflict)
            self.model.withdraw()
            self.model.parts[who] = "author"

        by, pk = self.people[who], self.submission.pk
        self.do(lambda: intake.withdraw(by, pk, "传错了表"), expected, broken)

    def answer_question(self, who: str, broken: int | None) -> None:
        side, row = self.model.questions()[0]
        asked = (side, row, self.model.brands[row])

        def expected() -> None:
            if who not in CLERKS:
                raise Refusal(PermissionDenied)
            if asked in self.model.answered:
                raise Refusal(Conflict)
            self.model.answered.add(asked)
            self.model.parts[who] = "author"

        by = self.people[who]
        item = self._latest().items.get(key=self.keys[row])
        verdict = Verdict.objects.get(side=side, item_key=item.key, item_hash=item.hash, superseded_at=None)
        self.do(lambda: reviews.answer_question(by, verdict.pk, "已现场核对"), expected, broken)

    # --- the sides ---
    def judge(self, who: str, rows: set[int], decision: str, broken: int | None) -> None:
        def expected() -> None:
            side = self._acting(who)
            if not rows <= self.model.items:
                raise Refusal(Invalid)
            self.model.say(who, side, [row for row in rows if self.model.says(side, row) != decision], decision)

        self._mark(who, Decision(decision), expected, broken, sorted(self.keys[row] for row in rows))

    def pass_the_rest(self, who: str, broken: int | None) -> None:
        def expected() -> None:
            side = self._acting(who)
            self.model.say(who, side, [row for row in self.model.items if self.model.says(side, row) is None], "pass")

        self._mark(who, Decision.PASS, expected, broken)

    def _mark(
        self, who: str, decision: Decision, expected: Callable[[], None], broken: int | None, keys: Any = None
    ) -> None:
        round_, by = self._latest(), self.people[who]
        side = self.model.power(who) or "data"
        reason = "" if decision == Decision.PASS else REASON
        self.do(
            lambda: reviews.mark(
                by, round_.pk, side, decision, version_hash=round_.version_hash, keys=keys, reason=reason
            ),
            expected,
            broken,
        )

    def _acting(self, who: str) -> str:
        """The side; refused for who has no power, when nothing is under review for it, and for who has another part."""
        side = self.model.power(who)
        if side is None:
            raise Refusal(PermissionDenied)
        if self.model.state != "in_review" or side in self.model.closed:
            raise Refusal(Conflict)
        if not self.model.may_join(who, side):
            raise Refusal(PermissionDenied)
        return side

    def close(self, who: str, broken: int | None) -> None:
        def expected() -> None:
            side = self._acting(who)
            if any(self.model.says(side, row) not in ("pass", "return") for row in self.model.items):
                raise Refusal(Conflict)
            self.model.close(who, side)

        round_, by = self._latest(), self.people[who]
        side = self.model.power(who) or "data"
        self.do(lambda: reviews.close(by, round_.pk, side, version_hash=round_.version_hash), expected, broken)

    def finish(self, back: set[int], who: str) -> None:
        """Both sides go through the whole report; the police return these rows."""
        if rows := back & self.model.items:
            self.judge(POLICE, rows, "return", None)
        for one in (POLICE, who):
            self.pass_the_rest(one, None)
            self.close(one, None)

    # --- both together ---
    def move(self, who: str, kind: str, back: int, broken: int | None) -> None:
        model = self.model
        number = max(len(model.rounds) - 1 - back, 0)

        def expected() -> None:
            side = self._joining(who)
            if model.motion or self._impossible(kind, number):
                raise Refusal(Conflict)
            model.join(who, side)
            model.motion = (kind, number, side)

        by, round_ = self.people[who], self._round(number)
        self.do(lambda: reviews.move(by, round_.pk, kind, "数据有误，需要重报"), expected, broken)

    def _joining(self, who: str) -> str:
        side = self.model.power(who)
        if side is None or not self.model.may_join(who, side):
            raise Refusal(PermissionDenied)
        return side

    def _impossible(self, kind: str, number: int) -> bool:
        if self.model.state == "in_review":
            return True
        if kind == "reopen":
            return self.model.state != "accepted" or number != len(self.model.rounds) - 1
        batch = self.model.rounds[number]
        return batch is None or batch.undone

    def answer(self, who: str, agree: bool, broken: int | None) -> None:
        model = self.model

        def expected() -> None:
            assert model.motion
            kind, number, side = model.motion
            if model.power(who) != OTHER[side] or not model.may_join(who, OTHER[side]):
                raise Refusal(PermissionDenied)
            if agree and self._impossible(kind, number):
                raise Refusal(Conflict)
            model.join(who, OTHER[side])
            model.motion = None
            if agree and kind == "undo":
                model.undo(number)
            elif agree:
                model.state, model.unlocked_before = "returned", len(model.rounds)

        by, motion = self.people[who], Motion.objects.get(answer="")
        self.do(lambda: reviews.answer_motion(by, motion.pk, agree, REASON), expected, broken)

    def take_motion_back(self, who: str) -> None:
        def expected() -> None:
            assert self.model.motion
            side = self.model.motion[2]
            if self.model.power(who) != side or not self.model.may_join(who, side):
                raise Refusal(PermissionDenied)
            self.model.join(who, side)
            self.model.motion = None

        by, motion = self.people[who], Motion.objects.get(answer="")
        self.do(lambda: reviews.take_back(by, motion.pk), expected)

    # --- power lent ---
    def lend_or_take_back(self, who: str, broken: int | None) -> None:
        by, lent = self.people[who], self.model.lent
        deputy = self.people[COLLEAGUE if who == DEPUTY else DEPUTY]
        today, week = timezone.localdate(), dt.timedelta(days=7)

        def expected() -> None:
            if who == POLICE or (who == DEPUTY and not lent):
                raise Refusal(PermissionDenied, Invalid)
            self.model.lent = not lent

        if lent:
            held = Delegation.objects.get(revoked_at=None)
            self.do(lambda: reviews.revoke_delegation(by, held.pk), expected, broken)
        else:
            self.do(lambda: reviews.delegate(by, deputy, "data", today, today + week, "出差"), expected, broken)

    # --- what must be so after every act ---
    @invariant()
    def the_database_says_so(self) -> None:
        model = self.model
        assert Submission.objects.get(pk=self.submission.pk).state == model.state
        live = Camera.objects.filter(life="live").values_list("name", "brand")
        assert {int(str(name)[-1]): brand for name, brand in live} == model.registered
        assert list(Round.objects.order_by("number").values_list("outcome", flat=True)) == model.outcomes
        assert dict(Participation.objects.values_list("person__username", "part")) == model.parts
        if model.state == "in_review":
            kept = Desk.objects.filter(round=self._latest())
            counted = {
                side: tuple(told) for side, *told in kept.values_list("side", "passed", "returned", "questioned")
            }
            assert counted == {side: model.counts(side) for side in OTHER}

    @precondition(lambda self: self._now_and_then())
    @invariant()
    def nothing_is_violated(self) -> None:
        names = [name for name in INVARIANTS if self.in_full or name != "I10"]
        assert not (found := violations(*names)), found

    def _now_and_then(self) -> bool:
        self.steps += 1
        return self.steps % 10 == 0

    def _latest(self) -> Round:
        return Round.objects.latest("number")

    def _round(self, number: int) -> Round:
        found: Iterable[Round] = Round.objects.order_by("number")
        return list(found)[number]


def _code(row: int) -> str | None:
    """The last row has none: it is found again by itself alone."""
    return None if row == ROWS[-1] else f"3415240000132{row + 1:07d}"
