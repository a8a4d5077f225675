"""Logging in and being locked out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Too many wrong passwords: even the right one is refused for a while."""
    message = "密码连续输错次数过多，已暂时锁定。请 15 分钟后再试，或联系安全管理员解锁。"
    return render(request, "errors/refusal.html", {"status": 429, "message": message}, status=429)
