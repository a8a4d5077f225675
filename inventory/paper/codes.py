"""The code printed on the page to be stamped, and what the codes read from a scan say of a version.

A code names a submission, a version and the hash of its content: JZ1:123:2:9F86D0... It is no secret and no proof by
itself: whoever can print can print any code. It keeps honest people from stamping one version and handing in another.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from reviews.models import Desk

from ..models import ScanCode, ScanTick, Version

CASE_KIND = "submission"
PREFIX = "JZ1:"
"""What our codes begin with; a later form of them will have another number."""
NUMBER_PREFIX = "JZ-B-"
_TEXT = re.compile(r"JZ1:([1-9][0-9]{0,11}):([1-9][0-9]{0,5}):([0-9A-F]{64})", re.ASCII)


@dataclass(frozen=True)
class Code:
    """What one code names; `hash` in small letters, as versions keep it."""

    submission_id: int
    number: int
    hash: str

    @property
    def text(self) -> str:
        """As printed: capital letters and digits only, for which a QR code needs the fewest squares."""
        return f"{PREFIX}{self.submission_id}:{self.number}:{self.hash.upper()}"

    @property
    def submission(self) -> str:
        return number_of(self.submission_id)


def number_of(submission_id: int) -> str:
    """A submission's number as people read it: JZ-B-000123."""
    return f"{NUMBER_PREFIX}{submission_id:06d}"


def short(content_hash: str) -> str:
    """The first sixteen digits: what people compare by eye, here and on every page."""
    return content_hash[:16]


def code_of(version: Version) -> Code | None:
    """What is printed on the page of the version; None while it has no content hash."""
    return Code(version.submission_id, version.number, version.hash) if version.hash else None


def parse(text: str) -> Code | None:
    """The code that this text is; None for anything but exactly one of ours."""
    found = _TEXT.fullmatch(text)
    return Code(int(found[1]), int(found[2]), found[3].lower()) if found else None


def judge(version: Version, texts: Collection[str]) -> tuple[ScanCode, Code | None]:
    """What the texts of the codes on a scan, in the order of its pages, say of this version; and the code that decides.

    MATCH: one names this submission and this content, and every other one content of it that was handed in before, as
    where the first sheet lies behind its supplement. OTHER: one names something else. ABSENT: there is none of ours.
    """
    codes = [code for code in dict.fromkeys(parse(text) for text in texts) if code is not None]
    if not codes:
        return ScanCode.ABSENT, None
    before = set(handed_in_before(version).values_list("hash", flat=True))
    mine = [code for code in codes if code.submission_id == version.submission_id]
    this = [code for code in mine if code.hash == version.hash]
    earlier = [code for code in mine if code.hash in before]
    strange = [code for code in codes if code not in this and code not in earlier]
    if strange:
        return ScanCode.OTHER, strange[0]
    return (ScanCode.MATCH, this[0]) if this else (ScanCode.OTHER, max(earlier, key=lambda code: code.number))


def handed_in_before(version: Version) -> QuerySet[Version]:
    """The versions of the submission before this one that were stamped and handed in, the newest first."""
    earlier = Version.objects.filter(submission=version.submission_id, number__lt=version.number)
    return earlier.filter(submitted_at__isnull=False).order_by("-number")


def note(version: Version, texts: Collection[str]) -> None:
    """Set what the scan's codes say of the version; the caller saves `NOTED`."""
    version.scan_code, code = judge(version, texts)
    version.scan_code_text = code.text if code else ""
    version.scan_code_hash = code.hash if code else ""


NOTED = ("scan_code", "scan_code_text", "scan_code_hash")
"""The fields of a version that `note` sets and a copy of the version carries on."""


def stamped(version: Version) -> bool:
    """Whether the version has a scan of its content as it is now, as far as the scan's code tells."""
    return version.scan_id is not None and version.scan_hash == version.hash and not mismatch(version)


def mismatch(version: Version) -> str:
    """Of which content the scan's code is and what to press, where that is not this version's; "" where it is."""
    code = parse(version.scan_code_text) if version.scan_code == ScanCode.OTHER else None
    if code is None:
        return ""
    again = f"请打印第 {version.number} 版的盖章页，盖章、扫描后重新上传。"
    if code.submission_id != version.submission_id:
        return f"扫描件是另一份报送（{code.submission} 第 {code.number} 版）的，不是这一份的。{again}"
    if code.number < version.number:
        return f"扫描件是第 {code.number} 版的，现在要交的是第 {version.number} 版。{again}"
    return f"扫描件是内容改动之前打印的，与现在的内容不一致。{again}"


def scan_obstacles(version: Version, side: str) -> list[str]:
    """Why this side cannot close its round of the version yet, for what the scan's code says; empty when it can.

    A side that passes nothing attests nothing, and need not say that the scan is right.
    """
    if version.scan_code == ScanCode.MATCH or _passes_nothing(version, side):
        return []
    if version.scan_code == ScanCode.OTHER:
        return ["扫描件上的二维码不是本版的，不能通过。请全部退回，由填报单位重新盖章。"]
    if ScanTick.objects.filter(version=version, side=side).exists():
        return []
    return ["扫描件上没有读到二维码。请对照扫描件核对本版内容，按“已核对”，再办结。"]


def _passes_nothing(version: Version, side: str) -> bool:
    desks = Desk.objects.filter(round__case__kind=CASE_KIND, round__case__subject_id=version.submission_id)
    return desks.filter(round__number=version.number, side=side, passed=0).exists()
