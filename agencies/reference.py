"""Reference data: from files into tables, as often as one likes.

Divisions, their aliases and the kinds of place come from `fixtures/codes` (shared with the sheet library, so that each
fact is said once); agencies, duties and tasks from `fixtures/reference`. Sources: Attachments 1 to 3 and
chapter five of the plan, the statistical divisions of 2022.

Dates of Attachment 2: 旬 ends on its last day (8月中旬 = 20 August); 8月下旬 of task 3 is 22 August, the day that
chapters three and four name for the same list; 12月底前 = 31 December; 长期坚持 has no date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db import models, transaction

from audit import journal
from sheets.kinds.places import ZONE, ZONE_NAME
from sheets.tables import table

from .models import Agency, Division, DivisionAlias, Duty, Person, PlaceKind, Task, TaskParty

KINDS = {"镇": Division.Kind.TOWN, "乡": Division.Kind.TOWNSHIP}
Rows = Iterable[Mapping[str, Any]]


@transaction.atomic
def load() -> dict[str, int]:
    """Insert what is missing, correct what differs, remove nothing; return changed rows per model label.

    Rows added by hand stay. Whether an agency is in use is the office's decision and is left alone.
    """
    changed: dict[str, int] = {}
    for model, key, rows in _tables():
        if count := _upsert(model, key, rows):
            changed[model._meta.label_lower] = count
    if changed:
        system = Person.objects.system()
        journal.record(system, "reference.loaded", system, changed=changed)
    return changed


def _tables() -> Iterator[tuple[type[models.Model], tuple[str, ...], Rows]]:
    """Each model with its natural key and its rows, in the order of their references."""
    yield Division, ("code",), _divisions()
    yield DivisionAlias, ("text",), _aliases()
    yield PlaceKind, ("code",), _place_kinds()
    yield Agency, ("code",), _agencies()
    yield Duty, ("agency_id", "place_kind_id"), _duties()
    yield Task, ("number",), _tasks()
    yield TaskParty, ("task_id", "part", "position"), _parties()


def _upsert(model: type[models.Model], key: tuple[str, ...], rows: Rows) -> int:
    """Write the rows that are not there as told; return how many were."""
    existing = {tuple(getattr(found, name) for name in key): found for found in model._default_manager.all()}
    changed = 0
    for row in rows:
        found = existing.get(tuple(row.get(name) for name in key))
        if found is None:
            model._default_manager.create(**row)
        elif any(getattr(found, name) != value for name, value in row.items()):
            for name, value in row.items():
                setattr(found, name, value)
            found.save(update_fields=[name for name in row if name not in key])
        else:
            continue
        changed += 1
    return changed


def _read(name: str) -> Any:
    return json.loads((settings.BASE_DIR / "fixtures" / "reference" / f"{name}.json").read_text(encoding="utf-8"))


def _divisions() -> Iterator[dict[str, Any]]:
    former: dict[str, list[str]] = {}
    for row in table("jinzhai_townships_retired"):
        if row["code9"] != ZONE:
            former.setdefault(row["successor_code9"], []).append(row["code9"])
    for row in table("jinzhai_townships"):
        code = row["code9"]
        yield {"code": code, "name": row["name"], "kind": KINDS[row["kind"]], "former_codes": former.get(code, [])}
    yield {"code": ZONE, "name": ZONE_NAME, "kind": Division.Kind.SPECIAL, "former_codes": []}


def _aliases() -> Iterator[dict[str, Any]]:
    """The table's, and each township's name without 镇 or 乡."""
    told = {row["alias"]: (row["code9"], row["note"]) for row in table("township_aliases")}
    for row in table("jinzhai_townships"):
        told.setdefault(row["name"].removesuffix(row["kind"]), (row["code9"], "简称"))
    for text, (code, note) in told.items():
        yield {"text": text, "division_id": code, "note": note}


def _place_kinds() -> Iterator[dict[str, Any]]:
    for position, row in enumerate(table("place_kinds"), 1):
        yield {"code": row["code"], "name": row["name"], "position": position}


def _agencies() -> Iterator[dict[str, Any]]:
    for position, agency in enumerate(_read("agencies"), 1):
        yield {
            "code": agency["code"],
            "name": agency["name"],
            "short_name": agency["short_name"],
            "kind": agency["kind"],
            "division_id": agency.get("division"),
            "position": position,
            "leading_group": agency.get("leading_group", False),
            "post": agency.get("post", ""),
        }


def _duties() -> Iterator[dict[str, Any]]:
    by_code = {agency.code: agency for agency in Agency.objects.all()}
    for duty in _read("duties"):
        kinds = duty.get("agency_kinds", [])
        agencies = [a for a in by_code.values() if a.kind in kinds] or [by_code[duty["agency"]]]
        for agency in agencies:
            for kind in duty["place_kinds"] or [None]:
                yield {"agency_id": agency.pk, "place_kind_id": kind, "wording": duty["wording"]}


def _tasks() -> Iterator[dict[str, Any]]:
    field = Task._meta.get_field("due_on")
    for task in _read("tasks"):
        yield {
            "number": task["number"],
            "title": task["title"],
            "due_wording": task["due_wording"],
            "due_on": field.to_python(task["due_on"]),
        }


def _parties() -> Iterator[dict[str, Any]]:
    by_code = dict(Agency.objects.values_list("code", "pk"))
    for task in _read("tasks"):
        for part in TaskParty.Part:
            for position, party in enumerate(task[part.value], 1):
                yield {
                    "task_id": task["number"],
                    "part": part.value,
                    "position": position,
                    "agency_id": by_code[party["agency"]] if "agency" in party else None,
                    "group": party.get("group", ""),
                }
