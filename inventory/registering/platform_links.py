"""Which platform the cameras' rows name: looked up as acceptance will, and what to write where it would find none.

A name is looked for among the platforms of the same submission, the agency's own, then county-wide (model.md, Platform
reference). Names that say the same but for white space, brackets or a last 平台 or 系统 are a safe fix.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from .matching import NAME_KEY
from .targets import CAMERA, PLATFORM

SUGGESTED = 3
"""Names shown as near ones, and platforms named where several bear one name."""
MOST_COMPARED = 100
"""Unknown names for which near ones are looked for, those of the most rows first."""
ALIKE = 0.5
"""Share of common pairs of characters (Dice) from which a name is near another."""
_MARKS = re.compile(r"[\s()\[\]{}<>〈〉《》「」『』【】〔〕“”‘’\"'`·・、,，.。:：;；_\-—–/]+")
_SUFFIX = re.compile(r"(?:平台|系统)+$")


@dataclass(frozen=True)
class Asked:
    """A platform name of the camera rows: on how many rows, the first of them, and how acceptance will read it."""

    name: str
    rows: int
    first: int
    bearers: int
    numbers: Sequence[str] = field(default=())


def hits(version_id: int, agency_id: int) -> tuple[str, str, dict[str, Any]]:
    """(unknown, ambiguous, params): hits of the two rules as SQL (row_id, related, details, fixes), "" for none."""
    asked = _asked(version_id, agency_id)
    unknown = [each for each in asked if not each.bearers]
    ambiguous = [each for each in asked if each.bearers > 1]
    known = _known(version_id, agency_id) if unknown else []
    params: dict[str, Any] = {}
    told = _unknown(unknown, known)
    params |= _arrays("unknown", told)
    params |= _arrays("ambiguous", [_ambiguous(each) for each in ambiguous])
    return (_on_rows("unknown") if told else "", _on_rows("ambiguous") if ambiguous else "", params)


@dataclass(frozen=True)
class Told:
    """What is said at the rows of one name: at each where there is a fix to apply, else at the first of them."""

    asked: Asked
    details: Mapping[str, str]
    fixes: Mapping[str, str]


def _on_rows(which: str) -> str:
    """The one row of each name without a fix, found by its id; every row of those with one, by the name."""
    told = f"""SELECT * FROM unnest(%({which}_names)s::text[], %({which}_rows)s::bigint[], %({which}_details)s::text[],
                                    %({which}_fixes)s::text[]) AS told(name, row_id, details, fixes)"""
    said = "'[]'::jsonb AS related, told.details::jsonb AS details, told.fixes::jsonb AS fixes"
    return f"""SELECT told.row_id, {said} FROM ({told}) told WHERE told.row_id IS NOT NULL
               UNION ALL
               SELECT r.id, {said} FROM ({told}) told JOIN {CAMERA.rows} r ON r.platform_name = told.name
               JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
               WHERE told.row_id IS NULL"""


def _arrays(which: str, told: Sequence[Told]) -> dict[str, Any]:
    return {
        f"{which}_names": [each.asked.name for each in told],
        f"{which}_rows": [None if each.fixes else each.asked.first for each in told],
        f"{which}_details": [json.dumps(each.details, ensure_ascii=False) for each in told],
        f"{which}_fixes": [json.dumps(each.fixes, ensure_ascii=False) for each in told],
    }


_BEARERS = f"""
    SELECT {NAME_KEY.format("coalesce(nullif(r.name, ''), t.name)")} AS name_key, 1 AS nearness,
           coalesce(nullif(r.name, ''), t.name) AS name, r.sheet || ' 第' || r.row || '行' AS number,
           coalesce(r.match_id, -r.id) AS id
    FROM {PLATFORM.rows} r JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
    LEFT JOIN {PLATFORM.things} t ON t.id = r.match_id
    UNION ALL
    SELECT {NAME_KEY.format("p.name")}, CASE WHEN p.reporting_agency_id = %(agency)s THEN 2 ELSE 3 END, p.name,
           '{PLATFORM.number_prefix}' || lpad(p.id::text, greatest(6, length(p.id::text)), '0'), p.id
    FROM {PLATFORM.things} p WHERE p.life = 'live' AND p.id NOT IN (
        SELECT r.match_id FROM {PLATFORM.rows} r
        JOIN inventory_sourcefile f ON f.id = r.source_file_id AND f.version_id = %(version)s
        WHERE r.match_id IS NOT NULL
        UNION ALL SELECT m.thing_id FROM inventory_missingmark m
        WHERE m.version_id = %(version)s AND m.kind = 'platform' AND m.mark = 'removed')"""
"""Every platform that a name may mean, by how near it is: of this version, the agency's own, the county's.

One that the unit says was removed is none.
"""


def _asked(version_id: int, agency_id: int) -> list[Asked]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH asked AS MATERIALIZED (
                    SELECT platform_name, {NAME_KEY.format("platform_name")} AS name_key, rows, first FROM (
                        SELECT r.platform_name, count(*) AS rows, min(r.id) AS first FROM {CAMERA.rows} r
                        WHERE r.platform_name <> '' AND r.source_file_id = ANY(
                            ARRAY(SELECT id FROM inventory_sourcefile WHERE version_id = %(version)s))
                        GROUP BY 1) names
                ), known AS MATERIALIZED (
                    SELECT DISTINCT ON (name_key) name_key, bearers, numbers FROM (
                        SELECT name_key, nearness, count(DISTINCT id) AS bearers,
                               (array_agg(DISTINCT number))[1:{SUGGESTED}] AS numbers
                        FROM ({_BEARERS}) bearers GROUP BY 1, 2) counted
                    ORDER BY name_key, nearness
                )
                SELECT platform_name, rows, first, coalesce(bearers, 0), coalesce(numbers, '{{}}')
                FROM asked LEFT JOIN known USING (name_key)
                WHERE bearers IS DISTINCT FROM 1 ORDER BY rows DESC, platform_name""",
            {"version": version_id, "agency": agency_id},
        )
        return [Asked(*row) for row in cursor.fetchall()]


def _known(version_id: int, agency_id: int) -> list[str]:
    """The names that lead to exactly one platform, the nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT min(name) FROM (SELECT name_key, nearness, count(DISTINCT id) AS bearers, min(name) AS name
                    FROM ({_BEARERS}) bearers WHERE name <> '' GROUP BY 1, 2) counted
                GROUP BY name_key HAVING (array_agg(bearers ORDER BY nearness))[1] = 1
                ORDER BY min(nearness), min(name)""",
            {"version": version_id, "agency": agency_id},
        )
        return [name for (name,) in cursor.fetchall()]


def _ambiguous(asked: Asked) -> Told:
    more = " 等" if asked.bearers > len(asked.numbers) else ""
    details = {
        "name": asked.name,
        "bearers": str(asked.bearers),
        "candidates": "、".join(asked.numbers) + more,
        "count": str(asked.rows),
    }
    return Told(asked, details, {})


def _unknown(asked: Sequence[Asked], known: Sequence[str]) -> list[Told]:
    """What to say of each unknown name: the safe fix, else the near names."""
    by_core: dict[str, list[str]] = defaultdict(list)
    for name in known:
        by_core[core(name)].append(name)
    index = Alike(known)
    told = []
    for place, each in enumerate(asked):
        same = by_core.get(core(each.name), [])
        near = same[:SUGGESTED] or (index.near(each.name) if place < MOST_COMPARED else [])
        says = "相近的有" + "".join(f"“{name}”" for name in near) if near else "也没有相近的名称"
        fixes = {"platform_name": same[0]} if len(same) == 1 else {}
        told.append(Told(each, {"name": each.name, "near": says, "count": str(each.rows)}, fixes))
    return told


def core(name: str) -> str:
    """What a platform's name says without white space, brackets, punctuation and a last 平台 or 系统.

    A name that is nothing else stays as it is.
    """
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return _SUFFIX.sub("", plain) or plain


class Alike:
    """Names found by the pairs of characters they have in common."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._pairs = [_pairs(name) for name in names]
        self._with: dict[str, list[int]] = defaultdict(list)
        for place, pairs in enumerate(self._pairs):
            for pair in pairs:
                self._with[pair].append(place)

    def near(self, name: str) -> list[str]:
        """The nearest names, the nearest first; empty where none is near."""
        own = _pairs(name)
        common: dict[int, int] = defaultdict(int)
        for pair in own:
            for place in self._with.get(pair, ()):
                common[place] += 1
        scored = ((2 * count / (len(own) + len(self._pairs[place])), -place) for place, count in common.items())
        best = sorted((score for score in scored if score[0] >= ALIKE), reverse=True)[:SUGGESTED]
        return [self._names[-place] for _, place in best]


def _pairs(name: str) -> frozenset[str]:
    text = core(name)
    return frozenset(_couples(text)) or frozenset({text})


def _couples(text: str) -> Iterable[str]:
    return (text[place : place + 2] for place in range(len(text) - 1))
