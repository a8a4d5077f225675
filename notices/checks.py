"""Whether the ways out can be used as they are set up; `manage.py check` says so before anything runs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from .models import Channel


def channels_can_be_used(**kwargs: Any) -> list[CheckMessage]:
    """A system check: every channel named is known and has what it needs."""
    found: list[CheckMessage] = []
    for name in settings.NOTICE_CHANNELS:
        if name not in Channel.values:
            found.append(
                Error(f"NOTICE_CHANNELS 里的“{name}”不认识，只能是 {'、'.join(Channel.values)}。", id="notices.E001")
            )
    if Channel.EMAIL in settings.NOTICE_CHANNELS and not settings.EMAIL_URL:
        found.append(Error("NOTICE_CHANNELS 里有 email，但没有设 EMAIL_URL。", id="notices.E002"))
    if Channel.SMS in settings.NOTICE_CHANNELS:
        parts = urlsplit(settings.SMS_URL)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            found.append(Error("NOTICE_CHANNELS 里有 sms，但 SMS_URL 不是 http 或 https 的地址。", id="notices.E003"))
        if len(settings.SMS_SECRET) < 16:
            found.append(Error("NOTICE_CHANNELS 里有 sms，但 SMS_SECRET 不足 16 个字符。", id="notices.E004"))
    return found
