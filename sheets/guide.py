"""What a person needs to know to fill in a form, and the catalogue of all rules: plain data for pages and documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sheets.declare import Need, Sheet
from sheets.findings import Severity
from sheets.gate_codes import GATE
from sheets.rules import RuleInfo
from sheets.structure import STRUCTURE

NEED_WORDS = {Need.REQUIRED: "必填", Need.WANTED: "应填", Need.OPTIONAL: "选填"}


@dataclass(frozen=True, slots=True)
class GuideColumn:
    """One column as a person meets it. `rules` are those of its cell, errors first."""

    key: str
    header: str
    label: str
    group: str
    need: Need
    need_word: str
    help: str
    example: str
    choices: tuple[str, ...]
    clause: str
    official: bool
    rules: tuple[RuleInfo, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """One form: its title line, notes, columns (hidden ones left out), and the rules over rows and the whole file."""

    key: str
    title: str
    form: str
    version: str
    notes: tuple[str, ...]
    columns: tuple[GuideColumn, ...]
    row_rules: tuple[RuleInfo, ...]
    file_rules: tuple[RuleInfo, ...]


#: Said of every form, after its official notes.
NOTES = (
    "黄色表头的列必须填写；其余的列尽量填，没有内容就留空，确实没有的写“/”。",
    "“样例”行不用删，系统会跳过，并在结果里说明。",
    "20位编码按文本填写；显示成 3.41524E+19 的说明已经变成数字、末尾丢失，需要重新导出。",
    "经纬度从平台导出或实地测量，不要自己补小数；坐标系在上传时选择。",
    "右侧“补充信息（可选）”的列，只有和上传时选的不同才填。",
    "不要删改表头；列的顺序可以调整，自己加的列不会读入。",
)


def guide(sheet: Sheet) -> Guide:
    """The guide of one form."""
    rules = sheet.rules
    row_codes = {rule.code for rule in sheet.row_rules}
    file_codes = {rule.code for rule in sheet.file_rules}
    columns = []
    for column in sheet.columns:
        if column.hidden:
            continue
        codes = sorted(set(column.codes.values()), key=lambda code: (rules[code].severity != "error", code))
        columns.append(
            GuideColumn(
                key=column.key,
                header=column.header,
                label=column.label,
                group=column.group,
                need=column.need,
                need_word=NEED_WORDS[column.need],
                help=column.help,
                example=column.example,
                choices=column.choices,
                clause=column.clause,
                official=column.official,
                rules=tuple(rules[code] for code in codes),
            )
        )
    return Guide(
        key=sheet.key,
        title=sheet.title,
        form=sheet.form,
        version=sheet.version,
        notes=(*sheet.notes, *NOTES),
        columns=tuple(columns),
        row_rules=tuple(info for code, info in rules.items() if code in row_codes),
        file_rules=tuple(info for code, info in rules.items() if code in file_codes),
    )


def catalogue(sheets: Iterable[Sheet], others: Iterable[RuleInfo] = ()) -> list[RuleInfo]:
    """Every rule by code: the gate's, the workbook's structure, these forms, `others` (the registry's)."""
    found = dict(STRUCTURE)
    for code, wording in GATE.items():
        says = wording.says.replace("{detail}", "…")
        found[code] = RuleInfo(code, Severity.ERROR, says.rstrip("。"), says, wording.fix)
    for sheet in sheets:
        found |= sheet.rules
    found |= {info.code: info for info in others}
    return [found[code] for code in sorted(found)]
