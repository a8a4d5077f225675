"""What a person needs to know to fill in a form, and the catalogue of all rules: plain data for pages and documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
        file_rules=tuple(info for code, info in rules.items() if code in sheet.file_codes),
    )


#: What breaks and what keeps the rules of the workbook as a whole, which no row can show.
_OF_THE_FILE: dict[str, tuple[str, str]] = {
    "S001": ("表头写成了“设备名”“地点”等，认不出是附件4", "用下载的模板填写"),
    "S002": ("表头下面只有样例行", "样例行下面至少填一行，或走“零报告”"),
    "S003": ("删掉了“是否以租代建”这一列", "各列的表头都在，没有内容的留空"),
    "S004": ("自己加了一列“备注2”", "只有附件4的列和右侧的补充信息"),
    "S005": ("“品牌”有两列", "每个表头只有一列"),
    "S006": ("用的是旧模板 2021.1", "用的是当前的模板"),
    "S007": ("表上写“麻埠镇人民政府”，上传的是梅山镇", "表上的填报单位和上传的单位一致"),
    "S008": ("填好的摄像机表被隐藏了", "要上报的工作表都没有隐藏"),
    "S009": ("选了摄像机表，文件里只有平台表", "文件里有所选的表"),
    "S010": ("文件没有传完，或被改坏了", "能用 Excel 或 WPS 打开的工作簿"),
    "S011": ("打开时要输密码", "没有打开密码"),
    "S013": ("筛选后第 20 到 30 行被隐藏了", "没有隐藏的行"),
    "S014": ("“品牌”列被隐藏了", "没有隐藏的列"),
    "S015": ("表头写成了“经渡”", "表头写“经度”"),
    "S016": ("把纸表拍照贴进了工作表", "内容都打字填在单元格里"),
    "S017": ("第二个工作表只有数据、没有表头", "每个有数据的工作表都带表头"),
    "S012": ("一张表有 25 万行", "分成几个文件，每张表不超过上限"),
}
_SOUND_FILE = "用 Excel 或 WPS 正常保存、没有密码和宏的表格"


def catalogue(sheets: Iterable[Sheet], others: Iterable[RuleInfo] = ()) -> list[RuleInfo]:
    """Every rule by code: the gate's, the workbook's structure, these forms, `others` (the registry's)."""
    found = {}
    for code, info in STRUCTURE.items():
        fails, passes = _OF_THE_FILE.get(code, (info.wording, _SOUND_FILE))
        found[code] = replace(info, fails=info.fails or fails, passes=info.passes or passes)
    for code, wording in GATE.items():
        says = wording.says.replace("{detail}", "…")
        title = says.rstrip("。") + ("（已停用：现在能读取）" if wording.retired else "")
        found[code] = RuleInfo(code, Severity.ERROR, title, says, wording.fix, fails=title, passes=_SOUND_FILE)
    for sheet in sheets:
        found |= sheet.rules
    found |= {info.code: info for info in others}
    return [found[code] for code in sorted(found)]
