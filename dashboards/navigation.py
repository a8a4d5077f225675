"""Which ways a role has: the left navigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.urls import NoReverseMatch, reverse

from agencies.models import Role

BUSINESS: Final = frozenset({Role.CLERK, Role.DATA_REVIEWER, Role.POLICE_REVIEWER, Role.OFFICE, Role.LEADER})
REVIEWERS: Final = frozenset({Role.DATA_REVIEWER, Role.POLICE_REVIEWER})
EVERYONE: Final = frozenset(Role)
DEPUTY: Final = "deputy"
"""Not a role: who reviews today by power that a colleague has lent."""


@dataclass(frozen=True)
class Way:
    """A place to go: the URL's name, the word, the icon, and the roles that have it."""

    name: str
    label: str
    icon: str
    roles: frozenset[str]
    parts: tuple[tuple[str, str], ...] = ()
    """(URL name, word) of the lists under it; the first is the way's own page."""
    some: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Parts that only some of its roles have."""


WAYS: Final = (
    Way("home", "待办", "check2-square", EVERYONE | {DEPUTY}),
    Way("submissions", "填报", "cloud-upload", frozenset({Role.CLERK, Role.OFFICE})),
    Way(
        "review_queue",
        "双审",
        "clipboard-check",
        REVIEWERS | {Role.OFFICE, Role.LEADER, DEPUTY},
        (("review_queue", "审核"), ("waivers", "豁免申请"), ("delegations", "委托")),
        {"waivers": REVIEWERS | {Role.OFFICE, Role.LEADER}, "delegations": REVIEWERS | {DEPUTY}},
    ),
    Way(
        "cameras",
        "台账",
        "camera-video",
        BUSINESS,
        (("cameras", "摄像机"), ("poles", "杆件"), ("platforms", "平台"), ("changes", "更正申请")),
    ),
    Way(
        "proposals",
        "整合",
        "diagram-3",
        BUSINESS | {DEPUTY},
        (("proposals", "整合方案"), ("planning_gaps", "布点分析"), ("plan_issues", "县方案")),
        {"planning_gaps": REVIEWERS | {Role.OFFICE, Role.LEADER}},
    ),
    Way(
        "connecting",
        "接入",
        "hdd-network",
        BUSINESS,
        (
            ("connecting", "接入率"),
            ("connecting_platforms", "平台"),
            ("connecting_cameras", "摄像机"),
            ("county_platform", "县平台"),
        ),
    ),
    Way("campaigns", "轮次", "calendar-event", frozenset({Role.OFFICE, Role.DATA_REVIEWER})),
    Way("map", "地图", "map", BUSINESS),
    Way("progress", "进度", "bar-chart", BUSINESS),
    Way("guide", "填报指南", "book", BUSINESS),
    Way("people", "人员", "people", frozenset({Role.SYSADMIN, Role.SECADMIN})),
    Way("journal", "审计日志", "journal-text", frozenset({Role.AUDITOR})),
)


@dataclass(frozen=True)
class NavItem:
    """A line of the navigation. `here`: this very section; `inside`: one of its parts is the section."""

    name: str
    label: str
    icon: str
    url: str
    here: bool
    inside: bool = False
    count: int | None = None
    parts: tuple[NavItem, ...] = ()


def url_of(name: str) -> str | None:
    """The address of a named page, or None when there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def navigation(roles: frozenset[str], path: str, counts: Mapping[str, int]) -> list[NavItem]:
    """The ways that these roles have, in order, with the one that `path` lies in marked."""
    ways = [(way, url) for way in WAYS if roles & way.roles and (url := url_of(way.name))]
    addresses = [url for _, url in ways]
    addresses += [url for way, _ in ways for name, _ in way.parts if (url := url_of(name))]
    section = _section(path, addresses)
    return [_item(way, url, section, counts, roles) for way, url in ways]


def _item(way: Way, url: str, section: str, counts: Mapping[str, int], roles: frozenset[str]) -> NavItem:
    parts = tuple(
        NavItem(name, label, "", part_url, part_url == section)
        for name, label in way.parts
        if way.some.get(name, roles) & roles and (part_url := url_of(name))
    )
    inside = any(part.here for part in parts)
    return NavItem(
        way.name, way.label, way.icon, url, url == section and not parts, inside, counts.get(way.name) or None, parts
    )


def _section(path: str, addresses: list[str]) -> str:
    """The longest address that the path begins with; the root only by itself."""
    fits = [url for url in addresses if path == url or (url != "/" and path.startswith(url))]
    return max(fits, key=len, default="")
