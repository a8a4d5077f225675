"""The recheck: rules that look at more than one row, run again after changes on screen, and the version's hash anew.

It computes on what is stored without holding anybody up, then takes the submission's lock, and stores what it found
only where nothing was changed meanwhile; otherwise it goes back to the end of the queue. However many edits were made
while it waited there, it runs once for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from agencies.models import Person
from jobs import services as jobs
from jobs.models import Job
from jobs.services import Run
from sheets.declare import Sheet
from sheets.filerules import apply_file_rules
from sheets.findings import Finding
from sheets.kinds.coordinates import Degrees
from sheets.rejudge import Kept

from ..models import MissingMark, RowFinding, SourceFile, Submission, Version
from ..registering.checks import DECLARATIONS, check_registry
from ..registering.targets import TARGETS, Target
from ..versions import contents, rehash
from . import recount
from .restaging import Sources, options_of, stored

JOB_KIND = "recheck_version"
LIVE = (Job.State.QUEUED, Job.State.RUNNING)


class MovedOn(Exception):
    """The version was changed while it was being looked at: look again."""


def enqueue(version: Version, by: Person) -> None:
    """See to it that the version will be checked again; one job does for any number of changes.

    To be called under the submission's lock, in the transaction of the change.
    """
    if not Job.objects.filter(kind=JOB_KIND, subject_id=version.pk, state__in=LIVE).exists():
        jobs.enqueue(JOB_KIND, version.pk, by)


def is_coming(version: Version) -> bool:
    """Whether a job is on its way to the version; a stale one without has been given up."""
    return Job.objects.filter(kind=JOB_KIND, subject_id=version.pk, state__in=LIVE).exists()


def recheck_version(run: Run) -> None:
    """Handler of the job. Idempotent: a version that is gone, submitted or not stale is left alone."""
    version = Version.objects.filter(pk=run.job.subject_id, submitted_at__isnull=True).first()
    if version is None or not version.is_stale:
        _end_or_again(run)
        return
    found = compute(version)
    run.beat()
    try:
        with run.commit():
            store(version, found)
    except MovedOn:
        again(run)


def _end_or_again(run: Run) -> None:
    """Nothing to do, unless a change is being made right now: it saw this job alive and left the recheck to it."""
    try:
        with run.commit():
            version = _locked(run.job.subject_id)
            if version is not None and version.is_stale:
                raise MovedOn
    except MovedOn:
        again(run)


def again(run: Run) -> None:
    """Back to the end of the queue, as fresh as new: others have their turn first."""
    with transaction.atomic():
        mine = Job.objects.filter(pk=run.job.pk, state=Job.State.RUNNING, token=run.token)
        if mine.update(state=Job.State.QUEUED, token=None, lease_until=None, attempt=0, woken_at=Now()):
            jobs.wake(run.job)


def gave_up(job: Job) -> None:
    """The version stays stale and cannot be submitted; the next change, or pressing submit, asks for the job anew."""
    del job


@dataclass
class Found:
    """What is to be said of a version as it stood at `edition`, with these files and marks."""

    edition: int
    files: tuple[int, ...]
    digest: str
    marks: str
    come: list[RowFinding] = field(default_factory=list)
    gone: list[RowFinding] = field(default_factory=list)
    recounts: list[recount.Recount] = field(default_factory=list)


def compute(version: Version) -> Found:
    """Run the file rules over the stored values, and the hash. Takes no lock; the edition tells whether it holds."""
    sources = Sources(Version.objects.get(pk=version.pk))
    found = Found(sources.version.edition, tuple(sources.files), _digest(version), _marks(version))
    cut = recount.cut(sources)
    for source in sources.files.values():
        wide = {target.kind: list(_file_findings(sources, source, target)) for target in TARGETS}
        if source.pk in cut:
            found.recounts.append(recount.recount(sources, source, wide))
        else:
            _compare(found, source, wide)
    return found


def _compare(found: Found, source: SourceFile, wide: Mapping[str, Sequence[Finding]]) -> None:
    """Add what these findings change against those that are stored."""
    codes = [code for sheet in DECLARATIONS.values() for code in sheet.file_codes]
    old: dict[tuple[Any, ...], list[RowFinding]] = defaultdict(list)
    for known in RowFinding.objects.filter(source_file=source, code__in=codes):
        old[recount.identity(known)].append(known)
    for kind, findings in wide.items():
        for finding in findings:
            new = stored(finding, kind, source.pk)
            same = old.get(recount.identity(new))
            if same:
                same.pop()
            else:
                found.come.append(new)
    found.gone += [finding for left in old.values() for finding in left]


def _digest(version: Version) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT hash FROM ({contents('f.version_id = %(version)s')}) content", {"version": version.pk})
        told = cursor.fetchone()
    return told[0] if told else ""


def _marks(version: Version) -> str:
    """What is said of things that the rows leave out: part of the hash, and changed without an edition."""
    marks = MissingMark.objects.filter(version=version).order_by("pk").values_list("pk", "row_hash")
    return " ".join(f"{pk}:{row_hash}" for pk, row_hash in marks)


def _file_findings(sources: Sources, source: SourceFile, target: Target) -> Iterator[Finding]:
    """What the rules over one file say of its rows of one kind."""
    sheet = DECLARATIONS[target.kind]
    tables = [
        table
        for summary in source.summary.get("sheets", ())
        if summary["kind"] == target.kind and (table := _kept(sources, source, target, sheet, summary["name"]))
    ]
    apply_file_rules(tables)
    for table in tables:
        yield from table.findings()


def _kept(sources: Sources, source: SourceFile, target: Target, sheet: Sheet, name: str) -> Kept | None:
    """A sheet's stored rows, in the columns that file rules read; None without rows."""
    read = sorted({key for rule in sheet.file_rules for key in rule.reads})
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT row, {", ".join(_as_rules_see(sheet, key) for key in read)} FROM {target.rows}
                WHERE source_file_id = %s AND sheet = %s ORDER BY row""",
            [source.pk, name],
        )
        rows = cursor.fetchall()
    if not rows:
        return None
    numbers, *columns = zip(*rows, strict=True)

    def raw_column(key: str) -> Sequence[Any]:
        cells = target.row._default_manager.filter(source_file=source, sheet=name).order_by("row")
        place = sheet.index[key]
        return ["" if cell is None else cell for cell in cells.values_list(f"raw__{place}", flat=True)]

    values = dict(zip(read, columns, strict=True))
    return Kept(sheet, sources.places(source.pk, name, sheet.key), options_of(source), values, numbers, raw_column)


def _as_rules_see(sheet: Sheet, key: str) -> str:
    column = sheet.by_key.get(key)
    return f"{key}::float8" if column is not None and isinstance(column.kind, Degrees) else key


def _locked(version_id: int) -> Version | None:
    """The version, with its submission locked, if it may still be changed."""
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .filter(versions=version_id, state__in=[Submission.State.DRAFT, Submission.State.RETURNED])
        .first()
    )
    if submission is None:
        return None
    return (
        Version.objects.select_related("submission__obligation")
        .filter(pk=version_id, submitted_at__isnull=True)
        .first()
    )


def store(version: Version, found: Found) -> None:
    """Write what was found, in the caller's transaction. Raises MovedOn where it is no longer so."""
    now = _locked(version.pk)
    if now is None:
        return
    if now.edition != found.edition or tuple(Sources(now).files) != found.files:
        raise MovedOn
    if found.gone or found.come:
        RowFinding.objects.filter(pk__in=[finding.pk for finding in found.gone]).delete()
        RowFinding.objects.bulk_create(found.come, batch_size=1000)
        _recount(found)
    for told in found.recounts:
        recount.store(told)
    check_registry(now.pk, now.submission.obligation.agency_id)
    if _marks(now) == found.marks:
        Version.objects.filter(pk=now.pk).update(hash=found.digest)
    else:
        rehash(now)
    Version.objects.filter(pk=now.pk).update(checked_edition=found.edition)


def _recount(found: Found) -> None:
    """Move the counts of rows and files along with the findings that came and went."""
    steps: dict[tuple[str, int, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for findings, step in ((found.come, 1), (found.gone, -1)):
        for finding in findings:
            if not finding.waived:
                place = (finding.kind, finding.source_file_id, finding.sheet, finding.row)
                steps[place][finding.severity != "error"] += step
    by_file: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (_, source_id, _, _), (errors, warnings) in steps.items():
        by_file[source_id][0] += errors
        by_file[source_id][1] += warnings
    with connection.cursor() as cursor:
        for target in TARGETS:
            rows = [(*place[1:], *step) for place, step in steps.items() if place[0] == target.kind and any(step)]
            if rows:
                cursor.execute(
                    f"""UPDATE {target.rows} r SET errors = r.errors + t.errors, warnings = r.warnings + t.warnings
                        FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[])
                             AS t (source_file_id, sheet, row, errors, warnings)
                        WHERE (r.source_file_id, r.sheet, r.row) = (t.source_file_id, t.sheet, t.row)""",
                    [list(column) for column in zip(*rows, strict=True)],
                )
    for source_id, (errors, warnings) in by_file.items():
        SourceFile.objects.filter(pk=source_id).update(errors=F("errors") + errors, warnings=F("warnings") + warnings)
