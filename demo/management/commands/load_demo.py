"""Fill the demo database once: people, a campaign, and a county half-way through it."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import people, story


class Command(BaseCommand):
    help = "装入演示数据（只在演示模式下）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("演示数据只能装入演示数据库。请用 make run，或设 DEMO=on。")
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("请在 DEMO_PASSWORD 中给出演示密码。")
        people.make_cast(password)
        if story.told():
            return
        self.stdout.write("第一次启动，正在装入演示数据……")
        story.tell()
        self.stdout.write("演示数据已装入。")
