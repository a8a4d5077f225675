"""Registered things change without a sheet: both sides have decided it in a case of another kind.

The ledger has an entry of its own for the round, each thing a new version; an earlier one stays what it was, and the
whole can be withdrawn like a batch (`withdrawing`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now

from audit.failures import Conflict
from registry.models import Life, number_for
from reviews.models import Round

from ..models import LedgerEntry
from .acceptance import lock_registry
from .links import meant_platform
from .matching import NAME_KEY
from .targets import CAMERA, STEP, Target

SUPERVISOR = """SELECT d.agency_id FROM agencies_duty d WHERE d.place_kind_id = n.place_kind ORDER BY d.id LIMIT 1"""
"""SQL of the agency that supervises a kind of place, as `targets.SUPERVISION` finds it for rows."""


@dataclass(frozen=True)
class Amendment:
    """What becomes of one thing: column -> clean value, of those that change; judged beside its version `seen`.

    `life`: what the thing's life ends as ("retired": removed in the field), "" where it goes on.
    """

    thing_id: int
    seen: int
    values: Mapping[str, Any]
    life: str = ""


def amend(round_: Round, target: Target, amendments: Sequence[Amendment]) -> dict[str, Any]:
    """Write what the round decided. Runs in the deciding transaction; facts for the journal.

    Raises Conflict where a thing has changed since it was judged, is no longer registered, or would take the code of
    another, and where the round is in the registry already; ValueError for a column that is none of the sheet's, and
    for a life that no decision gives. What follows from the values follows them: a camera's platform its name, the
    supervising agency the kind of place.
    """
    if unknown := {column for each in amendments for column in each.values} - set(target.columns):
        raise ValueError(f"not of {target.kind}: {sorted(unknown)}")
    if unknown := {each.life for each in amendments} - {"", Life.RETIRED.value}:
        raise ValueError(f"no end of a life: {sorted(unknown)}")
    with connection.cursor() as cursor:
        lock_registry(cursor)
        if LedgerEntry.objects.filter(round=round_, kind__in=LedgerEntry.TAKES_IN).exists():
            raise Conflict("本轮已经入库，不再重复登记。请刷新页面查看。")
        entry = LedgerEntry.objects.create(kind=LedgerEntry.Kind.AMENDMENT, round=round_, recorded_at=Now())
        entry.refresh_from_db()
        params = {"entry": entry.pk, "now": entry.recorded_at}
        _draw(cursor, target, amendments)
        _refuse_overtaken(cursor, target)
        try:
            _update(cursor, target, params)
        except IntegrityError as error:
            raise Conflict("要改的编码或名称已由另一条在册记录使用，没有更正。请核对后重新申请。") from error
        cursor.execute("SELECT fate, count(*) FROM plan_amend GROUP BY fate")
        counts = {target.kind: dict(cursor.fetchall())}
    LedgerEntry.objects.filter(pk=entry.pk).update(counts=counts)
    return {"ledger_entry": entry.pk, "amended": counts}


def _draw(cursor: CursorWrapper, target: Target, amendments: Sequence[Amendment]) -> None:
    """plan_amend(row_id, thing_id, seen, told, life, fate): what each thing is to say and to be.

    'unchanged' where it says and is so already; 'retired' where its life ends.
    """
    cursor.execute("DROP TABLE IF EXISTS plan_amend")
    columns = ", ".join(f"t.{column}" for column in target.columns)
    told = ", ".join(f"n.{column}" for column in target.columns)
    cursor.execute(
        f"""CREATE TEMP TABLE plan_amend ON COMMIT DROP AS
            SELECT NULL::bigint AS row_id, asked.thing_id, asked.seen, asked.told, asked.life,
                   CASE WHEN asked.life <> '' THEN asked.life
                        WHEN t.id IS NULL OR ROW({columns}) IS DISTINCT FROM ROW({told})
                        THEN 'changed' ELSE 'unchanged' END AS fate
            FROM unnest(%s::bigint[], %s::int[], %s::jsonb[], %s::text[]) AS asked (thing_id, seen, told, life)
            LEFT JOIN {target.things} t ON t.id = asked.thing_id
            LEFT JOIN LATERAL jsonb_populate_record(t, asked.told) n ON true""",
        [
            [each.thing_id for each in amendments],
            [each.seen for each in amendments],
            [json.dumps(dict(each.values), cls=DjangoJSONEncoder) for each in amendments],
            [each.life for each in amendments],
        ],
    )


def _refuse_overtaken(cursor: CursorWrapper, target: Target) -> None:
    cursor.execute(
        f"""SELECT plan.thing_id FROM plan_amend plan LEFT JOIN {target.things} t ON t.id = plan.thing_id
            WHERE t.id IS NULL OR t.life <> 'live' OR t.version_number <> plan.seen ORDER BY 1 LIMIT 4"""
    )
    if late := [number_for(target.number_prefix, pk) for (pk,) in cursor.fetchall()]:
        named = "、".join(late[:3]) + ("等" if len(late) > 3 else "")
        raise Conflict(f"{named} 在审核之后又有变动，或已不在册，没有更正。请退回，由经办人按现在的内容重新提出。")


def _update(cursor: CursorWrapper, target: Target, params: dict[str, Any]) -> None:
    """A name that leads nowhere today leads nowhere; one that was not touched still means the platform it meant."""
    if target is CAMERA:
        named = meant_platform("n.platform_name", "t.reporting_agency_id")
        follows = f"""platform_id = (SELECT CASE WHEN n.platform_name = t.platform_name THEN t.platform_id
                                       ELSE ({named}) END FROM jsonb_populate_record(t, plan.told) n)"""
    else:
        follows = f"name_key = (SELECT {NAME_KEY.format('n.name')} FROM jsonb_populate_record(t, plan.told) n)"
    cursor.execute(
        f"""UPDATE {target.things} t
            SET ({", ".join(target.columns)}) = (
                  SELECT {", ".join(f"n.{column}" for column in target.columns)}
                  FROM jsonb_populate_record(t, plan.told) n),
                {follows},
                supervisor_id = (SELECT CASE WHEN n.place_kind = t.place_kind THEN t.supervisor_id
                                             ELSE ({SUPERVISOR}) END
                                 FROM jsonb_populate_record(t, plan.told) n),
                life = CASE WHEN plan.life <> '' THEN plan.life ELSE t.life END,
                {STEP}
            FROM plan_amend plan WHERE t.id = plan.thing_id AND plan.fate <> 'unchanged'""",
        params,
    )
