"""manage.py replay_rules: what a changed rule set would do to everything stored, before it counts. Writes nothing."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from inventory.models import Campaign
from inventory.replay import EXAMPLES, Asked, Outcome, RuleChange, replay
from inventory.waiving.waivable import catalogue
from sheets.findings import Severity

WORDS = {"error": "错误", "warning": "提醒", "": "–"}
STATES = {"draft": "草稿", "in_review": "待审", "returned": "退回", "accepted": "通过"}
HEADERS = (
    "规则", "标题", "现在的级别", "重算的级别", "现有", "重算", "新增", "消失", "因此有错的行", "因此没错的行",
)  # fmt: skip


class Command(BaseCommand):
    """Reads under one moment's view in a read-only transaction; safe to run beside the site."""

    help = "用现在的规则（或改过级别的规则）重算全部已存的报送，列出每条规则的差别和受影响的报送；只看不改。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which rules and reports, and the form of the answer."""
        parser.add_argument(
            "--severity", action="append", default=[], metavar="编号=级别", help="例如 C134=warning；可以写多次"
        )
        parser.add_argument("--campaign", default="", help="只算这一轮（名称或编号）")
        parser.add_argument("--code", action="append", default=[], help="只重算这些规则，其余按已存的；可以写多次")
        parser.add_argument("--examples", type=int, default=EXAMPLES, help=f"每条规则举几个例子，默认 {EXAMPLES}")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="输出 JSON")
        form.add_argument("--csv", action="store_true", help="输出 CSV，每条规则一行")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and print."""
        severities = dict(map(_severity, options["severity"]))
        codes = frozenset(options["code"])
        if unknown := sorted((codes | set(severities)) - set(catalogue())):
            raise CommandError(f"没有这些规则：{'、'.join(unknown)}。编号见“填报指南”的规则表。")
        asked = Asked(severities, options["campaign"], codes, max(0, options["examples"]))
        if asked.campaign and not Campaign.objects.filter(_named(asked.campaign)).exists():
            raise CommandError(f"没有“{asked.campaign}”这一轮。")
        quiet = options["verbosity"] < 2
        outcome = replay(asked, lambda _: None if quiet else sys.stderr.write(f"{_}\n"))
        if options["json"]:
            self.stdout.write(json.dumps(_plain(outcome, asked), ensure_ascii=False, indent=2))
        elif options["csv"]:
            lines = csv.writer(self.stdout)
            lines.writerow(HEADERS)
            lines.writerows(_line(rule) for rule in _in_order(outcome))
        else:
            for line in _text(outcome, asked):
                self.stdout.write(line)


def _severity(told: str) -> tuple[str, str]:
    code, _, level = told.partition("=")
    if level not in set(Severity):
        raise CommandError(f"“{told}”应写成 编号=error 或 编号=warning，例如 C134=warning。")
    return code, level


def _named(campaign: str) -> Q:
    return Q(pk=int(campaign)) if campaign.isascii() and campaign.isdigit() else Q(name=campaign)


def _in_order(outcome: Outcome) -> list[RuleChange]:
    """What changes first, most rows first; then the others by code."""
    return sorted(outcome.rules.values(), key=lambda rule: (not rule.changed, -rule.new - rule.gone, rule.code))


def _line(rule: RuleChange) -> tuple[Any, ...]:
    return (
        rule.code, rule.title, WORDS[rule.severity_now], WORDS[rule.severity_then], rule.now, rule.then, rule.new,
        rule.gone, rule.rows_failing, rule.rows_clean,
    )  # fmt: skip


def _plain(outcome: Outcome, asked: Asked) -> dict[str, Any]:
    told = asdict(outcome)
    told["rules"] = [asdict(rule) | {"changed": rule.changed} for rule in _in_order(outcome)]
    for one in told["rules"]:
        one["examples"] = [example._asdict() for example in outcome.rules[one["code"]].examples]
    told["affected"] = [asdict(one) | {"effect": one.effect} for one in outcome.affected]
    return told | {"severities": dict(asked.severities), "campaign": asked.campaign, "codes": sorted(asked.codes)}


def _text(outcome: Outcome, asked: Asked) -> list[str]:
    stored = "，".join(f"{version}（{count} 份）" for version, count in sorted(outcome.stored_under.items())) or "无"
    told = [
        f"轮次所记的规则版本：{stored}",
        f"现在的规则版本：{outcome.rules_then}" + _overrides(asked),
        f"重算 {outcome.submissions:,} 份报送、{outcome.files:,} 个文件、{outcome.rows:,} 行；没有改动任何数据。",
        f"新有错误的行 {outcome.rows_failing:,}，不再有错误的行 {outcome.rows_clean:,}，"
        f"状态会受影响的报送 {len(outcome.affected):,}。",
    ]
    if outcome.truncated:
        told.append(f"注意：{outcome.truncated} 个文件的问题太多，只存了一部分，“新增”会偏大。")
    if outcome.skipped:
        told.append(f"注意：{outcome.skipped:,} 行没有可重算的原值，按已存的结果计。")
    told += ["与台账、平台导出对照的规则（C4、P4）和整份表格的规则（S、G）按已存的结果计，没有重算。", ""]
    changed = [rule for rule in _in_order(outcome) if rule.changed]
    if not changed:
        told.append("没有差别。")
    for rule in changed:
        told.append(
            f"{rule.code} {rule.title}：{WORDS[rule.severity_now]}→{WORDS[rule.severity_then]}，现有 {rule.now:,} 处，"
            f"重算 {rule.then:,} 处，新增 {rule.new:,}，消失 {rule.gone:,}；"
            f"因此有错的行 {rule.rows_failing:,}，因此没错的行 {rule.rows_clean:,}"
        )
        for one in rule.examples:
            sign = "＋" if one.new else "－"
            place = f"{one.sheet}!{one.cell}"
            told.append(f"    {sign} {one.unit} 报送{one.submission} {one.file} {place} {one.value or '（空白）'}")
    if outcome.affected:
        told += ["", "状态会受影响的报送："]
        told += [
            f"    报送{one.submission} {one.unit}（{one.campaign}，{STATES.get(one.state, one.state)}，"
            f"规则 {one.rules}）：错误 {one.errors_now:,} → {one.errors_then:,}，{one.effect}"
            for one in outcome.affected
        ]
    return told


def _overrides(asked: Asked) -> str:
    if not asked.severities:
        return ""
    return "，另改：" + "、".join(f"{code} 为{WORDS[level]}" for code, level in sorted(asked.severities.items()))
