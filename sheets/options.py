"""What the person who uploads says about the whole file, and the day it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from sheets.findings import Severity

if TYPE_CHECKING:
    from sheets.fence import Fence

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def today_in_china() -> date:
    """The calendar day in China, whatever the machine's zone."""
    return datetime.now(CHINA).date()


@dataclass(frozen=True, slots=True)
class Options:
    """Defaults for rows that do not say it themselves, and settings of the check.

    `datum` wgs84 | gcj02 | bd09, `mobility` fixed | mobile, `funding` "" | government | social, `place_kind` a code of
    `fixtures/codes/place_kinds.csv` or "". `unit`: name of the reporting unit, "" when unknown. `kind`: key of the only
    sheet to look for, "" for any. `severities`: other severities for codes that may be set (adjustable rules only).
    `fence`: where cameras may stand, when it is not the county's box (`sheets.fence`).
    """

    datum: str = "wgs84"
    place_kind: str = ""
    funding: str = ""
    mobility: str = "fixed"
    unit: str = ""
    kind: str = ""
    today: date = field(default_factory=today_in_china)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    fence: Fence | None = None
