"""What the workbench is looked at with: a report that has one row of every sort, and the places they stand at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from agencies.models import Person
from cameras.models import Camera
from inventory.models import CameraRow, Change, ChangeSet, RowFinding, SourceFile, Submission, Waiver
from tests.factories_inventory import clerk_of, drafted, hand_in, make_campaign, new_code, submitted
from tests.factories_registry import register_camera
from tests.reviews.scenes import accept

NAMES = (
    "史河大道与新城路交叉口",
    "新城区农贸市场东门",
    "梅山湖大坝观景台",
    "江店路桥头",
    "红军广场北侧",
    "汽车站出站口",
)


def at(number: int) -> dict[str, Any]:
    """A position of its own for each number, uneven as real ones are, some dozens of metres apart."""
    longitude = Decimal("115.93") + Decimal(number * 7919 % 997 * 4 + number % 8 + 1) / 1_000_000
    latitude = Decimal("31.72") + Decimal(number * 104729 % 991 * 4 + number % 7 + 1) / 1_000_000
    return {
        "longitude": longitude,
        "latitude": latitude,
        "wgs_longitude": float(longitude),
        "wgs_latitude": float(latitude),
    }


def camera(number: int, **values: Any) -> dict[str, Any]:
    """A sound row, at a place of its own."""
    return {"name": f"梅山镇{NAMES[number % 6]}{number}号杆", **at(number), **values}


def found(submission: Submission, findings: Mapping[str, Sequence[tuple[str, str, str]]]) -> None:
    """Write findings into a draft: row name -> (rule, column key, sentence); counted as the reader counts them."""
    source = SourceFile.objects.get(version__submission=submission, version__submitted_at=None)
    for name, told in findings.items():
        row = CameraRow.objects.get(source_file=source, name=name)
        for code, column, message in told:
            RowFinding.objects.create(
                source_file=source, kind="camera", sheet=row.sheet, row=row.row, cell=f"C{row.row}", column_key=column,
                column_title=column, code=code, severity="warning", message=message, fix="请核对。",
            )  # fmt: skip
        CameraRow.objects.filter(pk=row.pk).update(warnings=row.warnings + len(told))
    SourceFile.objects.filter(pk=source.pk).update(warnings=F("warnings") + sum(map(len, findings.values())))


def busy(data: Person, police: Person, rows: int = 66) -> Submission:
    """梅山镇's second list, handed in: every sign that a row may have, and plain new rows up to `rows`.

    In the list's order: a room that is forbidden, a taken code, a neighbour's place, a moved and a changed camera, an
    oddity, a warning with a waiver asked for, an edited row, one without a code, an unchanged one; two are left out.
    """
    accept(submitted("meishan", values=[camera(number) for number in range(1, 7)]), data, police)
    own = list(Camera.objects.filter(reporting_agency__code="meishan").order_by("pk"))
    taken = register_camera("education", name="金寨县第一中学校门口", code=new_code(), **coordinates(20)).code
    register_camera("education", name="第一中学操场东侧", code=new_code(), **coordinates(21))
    for number in range(22, 34):
        register_camera("health", name=f"县医院{number}号楼入口", code=new_code(), **coordinates(number))
    told = [
        camera(40, name="新城宾馆二楼男卫生间内"),
        camera(41, name="梅山镇史河大道与新城路交叉口西北角球机", code=taken),
        camera(42, name="梅山镇第一中学门前路口", **at(21)),
        {**camera(1), "name": own[0].name, "code": own[0].code, **at(300), "status": "停用"},
        {**camera(2), "name": own[1].name, "code": own[1].code, "brand": "大华", "status": "维修", "measure": "迁移"},
        camera(43, name="梅山镇江店路等距一号"),
        camera(44, name="梅山镇红军广场施工围挡"),
        camera(45, name="梅山镇汽车站改过的一行"),
        camera(46, name="梅山镇没有编码的一台", code=None),
        {**camera(3), "name": own[2].name, "code": own[2].code},
        *(camera(number) for number in range(50, 40 + rows)),
    ]
    submission = drafted("meishan", values=told[:rows], campaign=make_campaign("2023年补充梳理"), picture=True)
    with transaction.atomic():
        found(
            submission,
            {
                "新城宾馆二楼男卫生间内": [("C206", "name", "位置名称里有“卫生间”，像是装在里面")],
                "梅山镇江店路等距一号": [
                    ("C308", "longitude", "连续 18 行的经度每行相差 0.000010，像是下拉填充出来的")
                ],
                "梅山镇红军广场施工围挡": [("C143", "built", "“建设时间”是 2031.05，在今天之后")],
                "梅山镇没有编码的一台": [("C103", "code", "没有填写“20位编码”，按未编码登记")],
            },
        )
        edited(submission, "梅山镇汽车站改过的一行", "brand", "海康", "海康威视")
        asked(submission, "梅山镇红军广场施工围挡", "C143", "built")
    return hand_in(submission)


def coordinates(number: int) -> dict[str, Any]:
    return {key: value for key, value in at(number).items() if not key.startswith("wgs")}


def edited(submission: Submission, name: str, column: str, before: str, after: str) -> None:
    """The clerk has changed a cell of the row on screen."""
    row = CameraRow.objects.select_related("source_file__file").get(
        name=name, source_file__version__submission=submission
    )
    act = ChangeSet.objects.create(version=row.source_file.version, way=ChangeSet.Way.EDIT, person=clerk_of("meishan"))
    Change.objects.create(
        change_set=act, kind="camera", row_key=row.key, file=row.source_file.file, sheet=row.sheet, row=row.row,
        column_key=column, before=before, after=after,
    )  # fmt: skip


def asked(submission: Submission, name: str, code: str, column: str) -> Waiver:
    """The clerk asks for a waiver of what was found in the row."""
    row = CameraRow.objects.get(name=name, source_file__version__submission=submission)
    return Waiver.objects.create(
        submission=submission, kind="camera", row_key=row.key, code=code, column_key=column, value="",
        reason="在建工程，验收后更正", asked_by=clerk_of("meishan"),
    )  # fmt: skip
