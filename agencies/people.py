"""The pages of the administrators: accounts for the system administrator, roles and locks for the security one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.failures import Invalid, require

from . import permissions, posts, services
from .forms import AccountForm, ActiveForm, NewPassword, PeopleFilter, RoleForm
from .login import locked_usernames
from .models import SYSTEM_USERNAME, Person, PersonRole
from .sessions import person_of

PAGE = 50


def _accounts() -> QuerySet[Person]:
    roles = Prefetch("roles", PersonRole.objects.order_by("role"))
    return Person.objects.exclude(username=SYSTEM_USERNAME).select_related("agency").prefetch_related(roles)


def _find(pk: int) -> Person:
    return get_object_or_404(_accounts(), pk=pk)


def _rights(request: HttpRequest) -> dict[str, bool]:
    person = person_of(request)
    return {
        "manages_accounts": permissions.may_manage_accounts(person),
        "manages_security": permissions.may_manage_security(person),
    }


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    require(permissions.may_see_people(person_of(request)))
    form = PeopleFilter(request.GET)
    if not form.is_valid():
        raise Invalid("筛选条件无法识别，请清除筛选后重新选择。")
    locked = locked_usernames()
    found = _chosen(_accounts(), form, locked)
    page = Paginator(found.order_by("agency__position", "username"), PAGE).get_page(request.GET.get("page"))
    told = {"page": page, "form": form, "filtered": any(form.cleaned_data.values()), "locked": locked}
    return render(request, "agencies/people.html", told | _rights(request))


def _chosen(accounts: QuerySet[Person], form: PeopleFilter, locked: set[str]) -> QuerySet[Person]:
    told = form.cleaned_data
    if told["q"]:
        accounts = accounts.filter(Q(username__icontains=told["q"]) | Q(display_name__icontains=told["q"]))
    if told["agency"]:
        accounts = accounts.filter(agency=told["agency"])
    if told["role"]:
        accounts = accounts.filter(roles__role=told["role"])
    if told["state"] == "locked":
        return accounts.filter(username__in=locked)
    if told["state"]:
        return accounts.filter(is_active=told["state"] == "active")
    return accounts


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    require(permissions.may_see_people(person_of(request)))
    found = _find(pk)
    return _person_page(request, found, _password_form(found))


def _password_form(found: Person, data: QueryDict | None = None) -> NewPassword:
    return NewPassword(data, person=found, action=reverse("person_password", args=[found.pk]))


def _person_page(request: HttpRequest, found: Person, form: NewPassword, status: int = 200) -> HttpResponse:
    held = {role.role for role in found.roles.all()}
    told = {
        "person": found,
        "form": form,
        "roles": [(role, role.value in held) for role in posts.open_to(found)],
        "is_locked": found.username in locked_usernames(),
        "is_self": found.pk == person_of(request).pk,
    }
    return render(request, "agencies/person.html", told | _rights(request), status=status)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    require(permissions.may_manage_accounts(person_of(request)))
    form = AccountForm(request.POST or None)
    if request.method != "POST":
        return render(request, "agencies/person_add.html", {"form": form})
    if not form.is_valid():
        return render(request, "agencies/person_add.html", {"form": form}, status=422)
    made = services.create_person(person_of(request), **form.cleaned_data)
    messages.success(request, f"已新建“{made.label}”（{made.username}）。请安全管理员授予角色。")
    return redirect("person", made.pk)


@require_POST
def person_active(request: HttpRequest, pk: int) -> HttpResponse:
    require(permissions.may_manage_accounts(person_of(request)))
    found, form = _find(pk), ActiveForm(request.POST)
    if not form.is_valid():
        raise Invalid("没有说明是启用还是停用，请从页面上的按钮操作。")
    changed = services.set_active(person_of(request), found, form.cleaned_data["active"])
    what = "已启用" if changed.is_active else "已停用，其登录已退出"
    messages.success(request, f"“{changed.label}”{what}。")
    return redirect("person", pk)


@sensitive_post_parameters()
@require_POST
def person_password(request: HttpRequest, pk: int) -> HttpResponse:
    by = person_of(request)
    require(permissions.may_manage_accounts(by))
    found = _find(pk)
    if found.pk == by.pk:
        return redirect("password_change")
    form = _password_form(found, request.POST)
    if not form.is_valid():
        return _person_page(request, found, form, 422)
    services.set_password(by, found, form.cleaned_data["new_password"])
    messages.success(request, f"“{found.label}”的密码已重置，其登录已退出，下次登录须改密码。")
    return redirect("person", pk)


@require_POST
def person_roles(request: HttpRequest, pk: int) -> HttpResponse:
    by = person_of(request)
    require(permissions.may_manage_security(by))
    found, form = _find(pk), RoleForm(request.POST)
    if not form.is_valid():
        raise Invalid("没有这个角色，请从列表里选。")
    role = form.cleaned_data["role"]
    if form.cleaned_data["step"] == "grant":
        services.grant_role(by, found, role)
    else:
        services.revoke_role(by, found, role)
    messages.success(request, f"“{found.label}”的角色已更新。")
    return redirect("person", pk)


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    require(permissions.may_manage_security(person_of(request)))
    found = _find(pk)
    services.unlock_login(person_of(request), found)
    messages.success(request, f"“{found.label}”已解锁，可以重新登录。")
    return redirect("person", pk)
