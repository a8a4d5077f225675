"""Rows ready for the database: raw cells, clean values, row hash, as objects or as PostgreSQL COPY text.

The COPY text is made column-wise: what is alike in every row, and texts that need no escaping, go into one format
string, so that 100,000 rows cost little beside reading them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any

from sheets import judge
from sheets.cells import EXCEL_WHOLE, Shown
from sheets.declare import Sheet
from sheets.forensics import Broken
from sheets.judge import RawCell
from sheets.kinds.coordinates import Degrees

if TYPE_CHECKING:
    from sheets.table import Batch, Table

NULL = r"\N"
_BROKEN = {"excel_error": "error", "no_result": "formula"}
_ISSUES: Mapping[str, Any] = {word: issue for issue, word in _BROKEN.items()}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One data row. `raw` holds the cells in declared column order (see `raw_value`; "" blank), the value of a
    vertically merged one in each of its rows; `clean` the values in the order of `Sheet.clean_columns`, `hash` the hex
    SHA-256 over the hashed ones."""

    sheet: str
    row: int
    raw: tuple[Any, ...]
    clean: tuple[Any, ...]
    hash: str
    errors: int
    warnings: int


def canonical(value: Any) -> Any:
    """A clean value as it enters the row hash: decimals as plain text without trailing zeros, tuples as lists."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
    return list(value) if isinstance(value, tuple) else value


def row_hash(sheet: Sheet, clean: Mapping[str, Any]) -> str:
    """The hash of a row from its clean values by field key: hex SHA-256 over a JSON array in declared order.

    Fields that say where a row stands rather than what it says (seq, merge_group), and those computed from others
    (WGS-84), are left out; see `Field.hashed`.
    """
    values = [canonical(clean[entry.key]) for entry in sheet.fields if entry.hashed]
    return sha256(_json(values).encode()).hexdigest()


def raw_value(cell: Any) -> Any:
    """A raw cell as JSON can hold it, to come back by `raw_cell`.

    Texts, Booleans and numbers as such (whole ones without a point, fifteen digits at most), anything else as an object
    that says what it is: {"date": "2020-03-01"}, {"time": "08:30:00"}, {"seconds": 5400.0}, {"error": "#N/A"},
    {"formula": ""}, {"number": 2020.1, "shown": "2020.10"}, and {"number": "inf"} where a file has a number beyond all.
    """
    if isinstance(cell, (str, bool)):
        return cell.replace("\x00", "") if isinstance(cell, str) else cell
    if isinstance(cell, float):
        if not isfinite(cell):
            return {"number": str(cell)}
        number = int(cell) if cell.is_integer() and abs(cell) < EXCEL_WHOLE else float(f"{cell:.15g}")
        return {"number": number, "shown": cell.shown} if isinstance(cell, Shown) else number
    if isinstance(cell, int):
        return cell
    if isinstance(cell, Broken):
        return {_BROKEN.get(cell.issue, cell.issue): cell.text}
    if isinstance(cell, timedelta):
        return {"seconds": cell.total_seconds()}
    return {"time" if isinstance(cell, time) else "date": cell.isoformat()}


def raw_cell(value: Any) -> RawCell:
    """The cell that `raw_value` made this of, as the judge gets it from the reader; numbers are floats."""
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if value is None:
        return ""
    (kind, told), *more = value.items()
    if kind == "number" and not more:
        return float(told)
    if "shown" in value:
        return Shown(value["number"], value["shown"])
    if kind == "date":
        return datetime.fromisoformat(told) if "T" in told else date.fromisoformat(told)
    if kind == "time":
        return time.fromisoformat(told)
    if kind == "seconds":
        return timedelta(seconds=told)
    if more:
        raise ValueError(f"no raw cell: {sorted(value)}")
    return Broken(_ISSUES.get(kind, kind), told)


def raw_text(value: Any) -> str:
    """What people see of a stored raw cell."""
    return value if isinstance(value, str) else judge.raw_text(raw_cell(value))


def staged_rows(table: Table) -> Iterator[StagedRow]:
    """The rows of a judged table as objects."""
    sheet = table.sheet
    keys = sheet.clean_columns
    errors, warnings = table.counts()
    for batch in table.batches:
        blank = [""] * len(batch)
        raw = zip(*(batch.raw.get(column.key, blank) for column in sheet.columns), strict=True)
        clean = zip(*(_exported(table, batch, key) for key in keys), strict=True)
        for place, (cells, values) in enumerate(zip(raw, clean, strict=True)):
            yield StagedRow(
                sheet=table.name,
                row=batch.numbers[place],
                raw=tuple(map(raw_value, cells)),
                clean=values,
                hash=row_hash(sheet, dict(zip(keys, values, strict=True))),
                errors=errors[batch.first + place],
                warnings=warnings[batch.first + place],
            )


def copy_text(table: Table) -> Iterator[bytes]:
    """The rows as COPY text (UTF-8), in batches; columns are `Sheet.copy_columns`."""
    errors, warnings = table.counts()
    for batch in table.batches:
        part = slice(batch.first, batch.first + len(batch))
        yield "".join(_lines(table, batch, errors[part], warnings[part])).encode()


def _lines(table: Table, batch: Batch, errors: Sequence[int], warnings: Sequence[int]) -> Iterator[str]:
    sheet = table.sheet
    seen: dict[int, tuple[Sequence[Any], Texts]] = {}
    raw, clean, hashed = _Format(seen), _Format(seen), _Format(seen)
    for number, column in enumerate(sheet.columns):
        raw.literal(", " if number else "")
        if column.key in batch.raw:
            raw.add(batch.raw[column.key], _raw_json, '"%s"')
        else:
            raw.literal('""')
    degrees = table.degrees()
    for entry in sheet.fields:
        clean.literal("\t")
        if entry.hashed:
            hashed.literal("," if hashed.used else "")
        if entry.key in degrees:
            texts = _degree_texts(batch.values(entry.key))
            clean.ready([NULL if text is None else text for text in texts])
            hashed.ready(["null" if text is None else f'"{text}"' for text in texts])
        else:
            values = _exported(table, batch, entry.key)
            clean.add(values, _copy_value, "%s")
            if entry.hashed:
                hashed.add(values, _hash_json, '"%s"')
    digests = [sha256(f"[{text}]".encode()).hexdigest() for text in hashed.lines(len(batch))]
    prefix = copy_escape(table.name).replace("%", "%%")
    line = f"{prefix}\t%d\t[{raw.text}]\t%s\t%d\t%d{clean.text}\n"
    columns = (batch.numbers, *raw.columns, digests, errors, warnings, *clean.columns)
    return map(line.__mod__, zip(*columns, strict=True))


def _exported(table: Table, batch: Batch, field: str) -> Sequence[Any]:
    """The clean values of a field as they are kept."""
    export = table.exports().get(field)
    values = batch.values(field)
    return values if export is None else [export(value) for value in values]


def _degree_texts(values: Sequence[float | None]) -> list[str | None]:
    """Coordinates as plain decimal text, without making a Decimal for each."""
    texts = [None if value is None else f"{value:.15g}" for value in values]
    return [
        canonical(Degrees.export(value)) if text is not None and len(text) - text.find(".") > _PLAIN_DECIMALS else text
        for text, value in zip(texts, values, strict=True)
    ]


class _Format:
    """A %-format for one line, and the columns that fill it. `seen` remembers what columns used again are like."""

    def __init__(self, seen: dict[int, tuple[Sequence[Any], Texts]]) -> None:
        self.text = ""
        self.columns: list[Sequence[str]] = []
        self.used = False
        self._seen = seen

    def literal(self, text: str) -> None:
        """Text between columns."""
        self.text += text

    def add(self, values: Sequence[Any], encode: Callable[[Any], str], quoted: str) -> None:
        """A column of values. Texts that need no escaping stand in the format as `quoted`, others are encoded once."""
        self.used = True
        # The list is kept with the verdict, lest another one be made at its address.
        _, texts = self._seen.get(id(values)) or self._seen.setdefault(id(values), (values, _texts(values)))
        if texts is Texts.SAFE:
            self.text += quoted
            self.columns.append(values)
            return
        if texts is Texts.GAPS:
            before, after = quoted.split("%s")
            blank = encode(None)
            self.ready([blank if value is None else f"{before}{value}{after}" for value in values])
            return
        types = set(map(type, values))
        if types == {float} and isfinite(sum(values)):
            # Raw numbers as Excel keeps them, fifteen digits; computed ones in full.
            self.ready([f"{value:.15g}" for value in values] if encode is _raw_json else list(map(repr, values)))
        elif bool in types and len(types - {bool, type(None)}):
            self.ready([encode(value) for value in values])
        else:
            known = {value: encode(value) for value in set(values)}
            if len(known) == 1:
                self.text += next(iter(known.values())).replace("%", "%%")
            else:
                self.ready([known[value] for value in values])

    def ready(self, texts: Sequence[str]) -> None:
        """A column of finished texts."""
        self.used = True
        self.text += "%s"
        self.columns.append(texts)

    def lines(self, count: int) -> Iterator[str]:
        """The filled lines."""
        if not self.columns:
            return iter([self.text % ()] * count)
        return map(self.text.__mod__, zip(*self.columns, strict=True))


def copy_escape(text: str) -> str:
    """A text value for COPY text format."""
    return text.translate(_ESCAPES)


class Texts(Enum):
    """What a column holds: texts that need no escaping, in JSON or in COPY; such and None; anything else."""

    SAFE = auto()
    GAPS = auto()
    OTHER = auto()


def _texts(values: Sequence[Any]) -> Texts:
    found = Texts.SAFE
    try:
        joined = "".join(values)
    except TypeError:
        if set(map(type, values)) != {str, type(None)}:
            return Texts.OTHER
        found = Texts.GAPS
        joined = "".join([value for value in values if value is not None])
    return found if joined.isprintable() and '"' not in joined and "\\" not in joined else Texts.OTHER


#: A coordinate's text may have this much from its point on, eight decimals, to need no rounding.
_PLAIN_DECIMALS = 9


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _hash_json(value: Any) -> str:
    return _json(canonical(value))


def _raw_json(cell: Any) -> str:
    return copy_escape(_json(raw_value(cell)))


def _copy_value(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, tuple):
        return "{" + ",".join(value) + "}"
    return (
        copy_escape(value)
        if isinstance(value, str)
        else format(value, "f")
        if isinstance(value, Decimal)
        else repr(value)
    )
