"""The daily digest by hand: what the daily slot does at settings.NOTICE_DIGEST_AT."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notices import adapters, digests


class Command(BaseCommand):
    help = "把今天的未读汇总发给还没有收到的人（电子邮件、短信，以 NOTICE_CHANNELS 为准）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not adapters.in_use():
            self.stdout.write("没有开通电子邮件或短信（NOTICE_CHANNELS 为空），没有发送。")
            return
        done = digests.send()
        self.stdout.write(f"发出 {done.sent} 条，失败 {done.failed} 条，因通道不通未试 {done.left} 条。")
        if done.failed or done.left:
            raise SystemExit(1)
