"""Two presses of the unit at the same moment, over real connections and commits: one of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from agencies.models import Agency, Person
from audit import journal
from audit.failures import Conflict
from audit.models import Entry
from cameras.models import Camera, CameraVersion
from inventory import services, uploads
from inventory.models import Campaign, LedgerEntry, Obligation, ReportKind, SourceFile, Submission, Version
from inventory.versions import rehash
from jobs import services as jobs
from jobs.models import Job
from reviews.models import Case, Round, Side
from tests.factories_inventory import drafted, make_campaign, new_code, stamp, started, submitted
from tests.inventory import web
from tests.inventory.drafts import DEFAULTS, camera_row, workbook
from tests.reviews.lanes import Press, together
from tests.reviews.scenes import close_side, latest, pass_all

PRESSES = 20
FEW = 10
Lanes = list[list[Any]]


def counted() -> Counter[str]:
    return Counter(Entry.objects.filter(object_type="inventory.submission").values_list("action", flat=True))


def conflicts(lanes: Lanes) -> int:
    return sum(isinstance(result, Conflict) for lane in lanes for result in lane)


def assert_sound() -> None:
    """What must hold after any race: the chain, and that what was submitted is what is there."""
    assert journal.verify() == (Entry.objects.count(), None)
    for version in Version.objects.filter(submitted_at__isnull=False, submission__kind="rows"):
        assert not version.files.exclude(state="read").exists()
    draft = Version.objects.filter(submitted_at=None, submission__kind="rows")
    for version in draft:
        before = version.hash
        assert rehash(version) == before


def campaigns(count: int) -> list[Campaign]:
    return [make_campaign() for _ in range(count)]


def owed(agency: str, surveys: Sequence[Campaign]) -> list[Obligation]:
    agency_ = Agency.objects.get(code=agency)
    return [Obligation.objects.create(campaign=survey, agency=agency_) for survey in surveys]


# --- starting -------------------------------------------------------------------------------------------------------
def test_two_begin_one_report(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    wanted = owed("meishan", campaigns(2 * FEW))

    def start(by: Person, one: Obligation) -> Press:
        return lambda: services.start(by, one.pk, ReportKind.ROWS).pk

    both = together([[start(by, one) for one in wanted] for by in (meishan_clerk, meishan_colleague)])
    assert both[0] == both[1]
    assert len(set(both[0])) == Submission.objects.count() == Version.objects.count() == 2 * FEW
    assert counted() == {"submission.started": 2 * FEW}
    assert_sound()


def test_rows_and_a_zero_report_begun_at_once(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    wanted = owed("meishan", campaigns(2 * FEW))

    def start(by: Person, one: Obligation, kind: ReportKind) -> Press:
        return lambda: services.start(by, one.pk, kind).kind

    lanes = together(
        [
            [start(meishan_clerk, one, ReportKind.ROWS) for one in wanted],
            [start(meishan_colleague, one, ReportKind.ZERO) for one in wanted],
        ]
    )
    assert conflicts(lanes) == 2 * FEW
    assert Submission.objects.values("obligation").distinct().count() == Submission.objects.count() == 2 * FEW
    for one in Obligation.objects.all():
        assert one.answer == one.submissions.get().kind
    assert_sound()


# --- submitting -----------------------------------------------------------------------------------------------------
def test_double_presses_over_http(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """F01, F02: the whole request at once; a double click, and two people of one unit. One act, both see it done."""
    drafts = [drafted("meishan", rows=1, by=meishan_clerk) for _ in range(PRESSES)]
    hashes = dict(Version.objects.values_list("submission", "hash"))

    def press(by: Person) -> Sequence[Press]:
        client = web.of(by)

        def submit(draft: Submission) -> Press:
            told = {"version_hash": hashes[draft.pk]}
            return lambda: client.post(web.url("submission_submit", draft.pk), told).status_code

        return [submit(draft) for draft in drafts]

    half = PRESSES // 2
    lanes = together([press(meishan_clerk), [*press(meishan_clerk)[:half], *press(meishan_colleague)[half:]]])
    assert [sorted(pair) for pair in zip(*lanes, strict=True)] == [[302, 302]] * PRESSES
    assert set(Submission.objects.values_list("state", flat=True)) == {"in_review"}
    assert Case.objects.count() == Round.objects.count() == PRESSES
    assert counted()["submission.submitted"] == PRESSES
    told = Entry.objects.filter(action="submission.submitted").values_list("object_id", flat=True)
    assert set(told) == {str(draft.pk) for draft in drafts}
    assert_sound()


def _upload(by: Person, draft: Submission, data: bytes) -> Press:
    return lambda: uploads.upload_workbook(by, draft.pk, data, "补充.xlsx", DEFAULTS)


def _submit(by: Person, draft: Submission) -> Press:
    told = Version.objects.get(submission=draft, submitted_at=None).hash
    return lambda: services.submit(by, draft.pk, told)


def test_an_upload_and_a_submission(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """Either the file came first and the report is no longer ready, or it comes too late."""
    drafts = [drafted("meishan", rows=1, by=meishan_clerk) for _ in range(FEW)]
    books = [workbook([camera_row(number)]) for number in range(1, FEW + 1)]
    lanes = together(
        [
            [_upload(meishan_clerk, draft, data) for draft, data in zip(drafts, books, strict=True)],
            [_submit(meishan_colleague, draft) for draft in drafts],
        ]
    )
    assert conflicts(lanes) == FEW
    for draft in Submission.objects.all():
        assert draft.versions.get().files.count() == (1 if draft.state == "in_review" else 2)
    assert SourceFile.objects.filter(state="reading").count() == Job.objects.count()
    assert_sound()


def test_a_removal_and_a_submission(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    drafts = [drafted("meishan", rows=1, by=meishan_clerk) for _ in range(FEW)]
    held = dict(SourceFile.objects.values_list("version__submission", "pk"))

    def remove(draft: Submission) -> Press:
        return lambda: services.remove_file(meishan_clerk, draft.pk, held[draft.pk])

    lanes = together([[remove(draft) for draft in drafts], [_submit(meishan_colleague, draft) for draft in drafts]])
    assert conflicts(lanes) == FEW
    for draft in Submission.objects.all():
        assert draft.versions.get().files.count() == (1 if draft.state == "in_review" else 0)
    assert_sound()


def test_another_reason_and_a_submission(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    """Edit and submit: what was submitted is what was stamped, or it was not submitted."""
    zeros = [started("meishan", ReportKind.ZERO, by=meishan_clerk) for _ in range(FEW)]
    for zero in zeros:
        services.state_zero(meishan_clerk, zero.pk, web.REASON)
        with transaction.atomic():
            stamp(zero, meishan_clerk)

    def state(zero: Submission) -> Press:
        return lambda: services.state_zero(meishan_clerk, zero.pk, web.REASON + "另有补充。")

    lanes = together([[state(zero) for zero in zeros], [_submit(meishan_colleague, zero) for zero in zeros]])
    assert conflicts(lanes) == FEW
    for zero in Submission.objects.all():
        version = zero.versions.get()
        assert (version.zero_reason == web.REASON) == (zero.state == "in_review")
    assert_sound()


# --- uploading ------------------------------------------------------------------------------------------------------
def test_the_same_file_twice_at_once(real_db: str, meishan_clerk: Person, meishan_colleague: Person) -> None:
    drafts = [started("meishan", by=meishan_clerk) for _ in range(FEW)]
    data = workbook([camera_row(1)])
    lanes = together([[_upload(by, draft, data) for draft in drafts] for by in (meishan_clerk, meishan_colleague)])
    assert conflicts(lanes) == FEW
    assert SourceFile.objects.count() == Job.objects.count() == FEW
    assert counted()["submission.file_uploaded"] == FEW
    assert_sound()


def test_two_workers_read_one_file_once(real_db: str, meishan_clerk: Person) -> None:
    """F10, F13: woken twice, one claims it."""
    sources = []
    for number in range(1, 4):
        draft = started("meishan", by=meishan_clerk)
        data = workbook([camera_row(number), camera_row(number + 100)])
        sources.append(uploads.upload_workbook(meishan_clerk, draft.pk, data, "表.xlsx", DEFAULTS))
    ids = [str(Job.objects.get(subject_id=source.pk).pk) for source in sources]

    def run(job_id: str) -> Press:
        return lambda: jobs.run(job_id)

    together([[run(job_id) for job_id in ids]] * 2)
    assert set(Job.objects.values_list("state", "attempt")) == {("done", 1)}
    assert [source.rows_read for source in SourceFile.objects.all()] == [2, 2, 2]
    assert counted()["submission.file_read"] == 3
    assert_sound()


def test_a_file_is_removed_while_a_worker_stores_it(real_db: str, meishan_clerk: Person) -> None:
    drafts, runs = [], []
    for number in range(1, 4):
        draft = started("meishan", by=meishan_clerk)
        source = uploads.upload_workbook(meishan_clerk, draft.pk, workbook([camera_row(number)]), "表.xlsx", DEFAULTS)
        drafts.append((draft.pk, source.pk))
        runs.append(str(Job.objects.get(subject_id=source.pk).pk))

    def run(job_id: str) -> Press:
        return lambda: jobs.run(job_id)

    def remove(draft: int, source: int) -> Press:
        return lambda: services.remove_file(meishan_clerk, draft, source)

    together([[run(job_id) for job_id in runs], [remove(*one) for one in drafts]])
    assert not SourceFile.objects.exists()
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert set(Version.objects.values_list("hash", flat=True)) == {""}
    assert_sound()


# --- registering ----------------------------------------------------------------------------------------------------
def test_two_units_one_code_accepted_at_the_same_moment(
    real_db: str, data_reviewer: Person, police_reviewer: Person, police_reviewer2: Person
) -> None:
    """One is registered, the other is told; never both, never neither."""
    pairs: list[tuple[Round, Round]] = []
    for _ in range(FEW):
        code = new_code()
        one, two = (latest(submitted(agency, values=[{"code": code}])) for agency in ("meishan", "mabu"))
        for round_, police in ((one, police_reviewer), (two, police_reviewer2)):
            pass_all(data_reviewer, round_, Side.DATA)
            close_side(data_reviewer, round_, Side.DATA)
            pass_all(police, round_, Side.POLICE)
        pairs.append((one, two))

    def close(by: Person, round_: Round) -> Press:
        return lambda: close_side(by, round_, Side.POLICE).outcome

    lanes = together(
        [
            [close(police_reviewer, one) for one, _ in pairs],
            [close(police_reviewer2, two) for _, two in pairs],
        ]
    )
    assert conflicts(lanes) == FEW
    assert [result for lane in lanes for result in lane].count("accepted") == FEW
    assert Camera.objects.count() == CameraVersion.objects.count() == LedgerEntry.objects.count() == FEW
    assert Camera.objects.values("code").distinct().count() == FEW
    assert Submission.objects.filter(state="accepted").count() == FEW
    assert Submission.objects.filter(state="in_review").count() == FEW
    assert Entry.objects.filter(action="case.accepted").count() == FEW
    assert_sound()
