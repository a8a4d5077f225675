"""Whose address a request has, with or without the county's web server in front."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The peer's address; behind PROXY_COUNT trusted proxies, the one that the outermost of them saw.

    Proxies append to X-Forwarded-For, so counting from the right cannot be forged by the client.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    if not settings.PROXY_COUNT:
        return peer
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(told) < settings.PROXY_COUNT:
        return peer
    try:
        return str(ipaddress.ip_address(told[-settings.PROXY_COUNT]))
    except ValueError:
        return peer
