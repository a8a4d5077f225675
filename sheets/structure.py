"""What may be wrong with a workbook as a whole: no form in it, columns missing, nothing filled in. Codes S0xx."""

from __future__ import annotations

from typing import Any

from sheets.findings import Finding, Refused
from sheets.rules import ERROR, WARNING, Issue, RuleInfo, rule_info

_FORM = "附件4"

STRUCTURE: dict[str, RuleInfo] = {
    code: rule_info(code, issue, sheet="", clause=_FORM)
    for code, issue in {
        "S001": Issue(
            "没有找到调研表",
            "文件里没有找到附件4的表头（平台或摄像机），共有 {count} 个工作表：{names}",
            "请下载模板，把内容填到模板里再上传；不要删除或改写表头。",
            ERROR,
        ),
        "S002": Issue(
            "表里没有数据",
            "表头下面没有填写任何一行（样例行不算）",
            "请填写后再上传；本单位没有建设视频监控的，请走“零报告”。",
            ERROR,
        ),
        "S003": Issue(
            "缺少表格列",
            "缺少“{column}”这一列",
            "请下载模板对照，把这一列补上；没有内容可以留空，表头不能少。",
            ERROR,
        ),
        "S004": Issue(
            "多出的列没有读入",
            "“{value}”不是附件4的列，没有读入",
            "如果是表头写错了，请改成模板上的写法；自己加的列可以不管。",
            WARNING,
        ),
        "S005": Issue(
            "表头重复",
            "“{column}”这一列出现了不止一次，只读最左边的一列",
            "请删去多余的列，或改正表头。",
            WARNING,
        ),
        "S006": Issue(
            "模板版本不符",
            "这个文件用的模板是 {value}，现在的模板是 {current}",
            "内容已照常检查；建议下载新模板，把内容复制过去再上传。",
            WARNING,
        ),
        "S007": Issue(
            "填报单位不一致",
            "表上的填报单位是“{value}”，本次上传的单位是“{unit}”",
            "请核对是不是传错了文件；确认无误请改正表上的填报单位。",
            WARNING,
        ),
        "S008": Issue(
            "隐藏的工作表没有读入",
            "工作表“{value}”是隐藏的，里面有附件4的内容，没有读入",
            "需要上报的请取消隐藏后重新上传；不需要的请删除这个工作表。",
            WARNING,
        ),
        "S009": Issue(
            "没有找到指定的表",
            "文件里没有{title}表，只找到 {names}",
            "请核对是不是选错了文件，或者重新选择表的种类。",
            ERROR,
        ),
        "S010": Issue(
            "文件读不出来",
            "文件已损坏或不是完整的工作簿，读不出内容",
            "请用 Excel 或 WPS 打开原文件，另存为“Excel 工作簿（.xlsx）”后重新上传。",
            ERROR,
        ),
        "S011": Issue(
            "文件有打开密码",
            "文件设了打开密码，读不出内容",
            "请用 Excel 或 WPS 打开文件，去掉密码，保存后重新上传。",
            ERROR,
        ),
        "S012": Issue(
            "行数太多",
            "这张表超过 {limit} 行，后面的没有读入",
            "请按乡镇（或场所）分成几个文件，每个不超过 {limit} 行，再分别上传。",
            ERROR,
        ),
        "S013": Issue(
            "隐藏的行照常读入",
            "有 {count} 行是隐藏的，照常读入了：第 {value} 行",
            "请取消隐藏，核对这些行要不要上报；不要的请删除整行后重新上传。",
            WARNING,
        ),
        "S014": Issue(
            "隐藏的列照常读入",
            "“{column}”这一列是隐藏的，照常读入了",
            "请取消隐藏，核对这一列的内容。",
            WARNING,
        ),
        "S015": Issue(
            "表头疑似写错",
            "“{value}”不是附件4的列，没有读入；是不是“{near}”？",
            "如果是“{near}”，请把表头改成这个写法后重新上传；自己加的列可以不管。",
            WARNING,
        ),
        "S016": Issue(
            "工作表里只有图片",
            "工作表“{value}”里只有图片，没有一个填了字的单元格",
            "图片里的字系统不能读取。请下载模板，把内容打字填进单元格，或请提供电子表格的人发原文件。",
            ERROR,
        ),
        "S018": Issue(
            "工作表里只有没有结果的公式",
            "工作表“{value}”里有 {count} 个公式，文件里没有一个计算结果，读不出内容",
            "请用 Excel 或 WPS 打开文件，保存一次后重新上传；最好把公式“选择性粘贴”为数值。",
            ERROR,
        ),
        "S017": Issue(
            "工作表没有读入",
            "工作表“{value}”没有附件4的表头，里面的 {count} 行没有读入",
            "如果这些行也要上报，请在它们上面补上表头，或移到有表头的工作表里；不用上报的可以不管。",
            WARNING,
        ),
    }.items()
}


def structure_finding(
    code: str, *, sheet: str = "", cell: str = "", row: int = 0, column: str = "", key: str = "", **details: Any
) -> Finding:
    """A finding about a sheet or the file; `value` among the details is the raw text."""
    info = STRUCTURE[code]
    known = {"column": column, **details}
    return Finding(
        code=code,
        severity=info.severity,
        message=info.message(known),
        fix=info.remedy(known),
        sheet=sheet,
        cell=cell,
        column=column,
        value=str(details.get("value", "")),
        row=row,
        key=key,
    )


def unreadable(code: str = "S010") -> Refused:
    """The refusal of a file that the reader cannot read."""
    return Refused(structure_finding(code))
