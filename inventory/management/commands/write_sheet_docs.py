"""manage.py write_sheet_docs: write docs/sheets/*.md anew from the declarations."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from inventory.guide import registry_rules
from inventory.registering.registry_rules import DECLARATIONS
from sheets.docs import write_documents


class Command(BaseCommand):
    """A test compares the files with what this command would write."""

    help = "按声明重写 docs/sheets 下的文档；不需要数据库。"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("--folder", type=Path, default=Path(settings.BASE_DIR) / "docs" / "sheets")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what changed and name it."""
        for path in write_documents(options["folder"], tuple(DECLARATIONS.values()), registry_rules()):
            self.stdout.write(f"已更新 {path}")
