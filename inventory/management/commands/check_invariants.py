"""manage.py check_invariants [I1 I5 ...]: does everything that must hold, hold? Exit 0 when it does, 1 when not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from inventory.invariants import INVARIANTS, NOTES, violations


class Command(BaseCommand):
    """Reads everything and changes nothing; safe to run beside the site."""

    help = "核对报送、审核、入库、文件、日志之间必须成立的关系。全部成立返回 0，否则返回 1 并列出。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ones; all unless named."""
        parser.add_argument("names", nargs="*", metavar="编号", choices=[[], *INVARIANTS], help="例如 I1 I5；默认全部")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, print, and leave with the exit code."""
        names = options["names"] or list(INVARIANTS)
        found = violations(*names)
        for name in names:
            for told in found.get(name, []):
                self.stdout.write(f"{name} {told}")
        if found:
            raise CommandError(f"{'、'.join(found)} 不成立。请保留现场，立即联系系统管理员。")
        self.stdout.write(f"{'、'.join(names)} 全部成立。")
        for name in names:
            if name in NOTES:
                self.stdout.write(f"{name}：{NOTES[name]}")
