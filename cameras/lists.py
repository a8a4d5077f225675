"""The lists of cameras and of poles."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from platforms.models import Platform
from registry import cells, grams
from registry.cards import Cards
from registry.filters import (
    BLANK,
    BLANK_LABEL,
    Batch,
    Conditions,
    Known,
    Linked,
    OfAgency,
    OfLife,
    first_words,
    gaps,
    in_township,
    known_words,
    of_place_kind,
)
from registry.lists import Listing
from registry.names import Names
from registry.words import LABEL_STATES, linked, words_of
from sheets.vocabulary import FUNDING, MEASURES, MOBILITY, POLE_CONDITIONS, STATUSES

from .cards import CameraCard, CameraStale, CameraTally
from .models import Camera, CameraVersion, Pole, PoleVersion
from .sheet import CAMERA

WORDS = {**words_of(CAMERA), "platform_id": linked(Platform.prefix), "pole_id": linked(Pole.prefix)}

GAPS = {
    "code": ("未编码", Q(code__isnull=True)),
    "platform_name": ("未填管理平台", Q(platform_name="")),
    "platform": ("管理平台未关联", ~Q(platform_name="") & Q(platform__isnull=True)),
    "brand": ("未填品牌", Q(brand="")),
    "built": ("未填建设时间", Q(built="")),
    "measure": ("未填整合方式", Q(measure="")),
    "kind": ("未填场所类别", Q(place_kind="")),
}
"""What the declaration only warns of, asked of the registry."""

NO_PLACE = Q(wgs_longitude__isnull=True) | Q(wgs_latitude__isnull=True)
PLACED = Conditions(
    "placed",
    "坐标",
    {"yes": ("有坐标", ~NO_PLACE), "no": ("没有坐标", NO_PLACE & ~Q(mobility="mobile"))},
)
"""Whether the map can show it; mobile ones have no place of their own."""


CARDS = Cards(
    thing=Camera,
    card=CameraCard,
    stale=CameraStale,
    tally=CameraTally,
    reads=("township", "name", "code", "platform_name", "brand", "pole_number", "vehicle"),
    lines=lambda township, name, *others: (
        Names.township(township), name, grams.initials(name or ""), grams.initials(Names.township(township)), *others
    ),
)  # fmt: skip

CAMERAS = Listing(
    name="camera",
    title="摄像机台账",
    unit="台",
    model=Camera,
    words=WORDS,
    columns=(
        cells.number(),
        cells.name("位置名称"),
        cells.plain("township", "乡镇"),
        cells.agency("agency", "填报单位", "reporting_agency"),
        cells.place_kind(),
        cells.plain("status", "状态"),
        cells.code(),
        cells.long("brand", "品牌"),
        cells.plain("measure", "整合方式"),
        cells.changed(),
        cells.long("platform_name", "管理平台"),
        cells.plain("police_station", "所属派出所"),
        cells.position(),
        cells.plain("datum", "坐标系", sort=False),
        cells.plain("built", "建设时间"),
        cells.plain("label_state", "文字标注", sort=False),
        cells.plain("leased", "以租代建"),
        cells.plain("funding", "资金来源"),
        cells.plain("mobility", "固定或移动"),
        cells.long("vehicle", "车辆或线路"),
        cells.plain("pole_number", "杆件编号"),
        cells.figure("pole_height", "杆高（米）"),
        cells.figure("pole_arms", "横臂"),
        cells.plain("pole_condition", "杆件状况"),
        cells.agency("owner", "权属单位", "owner"),
    ),
    views={
        "brief": (
            "常用列",
            ("number", "name", "township", "agency", "kind", "status", "code", "measure", "changed"),
        ),
        "place": (
            "位置与杆件",
            (
                "number", "name", "township", "police_station", "position", "datum",
                "pole_number", "pole_height", "pole_arms", "pole_condition",
            ),
        ),
        "build": (
            "建设与平台",
            (
                "number", "name", "agency", "platform_name", "brand", "built", "label_state",
                "leased", "funding", "mobility", "vehicle", "owner",
            ),
        ),
    },
    filters=(
        OfAgency("agency", "填报单位", "reporting_agency"),
        in_township(),
        of_place_kind(),
        Known("status", "状态", "status", lambda: known_words(STATUSES), open_list=True),
        gaps(GAPS),
        Known("measure", "整合方式", "measure", lambda: known_words(MEASURES), open_list=True),
        Conditions(
            "leased",
            "以租代建",
            {"yes": ("是", Q(leased=True)), "no": ("否", Q(leased=False)), BLANK: (BLANK_LABEL, Q(leased=None))},
        ),
        Known("funding", "资金来源", "funding", lambda: first_words(FUNDING), blanks=True),
        Known("mobility", "固定或移动", "mobility", lambda: first_words(MOBILITY)),
        Known("label", "文字标注", "label_state", lambda: LABEL_STATES),
        Conditions(
            "own_pole", "自建杆件", {"yes": ("有", Q(pole__isnull=False)), "no": ("无", Q(pole__isnull=True))}
        ),
        PLACED,
        OfLife(),
        OfAgency("owner", "权属单位", "owner"),
        OfAgency("supervisor", "主管部门", "supervisor"),
        Linked("platform", "管理平台", "platform", Platform.prefix),
        Linked("pole", "杆件", "pole", Pole.prefix),
        Batch(CameraVersion, "camera"),
    ),
    main=("agency", "township", "kind", "status", "gap"),
    search=("name", "code", "platform_name", "brand", "pole_number", "vehicle"),
    search_hint="名称、编码、乡镇、拼音首字母",
    counted="",
    cards=CARDS,
)  # fmt: skip


def cameras_of_pole(pole: Pole) -> str:
    """The list of a pole's cameras."""
    return f"{reverse('cameras')}?{urlencode({'pole': pole.number})}"


POLES = Listing(
    name="pole",
    title="杆件台账",
    unit="根",
    model=Pole,
    words=WORDS,
    columns=(
        cells.number(),
        cells.plain("pole_number", "杆件编号"),
        cells.plain("township", "乡镇"),
        cells.agency("agency", "填报单位", "reporting_agency"),
        cells.place_kind(),
        cells.figure("pole_height", "高度（米）"),
        cells.figure("pole_arms", "横臂数量"),
        cells.plain("pole_condition", "杆件状况"),
        cells.plain("pole_built", "建设时间"),
        cells.count("摄像机", cameras_of_pole),
        cells.position(),
        cells.changed(),
    ),
    views={
        "brief": (
            "常用列",
            (
                "number", "pole_number", "township", "agency", "kind", "pole_height", "pole_arms", "pole_condition",
                "pole_built", "count", "changed",
            ),
        ),
        "place": ("位置", ("number", "pole_number", "township", "agency", "position", "count")),
    },
    filters=(
        OfAgency("agency", "填报单位", "reporting_agency"),
        in_township(),
        of_place_kind(),
        Known("condition", "杆件状况", "pole_condition", lambda: known_words(POLE_CONDITIONS), open_list=True),
        gaps(
            {
                "number": ("未编号", Q(pole_number="")),
                "height": ("未填高度", Q(pole_height__isnull=True)),
                "arms": ("未填横臂数量", Q(pole_arms__isnull=True)),
                "built": ("未填建设时间", Q(pole_built="")),
            }
        ),
        OfLife(),
        OfAgency("owner", "权属单位", "owner"),
        OfAgency("supervisor", "主管部门", "supervisor"),
        Batch(PoleVersion, "pole"),
    ),
    main=("agency", "township", "kind", "condition", "gap"),
    search=("pole_number",),
    search_hint="杆件编号、登记编号",
    counted="cameras",
)  # fmt: skip
