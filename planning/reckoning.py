"""What the measures of one proposal save, from the sheet's own costs and the stated assumptions (saving.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from cameras.models import Camera
from platforms.models import Platform

from . import saving, things
from .assumptions import values
from .models import Member, ThingKind


@dataclass(frozen=True)
class Reckoned:
    """One member's amounts, each with its reckoning or with what it lacks."""

    name: str
    measure: str
    line: saving.Line

    @property
    def parts(self) -> list[tuple[str, saving.Amount]]:
        """(unit, amount) of what the measure saves at all."""
        told = (("万元", self.line.once), ("万元/年", self.line.yearly))
        return [(unit, amount) for unit, amount in told if amount is not None]


@dataclass(frozen=True)
class Reckoning:
    lines: list[Reckoned]
    total: saving.Saving

    @property
    def sums(self) -> list[tuple[str, str, saving.Total]]:
        """(what, unit, total) of what there is anything to reckon of."""
        told = (("一次性", "万元", self.total.once), ("每年", "万元/年", self.total.yearly))
        return [(what, unit, total) for what, unit, total in told if total.of]


def reckon(members: Iterable[Member], rows: Mapping[things.Key, Any]) -> Reckoning:
    """For cameras and platforms with a measure; four queries however many. `rows`: the things behind the members."""
    known = values()
    told = [(member, rows[things.key_of(member)]) for member in members if member.measure]
    cameras = [row for member, row in told if member.thing_kind == ThingKind.CAMERA]
    ids = {row.platform_id for row in cameras if row.platform_id}
    platforms = Platform.objects.live().in_bulk(ids)
    sharing = _counted("platform", set(platforms))
    on_pole = _counted("pole", {row.pole_id for row in cameras if row.pole_id})
    lines, total = [], saving.Saving()
    for member, row in told:
        if member.thing_kind == ThingKind.PLATFORM:
            facts = saving.Facts(row.name or "", row.cost, row.upkeep)
        else:
            facts = _of_camera(row, platforms, sharing, on_pole)
        line = saving.line(member.thing_kind, member.measure, facts, known)
        total.add(line)
        if line.once or line.yearly:
            lines.append(Reckoned(things.name_of(row), member.measure, line))
    return Reckoning(lines, total)


def _of_camera(
    row: Any, platforms: Mapping[int, Platform], sharing: Mapping[int, int], on_pole: Mapping[int, int]
) -> saving.Facts:
    platform = platforms.get(getattr(row, "platform_id", None) or 0)
    shared = on_pole.get(getattr(row, "pole_id", None) or 0, 1)
    if platform is None:
        return saving.Facts(on_pole=shared)
    return saving.Facts(platform.name or "", platform.cost, platform.upkeep, sharing.get(platform.pk, 1), shared)


def _counted(reference: str, ids: set[int]) -> dict[int, int]:
    """Live cameras that refer to each of these."""
    found = Camera.objects.live().filter(**{f"{reference}__in": ids})
    return dict(found.order_by().values_list(f"{reference}_id").annotate(Count("pk")))
