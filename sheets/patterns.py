"""Patterns over a whole file that honest surveys do not show: copied, stepped, piled up, all alike.

Each is looked for in a pass or two over plain columns, with an early way out, and told once with its figures: reviewers
weigh it, nothing is refused. `None` and "" are rows that do not say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import cos, hypot, isnan, nan, radians
from typing import Any, NamedTuple

from sheets.datum import complete
from sheets.duplicates import NAMED

Degrees = Sequence[float | None]

#: Metres of one degree of latitude; of longitude it is that times the cosine.
METRES = 111_320.0
#: Cameras on one point that need no explanation, and those that each arm of a pole may bear besides.
PILE, PER_ARM = 10, 4
#: A police station's cameras that say something when they stand on one point, and which part of them.
STATION_CAMERAS, STATION_SHARE = 6, 0.9
#: Rows on end with the same step between them.
RUN = 15
#: Cameras of one pole are no further apart than its arms and the measuring explain.
POLE_METRES = 20.0
#: So many points, poles or stations are told of one by one.
TOLD = 20


class Pattern(NamedTuple):
    """Something seen in a file: the rows concerned, the first of which carries the finding, and its figures."""

    rows: Sequence[int]
    details: Mapping[str, Any]

    def related(self, key: str) -> tuple[tuple[int, str], ...]:
        """Further cells concerned, so many as are named."""
        return tuple((row, key) for row in self.rows[1 : NAMED + 1])


def crowds(longitudes: Degrees, latitudes: Degrees, least: int) -> dict[tuple[float, float], list[int]]:
    """Points that at least so many rows share -> these rows."""
    counts = Counter(longitudes)
    if max(counts.values(), default=0) < least:
        return {}
    busy = {value for value, count in counts.items() if count >= least and value is not None}
    found: dict[tuple[float, float], list[int]] = {}
    for row, (longitude, latitude) in enumerate(zip(longitudes, latitudes, strict=True)):
        if longitude in busy and longitude is not None and latitude is not None:
            found.setdefault((longitude, latitude), []).append(row)
    return {point: rows for point, rows in found.items() if len(rows) >= least}


def crowded(
    stations: Sequence[str], longitudes: Degrees, latitudes: Degrees, names: Sequence[str], arms: Sequence[int | None]
) -> tuple[list[Pattern], list[Pattern]]:
    """(points with more cameras than a pole bears, stations whose cameras stand on one point). What is told of a
    station is no pile besides."""
    points = sorted(crowds(longitudes, latitudes, min(STATION_CAMERAS, PILE)).values(), key=len, reverse=True)
    if not points:
        return [], []
    copied = list(_copied_from_station(points, stations, longitudes, names))
    rows_told = {row for pattern in copied for row in pattern.rows}
    piles = [rows for rows in points if sum(row not in rows_told for row in rows) >= _borne(rows, arms)][:TOLD]
    return [
        Pattern(rows, {"count": len(rows), "arms": max((arms[row] or 0 for row in rows), default=0)}) for rows in piles
    ], copied


def _copied_from_station(
    points: Sequence[Sequence[int]], stations: Sequence[str], longitudes: Degrees, names: Sequence[str]
) -> Iterator[Pattern]:
    """Stations nearly all of whose cameras stand on one point, though they are called differently."""
    totals = Counter(station for station, east in zip(stations, longitudes, strict=True) if east is not None)
    told = 0
    for rows in points:
        said = Counter(stations[row] for row in rows)
        said.pop("", None)
        station, count = said.most_common(1)[0] if said else ("", 0)
        if count < max(STATION_CAMERAS, totals[station] * STATION_SHARE):
            continue
        mine = [row for row in rows if stations[row] == station]
        if len({names[row] for row in mine}) >= count / 2:
            yield Pattern(mine, {"station": station, "count": count, "total": totals[station]})
            told += 1
            if told == TOLD:
                return


def _borne(rows: Sequence[int], arms: Sequence[int | None]) -> int:
    return max(PILE, PER_ARM * max(arms[row] or 0 for row in rows) + 1)


def evenly_stepped(longitudes: Degrees, latitudes: Degrees) -> Iterator[Pattern]:
    """The longest run of rows each of which lies as far from the one before as that from its own, told with all runs.

    Looking at every thirteenth row with the two after it finds every run of fifteen.
    """
    if len(longitudes) < RUN:
        return
    east, north = _numbers(longitudes), _numbers(latitudes)
    stride = RUN - 2
    seeds = [
        stride * place
        for place, (a, b, c) in enumerate(zip(east[::stride], east[1::stride], east[2::stride], strict=False))
        if -_EXACT < a - b - b + c < _EXACT
    ]
    runs: list[range] = []
    for seed in seeds:
        if (not runs or seed + 2 >= runs[-1].stop) and _steps(east, north, seed):
            run = _grown(east, north, seed)
            if len(run) >= RUN:
                runs.append(run)
    if runs:
        longest = max(runs, key=len)
        first = longest.start
        step = (east[first + 1] - east[first], north[first + 1] - north[first])
        said = {"count": len(longest), "rows": sum(map(len, runs)), "runs": len(runs)}
        yield Pattern(longest, said | {"east": f"{step[0]:+.6f}", "north": f"{step[1]:+.6f}"})


#: Steps are alike when they agree to a fraction of the sixth decimal.
_EXACT = 2e-7


def _numbers(values: Degrees) -> Sequence[float]:
    """The same with nan where there is none, which agrees with nothing."""
    return values if complete(values) else [nan if value is None else value for value in values]  # type: ignore[return-value]


def _steps(east: Sequence[float], north: Sequence[float], row: int) -> bool:
    """Whether the step from this row to the next is the one after it too, and leads anywhere at all."""
    if row + 2 >= len(east):
        return False
    a, b, c = east[row : row + 3]
    d, e, f = north[row : row + 3]
    return abs(a - b - b + c) < _EXACT and abs(d - e - e + f) < _EXACT and (abs(b - a) > _EXACT or abs(e - d) > _EXACT)


def _grown(east: Sequence[float], north: Sequence[float], seed: int) -> range:
    start, stop = seed, seed + 3
    while start and _steps(east, north, start - 1):
        start -= 1
    while _steps(east, north, stop - 2):
        stop += 1
    return range(start, stop)


def apart_on_one_pole(numbers: Sequence[str], longitudes: Degrees, latitudes: Degrees) -> Iterator[Pattern]:
    """Poles whose cameras stand further apart than a pole is wide; the first row is the odd one out."""
    rows_of: dict[str, list[int]] = {}
    for row, number in enumerate(numbers):
        if number:
            rows_of.setdefault(number, []).append(row)
    east, north = _numbers(longitudes), _numbers(latitudes)
    told = 0
    for number, mine in rows_of.items():
        if len(mine) == 1:
            continue
        rows = [row for row in mine if not isnan(east[row] + north[row])]
        far = [(metres_between(east, north, rows[0], row), row) for row in rows[1:]]
        off = [row for metres, row in far if metres > POLE_METRES]
        if off:
            metres = max(far)[0]
            yield Pattern([*off, rows[0]], {"number": number, "metres": _metres(metres), "count": len(rows)})
            told += 1
            if told == TOLD:
                return


def metres_between(longitudes: Sequence[float], latitudes: Sequence[float], one: int, other: int) -> float:
    """Metres between the positions of two rows; good for the few kilometres asked about here."""
    east, north = longitudes[one] - longitudes[other], latitudes[one] - latitudes[other]
    return hypot(east * METRES * cos(radians(latitudes[one])), north * METRES)


def _metres(metres: float) -> str:
    return f"{metres:.0f} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


def nearly_all_alike(values: Sequence[Any], least: int, share: float) -> Iterator[Pattern]:
    """One value in so large a part of at least so many rows that state one."""
    if len(values) < least:
        return
    # A value that fills the file fills its first part too, but for as many rows as may say otherwise.
    part = max(least // 2, int(len(values) * min(1.0, 1.5 * (1 - share))))
    said = len(values) - values.count(None) - values.count("")
    early = Counter(values[:part])
    early.pop(None, 0)
    early.pop("", 0)
    if max(early.values(), default=0) + len(values) - part < said * share:
        return
    counts = Counter(values)
    total = len(values) - counts.pop(None, 0) - counts.pop("", 0)
    if total < least:
        return
    value, count = counts.most_common(1)[0]
    if count >= total * share:
        first = list(values).index(value)
        yield Pattern([first], {"value": value, "count": count, "total": total})


def names_without_code(names: Sequence[str], codes: Sequence[str | None]) -> dict[str, list[int]]:
    """Names that stand more than once, at least once without a code -> their rows."""
    if None not in codes:
        return {}
    rows_of: dict[str, list[int]] = {names[row]: [] for row, code in enumerate(codes) if code is None}
    rows_of.pop("", None)
    for row, name in enumerate(names):
        if name in rows_of:
            rows_of[name].append(row)
    return {name: rows for name, rows in rows_of.items() if len(rows) > 1}


def not_told_apart(
    rows_of: Mapping[str, Sequence[int]], codes: Sequence[str | None], places: Sequence[Sequence[Any]]
) -> Iterator[Pattern]:
    """Rows of one name at one place that no two codes tell apart. A row with its own code is a device of its own."""
    for rows in rows_of.values():
        there: dict[tuple[Any, ...], list[int]] = {}
        for row in rows:
            place = tuple(column[row] for column in places)
            if None not in place and "" not in place:
                there.setdefault(place, []).append(row)
        for alike in there.values():
            if len(alike) > 1 and any(codes[row] is None for row in alike):
                near = alike[: NAMED + 1]
                for row in alike:
                    yield Pattern([row, *(other for other in near if other != row)], {"count": len(alike)})
