"""The demo's story: reports and reviews, told through the same services that people use."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Division, Person
from inventory import reminders as units
from inventory import services, uploads
from inventory.campaign import campaigns
from inventory.entering import entry
from inventory.exported import platform_exports
from inventory.models import (
    CameraRow,
    ChangeSet,
    Datum,
    Funding,
    Mobility,
    Obligation,
    ReportKind,
    RowFinding,
    Submission,
)
from inventory.registering.checks import DECLARATIONS
from inventory.waiving import waiver_services
from jobs import services as jobs
from jobs.models import Job
from reviews import reminders as sides
from reviews import services as reviews
from reviews.models import Case, Decision, Round
from sheets.template import write_template

from . import changing, connecting, county, planning
from .paper import stamped
from .people import clerk_of

CAMPAIGN = "{year}年公共场所视频资源梳理"
DAYS_LEFT = 5

ACCEPTED = {"mabu": 38, "qingshan": 24, "gubei": 41, "nanxi": 56, "health": 63, "culture-tourism": 47, "water": 29}
IN_REVIEW = {"wujiadian": 33, "tangjiahui": 27, "urban-management": 72}
RETURNED = {"education": 44, "baitafan": 21}
DRAFTS = {"shuanghe": 12, "forestry": 18}
ENTERED = ("meishan", 3)
ZERO_ACCEPTED = ("guanmiao", "tiechong")
ZERO_IN_REVIEW = ("quanjun",)
ZERO_REASON = "经逐处核查，本单位没有建设公共场所视频监控，辖区内监控均由其他单位建设和填报。"


def told() -> bool:
    return Obligation.objects.exists()


@transaction.atomic
def tell() -> None:
    """The whole story, or, when interrupted, none of it. Needs the cast and the reference data."""
    office = Person.objects.get(username="office-1")
    today = timezone.localdate()
    due = timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=DAYS_LEFT)
    terms = campaigns.Terms(
        CAMPAIGN.format(year=today.year),
        "全县公共场所视频监控平台、摄像机和杆件，按附件3的责任分工梳理。",
        today - timedelta(days=20),
        due,
    )
    campaigns.create(office, terms, [agency.pk for agency in campaigns.default_roster()])
    for code, count in ACCEPTED.items():
        _both_pass(_submitted(code, count))
    for code, count in RETURNED.items():
        _return_some(_submitted(code, count))
    for place, (code, count) in enumerate(IN_REVIEW.items()):
        waiting = _submitted(code, count)
        if place == 0:
            _pass(waiting, "data-1", "data")
    for code, count in DRAFTS.items():
        _listed(*_uploaded(code, count))
    _entered(*ENTERED)
    for code in ZERO_ACCEPTED:
        _both_pass(_zero(code))
    for code in ZERO_IN_REVIEW:
        _zero(code)
    changing.ask(clerk_of("mabu"))
    planning.tell(office)
    connecting.tell()
    sides.every_day()
    units.every_day()


def _started(code: str, kind: ReportKind) -> tuple[Person, Submission]:
    clerk = clerk_of(code)
    obligation = Obligation.objects.get(agency__code=code)
    return clerk, services.start(clerk, obligation.pk, kind)


def _uploaded(code: str, count: int) -> tuple[Person, Submission]:
    """A unit's workbooks, made from the official template and read by the confined reader."""
    clerk, submission = _started(code, ReportKind.ROWS)
    agency = submission.obligation.agency
    platform = f"{agency.short_name}视频管理平台"
    duty = agency.duties.filter(place_kind__isnull=False).first()
    funding = Funding.SOCIAL if code in connecting.SOCIAL else Funding.GOVERNMENT
    defaults = uploads.Defaults(Datum.WGS84, funding, Mobility.FIXED, duty.place_kind if duty is not None else None)
    rows = {
        "platform": county.platforms(code, platform),
        "camera": county.cameras(code, _townships(agency), platform, count),
    }
    for kind, filled in rows.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sheet.xlsx"
            write_template(DECLARATIONS[kind], path, unit_name=agency.name, rows=filled)
            name = f"{agency.short_name}调研表（{DECLARATIONS[kind].title}）.xlsx"
            uploads.upload_workbook(clerk, submission.pk, path.read_bytes(), name, defaults)
        _work()
    return clerk, submission


def _listed(clerk: Person, submission: Submission) -> None:
    """The list of the unit's video platform: one camera is not in it, one is called otherwise, two were forgotten.

    For the first the unit asks for a waiver.
    """
    rows = CameraRow.objects.filter(source_file__version__submission=submission, code__isnull=False).order_by("row")
    lines = [(str(row.code), row.name) for row in rows[1:]]
    lines[0] = (lines[0][0], f"{lines[0][1]}球机")
    lines += [(f"{lines[-1][0][:14]}99990{number}", f"老街{number}号") for number in (1, 2)]
    text = "设备名称,国标编码\r\n" + "".join(f"{name},{code}\r\n" for code, name in lines)
    platform_exports.upload_export(clerk, submission.pk, text.encode("gb18030"), "视频平台设备清单.csv")
    _work()
    finding = RowFinding.objects.filter(source_file__version__submission=submission, code="C411").earliest("row")
    waiver_services.ask(clerk, submission.pk, finding.pk, "这台摄像机由运营商平台接入，县平台暂时导不出")


def _entered(code: str, count: int) -> None:
    """A unit with few cameras fills in the form on screen; in the last one the coordinates still need a second look."""
    clerk, submission = _started(code, ReportKind.ROWS)
    agency = submission.obligation.agency
    entry.begin(clerk, submission.pk, entry.Terms(Funding.GOVERNMENT, None))
    for place, row in enumerate(county.cameras(code, _townships(agency), "", count), start=1):
        cells = {
            key: str(row[key]) for key in ("code", "name", "brand", "police_station", "built", "status", "measure")
        }
        longitude, latitude = str(row["longitude"]), str(row["latitude"])
        if place == count:
            longitude, latitude = latitude, longitude
        cells |= {"township": agency.short_name, "leased": "否", "longitude": longitude, "latitude": latitude}
        entry.add(clerk, submission.pk, "camera", cells, ChangeSet.Way.ENTRY)
    _work()


def _townships(agency: Agency) -> list[tuple[str, str]]:
    if agency.division is not None:
        return [(agency.division.code, agency.division.name)]
    return list(Division.objects.exclude(kind=Division.Kind.SPECIAL).values_list("code", "name"))


def _work() -> None:
    """Do what the worker would do; it is not running yet."""
    for job in Job.objects.filter(state=Job.State.QUEUED):
        jobs.run(str(job.pk))


def _stamp(clerk: Person, submission: Submission) -> Submission:
    version = submission.versions.get(submitted_at__isnull=True)
    uploads.upload_scan(clerk, submission.pk, stamped(version), "盖章扫描件.png")
    return services.submit(clerk, submission.pk, version.hash)


def _submitted(code: str, count: int) -> Round:
    return _round_of(_stamp(*_uploaded(code, count)))


def _zero(code: str) -> Round:
    clerk, submission = _started(code, ReportKind.ZERO)
    services.state_zero(clerk, submission.pk, ZERO_REASON)
    return _round_of(_stamp(clerk, submission))


def _round_of(submission: Submission) -> Round:
    case = Case.objects.get(kind=services.CASE_KIND, subject_id=submission.pk)
    return case.rounds.get(ended_at__isnull=True)


def _pass(round_: Round, username: str, side: str) -> None:
    reviewer = Person.objects.get(username=username)
    reviews.mark(reviewer, round_.pk, side, Decision.PASS, version_hash=round_.version_hash)
    reviews.close(reviewer, round_.pk, side, version_hash=round_.version_hash)


def _both_pass(round_: Round) -> None:
    _pass(round_, "data-1", "data")
    _pass(round_, "police-1", "police")


def _return_some(round_: Round) -> None:
    """The police return two rows, the data bureau passes all: the version goes back."""
    _pass(round_, "data-2", "data")
    police = Person.objects.get(username="police-2")
    keys = list(round_.items.order_by("key").values_list("key", flat=True)[1:3])
    reviews.mark(
        police,
        round_.pk,
        "police",
        Decision.RETURN,
        version_hash=round_.version_hash,
        keys=keys,
        reason="位置名称与现场标注不一致，请按现场核对后填写。",
    )
    _pass(round_, "police-2", "police")
