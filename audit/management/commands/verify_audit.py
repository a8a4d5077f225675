"""manage.py verify_audit: does the journal hold? Exit 0 when it does, 1 when it does not, 2 when it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import anchors, copies, journal
from audit.verification import Fault, Kept


class Command(BaseCommand):
    help = "核对审计日志：从第一条起逐条核对校验值。完整时返回 0，有差错时返回 1，无法核对时返回 2。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", action="append", default=[], help="以前抄存的链尾，写作“序号:校验值”，可多次")
        parser.add_argument("--anchors", type=Path, metavar="文件", help="以前导出或抄录的每日链尾（txt、csv、json）")
        parser.add_argument(
            "--sink",
            nargs="*",
            type=Path,
            metavar="文件夹",
            help="与日志副本逐条核对；不写文件夹时用 AUDIT_SINK，几台机器各有一份时逐一写出",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = _kept(options)
        checked, fault = journal.verify(kept=kept)
        copy = _compared(options["sink"])
        if fault or (copy and copy.fault):
            raise CommandError("".join(_wrong(checked, fault, copy)))
        seq, text = journal.anchor(checked)
        self.stdout.write(f"审计日志完整：已核对 {checked} 条，没有发现差错。")
        if kept:
            self.stdout.write(f"与抄存的 {len(kept)} 个链尾相符。")
        if copy:
            self.stdout.write(f"日志副本从第 {copy.first} 条起，{copy.compared} 条逐条相符。")
            if copy.unfinished or copy.torn:
                self.stdout.write(
                    f"副本另有 {copy.unfinished} 行是没有完成、从未生效的操作，{copy.torn} 行残缺；都不是差错。"
                )
        self.stdout.write(f"当前链尾 {seq}:{text}（请抄存到系统之外，下次用 --anchor 一并核对）")


def _wrong(checked: int, fault: Fault | None, copy: copies.Comparison | None) -> Iterator[str]:
    yield "审计日志有差错："
    yield f"前 {checked} 条完好，第 {fault.seq} 条{fault.reason}。" if fault else f"链条本身衔接（{checked} 条）。"
    if copy:
        yield "与日志副本核对："
        yield f"第 {copy.fault.seq} 条{copy.fault.reason}。" if copy.fault else f"{copy.compared} 条相符。"
    yield "请保留现场，立即报告审计员和安全管理员。"


def _compared(folders: list[Path] | None) -> copies.Comparison | None:
    """None when it was not asked for."""
    if folders is None:
        return None
    if not folders and settings.AUDIT_SINK:
        folders = [settings.AUDIT_SINK]
    if not folders:
        raise CommandError("没有设置日志副本（AUDIT_SINK）。请在 --sink 后写出副本所在的文件夹。", returncode=2)
    try:
        return copies.compare(folders)
    except copies.Missing as missing:
        raise CommandError(str(missing), returncode=2) from missing


def _kept(options: dict[str, Any]) -> list[Kept]:
    """The heads that were named, and those of the file."""
    kept: list[Kept] = []
    try:
        for told in options["anchor"]:
            if not (read := anchors.read(told)):
                raise anchors.Unreadable("--anchor 写作“序号:校验值”，例如上次输出的链尾。")
            kept += read
        if file := options["anchors"]:
            kept += anchors.read(anchors.decoded(file.read_bytes()))
    except (anchors.Unreadable, OSError) as error:
        raise CommandError(f"抄存的链尾无法使用：{error}", returncode=2) from error
    return kept
