"""The rules that need the database: their codes, wordings and what to do; `checks` finds where they are broken."""

from __future__ import annotations

from collections.abc import Sequence

from cameras.sheet import CAMERA as CAMERA_SHEET
from platforms.sheet import PLATFORM as PLATFORM_SHEET
from sheets.declare import Sheet
from sheets.rules import ERROR, WARNING, Issue, RuleInfo, rule_info

DECLARATIONS: dict[str, Sheet] = {"camera": CAMERA_SHEET, "platform": PLATFORM_SHEET}

TAKEN = Issue(
    title="编码已由其他单位登记",
    says="该编码已由其他单位登记",
    fix="请核对编码是否抄错。确属本单位的设备，可以提交，由数据局和公安局在审核时协调。",
    severity=WARNING,
    fails="34152400001320000001 已由另一个单位登记在用",
    passes="没有别的单位登记过这个编码",
)
TWICE = Issue(
    title="两行对应同一条登记记录",
    says="这一行与另一行对应同一条已登记的记录",
    fix="请核对“登记编号”和“20位编码”，每条登记记录只保留一行。",
    severity=ERROR,
    fails="第 8 行写了登记编号 JZ-C-000123，第 9 行写了它的编码",
    passes="每条登记记录只有一行",
)
ELSEWHERE = Issue(
    title="另一份表格里也有",
    says="本次报送的另一份表格里也有这一条",
    fix="同一台设备只报一行：请在其中一份表格里删去它，再重新上传那份表格。",
    severity=ERROR,
    fails="同一个编码在甲表和乙表里各有一行",
    passes="一台设备只在一份表格里",
)
AT_ODDS = Issue(
    title="登记编号与编码对不上",
    says="这个编码登记在本单位的另一条记录上，与这一行的登记编号对不上",
    fix="请核对“登记编号”和“20位编码”：编码抄错的改编码；确是那一条记录的，清空这一行的登记编号。",
    severity=ERROR,
    fails="登记编号是 JZ-C-000123，编码却是本单位 JZ-C-000456 的",
    passes="登记编号和编码是同一条记录的，或登记编号留空",
)
LIKELY_OWN = Issue(
    title="可能就是已登记的摄像机",
    says="可能就是已登记的 {number}（{why}）",
    fix="确是同一台的，填上这个登记编号（可直接采用建议），按变更入库；确是新增的，不用改。",
    severity=WARNING,
    fails="没有写登记编号，名称、位置和已登记的 JZ-C-000123 相同",
    passes="写上登记编号 JZ-C-000123，或确是新增的",
)
NO_PLATFORM = Issue(
    title="找不到所写的管理平台",
    says="平台表和台账里都没有“{name}”，{near}；共 {count} 行这样写",
    fix="请核对平台名称，写得和平台表一致；平台表里漏了这个平台的，补填一行。",
    severity=WARNING,
    fails="摄像机表写“平安乡村平台”，平台表和台账里都没有这个名称",
    passes="和平台表的“项目名称”一字不差",
)
SEVERAL_PLATFORMS = Issue(
    title="管理平台名称有重名",
    says="叫“{name}”的平台有 {bearers} 个（{candidates}），不知道是哪一个；共 {count} 行这样写",
    fix="请在平台表里把重名的平台写成不同的名称，摄像机表照着写；不改的，入库时不与平台关联。",
    severity=WARNING,
    fails="平台表里有两个平台都叫“视频监控平台”",
    passes="平台名称各不相同",
)
LIKELY_OTHERS = Issue(
    title="该位置可能已由其他单位登记",
    says="该位置可能已由其他单位登记",
    fix="请核对这台摄像机是否归本单位管理。确属本单位的，可以照此提交，由数据局和公安局在审核时核对。",
    severity=WARNING,
    fails="同一个位置、同样的名称，别的单位已经登记了一台",
    passes="这个位置没有别的单位登记",
)

CODE_OF_PLATFORM = Issue(
    title="摄像机的编码和平台的相同",
    says="这个编码也写在平台表的“{name}”上",
    fix="平台和摄像机各有各的编码：请核对是哪一张表填错了，从视频监控平台重新导出编码。",
    severity=ERROR,
    fails="摄像机表第 8 行和平台表第 7 行写的是同一个编码",
    passes="摄像机和平台的编码各不相同",
)

COMMON = {"401": TAKEN, "402": TWICE, "403": ELSEWHERE, "404": AT_ODDS}
PLACE = ("name", "longitude", "latitude")


def _rule(sheet: Sheet, code: str, issue: Issue, keys: Sequence[str], clause: str = "") -> RuleInfo:
    return rule_info(
        code, issue, sheet=sheet.key, clause=clause, columns=[(key, sheet.by_key[key].label) for key in keys]
    )


def _common(sheet: Sheet, letter: str) -> tuple[RuleInfo, ...]:
    return tuple(_rule(sheet, f"{letter}{number}", issue, ["code"]) for number, issue in COMMON.items())


C405 = _rule(CAMERA_SHEET, "C405", LIKELY_OWN, (*PLACE, "brand"))
C406 = _rule(CAMERA_SHEET, "C406", NO_PLATFORM, ["platform_name"])
C407 = _rule(CAMERA_SHEET, "C407", SEVERAL_PLATFORMS, ["platform_name"])
C408 = _rule(CAMERA_SHEET, "C408", LIKELY_OTHERS, PLACE)
C409 = _rule(CAMERA_SHEET, "C409", CODE_OF_PLATFORM, ["code"])

REGISTRY_RULES: dict[str, tuple[RuleInfo, ...]] = {
    "camera": (*_common(CAMERA_SHEET, "C"), C405, C406, C407, C408, C409),
    "platform": _common(PLATFORM_SHEET, "P"),
}
