"""Logging in, logging out and being locked out; each leaves its entry in the journal."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from audit import journal

from . import sessions
from .addresses import client_address
from .models import Person


@transaction.atomic
def log_in(request: HttpRequest, username: str, password: str) -> Person | None:
    """Begin a session with a new id; None when name or password are wrong or the name is locked for this address.

    A failure is recorded under the system user, with the name that was tried.
    """
    person = authenticate(request, username=username, password=password)
    if person is None:
        _record_failure(request, username)
        return None
    login(request, person)
    sessions.begin(request)
    journal.record(person, "login.ok", person, agency_id=person.agency_id)
    return person


def _record_failure(request: HttpRequest, username: str) -> None:
    system = Person.objects.system()
    known = Person.objects.filter(username=username).first()
    agency_id = known.agency_id if known else None
    failures = getattr(request, "axes_failures_since_start", None) or 0
    limit = settings.AXES_FAILURE_LIMIT
    journal.record(
        system, "login.failed", known or system, agency_id=agency_id, username=username, locked=failures > limit
    )
    if failures == limit:
        journal.record(system, "login.locked", known or system, agency_id=agency_id, username=username)
    spread = settings.LOGIN_SPREAD_LIMIT
    if failures == 1 and _recent().filter(ip_address=client_address(request)).count() == spread:
        journal.record(system, "login.address_held_off", system, names=spread)
    if failures == 1 and _recent().filter(username=username).count() == spread:
        journal.record(system, "login.many_addresses", known or system, agency_id=agency_id, username=username)


def _recent() -> QuerySet[AccessAttempt]:
    """Failures within the lock's time: one row for each name at each address."""
    attempts: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__gt=timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    )
    return attempts


def held_off(request: HttpRequest) -> HttpResponse | None:
    """The refusal for an address that tried too many names; None for everybody else."""
    names = _recent().filter(ip_address=client_address(request)).values("username").distinct().count()
    if names < settings.LOGIN_SPREAD_LIMIT:
        return None
    message = f"这台电脑用不同的登录名输错次数过多，已暂停登录。请 {_minutes()} 分钟后再试，或联系安全管理员。"
    return render(request, "errors/refusal.html", {"status": 429, "message": message}, status=429)


def _minutes() -> int:
    return round(settings.AXES_COOLOFF_TIME * 60)


@transaction.atomic
def log_out(request: HttpRequest, person: Person) -> None:
    """End this session."""
    logout(request)
    journal.record(person, "logout", person, agency_id=person.agency_id)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, str] | None = None) -> HttpResponse:
    """Too many wrong passwords: even the right one is refused for a while."""
    message = f"密码连续输错次数过多，已暂时锁定。请 {_minutes()} 分钟后再试，或联系安全管理员解锁。"
    return render(request, "errors/refusal.html", {"status": 429, "message": message}, status=429)


def locked_usernames() -> set[str]:
    """Names that are locked for at least one address now."""
    tried = _recent().values("username", "ip_address").annotate(failures=Sum("failures_since_start"))
    return {row["username"] for row in tried if row["failures"] >= settings.AXES_FAILURE_LIMIT}
