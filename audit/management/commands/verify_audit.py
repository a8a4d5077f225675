"""manage.py verify_audit: does the journal's chain hold? Exit 0 when it does, 1 when it does not."""

from __future__ import annotations

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import journal


class Command(BaseCommand):
    help = "核对审计日志：从第一条起逐条核对校验值。完整时返回 0，有差错时返回 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", help="以前抄存的链尾，写作“条数:校验值”，一并核对")

    def handle(self, *args: Any, **options: Any) -> None:
        checked, fault = journal.verify(_anchor(options["anchor"]))
        if fault:
            raise CommandError(
                f"审计日志有差错：前 {checked} 条完好，第 {fault.seq} 条{fault.reason}。"
                "请保留现场，立即报告审计员和安全管理员。"
            )
        seq, text = journal.anchor(checked)
        self.stdout.write(f"审计日志完整：已核对 {checked} 条，没有发现差错。")
        self.stdout.write(f"当前链尾 {seq}:{text}（请抄存到系统之外，下次用 --anchor 一并核对）")


def _anchor(told: str | None) -> tuple[int, str] | None:
    if told is None:
        return None
    if not (found := re.fullmatch(r"(\d+):([0-9a-f]{64})", told)):
        raise CommandError("--anchor 写作“条数:校验值”，例如上次输出的链尾。", returncode=2)
    return int(found[1]), found[2]
