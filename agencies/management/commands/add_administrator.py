"""manage.py add_administrator: the first administrators, whom nobody could yet make on the site."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from agencies import services
from agencies.models import ROLE_CLASS, Agency, DutyClass, Person, Role
from audit.failures import Conflict, Invalid

ADMINISTRATORS = [role for role in Role if ROLE_CLASS[role] != DutyClass.BUSINESS]


class Command(BaseCommand):
    help = "新建管理员账号（系统管理员、安全管理员、审计员）。初始密码取自环境变量 ADMIN_PASSWORD，没有则当场输入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=[role.value for role in ADMINISTRATORS], help="角色")
        parser.add_argument("username", help="登录名")
        parser.add_argument("--agency", default="data-bureau", help="单位代码，默认 data-bureau")

    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        agency = Agency.objects.filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"没有代码为“{options['agency']}”的单位。请先运行 manage.py load_reference。")
        password = os.environ.get("ADMIN_PASSWORD") or getpass.getpass("初始密码：")
        system = Person.objects.system()
        try:
            with transaction.atomic():
                person = services.create_person(
                    system,
                    username=options["username"],
                    display_name=role.label,
                    agency=agency,
                    password=password,
                    duty_class=ROLE_CLASS[role],
                )
                services.grant_role(system, person, role)
        except (Conflict, Invalid) as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"已新建{role.label}“{person.username}”，首次登录时须修改密码。")
