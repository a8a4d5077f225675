"""`demo_outline`: write the sketch of the county's outline for the demo, where its package is installed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cameras.sheet import COUNTY_BOX
from demo import outline
from registry.ground import read_outline


class Command(BaseCommand):
    help = "为演示写出县界示意图（var/outline.geojson），make run 用它画图，不用它核对坐标。"

    def handle(self, *args: Any, **options: Any) -> None:
        path = outline.prepare(settings.VAR_DIR)
        if path is None:
            raise CommandError(f"没有安装县界数据包。请先运行 .venv/bin/pip install {outline.PIN}，再运行本命令。")
        read_outline(path, COUNTY_BOX)
        self.stdout.write(f"县界示意图在 {path}，来自高德地图的公开数据，已由 GCJ-02 换算成 WGS-84，不是测绘成果。")
