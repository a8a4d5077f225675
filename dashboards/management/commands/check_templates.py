"""Compile every template and refuse what the content security policy would refuse in silence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboards.templatecheck import problems


class Command(BaseCommand):
    help = "Check every template: it compiles, holds nothing inline, and names only URLs and templates that exist."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "templates"
        found = problems(folder)
        for problem in found:
            self.stderr.write(str(problem))
        if found:
            raise CommandError(f"{len(found)} problems in the templates")
        count = sum(1 for path in folder.rglob("*") if path.is_file())
        self.stdout.write(f"{count} templates checked")
