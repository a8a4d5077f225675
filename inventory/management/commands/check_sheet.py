"""manage.py check_sheet FILE: the upload check on the command line, without a database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from inventory.fence import fence_arguments
from inventory.staging import SHEETS
from sheets.cli import FORMATS, check_sheet


class Command(BaseCommand):
    """Exit code 0: clean or warnings only; 1: errors; 2: unreadable."""

    help = "检查一个调研表文件，列出全部问题；不需要数据库。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, the form of the answer, and what the uploader would choose."""
        parser.add_argument("file", type=Path, help="要检查的 .xlsx、.xls、.et、.xlsb、.ods 或 .csv 文件")
        parser.add_argument("--format", choices=FORMATS, default="text", help="结果的格式")
        parser.add_argument("--output", type=Path, help="--format xlsx 时写到哪里")
        parser.add_argument("--datum", default="", help="坐标系：wgs84、gcj02、bd09")
        parser.add_argument("--unit", default="", help="填报单位名称，用来和表上写的核对")
        parser.add_argument("--kind", default="", help="只查一种表（camera、platform），或默认的场所类别")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and leave with the exit code."""
        code = check_sheet(
            options["file"],
            tuple(SHEETS.values()),
            self.stdout.write,
            form=options["format"],
            datum=options["datum"],
            unit=options["unit"],
            kind=options["kind"],
            fence=fence_arguments(),
            out=options["output"],
        )
        self.stdout.flush()
        if code:
            sys.exit(code)
