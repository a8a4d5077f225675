"""A registered thing as the cells of its form, and cells back as what changes of the thing."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model

from cameras.sheet import POLE_COLUMNS
from registry.words import plain_number
from sheets.declare import Column

from ..entering.entry_forms import LEFT_OUT
from ..registering.checks import DECLARATIONS
from ..registering.targets import TARGETS, Target

BY_KIND: dict[str, Target] = {target.kind: target for target in TARGETS}
OF_OTHERS = frozenset(POLE_COLUMNS)
"""Columns that speak of another thing, which cameras may share: they change with a survey."""
POSITION = frozenset({"longitude", "latitude", "datum", "mobility"})
PLACED = ("longitude", "latitude", "wgs_longitude", "wgs_latitude")
"""What any column of the position decides together."""


def columns_of(target: Target) -> list[Column]:
    """The declared columns that are registered, in their order."""
    known = set(target.columns)
    return [
        column
        for column in DECLARATIONS[target.kind].columns
        if not column.hidden and column.key not in LEFT_OUT and column.fields[0].key in known
    ]


def askable(target: Target) -> list[Column]:
    """The columns that a request may change."""
    return [column for column in columns_of(target) if column.key not in OF_OTHERS]


def cells_of(target: Target, thing: Any) -> dict[str, str]:
    """Column key -> what one would write into its cell; "" for a blank one. `thing`: an identity or a version."""
    found = {}
    for column in columns_of(target):
        values = [getattr(thing, entry.key) for entry in column.fields]
        found[column.key] = "" if values[0] in (None, "") else _text(column.kind.show(*values))
    return found


def _text(shown: Any) -> str:
    return plain_number(shown) if isinstance(shown, Decimal | float) else str(shown)


def fields_of(target: Target, touched: frozenset[str]) -> list[str]:
    """The registered fields that these columns decide."""
    found = [entry.key for column in askable(target) if column.key in touched for entry in column.fields]
    if touched & POSITION and target.kind == "camera":
        found += [key for key in PLACED if key not in found]
    return [key for key in found if key in target.columns]


def titles_of(target: Target, fields: Collection[str]) -> list[str]:
    """What the columns of these fields are called, in the form's order."""
    found = [column for column in askable(target) if any(entry.key in fields for entry in column.fields)]
    return [column.label.partition("（")[0] for column in found]


def typed(target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that were kept as JSON, as the model has them."""
    fields = {str(field.column): field for field in target.identity._meta.concrete_fields}
    return {key: fields[key].to_python(value) for key, value in values.items()}


def changed(target: Target, before: Model, values: Mapping[str, Any]) -> Any:
    """The thing as it would be: a copy of `before` with these values; `erased`: nothing in it is left unsaid."""
    after: Any = copy.copy(before)
    for key, value in typed(target, values).items():
        setattr(after, key, value)
    after.erased = list(target.columns)
    return after


def version_of(target: Target, thing_id: int, number: int) -> Any:
    """The thing's version of this number: what a request was asked beside."""
    versions: Any = target.version._default_manager
    return versions.get(**{target.thing_id: thing_id, "number": number})
