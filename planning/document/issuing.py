"""Making an issue of the plan: figures and documents of one moment, kept for ever.

Everything is read as the registry stood at the moment that the job begins. Should an acceptance that began before it
end meanwhile, a list has other rows than its figure says: nothing is kept, and the job is done again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from agencies.models import Agency, Person
from audit import journal
from audit.failures import Conflict, require
from files import services as files
from files.models import StoredFile
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run
from registry.names import Names

from .. import assumptions
from ..models import Issue, Part
from ..permissions import may_plan
from . import changes, compose, docx, figures
from .figures import Figures
from .issued import Issued
from .sections import Sections
from .stock import Stock

JOB_KIND: Final = "planning.issue"
UNDER_WAY: Final = "一版方案正在生成，请等它完成再生成新的一版。"
CHUNK: Final = 1 << 20


def start(by: Person) -> Issue:
    """Begin the next issue. 403 for all but the office, Conflict while another one is being made."""
    require(may_plan(Person.objects.get(pk=by.pk)), "整合方案由领导小组办公室生成。")
    try:
        with transaction.atomic():
            last = Issue.objects.aggregate(last=Max("number"))["last"] or 0
            issue = Issue.objects.create(number=last + 1, made_by=by)
            jobs.enqueue(JOB_KIND, issue.pk, by)
            journal.record(by, "planning.issue_begun", issue, agency_id=by.agency_id, version=issue.number)
    except IntegrityError as error:
        raise Conflict(UNDER_WAY) from error
    return issue


def before(issue: Issue) -> Issue | None:
    """The latest issue before this one that was finished."""
    return Issue.objects.filter(number__lt=issue.number, state=Issue.State.DONE).order_by("-number").first()


def run(attempt: Run) -> None:
    """The job: count once, write the county's document and each unit's part, keep them all in one transaction."""
    issue = Issue.objects.select_related("made_by").get(pk=attempt.job.subject_id)
    person, names = issue.made_by, Names()
    # Who may not see everything any more would count less than there is.
    require(may_plan(person), "整合方案由领导小组办公室生成。")
    attempt.beat(step=0, steps=1, doing="统计台账")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        as_of = cursor.fetchone()[0]
    stock = Stock(person, as_of, assumptions.values(), names)
    sections = Sections(person)
    agencies = Agency.objects.in_bulk(stock.units())
    units = [agencies[pk] for pk in stock.units()]
    last = before(issue)
    earlier = {part.agency_id: part.figures for part in last.parts.all()} if last else {}
    told: dict[int, Figures] = {0: figures.of_county(stock, sections, as_of)}
    settings.WORK_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.WORK_DIR) as folder:
        for step, unit in enumerate([None, *units]):
            attempt.beat(step=step, steps=len(units) + 1, doing=unit.short_name if unit else "全县方案")
            pk = unit.pk if unit else 0
            if unit:
                told[pk] = figures.of_unit(stock, sections, as_of, unit)
            past = earlier.get(pk) if unit else last.figures if last else None
            issued = Issued(
                issue.number,
                as_of,
                person,
                names,
                changes.between(past, told[pk]),
                last.number if last and past is not None else None,
                told[pk],
            )
            docx.write(compose.part(issued, unit) if unit else compose.county(issued), Path(folder) / f"{pk}.docx")
        attempt.beat(step=len(units) + 1, steps=len(units) + 1, doing="存档")
        with files.keeping(), attempt.commit():
            whole = _keep(Path(folder) / "0.docx", f"{compose.TITLE}（第{issue.number}版）.docx", person, None)
            for unit in units:
                name = f"{compose.TITLE}（第{issue.number}版，{unit.short_name}部分）.docx"
                kept = _keep(Path(folder) / f"{unit.pk}.docx", name, person, unit)
                cameras = told[unit.pk]["stock"]["cameras"]
                Part.objects.create(issue=issue, agency=unit, figures=told[unit.pk], cameras=cameras, file=kept)
            Issue.objects.filter(pk=issue.pk, state=Issue.State.RUNNING).update(
                state=Issue.State.DONE, as_of=as_of, figures=told[0], file=whole, ended_at=Now()
            )
            journal.record(
                person,
                "planning.issued",
                issue,
                agency_id=person.agency_id,
                version=issue.number,
                sha256=whole.sha256,
                devices=told[0]["stock"]["cameras"],
                agencies=len(units),
            )


def _keep(path: Path, name: str, by: Person, unit: Agency | None) -> StoredFile:
    owner = unit.pk if unit else by.agency_id or 0
    return files.store(_chunks(path), kind=StoredFile.Kind.PLAN, name=name, suffix="docx", agency_id=owner, by=by)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while data := source.read(CHUNK):
            yield data


def gave_up(job: Job) -> None:
    """The job failed for good: another issue may be begun."""
    issue = Issue.objects.select_related("made_by").get(pk=job.subject_id)
    Issue.objects.filter(pk=issue.pk, state=Issue.State.RUNNING).update(state=Issue.State.FAILED, ended_at=Now())
    journal.record(
        issue.made_by, "planning.issue_failed", issue, agency_id=issue.made_by.agency_id, version=issue.number
    )


def job_of(issue: Issue) -> Job | None:
    """The job that makes it, the latest."""
    return Job.objects.filter(kind=JOB_KIND, subject_id=issue.pk).order_by("-created_at").first()
