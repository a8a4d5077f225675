"""What the gate says: one code, one sentence, one thing to press. Codes are for ever; none is given twice.

G00x what kind of file it is; G01x its name, password, active content; G02x the zip container; G03x the parts inside;
G04x the .xls container; G05x the confined reader (`sheets.confined`); G06x the reading job
(`inventory.staging`); G07x tables of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheets.findings import Finding, Refused, Severity

SAVE_AS_XLSX = "请在 Excel/WPS 中打开它，点“文件 → 另存为”，选 .xlsx，再上传另存的文件。"
SEND_XLSX = "请上传用 Excel 或 WPS 填好的表格（.xlsx、.xls、.et、.xlsb、.ods 或 .csv）。"
COPY_INTO_TEMPLATE = "请下载空白模板，把数据按“只粘贴数值”粘贴进去，保存后再上传。"
SPLIT = "数据确实很多的，请按乡镇分成几个文件，每个不超过 10 万行，再分别上传。"
KEPT = "文件已保存，修改后可继续。"
RESAVE = "请在 Excel/WPS 中打开它，另存为 .xlsx，再上传；仍不行请把代码告诉管理员。"
CONFINED_FIX = {"扫描件": KEPT + "请重新扫描，或另存为 PDF、JPEG、PNG，再上传；仍不行请把代码告诉管理员。"}
"""What to press when a child fails on something other than a sheet, by the subject's name."""


@dataclass(frozen=True, slots=True)
class Wording:
    """`says` may carry one `{detail}`, filled by the check that refused."""

    says: str
    fix: str
    retired: bool = False
    """No longer said, for what it refused is read now. The code keeps its meaning and is not given again."""


GATE: dict[str, Wording] = {
    "G001": Wording("文件是空的，一个字节也没有。", "请确认表格已保存，重新选择文件上传。"),
    "G002": Wording("文件太大：超过 {detail}。", "请删去表格里的图片和不用的工作表。" + SPLIT),
    "G003": Wording("这不是 Excel 表格，认不出是什么文件。", SEND_XLSX),
    "G004": Wording("这是程序文件（{detail}），不是表格。", SEND_XLSX + "不要打开来历不明的程序。"),
    "G005": Wording("这是{detail}，只是改了扩展名，不是真正的 Excel 表格。", SAVE_AS_XLSX),
    "G006": Wording(
        "这是纯文本或 CSV 文件，不是 Excel 表格。", SAVE_AS_XLSX + "20 位编码列先设为“文本”格式。", retired=True
    ),
    "G007": Wording("这是压缩包（{detail}），不是表格。", "请先解压，再上传里面的表格。"),
    "G008": Wording("这是{detail}，不是 Excel 表格。", SEND_XLSX + "盖章扫描件请在“上传扫描件”处上传。"),
    "G009": Wording("暂不能读取 Excel 二进制工作簿（.xlsb）。", SAVE_AS_XLSX, retired=True),
    "G010": Wording("暂不能读取 OpenDocument 表格（.ods）。", SAVE_AS_XLSX, retired=True),
    "G011": Wording(
        "暂不能读取这种 WPS 表格（.et）。", "请在 WPS 中打开它，点“文件 → 另存为”，选 .xlsx，再上传另存的文件。"
    ),
    "G012": Wording(
        "文件名以“{detail}”结尾，不是表格的扩展名。",
        "请在 Excel/WPS 中另存为 .xlsx；如果内容确是表格，把扩展名改回 .xlsx。",
    ),
    "G013": Wording(
        "表格设了打开密码，读不了。",
        "请在 Excel/WPS 中打开，去掉密码（文件 → 信息 → 保护工作簿 → 清空密码），保存后再上传。",
    ),
    "G014": Wording(
        "表格里带有宏程序（{detail}），不能接收。", "请在 Excel/WPS 中另存为 .xlsx（不含宏的工作簿），再上传。"
    ),
    "G015": Wording(
        "表格引用了外部文件或外部数据（{detail}），不能接收。",
        "请在 Excel/WPS 的“数据 → 编辑链接（查询和连接）”中断开全部链接，保存后再上传。",
    ),
    "G016": Wording("表格里嵌入了别的文件或控件（{detail}），不能接收。", "请删去嵌入的对象和控件，保存后再上传。"),
    "G020": Wording("文件损坏或没有传完（{detail}）。", "请在 Excel/WPS 中重新打开并另存为 .xlsx，再上传。"),
    "G021": Wording("文件里的部件太多：{detail}。", COPY_INTO_TEMPLATE),
    "G022": Wording("文件内容异常膨胀：{detail} 压缩得过密，像是压缩炸弹。", COPY_INTO_TEMPLATE),
    "G023": Wording("表格解开后太大：超过 {detail}。", "请删去图片、空白格式和不用的工作表。" + SPLIT),
    "G024": Wording("文件结构异常：部件互相重叠（{detail}）。", COPY_INTO_TEMPLATE),
    "G025": Wording("文件结构异常：部件大小与登记的不符（{detail}）。", COPY_INTO_TEMPLATE),
    "G026": Wording("压缩包里的部件加了密（{detail}），读不了。", "请去掉密码后重新保存为 .xlsx，再上传。"),
    "G027": Wording("文件结构异常：部件的路径不安全（{detail}）。", COPY_INTO_TEMPLATE),
    "G028": Wording("文件结构异常：同名部件出现了两次（{detail}）。", COPY_INTO_TEMPLATE),
    "G029": Wording("文件用了不支持的压缩方式（{detail}）。", SAVE_AS_XLSX),
    "G030": Wording("文件内容损坏（{detail}）。", "请在 Excel/WPS 中重新打开并另存为 .xlsx，再上传。"),
    "G031": Wording("文件里有不允许的 XML 声明（DTD 或实体，在 {detail}）。", COPY_INTO_TEMPLATE),
    "G032": Wording("文件里有部件不是 UTF-8 编码（{detail}）。", SAVE_AS_XLSX),
    "G033": Wording(
        "表格范围超限：{detail}。",
        "请选中数据以外的行和列，右键“删除”（不是清除内容），保存后再上传；或把数据粘贴到空白模板。" + SPLIT,
    ),
    "G034": Wording(
        "合并单元格范围超限：{detail}。", "请取消整行整列的合并单元格，只保留表头和杆件的合并，保存后再上传。"
    ),
    "G035": Wording("工作表内部写法不规范（{detail}），无法核对范围。", SAVE_AS_XLSX),
    "G036": Wording("文件里同时有两种表格的内容，无法确定该读哪一份。", COPY_INTO_TEMPLATE),
    "G037": Wording("文件损坏：.xlsb 的内部结构不完整（{detail}）。", SAVE_AS_XLSX),
    "G040": Wording("文件损坏：.xls 的内部结构不完整（{detail}）。", SAVE_AS_XLSX),
    "G041": Wording("文件结构异常：.xls 的扇区链成环或越界（{detail}）。", COPY_INTO_TEMPLATE),
    "G042": Wording("文件结构异常：.xls 声明的大小远超文件本身（{detail}）。", COPY_INTO_TEMPLATE),
    "G043": Wording("文件既像 .xls 又像压缩包，无法确定该读哪一份。", COPY_INTO_TEMPLATE),
    "G050": Wording("这份{detail}无法读取：读取程序中途停止。", KEPT + RESAVE),
    "G051": Wording("这份{detail}无法读取：读了太久还没读完。", KEPT + RESAVE + SPLIT),
    "G052": Wording("这份{detail}无法读取：需要的内存超过上限。", KEPT + RESAVE + SPLIT),
    "G053": Wording("这份{detail}无法读取：计算量超过上限。", KEPT + RESAVE + SPLIT),
    "G054": Wording("这份{detail}无法读取：读取结果不完整。", KEPT + RESAVE),
    "G055": Wording("这份{detail}无法读取：读出的内容超过上限。", KEPT + RESAVE + SPLIT),
    "G056": Wording("这份{detail}无法读取：内容可能已损坏。", KEPT + RESAVE),
    "G057": Wording("已停止读取这份{detail}。", KEPT + "需要时可重新检查。"),
    "G058": Wording("这份{detail}暂时无法读取：服务器正忙。", KEPT + "请过几分钟再点“重新检查”。"),
    "G059": Wording("这份{detail}无法读取：中间文件超过上限。", KEPT + RESAVE),
    "G070": Wording("文本文件的编码认不出来，或夹有乱码。", SAVE_AS_XLSX),
    "G071": Wording("这是纯文本，没有用逗号或制表符分开的列，不是表格。", SEND_XLSX),
    "G072": Wording("文本表格读到{detail}时出错：引号没有成对，或一格里的字太多。", SAVE_AS_XLSX),
}


def refused(code: str, detail: str = "", *, name: str = "", fix: str = "") -> Refused:
    """The exception for `code`.

    `detail` fills the sentence, `name` (already safe) goes into the finding's value, `fix` replaces what to press.
    """
    return refused_by(GATE, code, detail, name=name, fix=fix)


def refused_by(table: Mapping[str, Wording], code: str, detail: str = "", *, name: str = "", fix: str = "") -> Refused:
    """The same from another table of wordings."""
    wording = table[code]
    says = wording.says.replace("{detail}", detail)
    return Refused(Finding(code=code, severity=Severity.ERROR, message=says, fix=fix or wording.fix, value=name))
