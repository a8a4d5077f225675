"""Exceptions become status codes in one place: 403 may not, 404 unknown, 409 wrong state, 422 bad input, 429 enough,
503 and 507 when the journal cannot be written."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from audit.failures import Conflict, Invalid, TooMuch, Unavailable


class Translate:
    """Middleware: a service's refusal becomes a page that says what happened and what to do next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Conflict):
            return refusal(request, 409, str(exception))
        if isinstance(exception, Invalid):
            return refusal(request, 422, str(exception))
        if isinstance(exception, TooMuch):
            return refusal(request, 429, str(exception))
        if isinstance(exception, Unavailable):
            return refusal(request, exception.status, str(exception))
        if isinstance(exception, PermissionDenied):
            return refusal(request, 403, str(exception) or "您的岗位没有这项权限。")
        return None


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asked, and not a person's browser."""
    return "application/json" in request.headers.get("Accept", "")


def refusal(request: HttpRequest, status: int, message: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": message}, status=status)
    return render(request, "errors/refusal.html", {"status": status, "message": message}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refusal(request, 403, "页面已过期。请返回上一页，刷新后再试。")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refusal(request, 400, "请求无法识别。请从导航重新进入。")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refusal(request, 403, "您的岗位没有这项权限。")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refusal(request, 404, "没有找到这个页面，或者它不属于您的单位。")


def failed(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; and, from a middleware, that the journal cannot be written."""
    cause = sys.exc_info()[1]
    if isinstance(cause, Unavailable):
        return refusal(request, cause.status, str(cause))
    return refusal(request, 500, "系统出了差错，已记录。请稍后再试；如仍不行，请联系系统管理员。")
