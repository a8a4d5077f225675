"""manage.py make_template camera|platform OUT.xlsx: the blank official form, without a database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from inventory.staging import SHEETS
from sheets.cli import make_template


class Command(BaseCommand):
    """Exit code 0 when written, 2 when wrongly called."""

    help = "生成附件4的空白模板（摄像机表或平台表）；不需要数据库。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which form, where to, for whom."""
        parser.add_argument("form", metavar="camera|platform", help="摄像机表或平台表")
        parser.add_argument("out", type=Path, help="要写的 .xlsx 文件")
        parser.add_argument("--unit", default="", help="填报单位名称，写进模板")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the template and leave with the exit code."""
        code = make_template(
            options["form"], tuple(SHEETS.values()), options["out"], self.stdout.write, unit=options["unit"]
        )
        if code:
            sys.exit(code)
