"""The columns of Attachment 4, sheet 2: cameras and their own poles. Their rules are in `cameras.rules`."""

from __future__ import annotations

from sheets.declare import Column, Need, Sheet
from sheets.examples import Example
from sheets.kinds.choices import Closed, OpenList, YesNo
from sheets.kinds.codes import NO_CODE, RegistryNumber, UnifiedCode
from sheets.kinds.coordinates import Degrees
from sheets.kinds.dates import YearMonth
from sheets.kinds.numbers import Count, Measure, RunningNumber
from sheets.kinds.places import PlaceKind, PoliceStation, Township
from sheets.kinds.text import Label, Name, Text
from sheets.vocabulary import (
    BRANDS,
    DATUMS,
    FUNDING,
    MEASURES,
    MOBILITY,
    POLE_CONDITIONS,
    RENTED,
    SELF_BUILT,
    STATUSES,
)

CAMERA_GROUP = "摄像机"
POLE_GROUP = "杆件（自建）"
EXTRA_GROUP = "补充信息（可选）"
POSITION = ("longitude", "latitude")
POLE_COLUMNS = ("pole_built", "pole_number", "pole_height", "pole_arms", "pole_condition")

NOTE_2 = "附件4 填写说明2"
GB = "GB/T 28181 附录E；附件4 填写说明1"
FORM = "附件4 摄像机表"
_WRITING = {"hidden": "C195", "wide": "C196"}
_NUMBERS = {"percent": "C197", **_WRITING}
_DATES = {
    "unreadable": "C142",
    "future": "C143",
    "january_or_october": "C144",
    "serial": "C145",
    "year_as_date": "C146",
}
ON_A_BUS = Example(
    fails=({"mobility": "移动", "vehicle": "3路公交 皖N12345", "longitude": "115.934366", "latitude": ""},),
    passes=({"mobility": "移动", "vehicle": "3路公交 皖N12345", "longitude": "", "latitude": ""},),
    at=((0, "longitude"),),
    told=("固定或移动 移动，经度 115.934366", "固定或移动 移动，经纬度留空，车辆或线路 3路公交 皖N12345"),
)
_DEGREES = {
    "missing": "C131",
    "degrees": "C132",
    "dms": "C123",
    "letters": "C124",
    "pair": "C125",
    "comma": "C126",
    "minutes": "C127",
    "point": "C128",
    "few": "C133",
    "sixth": "C134",
    "earth": "C135",
    "zero": "C136",
    "not_applicable": "C137",
    **_WRITING,
}

CAMERA = Sheet(
    "camera",
    title="摄像机",
    form="金寨县公共场所视频监控资源整合接入调研表（摄像机）",
    version="2022.1",
    common={"excel_error": "C192", "no_result": "C193", "picture": "C194"},
    notes=(
        "1、20位编码及名称由视频监控平台导出；",
        "2、经度、维度小数点后不少于6位，第6位不为0。",
    ),
    columns=(
        Column(
            "seq", "序号", RunningNumber(), Need.OPTIONAL, {"bad": "C171"}, CAMERA_GROUP,
            sample="样例", example="1", width=5.5, clause=FORM,
            help="从 1 开始编号，可以留空；写“样例”的行不读入。",
        ),
        Column(
            "code", "20位编码", UnifiedCode({"131": "摄像机", "132": "网络摄像机"}), Need.WANTED,
            {
                "number": "C101", "short": "C110", "digits": "C102", "missing": "C103", "scientific": "C109",
                "cut": "C172", "overlong": "C173", "letters": "C174", "region": "C104", "type": "C105",
                "industry": "C106", "meanings": "C175", "network": "C107", "serial": "C108", **_WRITING,
            },
            CAMERA_GROUP, aliases=("国标编码", "设备编码", "20位国标编码", "摄像机编码"),
            sample="34012341001320175079", example="34152400001320000001", width=22, clause=GB, missing=NO_CODE,
            help="从视频监控平台导出的 20 位数字，按文本填写；没有编码的留空。",
        ),
        Column(
            "name", "位置名称", Name(2, 100), Need.REQUIRED, {"missing": "C111", "short": "C112", "long": "C113"},
            CAMERA_GROUP, aliases=("安装位置", "点位名称", "摄像机名称"),
            sample="**区**路口东南角", example="梅山镇江店路与梅山路交叉口东南角", width=19, clause=GB,
            help="摄像机在什么地方，写到路口、方位或楼层，2 到 100 个字。",
        ),
        Column(
            "platform_name", "管理平台名称", Text(100), Need.WANTED, {"missing": "C114", "long": "C191"},
            CAMERA_GROUP, aliases=("平台名称", "所属平台"),
            sample="全市旅游视频管理平台", example="梅山镇平安乡村视频平台", width=14, merged=True,
            clause=FORM, help="和平台表里的“项目名称”写成一样，系统据此关联。",
        ),
        Column(
            "brand", "品牌", OpenList(BRANDS), Need.WANTED, {"missing": "C115", "long": "C191"}, CAMERA_GROUP,
            aliases=("摄像机品牌", "设备品牌", "厂家"),
            sample="XXX", example="海康威视", width=9, clause=FORM,
            help="常用品牌可从下拉框选，其他品牌直接写。",
        ),
        Column(
            "township", "所在县（市、区）、乡镇（街道）", Township(), Need.REQUIRED,
            {"missing": "C121", "unknown": "C122"}, CAMERA_GROUP,
            aliases=("所在乡镇", "乡镇", "所在县乡镇", "乡镇（街道）", "所在县（市、区）乡镇（街道）"),
            sample="**区***街道", example="金寨县梅山镇", width=13, merged=True, clause=FORM,
            help="全县 23 个乡镇或开发区，写不写“金寨县”都可以。",
        ),
        Column(
            "police_station", "所属派出所", PoliceStation(50), Need.OPTIONAL, {"long": "C191"}, CAMERA_GROUP,
            aliases=("派出所", "辖区派出所"),
            sample="", example="梅山派出所", width=11, clause=FORM, help="管辖这个位置的派出所，可以留空。",
        ),
        Column(
            "longitude", "经度\n（保留后六位）", Degrees("115.934366", ("115", "116"), POSITION), Need.REQUIRED,
            _DEGREES, CAMERA_GROUP, not_when=("mobility", "mobile"), wrong={"not_applicable": ON_A_BUS},
            sample="117.266573", example="115.934366", width=12, clause=NOTE_2,
            help="十进制的度，小数点后至少 6 位，第 6 位不为 0；移动摄像机不填。",
        ),
        Column(
            "latitude", "纬度\n（保留后六位）", Degrees("31.727178", ("31",), POSITION), Need.REQUIRED, _DEGREES,
            CAMERA_GROUP, aliases=("维度", "维度（保留后六位）"), not_when=("mobility", "mobile"),
            sample="31.870837", example="31.727178", width=12, clause=NOTE_2,
            help="十进制的度，小数点后至少 6 位，第 6 位不为 0；移动摄像机不填。",
        ),
        Column(
            "built", "建设时间", YearMonth(), Need.WANTED, {"missing": "C141", **_DATES}, CAMERA_GROUP,
            aliases=("建成时间", "安装时间"),
            sample="2020.03", example="2020.03", width=9, clause=FORM,
            help="写成 年.月，例如 2020.03；只知道年份可以只写年份。",
        ),
        Column(
            "label", "视频图像命名及视频图像文字标注", Label(200), Need.OPTIONAL, {"long": "C191"}, CAMERA_GROUP,
            aliases=("视频图像文字标注", "文字标注", "图像标注"),
            sample="", example="梅山镇江店路与梅山路交叉口东南角", width=15, clause=FORM,
            help="画面上显示的名称文字；没有标注的写“无”。",
        ),
        Column(
            "leased", "是否以租代建", YesNo(RENTED, SELF_BUILT), Need.REQUIRED,
            {"missing": "C151", "unreadable": "C152"}, CAMERA_GROUP, aliases=("以租代建",),
            sample="否", example="否", width=7.5, clause=FORM,
            help="租用运营商服务的填“是”，自己建的填“否”。",
        ),
        Column(
            "status", "状态", OpenList(STATUSES, limit=40, warn=True), Need.REQUIRED,
            {"missing": "C153", "unknown": "C154", "long": "C191"}, CAMERA_GROUP,
            aliases=("设备状态", "使用状态", "运行状态"),
            sample="在用", example="在用", width=7, clause=FORM, help="在用、停用、维修、在建、拆除。",
        ),
        Column(
            "measure", "计划整合方式", OpenList(MEASURES, limit=40), Need.WANTED, {"missing": "C155", "long": "C191"},
            CAMERA_GROUP, aliases=("整合方式", "计划整合措施"),
            sample="保留", example="保留", width=9.5, clause="方案四（一）；附件4 摄像机表",
            help="打算怎么整合这个点位，常用方式可从下拉框选。",
        ),
        Column(
            "pole_built", "建设时间", YearMonth(), Need.OPTIONAL, _DATES, POLE_GROUP, title="杆件 建设时间",
            aliases=("杆件建设时间", "杆件（自建）建设时间", "立杆时间"), merged=True, merge_group=True,
            sample="2020.03", example="2020.03", width=9, clause=FORM,
            help="杆件是自己建的才填，写成 年.月。",
        ),
        Column(
            "pole_number", "编号", Text(50), Need.OPTIONAL, {"long": "C191"}, POLE_GROUP, title="杆件 编号",
            aliases=("杆件编号", "立杆编号", "杆编号"), merged=True, merge_group=True,
            sample="", example="MS-001", width=8.5, clause=FORM,
            help="同一根杆上的摄像机写同一个编号，系统据此合并。",
        ),
        Column(
            "pole_height", "高度（米）", Measure("1", "40", units="米|m", precision=5, scale=2, example="6.5"),
            Need.OPTIONAL, {"number": "C161", "range": "C162", **_NUMBERS}, POLE_GROUP, title="杆件 高度（米）",
            aliases=("杆件高度", "杆高", "杆件高度（米）"), merged=True, merge_group=True,
            sample="", example="6.5", width=8.5, clause=FORM, help="只写数字，单位是米。",
        ),
        Column(
            "pole_arms", "横臂数量", Count(12, units="根|个|支|条|臂|横臂", example="1"), Need.OPTIONAL,
            {"number": "C163", "range": "C164", **_NUMBERS}, POLE_GROUP, title="杆件 横臂数量",
            aliases=("横臂", "横臂数"), merged=True, merge_group=True, sample="1", example="1", width=7, clause=FORM,
            help="整数，没有横臂写 0。",
        ),
        Column(
            "pole_condition", "杆件状况", OpenList(POLE_CONDITIONS, limit=40, warn=True), Need.OPTIONAL,
            {"unknown": "C165", "long": "C191"}, POLE_GROUP, aliases=("杆件状态",), merged=True, merge_group=True,
            sample="完整/破损/损坏", example="完整", width=8.5, clause=FORM, help="完整、破损、损坏。",
        ),
        Column(
            "place_kind", "场所类别", PlaceKind(), Need.OPTIONAL, {"unreadable": "C181"}, EXTRA_GROUP,
            official=False, default="place_kind", example="交通道路", width=12, clause="方案五（二）；附件3",
            help="和上传时选的不同才填。",
        ),
        Column(
            "funding", "资金来源", Closed(FUNDING), Need.OPTIONAL, {"unreadable": "C182"}, EXTRA_GROUP,
            official=False, default="funding", example="政府投资", width=10, clause="方案四（二）",
            help="政府投资或社会投资，和上传时选的不同才填。",
        ),
        Column(
            "datum", "坐标系", Closed(DATUMS), Need.OPTIONAL, {"unreadable": "C183"}, EXTRA_GROUP,
            official=False, default="datum", example="WGS-84/CGCS2000", width=12, clause="GB/T 28181",
            help="经纬度用的坐标系，和上传时选的不同才填。",
        ),
        Column(
            "mobility", "固定或移动", Closed(MOBILITY), Need.OPTIONAL, {"unreadable": "C184"}, EXTRA_GROUP,
            official=False, default="mobility", example="固定", width=9, clause="方案五（二）公共交通工具",
            help="装在车船上的填“移动”，不用填经纬度。",
        ),
        Column(
            "vehicle", "车辆或线路", Text(100), Need.OPTIONAL, {"long": "C191"}, EXTRA_GROUP,
            official=False, aliases=("车牌", "线路"), example="3路公交 皖N12345", width=16,
            clause="方案五（二）公共交通工具", help="移动摄像机装在哪辆车或哪条线路上。",
        ),
        Column(
            "registry_number", "登记编号", RegistryNumber("JZ-C"), Need.OPTIONAL, {"bad": "C185"}, EXTRA_GROUP,
            official=False, hidden=True, example="JZ-C-000123", width=14,
            help="系统在预填模板里写好，用来对应已登记的摄像机，请不要改。",
        ),
    ),
)  # fmt: skip
