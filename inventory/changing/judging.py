"""What a change is worth: judged by the sheet's own rules, and beside what else is registered.

A thing may stand in the registry with what a rule would refuse today, by a waiver or an older rule. That was decided;
only what the change itself brings is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from registry.models import number_for
from sheets.findings import Finding
from sheets.options import Options
from sheets.rejudge import Judged, Places, judge_row
from sheets.rules import ERROR, WARNING, RuleInfo

from ..fence import county_fence
from ..models import RowFinding
from ..onscreen.restaging import stored
from ..registering.checks import DECLARATIONS, REGISTRY_RULES
from ..registering.links import meant_platform
from ..registering.matching import NAME_KEY
from ..registering.registry_rules import C406
from ..registering.targets import CAMERA, PLATFORM, Target
from .cells import BY_KIND, POSITION, askable, cells_of, fields_of

__all__ = ["BY_KIND", "Worth", "worth"]

TAKEN = "该编码已由其他单位登记"
TAKEN_FIX = "请核对编码是否抄错。确属本单位设备的，先联系数据局或公安局协调，再申请更正。"
OWN_FIX = "请核对编码是否抄错；两条登记确是同一台的，请先为多余的那条申请注销。"


@dataclass(frozen=True)
class Worth:
    """`values`: field -> clean value, of those that change; `findings`: what the change brings, errors first."""

    touched: frozenset[str]
    values: Mapping[str, Any]
    findings: list[RowFinding] = field(default_factory=list)

    @property
    def errors(self) -> list[RowFinding]:
        return [one for one in self.findings if one.severity == ERROR.value]

    @property
    def warnings(self) -> list[RowFinding]:
        return [one for one in self.findings if one.severity != ERROR.value]


def worth(target: Target, thing: Any, posted: Mapping[str, str]) -> Worth:
    """Judge the thing with these cells (column key -> text) in place of its own. Constant in queries."""
    was = cells_of(target, thing)
    told = {column.key: posted.get(column.key, was[column.key]).strip() for column in askable(target)}
    touched = frozenset(key for key, text in told.items() if text != was[key])
    if touched & POSITION:
        touched |= POSITION & was.keys()
    before, after = _judged(target, thing, was), _judged(target, thing, was | told)
    values = {key: after.clean[key] for key in fields_of(target, touched) if after.clean[key] != getattr(thing, key)}
    held = {_same(one) for one in before.findings}
    found = [stored(one, target.kind, 0) for one in after.findings if one.key in touched or _same(one) not in held]
    found += _beside(target, thing, after.clean, touched)
    order = DECLARATIONS[target.kind].index
    found.sort(key=lambda one: (one.severity != ERROR.value, order.get(one.column_key, 99), one.code))
    for one in found:
        one.fixes, one.waived = {}, False  # nothing of this is stored: the form shows it once
    return Worth(touched, values, found)


def _judged(target: Target, thing: Any, cells: Mapping[str, str]) -> Judged:
    sheet = DECLARATIONS[target.kind]
    options = Options(
        datum=getattr(thing, "datum", "") or "wgs84",
        place_kind=thing.place_kind,
        funding=thing.funding,
        mobility=getattr(thing, "mobility", "") or "fixed",
        fence=county_fence(),
    )
    places = Places(sheet.title, dict(sheet.index))
    return judge_row(sheet, cells, options, places, 1)


def _same(one: Finding) -> tuple[str, str, str]:
    return one.code, one.key, one.message


# --- beside the registry --------------------------------------------------------------------------------------------
def _beside(target: Target, thing: Any, clean: Mapping[str, Any], touched: frozenset[str]) -> Iterator[RowFinding]:
    taken, _, _, own, *_ = REGISTRY_RULES[target.kind]
    things: Any = target.identity._default_manager
    live = things.filter(life="live").exclude(pk=thing.pk)
    if "code" in touched and clean["code"]:
        other = live.filter(code=clean["code"]).first()
        if other is not None and other.reporting_agency_id == thing.reporting_agency_id:
            number = number_for(target.number_prefix, other.pk)
            yield _told(target, own, "code", f"这个编码登记在本单位的另一条记录 {number} 上", OWN_FIX)
        elif other is not None:
            yield _told(target, taken, "code", TAKEN, TAKEN_FIX)
    if target is PLATFORM and touched & {"code", "name"} and not clean["code"]:
        key = live.filter(reporting_agency=thing.reporting_agency_id, code=None)
        if key.filter(name_key=_name_key(clean["name"] or "")).exists():
            says = "本单位已登记了另一个同名、也没有编码的平台"
            yield _told(target, own, "name", says, "请写成不同的名称，或先补编码。")
    if target is CAMERA and "platform_name" in touched and clean["platform_name"]:
        name = clean["platform_name"]
        if not _leads_somewhere(name, thing.reporting_agency_id):
            says = f"台账里没有唯一的平台叫“{name}”，更正后这台摄像机不与平台关联"
            yield _told(target, C406, "platform_name", says, "请核对平台名称，写得和台账里的一致。", WARNING.value)


def _told(target: Target, rule: RuleInfo, key: str, says: str, fix: str, severity: str = ERROR.value) -> RowFinding:
    column = DECLARATIONS[target.kind].by_key[key]
    return RowFinding(
        kind=target.kind,
        row=1,
        column_key=key,
        column_title=column.label,
        code=rule.code,
        severity=severity,
        message=says,
        fix=fix,
    )


def _name_key(name: str) -> str:
    return str(_asked(f"SELECT {NAME_KEY.format('%(name)s::text')}", {"name": name}))


def _leads_somewhere(name: str, agency_id: int) -> bool:
    sql = meant_platform("%(name)s::text", "%(agency)s")
    return _asked(f"SELECT ({sql})", {"name": name, "agency": agency_id}) is not None


def _asked(sql: str, params: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
