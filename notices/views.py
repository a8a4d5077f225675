"""The inbox (通知), and where the daily digest goes. Everything here is the person's own; another's is unknown."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.failures import Invalid

from . import queries, services
from .adapters import in_use
from .forms import AddressesForm, InboxFilter, ReadAll
from .models import Address, Notice

PAGE: Final = 50


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    form = InboxFilter(request.GET)
    if not form.is_valid():
        raise Invalid("筛选条件无法识别，请清除筛选后重新选择。")
    show, kind = form.cleaned_data["show"], form.cleaned_data["kind"]
    found = queries.inbox(request.user, kind, show == "unread")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    told = {
        "page": page,
        "days": queries.by_day(page.object_list),
        "show": show,
        "kind": kind,
        "kinds": Notice.Kind.choices,
        "kind_word": Notice.Kind(kind).label if kind else "",
        "until": queries.unread_until(request.user),
        "has_digest": bool(in_use()),
    }
    return render(request, "notices/inbox.html", told)


@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.of(_person(request)), pk=pk)
    services.read(notice)
    return redirect(notice.url)


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    form = ReadAll(request.POST)
    if not form.is_valid():
        raise Invalid("没有可标记的通知。请回到“通知”页，再按“全部标为已读”。")
    count = services.read_all(_person(request), form.cleaned_data["until"])
    messages.success(request, f"已把 {count} 条通知标为已读。")
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
def addresses(request: HttpRequest) -> HttpResponse:
    person, adapters = _person(request), in_use()
    held = {address.channel: address for address in Address.objects.filter(person=person.pk)}
    form = AddressesForm(request.POST if request.method == "POST" else None, adapters=adapters, held=held)
    if request.method != "POST":
        return render(request, "notices/addresses.html", {"form": form, "adapters": adapters})
    if not form.is_valid():
        return render(request, "notices/addresses.html", {"form": form, "adapters": adapters}, status=422)
    for adapter in adapters:
        name = adapter.channel.value
        services.set_address(person, name, form.cleaned_data[name], form.cleaned_data[f"{name}_on"])
    messages.success(request, "已保存。")
    return redirect("notices")


def _person(request: HttpRequest) -> Any:
    """Whoever is logged in: every page asks for a log-in."""
    return request.user
