"""The demo's integration plan: a search over what is registered, and proposals at several stages."""

from __future__ import annotations

from agencies.models import Person, Role
from jobs import services as jobs
from jobs.models import Job
from planning import asking, deciding, searching
from planning.finding import KINDS
from planning.models import Proposal
from reviews import services as reviews
from reviews.models import Decision, Side

REFUSAL = "这台还要看村口方向，拆了就看不到了。"
STAGES = ("settled", "in_review", "answered", "asked")


def tell(office: Person) -> None:
    """Search the registry, then carry the first sure proposals on, one to each stage."""
    search = searching.start(office, list(KINDS), 30, 20)
    jobs.run(str(Job.objects.get(kind=searching.JOB_KIND, subject_id=search.pk).pk))
    # Owners that have a clerk in the cast: the others could not answer.
    clerks = {person.agency_id: person for person in Person.objects.filter(roles__role=Role.CLERK)}
    sure = Proposal.objects.filter(sure=True).exclude(members__measure="").order_by("pk")
    able = [one for one in sure if {member.owner_id for member in one.members.all()} <= set(clerks)]
    for stage, proposal in zip(STAGES, able, strict=False):
        _carry_on(office, proposal, stage, clerks)


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
