"""Divisions, agencies, their duties, people and roles (plan, chapter five and Attachments 1 to 3)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property


class Division(models.Model):
    """A township of the county (9-digit statistical code) or a special area that acts as one."""

    class Kind(models.TextChoices):
        TOWN = "town", "镇"
        TOWNSHIP = "township", "乡"
        SPECIAL = "special", "特殊区域"

    code = models.CharField("区划代码", max_length=9, primary_key=True)
    name = models.CharField("名称", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices)
    former_codes = models.JSONField("曾用代码", default=list)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class DivisionAlias(models.Model):
    """A former name or a usual misspelling of a division, as sheets really carry it."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="aliases")
    text = models.CharField("别名", max_length=40, unique=True)
    note = models.CharField("说明", max_length=100, blank=True)

    def __str__(self) -> str:
        return self.text


class PlaceKind(models.Model):
    """A kind of public place: the union of the plan's chapter five and Attachment 3."""

    code = models.CharField("代码", max_length=30, primary_key=True)
    name = models.CharField("场所类别", max_length=40, unique=True)
    position = models.PositiveSmallIntegerField("次序", unique=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """Whoever may hold a duty (单位)."""

    class Kind(models.TextChoices):
        TOWNSHIP = "township", "乡镇"
        ZONE = "zone", "经济开发区"
        DEPARTMENT = "department", "县直部门"
        DATA_BUREAU = "data_bureau", "数据资源管理部门"
        POLICE = "police", "公安部门"
        OFFICE = "office", "领导小组办公室"
        OTHER = "other", "其他单位"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("单位名称", max_length=60, unique=True)
    short_name = models.CharField("简称", max_length=30, unique=True)
    kind = models.CharField("类型", max_length=20, choices=Kind.choices)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, verbose_name="区划")
    position = models.PositiveSmallIntegerField("次序", default=0)
    leading_group = models.BooleanField("领导小组成员单位", default=False)
    post = models.CharField("领导小组职务", max_length=60, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = "单位"

    def __str__(self) -> str:
        return self.short_name


class Duty(models.Model):
    """Attachment 3: which agency answers for which kinds of place; no kind = what the agency built itself."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="duties")
    place_kind = models.ForeignKey(PlaceKind, models.PROTECT, null=True, blank=True)
    wording = models.CharField("责任分工范围", max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "place_kind"], name="one_duty", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.wording}"


class Task(models.Model):
    """Attachment 2: one of the nine tasks."""

    number = models.PositiveSmallIntegerField("序号", primary_key=True)
    title = models.TextField("主要任务")
    due_wording = models.CharField("完成时间", max_length=40)
    due_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class TaskParty(models.Model):
    """Who leads or supports a task: an agency, or a group of them in the plan's own words."""

    class Part(models.TextChoices):
        LEAD = "lead", "牵头单位"
        SUPPORT = "support", "配合单位"

    task = models.ForeignKey(Task, models.CASCADE, related_name="parties")
    part = models.CharField(max_length=10, choices=Part.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    group = models.CharField("群体", max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["task", "part", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agency__isnull=False, group="") | (Q(agency__isnull=True) & ~Q(group="")),
                name="task_party_agency_or_group",
            ),
        ]

    def __str__(self) -> str:
        return str(self.agency or self.group)


class DutyClass(models.TextChoices):
    """三员分立: a person is of one class for good; roles of two classes never meet in one person."""

    BUSINESS = "business", "业务人员"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计员"


class Role(models.TextChoices):
    CLERK = "clerk", "填报员"
    DATA_REVIEWER = "data_reviewer", "数据局审核员"
    POLICE_REVIEWER = "police_reviewer", "公安审核员"
    OFFICE = "office", "领导小组办公室"
    LEADER = "leader", "领导"
    SYSADMIN = "sysadmin", "系统管理员"
    SECADMIN = "secadmin", "安全管理员"
    AUDITOR = "auditor", "审计员"


ROLE_CLASS: dict[str, str] = {
    Role.CLERK: DutyClass.BUSINESS,
    Role.DATA_REVIEWER: DutyClass.BUSINESS,
    Role.POLICE_REVIEWER: DutyClass.BUSINESS,
    Role.OFFICE: DutyClass.BUSINESS,
    Role.LEADER: DutyClass.BUSINESS,
    Role.SYSADMIN: DutyClass.SYSTEM,
    Role.SECADMIN: DutyClass.SECURITY,
    Role.AUDITOR: DutyClass.AUDIT,
}
SYSTEM_USERNAME = "system"


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username=username)

    def system(self) -> Person:
        """The named user that the machine acts as."""
        return self.get(username=SYSTEM_USERNAME)


class Person(AbstractBaseUser):
    """Somebody who works here. Known by the post, not by a personal name."""

    username = models.CharField("登录名", max_length=60, unique=True)
    display_name = models.CharField("岗位", max_length=60)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="people", verbose_name="单位")
    duty_class = models.CharField(max_length=10, choices=DutyClass.choices, default=DutyClass.BUSINESS)
    is_active = models.BooleanField("启用", default=True)
    must_change = models.BooleanField("下次登录须改密码", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonManager()
    USERNAME_FIELD = "username"

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(fields=["id", "duty_class"], name="person_with_class"),
            models.CheckConstraint(
                condition=Q(agency__isnull=False) | Q(username=SYSTEM_USERNAME), name="person_has_agency"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def label(self) -> str:
        """Agency and post: 梅山镇 填报员."""
        return f"{self.agency} {self.display_name}" if self.agency else self.display_name

    @property
    def is_system(self) -> bool:
        """Whether this is the machine's own user, which nobody logs in as."""
        return self.username == SYSTEM_USERNAME

    @cached_property
    def role_set(self) -> frozenset[str]:
        """The roles held, read once per instance."""
        return frozenset(self.roles.values_list("role", flat=True))

    def holds(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return not self.role_set.isdisjoint(roles)


def _role_matches_class() -> Q:
    condition = Q()
    for role, duty_class in ROLE_CLASS.items():
        condition |= Q(role=role, duty_class=duty_class)
    return condition


class PersonRole(models.Model):
    """A role held in the person's agency.

    The class is repeated here so that two constraints enforce 三员分立: the role must be of this class (check), and the
    class must be the person's (composite foreign key, see the migration).
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles")
    role = models.CharField("角色", max_length=20, choices=Role.choices)
    duty_class = models.CharField(max_length=10, choices=DutyClass.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role"], name="one_role_once"),
            models.CheckConstraint(condition=_role_matches_class(), name="role_of_its_class"),
        ]

    def __str__(self) -> str:
        return self.get_role_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.duty_class = self.duty_class or ROLE_CLASS[self.role]
        super().save(*args, **kwargs)


class FormerPassword(models.Model):
    """The hash of a password that a person has or had; the latest few may not be used again."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="former_passwords")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.person}: {self.set_at}"
