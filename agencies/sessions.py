"""Sessions end: after a while of idleness, and after a working day whatever happens. Every page asks for a log-in."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url

from audit import journal

STARTED, SEEN = "session_started", "session_seen"
POLLING_HEADER = "HX-Polling"
"""Requests that the page makes by itself carry this header and do not count as activity."""


class SessionLimits:
    """Middleware: the idle and the absolute limit; also tells the journal the peer's address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = journal.current_address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            if request.user.is_authenticated:
                now = time.time()
                started = request.session.setdefault(STARTED, now)
                seen = request.session.setdefault(SEEN, now)
                if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
                    logout(request)
                elif not is_polling(request) and now - seen > 30:
                    request.session[SEEN] = now
            response = self.get_response(request)
        finally:
            journal.current_address.reset(token)
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


def is_polling(request: HttpRequest) -> bool:
    return POLLING_HEADER in request.headers


class LoginRequired(LoginRequiredMiddleware):
    """Django's, which for htmx answers 401 with a redirect header instead of a fragment of the log-in page."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.headers.get("HX-Request") == "true":
            response = HttpResponse(status=401)
            response["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
            return response  # type: ignore[return-value]
        return super().handle_no_permission(request, view_func)
