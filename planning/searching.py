"""The office lets the finder go over the registry; a job does it and says how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from agencies.models import Person
from audit import journal
from audit.failures import Conflict, Invalid
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run

from . import making
from .finding import KIND_WORDS, KINDS, Group, GroupKind, find_in
from .finding.finder import cameras, platforms, poles
from .models import Search
from .moves import require_office

JOB_KIND: Final = "find_proposals"
NEAREST: Final = 5
FARTHEST: Final = 200
"""Metres that may be asked for: below, no two positions agree; above, it is no longer one place."""
UNDER_WAY: Final = "一次查找正在进行，请等它完成再开始新的一次。"


def start(by: Person, kinds: Sequence[str], radius_m: int, pole_radius_m: int) -> Search:
    """Begin a search. 403 for all but the office; Invalid for no or unknown kinds and impossible distances; Conflict
    while another search is under way.
    """
    require_office(by)
    wanted = [kind for kind in KINDS if kind in kinds]
    if not wanted or set(kinds) - set(KINDS):
        raise Invalid("请至少选一项要查找的内容。")
    for metres, what in ((radius_m, "摄像机距离"), (pole_radius_m, "杆件距离")):
        if not NEAREST <= metres <= FARTHEST:
            raise Invalid(f"{what}须在 {NEAREST} 到 {FARTHEST} 米之间。")
    try:
        with transaction.atomic():
            search = Search.objects.create(kinds=wanted, radius_m=radius_m, pole_radius_m=pole_radius_m, asked_by=by)
            jobs.enqueue(JOB_KIND, search.pk, by)
            journal.record(
                by,
                "planning.search_begun",
                search,
                agency_id=by.agency_id,
                kinds=wanted,
                radius=radius_m,
                pole_radius=pole_radius_m,
            )
    except IntegrityError as error:
        raise Conflict(UNDER_WAY) from error
    return search


def run(attempt: Run) -> None:
    """The job: one kind after the other, then everything is taken in at once."""
    search = Search.objects.select_related("asked_by").get(pk=attempt.job.subject_id)
    attempt.beat(step=0, steps=len(search.kinds), doing="读取台账", found=0)
    every = cameras(), poles(), platforms()
    groups: list[Group] = []
    for step, kind in enumerate(search.kinds):
        attempt.beat(step=step, steps=len(search.kinds), doing=KIND_WORDS[as_kind(kind)], found=len(groups))
        groups += find_in(
            [as_kind(kind)],
            cameras=every[0],
            poles=every[1],
            platforms=every[2],
            radius_m=search.radius_m,
            pole_radius_m=search.pole_radius_m,
        )
    attempt.beat(step=len(search.kinds), steps=len(search.kinds), doing="登记方案", found=len(groups))
    with attempt.commit():
        counts = making.take_in(search, groups)
        Search.objects.filter(pk=search.pk, state=Search.State.RUNNING).update(
            state=Search.State.DONE, ended_at=Now(), **vars(counts)
        )
        journal.record(
            search.asked_by, "planning.searched", search, agency_id=search.asked_by.agency_id, **vars(counts)
        )


def as_kind(kind: str) -> GroupKind:
    """One of the finder's kinds; KeyError for another word."""
    return {str(known): known for known in KINDS}[kind]


def gave_up(job: Job) -> None:
    """The job failed for good: another search may be started."""
    search = Search.objects.select_related("asked_by").get(pk=job.subject_id)
    Search.objects.filter(pk=search.pk, state=Search.State.RUNNING).update(state=Search.State.FAILED, ended_at=Now())
    journal.record(search.asked_by, "planning.search_failed", search, agency_id=search.asked_by.agency_id)


def job_of(search: Search) -> Job | None:
    """The job that does it, the latest."""
    return Job.objects.filter(kind=JOB_KIND, subject_id=search.pk).order_by("-created_at").first()
