"""Rules over all platforms of a file: the same platform twice, and one value in all of many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from platforms.form import FORM, GB, PLATFORM
from sheets import patterns
from sheets.cells import fold
from sheets.declare import FileHit
from sheets.duplicates import NAMED, duplicates
from sheets.examples import Example
from sheets.rules import WARNING

#: So many platforms that state a storage period and all the same one are worth a word to the reviewers.
MANY_PLATFORMS = 20


def row(number: int, **cells: Any) -> dict[str, Any]:
    """Changes that make the good row platform `number` of a file."""
    return {
        "seq": str(number),
        "name": f"第{number}视频平台",
        "code": f"34152400002000{number:06d}",
        "retention": f"{30 * (1 + number % 3)}天",
    } | cells


@PLATFORM.file_rule(
    "P301",
    "code",
    title="编码在表里重复",
    says="编码在表里出现了 {count} 次，还有 {cells}",
    fix="一个平台一个编码：请核对这几行，删去重复的行，或改正编码。",
    clause=GB,
    example=Example(
        fails=(row(1), row(2, code="34152400002000000001")),
        passes=(row(1), row(2)),
        at=((0, "code"), (1, "code")),
        told=("两行都写 34152400002000000001", "每行的编码都不同"),
    ),
)
def codes_are_unique(codes: Sequence[str | None]) -> Iterable[FileHit]:
    """The same code twice in the file, at every cell concerned."""
    return duplicates("code", codes)


@PLATFORM.file_rule(
    "P302",
    "name",
    "code",
    at=("name",),
    title="平台名称在表里重复",
    says="平台名称在表里出现了 {count} 次，还有 {cells}，编码分不开它们",
    fix="同一个平台只填一行；确实是两个平台的，请写不同的名称或各自的 20 位编码。",
    clause=FORM,
    example=Example(
        fails=(row(1), row(2, name="第1视频平台", code="")),
        passes=(row(1), row(2, code="")),
        at=((0, "name"), (1, "name")),
        told=("两行都叫“第1视频平台”，其中一行没有编码", "两个平台名称不同，或各有各的编码"),
    ),
)
def names_tell_platforms_apart(names: Sequence[str], codes: Sequence[str | None]) -> Iterable[FileHit]:
    """Platforms are told apart by code, else by name: one name twice is fine only where each row has its code."""
    rows_of: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if name:
            rows_of.setdefault(fold(name), []).append(row)
    for rows in rows_of.values():
        if len(rows) > 1 and not all(codes[row] for row in rows):
            near = rows[: NAMED + 1]
            for row in rows:
                others = tuple((other, "name") for other in near if other != row)[:NAMED]
                yield FileHit(row, "name", others, {"count": len(rows)})


@PLATFORM.file_rule(
    "P303",
    "registry_number",
    title="登记编号在表里重复",
    says="登记编号在表里出现了 {count} 次，还有 {cells}",
    fix="复制行时请清空新行的“登记编号”，只保留原来那一行的。",
    example=Example(
        fails=(row(1, registry_number="JZ-P-000123"), row(2, registry_number="JZ-P-000123")),
        passes=(row(1, registry_number="JZ-P-000123"), row(2)),
        at=((0, "registry_number"), (1, "registry_number")),
        told=("两行的登记编号都是 JZ-P-000123", "复制出来的新行登记编号留空"),
    ),
)
def registry_numbers_are_unique(numbers: Sequence[str]) -> Iterable[FileHit]:
    """The same registered platform twice in the file."""
    return duplicates("registry_number", numbers)


@PLATFORM.file_rule(
    "P304",
    "retention_days",
    at=("retention",),
    severity=WARNING,
    title="存储时长全都一样",
    says="{total} 个平台的视频存储时长全是 {value} 天",
    fix="请核对是不是统一补填的：按各平台实际保存的天数改正；确实都一样的可以保留，审核时会看到。",
    clause=FORM,
    example=Example(
        fails=lambda: tuple(row(number, retention="30天") for number in range(1, MANY_PLATFORMS + 1)),
        passes=lambda: tuple(row(number) for number in range(1, MANY_PLATFORMS + 1)),
        at=((0, "retention"),),
        told=("20 个平台的存储时长全是 30 天", "各平台按实际保存的天数填写"),
    ),
)
def kept_for_various_times(days: Sequence[int | None]) -> Iterable[FileHit]:
    """Not all of twenty platforms and more state one storage period."""
    for seen in patterns.nearly_all_alike(days, MANY_PLATFORMS, 1.0):
        yield FileHit(seen.rows[0], "retention", (), seen.details)
