"""manage.py seal_journal: write the daily heads that are due, and print heads to be kept outside."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import anchors, daily
from audit.models import DailyHead


class Command(BaseCommand):
    help = "记下审计日志的每日链尾（已记下的不再记），并列出链尾，供抄存到系统之外。日志有差错时返回 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--form", choices=sorted(anchors.FORMS), default="txt", help="列出的格式，默认 txt")
        parser.add_argument("--all", action="store_true", help="列出全部链尾，不只是刚记下的")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            heads = daily.seal()
        except daily.Broken as broken:
            raise CommandError(str(broken)) from broken
        if options["all"]:
            heads = list(DailyHead.objects.order_by("day"))
        write, _ = anchors.FORMS[options["form"]]
        self.stdout.write(write(heads), ending="")
