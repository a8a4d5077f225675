"""How a registered value reads. The words come from the declarations, so that they are said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sheets.declare import Sheet
from sheets.kinds.choices import Closed, Partly, YesNo

from .models import Life, number_for
from .names import Names

Words = Mapping[str, Callable[[Any], str]]
"""Field key -> how its stored value reads."""

LABEL_STATES = {"yes": "有", "no": "无", "unknown": "不明"}
LIVES = {str(value): str(label) for value, label in Life.choices}
YES_NO = {True: "是", False: "否"}
AGENCY_FIELDS = ("reporting_agency_id", "owner_id", "supervisor_id", "maintainer_id")
AGENCY_TITLES = ("填报单位", "权属单位", "主管部门", "运维单位")


def table_of(words: Mapping[Any, str]) -> Callable[[Any], str]:
    """Reads by a table; a value that is not in it stays as it is."""
    return lambda value: words.get(value, str(value))


def linked(prefix: str) -> Callable[[Any], str]:
    """Reads a surrogate id as its registry number."""
    return lambda pk: number_for(prefix, pk)


def words_of(sheet: Sheet) -> dict[str, Callable[[Any], str]]:
    """The words of every coded field of a declaration, and of those that all registered things share."""
    words = {"life": table_of(LIVES), "label_state": table_of(LABEL_STATES)}
    for column in sheet.columns:
        kind, key = column.kind, column.fields[0].key
        if isinstance(kind, Closed):
            words[key] = table_of(kind.labels)
        elif isinstance(kind, YesNo):
            words[key] = table_of(YES_NO)
        elif isinstance(kind, Partly):
            words[key] = table_of(dict(zip(("yes", "no", "partial"), kind.choices, strict=True)))
    return words


def say(key: str, value: Any, words: Words, names: Names) -> str:
    """The value of a field as a person reads it; "" for a blank one."""
    if value is None or value == "":
        return ""
    if key in words:
        return words[key](value)
    if key == "township":
        return names.township(value)
    if key in AGENCY_FIELDS:
        return names.agency(value)
    if isinstance(value, (Decimal, float)):
        return plain_number(value)
    return str(value)


def plain_number(value: Decimal | float) -> str:
    """Without trailing zeros and never in scientific form: 6.50 is 6.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
