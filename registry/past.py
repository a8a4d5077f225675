"""The registry as it stood at a moment of the past, read from its versions (model.md: "as of" means recording time).

A queryset from here is one of the identity's own model and manager: its rows are those identities that were recorded at
the moment, with the values recorded then. So every filter, sort, mask and right that is declared for the list of today
holds for any day before, and nothing is said twice. Who may see a row is asked of the agencies that the version itself
names: what was an agency's then, that agency may look up, and whoever took it over later sees it from then on.

These instances are for reading. They must never be saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, models
from django.db.models.sql.datastructures import BaseTable
from django.utils import timezone

from audit.failures import Invalid

RECORDED_AS = {"changed_at": "recorded_from", "version_number": "number"}
"""Columns of an identity that its versions have under another name."""
AT_A_MOMENT = "v.recorded_from <= %s AND (v.recorded_to IS NULL OR v.recorded_to > %s)"
OF_ONE = "v.{identity} = %s"


class Recordings(BaseTable):
    """A FROM clause that puts versions in the place of the identity's table, under its name and with its columns."""

    def __init__(self, table_name: str, alias: str | None, sql: str, params: tuple[Any, ...]) -> None:
        super().__init__(table_name, alias)
        self.sql, self.params = sql, params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return f"({self.sql}) {compiler.quote_name_unless_alias(self.table_alias)}", self.params

    def relabeled_clone(self, change_map: Mapping[str | None, str]) -> Recordings:
        alias = change_map.get(self.table_alias, self.table_alias)
        return Recordings(self.table_name, alias, self.sql, self.params)

    @property
    def identity(self) -> Any:
        return (*super().identity, self.sql, self.params)


def rows(model: type[models.Model], moment: datetime | None) -> Any:
    """The identities of `model` as recorded at `moment`, or as they are now (None): a queryset of its own manager."""
    if moment is None:
        return model._default_manager.all()
    return _read_from(model, AT_A_MOMENT, moment, moment)


def editions(model: type[models.Model], pk: int) -> Any:
    """Every version of one identity, each as the identity that it recorded: a queryset of its own manager.

    `version_number` tells them apart; they all have the same primary key.
    """
    return _read_from(model, OF_ONE, pk)


def _read_from(model: type[models.Model], condition: str, *params: Any) -> Any:
    found = model._default_manager.all()
    query: Any = found.query
    query.join(Recordings(model._meta.db_table, None, f"{_select(model)} WHERE {_named(model, condition)}", params))
    return found


def versions_of(model: type[models.Model]) -> tuple[type[models.Model], str]:
    """The table of versions of an identity, and its column that leads there."""
    relation: Any = model._meta.get_field("versions")
    return relation.related_model, relation.field.column


def _named(model: type[models.Model], condition: str) -> str:
    return condition.format(identity=versions_of(model)[1])


def _select(model: type[models.Model]) -> str:
    """SELECT of the identity's columns from its versions; what no version records (a derived key) is null."""
    version, identity = versions_of(model)
    held = {field.column for field in version._meta.concrete_fields}
    columns = []
    for field in model._meta.concrete_fields:
        column = str(field.column)
        source = identity if field.primary_key else RECORDED_AS.get(column, column)
        columns.append(f"{f'v.{source}' if source in held else 'NULL'} AS {column}")
    return f"SELECT {', '.join(columns)} FROM {version._meta.db_table} v"  # noqa: S608 - names of our own models


def end_of(day: date) -> datetime:
    """24时 of the day in the county: the moment that a list "as of" it shows."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def refuse_unrecorded(model: type[models.Model], day: date) -> None:
    """Raise Invalid (422) for a day that is not over, by the database's clock, or that lies before the first entry."""
    if day.year > timezone.localdate().year + 1:
        raise Invalid(_not_yet(day))
    moment, table = end_of(day), versions_of(model)[0]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT now() >= %s, EXISTS (SELECT FROM {table} WHERE recorded_from <= %s)",  # noqa: S608
            [moment, moment],
        )
        is_over, is_recorded = cursor.fetchone()
        if not is_over:
            raise Invalid(_not_yet(day))
        if is_recorded:
            return
        cursor.execute(f"SELECT min(recorded_from) FROM {table}")  # noqa: S608
        first = cursor.fetchone()[0]
    if first is None:
        raise Invalid("台账里还没有记录，没有以前的可看。")
    since = in_words(timezone.localdate(first))
    raise Invalid(f"台账从{since}开始有记录，看不到更早的。请选这一天或以后的日期。")


def _not_yet(day: date) -> str:
    return f"{in_words(day)}还没有过完，看不到当日24时的台账。请选今天以前的日期。"
