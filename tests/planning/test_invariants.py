"""The invariants of proposals hold at every stage, and notice what they are there for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planning import asking, invariants
from planning.models import Carrying, Member, Proposal
from reviews.models import Motion
from tests.inventory.judging import agreed
from tests.planning import scenes

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    return [*invariants.states(), *invariants.settled()]


def test_they_hold_at_every_stage() -> None:
    office = scenes.office()
    scenes.found()
    scenes.asked()
    scenes.answered(mabu="refuse")
    scenes.in_review()
    asking.dismiss(office, scenes.found().pk, "方向不同")
    asking.resume(office, asking.dismiss(office, scenes.found().pk, "方向不同").pk)
    partial, round_ = scenes.in_review()
    scenes.decide(round_, [partial.members.all()[1].pk])
    assert broken() == []
    _, round_ = scenes.settled()
    assert broken() == []
    agreed(round_, Motion.Kind.REOPEN)
    _, round_ = scenes.settled()
    agreed(round_, Motion.Kind.UNDO)
    assert broken() == []


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda: Proposal.objects.update(state="answered"), "审计日志里最后一步是 case.accepted"),
        (lambda: Proposal.objects.update(state="in_review"), "审定事项却是“accepted”"),
        (lambda: Carrying.objects.all().delete(), "落实任务却是“”"),
        (lambda: Carrying.objects.update(measure="迁移"), "落实任务却是“迁移”"),
        (lambda: Member.objects.update(settled_measure="保留"), "确定为“保留”"),
    ],
)
def test_they_notice(spoil: Callable[[], object], says: str) -> None:
    scenes.settled()
    assert broken() == []
    spoil()
    assert any(says in one for one in broken()), broken()


def test_they_notice_what_nobody_passed() -> None:
    proposal = scenes.found()
    proposal.members.update(settled_measure="拆除")
    assert any("不在双方通过的内容里" in one for one in broken())


def test_they_notice_that_nobody_is_asked() -> None:
    proposal = scenes.asked()
    proposal.replies.all().delete()
    assert any("却没有单位待答复" in one for one in broken())
