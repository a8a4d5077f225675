"""Sessions end: after a while of idleness, and after a working day whatever happens. Every page asks for a log-in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils import timezone

from audit import journal

from .addresses import client_address
from .models import Person

STARTED, SEEN, ROLES = "session_started", "session_seen", "session_roles"
POLLING_HEADER = "HX-Polling"
"""Requests that the page makes by itself carry this header and do not count as activity."""
BEFORE_CHANGE = frozenset({"password_change", "login", "logout"})
"""Where a person may go whose password is only for the first log-in."""


def person_of(request: HttpRequest) -> Person:
    """Who is logged in; for views behind the log-in only."""
    return cast(Person, request.user)


def begin(request: HttpRequest) -> None:
    """Start both clocks; call right after a log-in."""
    request.session[STARTED] = request.session[SEEN] = time.time()
    request.session[ROLES] = _roles(person_of(request))


def end_sessions(person: Person) -> int:
    """Delete the person's live sessions; return how many there were.

    Sessions are opaque to the database, so all live ones are opened: some hundreds in a county.
    """
    ended = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    Session.objects.filter(pk__in=ended).delete()
    return len(ended)


class SessionLimits:
    """Middleware: the idle and the absolute limit, a new id when roles changed; tells the journal the address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = journal.current_address.set(client_address(request))
        try:
            if request.user.is_authenticated:
                self._check(request, request.user)
            response = self.get_response(request)
        finally:
            journal.current_address.reset(token)
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response

    def _check(self, request: HttpRequest, person: Person) -> None:
        now = time.time()
        started = request.session.setdefault(STARTED, now)
        seen = request.session.setdefault(SEEN, now)
        if now - started > settings.SESSION_ABSOLUTE_SECONDS:
            _expire(request, person, "absolute")
        elif now - seen > settings.SESSION_IDLE_SECONDS:
            _expire(request, person, "idle")
        else:
            if not is_polling(request) and now - seen > 30:
                request.session[SEEN] = now
            if request.session.setdefault(ROLES, _roles(person)) != _roles(person):
                request.session[ROLES] = _roles(person)
                request.session.cycle_key()


def _expire(request: HttpRequest, person: Person, limit: str) -> None:
    with transaction.atomic():
        logout(request)
        journal.record(person, "session.expired", person, agency_id=person.agency_id, limit=limit)


def _roles(person: Person) -> str:
    return " ".join(sorted(person.role_set))


def is_polling(request: HttpRequest) -> bool:
    return POLLING_HEADER in request.headers


class LoginRequired(LoginRequiredMiddleware):
    """Django's, which for htmx answers 401 with a redirect header instead of a fragment of the log-in page.

    A password that was only for the first log-in must be changed before anything else is shown.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        response: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        if response is not None or not request.user.is_authenticated or not request.user.must_change:
            return response
        match = request.resolver_match
        if match is None or match.url_name in BEFORE_CHANGE:
            return None
        return _leave(request, "password_change") or redirect("password_change")

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if response := _leave(request, settings.LOGIN_URL):
            return response  # type: ignore[return-value]
        return super().handle_no_permission(request, view_func)


def _leave(request: HttpRequest, to: str) -> HttpResponse | None:
    """For htmx: 401 and the page that the browser must go to; None for other requests."""
    if request.headers.get("HX-Request") != "true":
        return None
    response = HttpResponse(status=401)
    response["HX-Redirect"] = resolve_url(to)
    return response
