"""The demo's integration plan: a search over what is registered, and proposals at several stages."""

from __future__ import annotations

from agencies.models import Person, Role
from cameras.models import Camera
from jobs import services as jobs
from jobs.models import Job
from planning import asking, assumptions, deciding, making, searching
from planning.document import issuing
from planning.finding import KINDS
from planning.models import Proposal
from reviews import services as reviews
from reviews.models import Decision, Side

BY_HAND = "办公室到现场看过，两台拍的是同一处。"
REFUSAL = "这台还要看村口方向，拆了就看不到了。"
ASSUMED = {"remove_cost": "0.02", "move_cost": "0.1", "pole_cost": "0.6"}
"""Invented; the others are left open, so that the plan shows what it cannot reckon."""
STAGES = ("settled", "in_review", "answered", "asked")


def tell(office: Person) -> None:
    """Search the registry, then carry the first sure proposals on, one to each stage."""
    search = searching.start(office, list(KINDS), 30, 20)
    jobs.run(str(Job.objects.get(kind=searching.JOB_KIND, subject_id=search.pk).pk))
    # Owners that have a clerk in the cast: the others could not answer.
    clerks = {person.agency_id: person for person in Person.objects.filter(roles__role=Role.CLERK)}
    sure = Proposal.objects.filter(sure=True).exclude(members__measure="").order_by("pk")
    able = [one for one in sure if {member.owner_id for member in one.members.all()} <= set(clerks)]
    able += _by_hand(office, clerks, len(STAGES) - len(able))
    for stage, proposal in zip(STAGES, able, strict=False):
        _carry_on(office, proposal, stage, clerks)
    _issue(office)


def _by_hand(office: Person, clerks: dict[int | None, Person], count: int) -> list[Proposal]:
    """Where too few are found in the invented county, the office puts two cameras together itself."""
    by_owner: dict[int, list[Camera]] = {}
    for camera in Camera.objects.live().filter(owner__in=[pk for pk in clerks if pk]).order_by("pk"):
        by_owner.setdefault(camera.owner_id, []).append(camera)
    most = sorted(by_owner.values(), key=len, reverse=True)[:2]
    made = []
    for one, other in list(zip(*most, strict=False))[: max(count, 0)] if len(most) > 1 else ():
        proposal = making.make(office, [one.number, other.number], BY_HAND)
        stays, goes = proposal.members.order_by("place")
        made.append(asking.amend(office, proposal.pk, {stays.pk: "一机多用", goes.pk: "拆除"}, stays.pk))
    return made


def _issue(office: Person) -> None:
    """What is assumed, and the first issue of the county's plan."""
    for key, value in ASSUMED.items():
        assumptions.state(office, key, value, "演示数据，非实际合同价", "")
    issue = issuing.start(office)
    jobs.run(str(Job.objects.get(kind=issuing.JOB_KIND, subject_id=issue.pk).pk))


def _carry_on(office: Person, proposal: Proposal, stage: str, clerks: dict[int | None, Person]) -> None:
    asking.ask(office, proposal.pk)
    if stage == "asked":
        return
    for place, reply in enumerate(proposal.replies.order_by("agency")):
        refuses = stage == "answered" and place == 0
        asking.answer(
            clerks[reply.agency_id], proposal.pk, "refuse" if refuses else "accept", REFUSAL if refuses else ""
        )
    if stage == "answered":
        return
    round_ = deciding.hand_over(office, proposal.pk)
    if stage == "in_review":
        return
    for username, side in (("data-1", Side.DATA), ("police-1", Side.POLICE)):
        by = Person.objects.get(username=username)
        reviews.mark(by, round_.pk, side, Decision.PASS, version_hash=round_.version_hash)
        reviews.close(by, round_.pk, side, version_hash=round_.version_hash)
