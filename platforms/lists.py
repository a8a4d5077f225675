"""The list of platforms."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from registry import cells
from registry.filters import (
    Batch,
    Conditions,
    Known,
    OfAgency,
    OfLife,
    Several,
    first_words,
    gaps,
    known_words,
    of_place_kind,
)
from registry.lists import Listing
from registry.words import words_of
from sheets.vocabulary import CASCADES, FUNDING, NETWORKS

from .models import Platform, PlatformVersion
from .sheet import PLATFORM

WORDS = words_of(PLATFORM)
LEAST_DAYS = 30

GAPS = {
    "code": ("未编码", Q(code__isnull=True)),
    "address": ("未填单位地址", Q(address="")),
    "protection": ("未填网络安全防护", Q(protection="")),
    "sharing": ("未填共享转发能力", Q(sharing="")),
    "built": ("未填建设时间", Q(built="")),
    "cost": ("未填建设费用", Q(cost__isnull=True)),
    "upkeep": ("未填运维费用", Q(upkeep__isnull=True)),
}
"""What the declaration only warns of, asked of the registry."""


def _answers(key: str) -> dict[str, str]:
    """The three answers of a yes / no / partly column, in its own words."""
    return {answer: WORDS[key](answer) for answer in ("yes", "no", "partial")}


def cameras_of(platform: Platform) -> str:
    """The list of a platform's cameras."""
    return f"{reverse('cameras')}?{urlencode({'platform': platform.number})}"


PLATFORMS = Listing(
    name="platform",
    title="平台台账",
    unit="个",
    model=Platform,
    words=WORDS,
    columns=(
        cells.number(),
        cells.name("项目名称"),
        cells.agency("agency", "填报单位", "reporting_agency"),
        cells.place_kind(),
        cells.long("vendor", "厂家"),
        cells.long("network", "联网方式"),
        cells.plain("gbt28181", "GB/T 28181"),
        cells.plain("connected", "对接雪亮"),
        cells.figure("retention_days", "存储（天）"),
        cells.code(),
        cells.count("摄像机", cameras_of),
        cells.changed(),
        cells.long("gat1400", "GA/T 1400", sort=False),
        cells.plain("cascade", "级联情况"),
        cells.long("version", "型号/版本", sort=False),
        cells.plain("built", "建设时间"),
        cells.figure("cost", "建设费用（万元）"),
        cells.figure("upkeep", "运维费用（万元/年）"),
        cells.plain("funding", "资金来源"),
        cells.long("address", "单位地址", sort=False),
        cells.agency("owner", "权属单位", "owner"),
    ),
    views={
        "brief": (
            "常用列",
            (
                "number", "name", "agency", "vendor", "network", "gbt28181", "connected", "retention_days",
                "count", "changed",
            ),
        ),
        "build": (
            "建设与费用",
            ("number", "name", "agency", "kind", "built", "cost", "upkeep", "funding", "owner", "address"),
        ),
        "access": ("编码与级联", ("number", "name", "code", "gat1400", "cascade", "version", "count")),
    },
    filters=(
        OfAgency("agency", "填报单位", "reporting_agency"),
        of_place_kind(),
        Several("network", "联网方式", "network", lambda: tuple(NETWORKS)),
        Known("connected", "对接雪亮", "connected", lambda: _answers("connected"), blanks=True),
        gaps(GAPS),
        Known("gbt28181", "GB/T 28181", "gbt28181", lambda: _answers("gbt28181"), blanks=True),
        Known("cascade", "级联情况", "cascade", lambda: known_words(CASCADES), open_list=True),
        Conditions(
            "retention",
            "存储时长",
            {
                "short": (f"不足 {LEAST_DAYS} 天", Q(retention_days__lt=LEAST_DAYS)),
                "enough": (f"{LEAST_DAYS} 天及以上", Q(retention_days__gte=LEAST_DAYS)),
                "none": ("未填", Q(retention_days__isnull=True)),
            },
        ),
        Known("funding", "资金来源", "funding", lambda: first_words(FUNDING), blanks=True),
        OfLife(),
        OfAgency("owner", "权属单位", "owner"),
        OfAgency("supervisor", "主管部门", "supervisor"),
        Batch(PlatformVersion, "platform"),
    ),
    main=("agency", "kind", "network", "connected", "gap"),
    search=("name", "code", "vendor", "version"),
    search_hint="名称、编码、厂家、型号",
    counted="cameras",
)  # fmt: skip
