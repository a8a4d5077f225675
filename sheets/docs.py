"""The documents under docs/sheets, made from the declarations. A test fails where the files differ from these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sheets.declare import Sheet
from sheets.findings import Severity
from sheets.guide import GuideColumn, catalogue, guide
from sheets.rules import RuleInfo

_WORDS = {Severity.ERROR: "错误", Severity.WARNING: "提醒"}
_MADE = "<!-- 由 manage.py write_sheet_docs 从声明生成，不要手工修改。 -->"


def documents(sheets: Sequence[Sheet], others: Iterable[RuleInfo] = ()) -> dict[str, str]:
    """File name -> Markdown, in Chinese. `others`: rules kept elsewhere (the registry's) for the catalogue."""
    found = {f"{sheet.key}.md": _form(sheet) for sheet in sheets}
    found["rules.md"] = _rules(catalogue(sheets, others))
    return found


def write_documents(folder: Path, sheets: Sequence[Sheet], others: Iterable[RuleInfo] = ()) -> list[Path]:
    """Write the documents; returns the paths of those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in documents(sheets, others).items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def _form(sheet: Sheet) -> str:
    told = guide(sheet)
    lines = [_MADE, "", f"# {told.form}", "", f"模板版本 {told.version}。", "", "## 填写说明", ""]
    lines += [f"- {note}" for note in told.notes]
    lines += [
        "",
        "## 各列",
        "",
        *_table(("列", "要不要填", "怎么填", "示例", "常用选项", "规则"), map(_column, told.columns)),
    ]
    for title, rules in (("同一行里的规则", told.row_rules), ("整个文件里的规则", told.file_rules)):
        lines += ["", f"## {title}", ""]
        lines += _table(
            ("规则", "级别", "列", "问题", "怎么改", "依据"),
            (
                (info.code, _WORDS[info.severity], "、".join(info.columns), info.wording, info.fix, info.clause)
                for info in rules
            ),
        )
    return "\n".join(lines) + "\n"


def _column(column: GuideColumn) -> tuple[str, ...]:
    group = f"{column.group} / " if column.group else ""
    return (
        f"{group}{column.header}",
        column.need_word,
        column.help,
        column.example,
        "、".join(column.choices),
        "、".join(info.code for info in column.rules),
    )


def _rules(rules: Iterable[RuleInfo]) -> str:
    lines = [
        _MADE,
        "",
        "# 检查规则",
        "",
        "编号永不改变。“错误”必须改好才能提交；“提醒”可以带着提交，审核时会看到。",
        "",
    ]
    rows = (
        (
            info.code,
            _WORDS[info.severity] + ("（可设置）" if info.adjustable else ""),
            info.title,
            "、".join(info.columns),
            info.wording,
            info.fix,
            info.fails,
            info.passes,
            info.clause,
        )
        for info in sorted(rules, key=lambda info: info.code)
    )
    lines += _table(("编号", "级别", "名称", "列", "问题", "怎么改", "不行", "可以", "依据"), rows)
    return "\n".join(lines) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    for row in rows:
        cells = (text.replace("|", "\\|").replace("\n", "<br>").replace("*", "\\*") for text in row)
        lines.append(f"| {' | '.join(cells)} |")
    return lines
