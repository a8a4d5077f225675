"""What the check of a stamped scan (盖章扫描件) says: one code, one sentence, one thing to press. Codes are for ever.

G10x what kind of file it is; G11x a PDF; G12x a picture.
"""

from __future__ import annotations

from sheets.findings import Refused
from sheets.gate_codes import Wording, refused_by

RESCAN = "请把盖章件重新扫描或拍照，存成 PDF、JPEG 或 PNG，再上传。"
PRINT_TO_PDF = "请打开它，点“打印”，打印机选“另存为 PDF”，上传新得到的 PDF。"

SCAN: dict[str, Wording] = {
    "G101": Wording("扫描件是空的，一个字节也没有。", "请确认文件已保存，重新选择文件上传。"),
    "G102": Wording("扫描件太大：超过 {detail}。", "请用 200 dpi 灰度重新扫描，或压缩后再上传。"),
    "G103": Wording("认不出这是什么文件，扫描件只收 PDF、JPEG、PNG。", RESCAN),
    "G104": Wording(
        "这是 {detail} 图片，扫描件只收 PDF、JPEG、PNG。", "请用“画图”或看图软件打开，另存为 JPEG 或 PNG，再上传。"
    ),
    "G105": Wording("这是{detail}，不是盖章扫描件。", "请打印、盖章，再扫描成 PDF、JPEG 或 PNG 上传。"),
    "G106": Wording("这是{detail}，不是盖章扫描件。", RESCAN),
    "G107": Wording("文件名以“{detail}”结尾，不是 .pdf、.jpg 或 .png。", "如果内容确是扫描件，请把扩展名改对再上传。"),
    "G110": Wording("PDF 设了密码或限制，无法核对。", PRINT_TO_PDF),
    "G111": Wording("PDF 里带有脚本，不能接收。", PRINT_TO_PDF),
    "G112": Wording("PDF 里带有自动执行的动作（{detail}），不能接收。", PRINT_TO_PDF),
    "G113": Wording("PDF 里夹带了别的文件，不能接收。", PRINT_TO_PDF),
    "G114": Wording("这个 PDF 里还藏着别的内容（{detail}），不能接收。", PRINT_TO_PDF),
    "G115": Wording("PDF 损坏或没有传完，打不开。", RESCAN),
    "G116": Wording("PDF 有 {detail}。", "请只上传盖章的页，或分成几份。"),
    "G117": Wording("PDF 里有动态表单或多媒体，不能接收。", PRINT_TO_PDF),
    "G118": Wording("PDF 的页面大小不正常（{detail}）。", PRINT_TO_PDF),
    "G119": Wording("PDF 里有无法核对的内容。", PRINT_TO_PDF),
    "G120": Wording("图片太大：{detail}。", "请用 200 dpi 重新扫描，或缩小图片后再上传。"),
    "G121": Wording("图片损坏或没有传完，打不开。", RESCAN),
    "G122": Wording("图片里还藏着别的文件，不能接收。", "请用“画图”打开，另存为新的 JPEG 或 PNG，再上传。"),
}


def refused(code: str, detail: str = "", *, name: str = "") -> Refused:
    """The exception for `code`; `detail` fills the sentence, `name` (already safe) goes into the finding's value."""
    return refused_by(SCAN, code, detail, name=name)
