"""The columns of Attachment 4, sheet 1: video platforms. Their rules are in `platforms.rules`."""

from __future__ import annotations

from sheets.declare import Column, Need, Sheet
from sheets.kinds.choices import Closed, ManyOf, OpenList, Partly
from sheets.kinds.codes import RegistryNumber, UnifiedCode
from sheets.kinds.dates import YearMonth
from sheets.kinds.numbers import Days, Money, RunningNumber
from sheets.kinds.places import PlaceKind
from sheets.kinds.text import Name, Text
from sheets.vocabulary import (
    BRANDS,
    CASCADES,
    CONNECTED_NO,
    CONNECTED_PARTIAL,
    CONNECTED_YES,
    FUNDING,
    GB_NO,
    GB_PARTIAL,
    GB_YES,
    NETWORKS,
)

EXTRA_GROUP = "补充信息（可选）"
FORM = "附件4 平台表"
GB = "GB/T 28181 附录E；附件4 填写说明1"

_WRITING = {"hidden": "P195", "wide": "P196"}
_MONEY = {
    "missing": "P118",
    "number": "P161",
    "yuan": "P162",
    "unit": "P163",
    "in_yuan": "P164",
    "grouped": "P165",
    "percent": "P197",
    **_WRITING,
}

PLATFORM = Sheet(
    "platform",
    title="平台",
    form="金寨县公共场所视频监控资源整合接入调研表（平台）",
    version="2022.1",
    common={"excel_error": "P192", "no_result": "P193", "picture": "P194"},
    notes=("1、20位编码及名称由视频监控平台导出。",),
    columns=(
        Column(
            "seq", "序号", RunningNumber(), Need.OPTIONAL, {"bad": "P171"},
            sample="样例", example="1", width=5.5, clause=FORM, help="从 1 开始编号，可以留空；写“样例”的行不读入。",
        ),
        Column(
            "name", "项目\n名称", Name(2, 100), Need.REQUIRED, {"missing": "P111", "short": "P112", "long": "P113"},
            aliases=("平台名称", "管理平台名称"), sample="全市旅游视频管理平台", example="梅山镇平安乡村视频平台",
            width=15, clause=FORM, help="平台的全称，2 到 100 个字；摄像机表里的“管理平台名称”和它写成一样。",
        ),
        Column(
            "vendor", "平台\n厂家\n（品牌）", OpenList(BRANDS, limit=100), Need.REQUIRED,
            {"missing": "P114", "long": "P191"},
            aliases=("厂家", "品牌", "厂家品牌"), sample="华为", example="海康威视", width=9, clause=FORM,
            help="常用厂家可从下拉框选，其他厂家直接写。",
        ),
        Column(
            "gbt28181", "是否\n符合\nGB/T 28181", Partly(GB_YES, GB_NO, GB_PARTIAL, remark=True), Need.REQUIRED,
            {"missing": "P121", "unreadable": "P122", "long": "P191"},
            aliases=("是否符合GB28181", "是否符合国标28181"), sample="是", example="是", width=10.5, clause=FORM,
            help="是、否或部分；版本等说明写在后面，例如“是，2016版”。",
        ),
        Column(
            "gat1400", "是否符合\nGA/T 1400", Text(200, lines=True), Need.OPTIONAL, {"long": "P191"},
            aliases=("是否符合GA1400",), sample="1.视图库\n2.视频图像解析算法/算力资源", example="1.视图库", width=13,
            clause=FORM, help="是、否，或写明视图库、解析算法、算力资源。",
        ),
        Column(
            "address", "单位地址", Text(200), Need.WANTED, {"missing": "P115", "long": "P191"}, aliases=("地址",),
            sample="**区**路100号", example="金寨县梅山镇新城区新北路1号", width=14, clause=FORM,
            help="平台所在单位的地址。",
        ),
        Column(
            "network", "联网\n方式\n（局域网/互联网等等）", ManyOf(NETWORKS, limit=200, warn=True), Need.REQUIRED,
            {"missing": "P123", "unknown": "P124", "long": "P191"}, sample="调研视频监控网络情况及规划使用的地址段",
            example="局域网、视频专网", width=13, clause=FORM,
            help="局域网、互联网、专线、视频专网、政务外网，可以写几种。",
        ),
        Column(
            "protection", "视频监控网络安全防护", Text(500, lines=True), Need.WANTED,
            {"missing": "P116", "long": "P191"},
            aliases=("网络安全防护", "安全防护"), sample="有无安全设备\n，品牌，型号，版本",
            example="防火墙，深信服 AF-1000", width=13, clause="方案四（五）；附件4 平台表",
            help="有哪些安全设备，写品牌、型号、版本。",
        ),
        Column(
            "retention", "视频存储时长", Days(), Need.REQUIRED,
            {
                "missing": "P125", "unreadable": "P126", "few": "P127", "unit": "P132", "range": "P133",
                "percent": "P197",
            },
            aliases=("存储时长", "录像保存天数", "存储天数"), sample="30天", example="30天", width=8.5,
            clause="附件4 平台表；《公共安全视频图像信息系统管理条例》", help="录像保存多少天，例如 30天。",
        ),
        Column(
            "description", "平台描述", Text(1000, lines=True), Need.OPTIONAL, {"long": "P191"}, aliases=("描述",),
            sample="管理4A级景区出入口视频", example="管理全镇 12 个行政村的路口视频", width=16, clause=FORM,
            help="平台管哪些地方、哪些点位。",
        ),
        Column(
            "version", "品牌型号/系统版本", Text(200, lines=True), Need.OPTIONAL, {"long": "P191"},
            aliases=("品牌型号", "系统版本", "型号版本"), sample="XX版本平台/XX型号NVR",
            example="iVMS-8700 V2.9", width=12, clause=FORM, help="平台软件的版本，或录像机型号。",
        ),
        Column(
            "sharing", "平台共享和\n转发能力", Text(500, lines=True), Need.WANTED, {"missing": "P117", "long": "P191"},
            aliases=("共享和转发能力", "共享转发能力"),
            sample=(
                "是否具备向雪亮平台共享能力\n1.是否具备联网网关\n2.是否具备共享资源授权（满足全量共享？）\n"
                "3.是否满足视频流共享转发需求（满足上级？路并发需求）"
            ),
            example="具备联网网关，可全量共享，支持 50 路并发", width=21, clause="方案四（四）；附件4 平台表",
            help="有没有联网网关，能不能全量共享，能转发多少路。",
        ),
        Column(
            "connected", "是否对接本级雪亮平台", Partly(CONNECTED_YES, CONNECTED_NO, CONNECTED_PARTIAL), Need.REQUIRED,
            {"missing": "P128", "unreadable": "P129", "long": "P191"},
            aliases=("是否对接雪亮平台", "对接雪亮平台"), sample="已对接", example="已对接", width=9,
            clause="方案四（二）；附件4 平台表", help="已对接、未对接或部分对接。",
        ),
        Column(
            "code", "20位\n编码", UnifiedCode({"200": "中心信令控制服务器"}), Need.OPTIONAL,
            {
                "number": "P101", "short": "P110", "digits": "P102", "scientific": "P109", "cut": "P172",
                "overlong": "P173", "letters": "P174", "region": "P104", "type": "P105", "industry": "P106",
                "meanings": "P175", "network": "P107", "serial": "P108", **_WRITING,
            },
            aliases=("国标编码", "平台编码", "20位国标编码"),
            sample="是否开展GB28181国标编码，如有则填写：34012341002000175079",
            example="34152400002000000001", width=22, clause=GB,
            help="平台自己的 20 位国标编码，按文本填写；没有编码的留空。",
        ),
        Column(
            "cascade", "省市县\n级联\n情况", OpenList(CASCADES, limit=100, warn=True), Need.OPTIONAL,
            {"unknown": "P131", "long": "P191"}, aliases=("级联情况",),
            sample="是否本系统内已开展级联\n三级级联/省市两级/市县两级/市本级", example="市县两级",
            width=11, clause=FORM, help="本系统内部级联到哪几级，没有级联写“未级联”。",
        ),
        Column(
            "built", "建设时间", YearMonth(), Need.WANTED,
            {
                "missing": "P141", "unreadable": "P142", "future": "P143", "january_or_october": "P144",
                "serial": "P145", "year_as_date": "P146",
            },
            aliases=("建成时间",), sample="2020.03", example="2020.03", width=9, clause=FORM,
            help="写成 年.月，例如 2020.03；只知道年份可以只写年份。",
        ),
        Column(
            "cost", "建设费用\n（万元）", Money(10000), Need.WANTED,
            _MONEY,
            aliases=("建设投资（万元）",), example="125.5", width=9, clause=FORM, help="单位是万元，只写数字。",
        ),
        Column(
            "upkeep", "运维\n费用\n（万元\n/年）", Money(1000), Need.WANTED,
            _MONEY,
            aliases=("运维费（万元/年）", "年运维费用（万元）"), example="8.6", width=9, clause=FORM,
            help="每年的运维费，单位是万元，只写数字。",
        ),
        Column(
            "place_kind", "场所类别", PlaceKind(), Need.OPTIONAL, {"unreadable": "P181"}, EXTRA_GROUP, official=False,
            default="place_kind", example="景区景点", width=12, clause="方案五（二）；附件3",
            help="和上传时选的不同才填。",
        ),
        Column(
            "funding", "资金来源", Closed(FUNDING), Need.OPTIONAL, {"unreadable": "P182"}, EXTRA_GROUP, official=False,
            default="funding", example="政府投资", width=10, clause="方案四（二）",
            help="政府投资或社会投资，和上传时选的不同才填。",
        ),
        Column(
            "registry_number", "登记编号", RegistryNumber("JZ-P"), Need.OPTIONAL, {"bad": "P185"}, EXTRA_GROUP,
            official=False, hidden=True, example="JZ-P-000123", width=14,
            help="系统在预填模板里写好，用来对应已登记的平台，请不要改。",
        ),
    ),
)  # fmt: skip
