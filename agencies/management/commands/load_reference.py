"""manage.py load_reference: divisions, agencies, duties, kinds of place and tasks into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from agencies import reference


class Command(BaseCommand):
    help = "载入参考数据：区划、单位、职责、场所类别、任务清单。可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        changed = reference.load()
        if options["verbosity"]:
            self.stdout.write(f"参考数据已载入，更新 {sum(changed.values())} 条。" if changed else "参考数据没有变化。")
