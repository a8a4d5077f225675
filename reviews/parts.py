"""The one part that a person plays in a case, and whose power a deputy uses there (four eyes, model.md).

Who acts by delegation brings the delegator along: both have the part from then on, so an author's power cannot be
borrowed, and lending it to and fro makes no second pair of eyes.
"""

from __future__ import annotations

from agencies.models import Person
from audit.failures import require

from .models import Case, Participation, Side
from .permissions import delegators, in_force, may_act_for, own_sides_of, sides_of


def join(case: Case, person: Person, part: str) -> None:
    """Give the person this part in the case; refused when the person already plays another one."""
    Participation.objects.bulk_create([Participation(case=case, person=person, part=part)], ignore_conflicts=True)
    held = Participation.objects.get(case=case, person=person).part
    if held == part:
        return
    if Participation.Part.AUTHOR in (held, part):
        require(False, "填报（上传、修改或提交）与审核必须由不同的人完成。请由本单位另一位审核员办理。")
    require(False, "同一人不能同时代表数据局和公安两方。请由该方另一位审核员办理。")


def join_side(case: Case, by: Person, side: str) -> Person | None:
    """Let the person act for the side in this case; returns whose power that uses, None for one's own.

    `by` is read afresh: a role taken away a moment ago counts. Raises PermissionDenied for who has no power today, for
    who has another part in the case, and for a deputy none of whose delegators could act here.
    """
    now = Person.objects.select_related("agency").get(pk=by.pk)
    require(may_act_for(now, side), "您不能代表这一方审核。")
    join(case, now, side)
    if side in own_sides_of(now):
        return None
    lender = _lender(case, now, side)
    require(lender is not None, "委托您的人参与了本件的填报或代表过另一方，不能用这份委托办理。请由另一位审核员办理。")
    assert lender is not None  # noqa: S101
    # Held until the end of the act: a loan is revoked before it or after it.
    loan = in_force().select_for_update(of=("self",), no_key=True).filter(deputy=now, side=side, delegator=lender)
    require(bool(loan), "这份委托刚刚收回，不能再代为审核。")
    join(case, lender, side)
    return lender


def _lender(case: Case, deputy: Person, side: str) -> Person | None:
    """Of those who lend the deputy their power: one who acts for the side here already, else one who could."""
    held = _parts_of(case, lenders := delegators(deputy, side))
    able = [person for person in lenders if held.get(person.pk) in (None, side)]
    return min(able, key=lambda person: person.pk not in held, default=None)


def _parts_of(case: Case, people: list[Person]) -> dict[int, str]:
    found = Participation.objects.filter(case=case, person__in=people)
    return dict(found.values_list("person_id", "part"))


def side_in(case: Case, person: Person) -> Side | None:
    """The side the person may act for in this very case today, as `join_side` would judge; None if there is none."""
    side = next(iter(sides_of(person)), None)
    if side is None or not person.is_active:
        return None
    if _parts_of(case, [person]).get(person.pk) not in (None, side.value):
        return None
    if side in own_sides_of(person):
        return side
    return side if _lender(case, person, side) else None


def refuse_reviewer_as_author(kind: str, subject_id: int, person: Person) -> None:
    """Raise PermissionDenied when this person has judged the case: a reviewer must not have a hand in its content."""
    judged = Participation.objects.filter(
        case__kind=kind, case__subject_id=subject_id, person=person, part__in=Side.values
    )
    require(not judged.exists(), "您审核过本件，不能再参与填报。请由另一位同事修改。")
