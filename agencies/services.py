"""People and their roles. Each change locks, checks, changes and is recorded, in one transaction."""

from __future__ import annotations

import re

from axes.utils import reset as reset_axes
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from audit import journal
from audit.failures import Conflict, Invalid, require

from . import passwords, permissions, posts
from .models import ROLE_CLASS, Agency, DutyClass, Person, PersonRole, Role
from .sessions import end_sessions

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
USERNAME_RULE = "登录名用 2 到 40 个小写字母、数字、点、横线或下划线，以字母或数字开头，例如 clerk-meishan。"


@transaction.atomic
def create_person(
    by: Person,
    *,
    username: str,
    display_name: str,
    agency: Agency,
    password: str,
    duty_class: str = DutyClass.BUSINESS,
    must_change: bool = True,
) -> Person:
    """A new enabled person without roles; the security administrator grants those.

    `must_change`: whether the password is only for the first log-in. Raises Invalid (name, post, password) and Conflict
    (the name is taken, the agency is not in use).
    """
    require(permissions.may_manage_accounts(by))
    if not USERNAME.fullmatch(username):
        raise Invalid(USERNAME_RULE)
    if not (display_name := display_name.strip()):
        raise Invalid("请填写岗位，例如“填报员”。")
    if not agency.active:
        raise Conflict(f"“{agency.short_name}”已停用，不能新建账号。")
    person = Person(
        username=username,
        display_name=display_name,
        agency=agency,
        duty_class=DutyClass(duty_class),
        must_change=must_change,
    )
    _take_password(person, password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"登录名“{username}”已经有人使用，请换一个。") from None
    passwords.remember(person)
    journal.record(
        by,
        "person.created",
        person,
        agency_id=agency.pk,
        username=username,
        post=display_name,
        duty_class=person.duty_class,
    )
    return person


@transaction.atomic
def set_active(by: Person, person: Person, active: bool) -> Person:
    """Enable or disable an account. Disabling ends its live sessions; the last administrator of a kind stays."""
    person = _locked(person)
    require(permissions.may_manage_accounts(by))
    if person.is_active == active:
        raise Conflict(f"“{person.label}”已经是{'启用' if active else '停用'}状态。")
    if not active:
        if by.pk == person.pk:
            raise Conflict("不能停用自己的账号，请由另一名系统管理员操作。")
        for role in person.roles.values_list("role", flat=True):
            _keep_one(role, person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    ended = 0 if active else end_sessions(person)
    action = "person.enabled" if active else "person.disabled"
    journal.record(by, action, person, agency_id=person.agency_id, sessions_ended=ended)
    return person


@transaction.atomic
def grant_role(by: Person, person: Person, role: str) -> Person:
    """Give a role that fits the person's class (三员分立) and agency."""
    person = _locked(person)
    require(permissions.may_manage_security(by))
    role = _known(role)
    _not_oneself(by, person)
    if not person.is_active:
        raise Conflict(f"“{person.label}”已停用，请先由系统管理员启用。")
    if ROLE_CLASS[role] != person.duty_class:
        raise Conflict(
            f"“{person.label}”是{DutyClass(person.duty_class).label}，不能兼任{role.label}（三员分立）。"
            f"请另建一个{DutyClass(ROLE_CLASS[role]).label}账号。"
        )
    if person.agency is None or not posts.fits(person.agency, role):
        raise Conflict(f"“{role.label}”不是“{person.agency}”的岗位，不能授予。")
    if person.roles.filter(role=role).exists():
        raise Conflict(f"“{person.label}”已经是{role.label}。")
    PersonRole.objects.create(person=person, role=role, duty_class=person.duty_class)
    journal.record(by, "role.granted", person, agency_id=person.agency_id, role=role.value)
    return person


@transaction.atomic
def revoke_role(by: Person, person: Person, role: str) -> Person:
    """Take a role away; the last enabled administrator of a kind keeps it."""
    person = _locked(person)
    require(permissions.may_manage_security(by))
    role = _known(role)
    _not_oneself(by, person)
    if not person.roles.filter(role=role).exists():
        raise Conflict(f"“{person.label}”不是{role.label}。")
    _keep_one(role, person)
    person.roles.filter(role=role).delete()
    journal.record(by, "role.revoked", person, agency_id=person.agency_id, role=role.value)
    return person


@transaction.atomic
def set_password(by: Person, person: Person, password: str) -> Person:
    """A new password: one's own, or a first one again by the system administrator, to be changed at the next log-in.

    Ends the person's live sessions; the view that changed its own must renew its session.
    """
    person = _locked(person)
    own = by.pk == person.pk
    require(own or permissions.may_manage_accounts(by))
    _take_password(person, password)
    person.must_change = not own
    person.save(update_fields=["password", "must_change"])
    passwords.remember(person)
    ended = end_sessions(person)
    action = "password.changed" if own else "password.reset"
    journal.record(by, action, person, agency_id=person.agency_id, sessions_ended=ended)
    return person


@transaction.atomic
def unlock_login(by: Person, person: Person) -> int:
    """Forget the wrong passwords tried for this name, from every address; return how many records that were."""
    person = _locked(person)
    require(permissions.may_manage_security(by))
    count: int = reset_axes(username=person.username)
    if not count:
        raise Conflict(f"“{person.label}”没有被锁定，不用解锁。")
    journal.record(by, "login.unlocked", person, agency_id=person.agency_id, records=count)
    return count


def _locked(person: Person) -> Person:
    """The person afresh, row locked. The system user has no account to manage.

    Not the key: the journal of somebody else's change may point to this person meanwhile.
    """
    fresh = Person.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=person.pk)
    if fresh.is_system:
        raise Conflict("“系统”不是人员账号，不能修改。")
    return fresh


def _known(role: str) -> Role:
    if role not in Role.values:
        raise Invalid("没有这个角色，请从列表里选。")
    return Role(role)


def _not_oneself(by: Person, person: Person) -> None:
    if by.pk == person.pk:
        raise Conflict("不能修改自己的角色，请由另一名安全管理员操作。")


def _keep_one(role: str, leaving: Person) -> None:
    """Refuse when nobody else who is enabled holds this administrator's role.

    All its rows are locked first and counted afterwards, by a statement that sees what others did meanwhile: so two
    administrators who remove each other do not both succeed.
    """
    if ROLE_CLASS[role] == DutyClass.BUSINESS or not leaving.is_active:
        return
    list(PersonRole.objects.select_for_update().filter(role=role).order_by("pk"))
    if not PersonRole.objects.filter(role=role, person__is_active=True).exclude(person=leaving).exists():
        raise Conflict(f"这是最后一名启用的{Role(role).label}，请先安排另一名再操作。")


def _take_password(person: Person, password: str) -> None:
    try:
        passwords.check(password, person)
    except ValidationError as error:
        raise Invalid("".join(error.messages)) from None
    person.set_password(password)
