"""Log-in, log-out and one's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from . import services
from .forms import LoginForm, OwnPassword
from .login import held_off, log_in, log_out
from .sessions import begin, person_of

WRONG = "登录名或密码不对，请核对后再试。忘记密码请联系系统管理员重置。"


@sensitive_post_parameters("password")
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_local(request, request.GET.get("next", "")))
        return _login_page(request, LoginForm(initial={"next": request.GET.get("next", "")}))
    if refusal := held_off(request):
        return refusal
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, 422)
    if log_in(request, form.cleaned_data["username"], form.cleaned_data["password"]) is None:
        form.add_error(None, WRONG)
        return _login_page(request, form, 422)
    return redirect(_local(request, form.cleaned_data["next"]))


def _login_page(request: HttpRequest, form: LoginForm, status: int = 200) -> HttpResponse:
    return render(request, "agencies/login.html", {"form": form}, status=status)


def _local(request: HttpRequest, address: str) -> str:
    """The address if it is one of ours, else the home page."""
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        log_out(request, person_of(request))
    return redirect("login")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    form = OwnPassword(request.POST or None, person=person)
    if request.method == "POST":
        if form.is_valid():
            person = services.set_password(person, person, form.cleaned_data["new_password"])
            request.user = person
            update_session_auth_hash(request, person)
            begin(request)
            messages.success(request, "密码已修改。其他地方的登录已全部退出。")
            return redirect(settings.LOGIN_REDIRECT_URL)
        return render(request, "agencies/password_change.html", {"form": form}, status=422)
    return render(request, "agencies/password_change.html", {"form": form})
