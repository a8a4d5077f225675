"""The hash of a version's content is what it is said to be: stored ones must stay true, however it is reckoned."""

from __future__ import annotations

import hashlib

import pytest

from agencies.models import Person
from files.models import StoredFile
from inventory import versions
from inventory.models import CameraRow, MissingMark, PlatformRow, SourceFile, Version
from inventory.versions import rehash
from tests.factories_inventory import CAMERA, PLATFORM, drafted, new_code, stage, stored
from tests.factories_registry import register_camera, register_platform
from tests.inventory import web
from tests.inventory.drafts import camera_row, started, work, workbook
from tests.inventory.quickly import read_here
from tests.odd.make import CAMERA_HEADERS, PLATFORM_HEADERS, camera, platform, xlsx

pytestmark = pytest.mark.django_db
SHEETS = ["Ä", "a", "B", "摄像机", "摄像机 (2)", "ö", "_", "𠮷"]
"""Alphabets and languages differ about their order."""


def reckoned(version: Version) -> str:
    """Platforms, cameras, then what is said of what they leave out; by file, sheet (its code points), row."""
    hashes: list[str] = []
    for model in (PlatformRow, CameraRow):
        found = model.objects.filter(source_file__version=version)
        in_order = sorted(found, key=lambda row: (row.source_file.slot, row.sheet.encode(), row.row))
        hashes += [row.row_hash for row in in_order]
    marks = sorted(MissingMark.objects.filter(version=version), key=lambda mark: (mark.kind.encode(), mark.thing_id))
    hashes += [mark.row_hash for mark in marks]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def test_rows_and_marks_enter_in_one_order() -> None:
    for _ in range(2):
        register_camera("meishan", code=new_code(), name="老路口")
        register_platform("meishan", code=new_code("200"))
    submission = drafted("meishan", rows=3, platforms=[{}, {}])
    version = Version.objects.get(submission=submission)
    first = SourceFile.objects.get(version=version)
    by = first.file.uploaded_by
    for slot in (3, 2):
        source = SourceFile.objects.create(
            version=version, slot=slot, file=stored(by, StoredFile.Kind.WORKBOOK, "又一份.xlsx"),
            state=SourceFile.State.READ, datum=first.datum, funding=first.funding,
        )  # fmt: skip
        for sheet in SHEETS:
            rows = [{**CAMERA, "code": new_code(), "name": f"{sheet}{number}"} for number in range(12)]
            stage(source, CameraRow, sheet, rows)
        stage(source, PlatformRow, "平台", [{**PLATFORM, "code": new_code("200"), "name": f"平台{slot}"}])
    assert MissingMark.objects.filter(version=version).count() == 4
    assert rehash(version) == reckoned(version)


@pytest.mark.parametrize("sheets", [1, 2])
def test_rows_being_stored_give_the_same_hash(
    sheets: int, meishan_clerk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one file it is known from what is stored; with a second sheet of a form, or a second file, the rows tell."""
    read_here(monkeypatch)
    known: list[bool] = []
    is_all = versions._is_all

    def watch(version: Version, rows: str) -> bool:
        known.append(is_all(version, rows))
        return known[-1]

    monkeypatch.setattr(versions, "_is_all", watch)
    submission = started(meishan_clerk)
    first = [CAMERA_HEADERS, *(camera(number) for number in range(1, 300))]
    more = {"平台": [PLATFORM_HEADERS, platform(1), platform(2)]}
    if sheets > 1:
        more["A"] = [CAMERA_HEADERS, *(camera(number) for number in range(300, 320))]
    web.send(meishan_clerk, submission, xlsx(first, more=more), "调研表.xlsx")
    work()
    version = Version.objects.get()
    assert known == [True][: 2 - sheets]
    assert version.hash == reckoned(version) == rehash(version)
    web.send(meishan_clerk, submission, workbook([camera_row(1)]), "又一份.xlsx")
    work()
    version.refresh_from_db()
    assert (known.count(True), SourceFile.objects.count()) == (2 - sheets, 2)
    assert version.hash == reckoned(version)
