"""Heads as people keep them: a line that can be written down and typed in again, CSV, JSON; and reading them back."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from .chain import FIRST_HASH, check
from .models import DailyHead
from .verification import Kept

COLUMNS = ("日期", "序号", "当日条数", "校验值和校核码")
KEYS = ("day", "seq", "entries", "hash", "check")
MOST = 20_000
"""Heads read at once: fifty years of days."""
LONGEST = 4_000_000
_HASH = r"(?:[0-9a-f]\s*){64}"
_DAILY = re.compile(rf"(\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}})\s+(\d{{1,18}})\s+(\d{{1,18}})\s+({_HASH})([0-9a-f]{{4}})")
_SIMPLE = re.compile(rf"(\d{{1,18}})\s*:\s*({_HASH})")


class Unreadable(Exception):
    """A kept head that cannot be read. The message says which line, and what to look at."""


def line(head: DailyHead) -> str:
    """`2026-11-20 1234 17 0123 4567 … cdef 9a8b`: day, number, count, hash, check."""
    return f"{head.day:%Y-%m-%d} {head.seq} {head.entries} {' '.join(head.groups)} {head.check_signs}"


def as_text(heads: Iterable[DailyHead]) -> str:
    """One line a day under two of explanation."""
    title = "# 金寨视频资源管理 审计日志每日链尾\n# 日期 序号 当日条数 校验值（四个一组） 校核码\n"
    return title + "".join(f"{line(head)}\n" for head in heads)


def as_csv(heads: Iterable[DailyHead]) -> str:
    """Hash and check in one cell: by itself, 12e4 would be a number to a spreadsheet."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for head in heads:
        writer.writerow([f"{head.day:%Y-%m-%d}", head.seq, head.entries, " ".join([*head.groups, head.check_signs])])
    return out.getvalue()


def as_json(heads: Iterable[DailyHead]) -> str:
    told = [
        dict(zip(KEYS, (f"{head.day:%Y-%m-%d}", head.seq, head.entries, head.hash, head.check_signs), strict=True))
        for head in heads
    ]
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


FORMS = {
    "txt": (as_text, "text/plain; charset=utf-8"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}
"""How heads are handed out: who writes them, and the media type."""


def decoded(data: bytes) -> str:
    """The text of a file as people save it: UTF-8, Notepad's UTF-16, or GBK. Raises Unreadable."""
    marked = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise Unreadable("这不是文本文件。请提供从“每日链尾”页面导出的 txt、csv 或 json 文件。")


def read(text: str) -> list[Kept]:
    """Heads from any of the three forms, or typed in, one a line; also `number:hash`. Raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable("内容太长，不像是抄存的链尾。请只提供从“每日链尾”页面导出的文件。")
    plain = unicodedata.normalize("NFKC", text.lstrip("\ufeff")).lower()
    kept = list(_from_json(plain) if plain.lstrip()[:1] in ("[", "{") else _from_lines(plain))
    if len(kept) > MOST:
        raise Unreadable(f"一次最多核对 {MOST} 个链尾，请分开核对。")
    return kept


def _from_lines(text: str) -> Iterator[Kept]:
    for number, raw in enumerate(text.split("\n"), 1):
        said = " ".join(raw.replace(",", " ").replace('"', " ").split())
        if said and not said.startswith("#") and re.search(r"\d", said):
            yield _read_one(said, f"第 {number} 行")


def _from_json(text: str) -> Iterator[Kept]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("这不是完整的 JSON 文件。请重新导出，或改用文本一行一个抄录。") from error
    for number, each in enumerate(told if isinstance(told, list) else [told], 1):
        yield _read_one(_spelt_out(each), f"第 {number} 个")


def _spelt_out(told: Any) -> str:
    return " ".join(str(told.get(key, "")) for key in KEYS) if isinstance(told, dict) else ""


def _read_one(said: str, where: str) -> Kept:
    if found := _SIMPLE.fullmatch(said):
        kept = Kept(int(found[1]), _joined(found[2]))
    elif found := _DAILY.fullmatch(said):
        kept = _daily(found, where)
    else:
        raise Unreadable(
            f"{where}读不出来。每行写：日期 序号 当日条数 校验值 校核码；或者：序号:校验值。"
            "校验值共 64 位，只有 0-9 和 a-f。"
        )
    if kept.seq == 0 and kept.hash != FIRST_HASH:
        raise Unreadable(f"{where}的序号是 0，校验值却不全是 0。请对照原件再看一遍。")
    return kept


def _daily(found: re.Match[str], where: str) -> Kept:
    seq, entries, text = int(found[2]), int(found[3]), _joined(found[4])
    try:
        day = date(*map(int, re.split("[-/]", found[1])))
    except ValueError as error:
        raise Unreadable(f"{where}的日期不存在。请对照原件再看一遍。") from error
    if check(f"{day:%Y-%m-%d}", seq, entries, text) != found[5]:
        raise Unreadable(f"{where}的校核码不符，多半是抄错了字。请对照原件再看一遍。")
    return Kept(seq, text, day)


def _joined(text: str) -> str:
    return "".join(text.split())
