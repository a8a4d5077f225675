"""The fence of this site: the county's own outline where a setting names its file, else the box of the declaration."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error

from cameras.sheet import COUNTY_BOX
from registry.ground import read_outline
from sheets.fence import Fence, OutlineError, outline


def county_fence() -> Fence | None:
    """The outline, read once in a process; None where none is set."""
    return outline(settings.COUNTY_OUTLINE) if settings.COUNTY_OUTLINE else None


def fence_arguments() -> list[str]:
    """What the confined reader is told of it."""
    return ["--fence", settings.COUNTY_OUTLINE] if settings.COUNTY_OUTLINE else []


def outline_can_be_used(**_: Any) -> Iterable[Error]:
    """System check: an outline that is set must be one; a site must not start and judge by something else."""
    try:
        if settings.COUNTY_OUTLINE:
            read_outline(Path(settings.COUNTY_OUTLINE), COUNTY_BOX)
        county_fence()
    except OutlineError as problem:
        yield Error(
            str(problem), hint="请改正 COUNTY_OUTLINE，或去掉这个设置（按经纬度范围核对）。", id="inventory.E001"
        )
