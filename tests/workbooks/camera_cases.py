"""One mistake, one workbook: the rows typed into the camera template, and what must be found, at which cells.

Each case: (rule it is there for, what is wrong, rows, everything that must be found, options of the check).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from cameras import filerules
from tests.workbooks.builder import GOOD_CAMERA, Typed
from tests.workbooks.builder import camera_row as row

LONG = "很长" * 60

Case = tuple[str, str, list[dict[str, Any]], list[tuple[str, str]], dict[str, Any]]


def case(code: str, what: str, rows: list[dict[str, Any]], found: list[tuple[str, str]], **options: Any) -> Case:
    return code, what, rows, found, options


def many(count: int, **cells: Any) -> list[dict[str, Any]]:
    """So many different cameras, alike in `cells`."""
    return [GOOD_CAMERA | changes for changes in filerules.rows(count, **cells)]


CASES: list[Case] = [
    case("", "nothing", [row(1), row(2)], []),
    # 20位编码
    case("C101", "typed as a number", [row(code=34152400001320000001)], [("C101", "B7")]),
    case("C110", "a short number", [row(code=12)], [("C110", "B7")]),
    case("C102", "the serial alone", [row(code="000001")], [("C102", "B7")]),
    case("C172", "19 digits", [row(code="3415240000132000001")], [("C172", "B7")]),
    case("C173", "21 digits", [row(code="341524000013200000011")], [("C173", "B7")]),
    case("C174", "a letter among them", [row(code="3415240000132000000O")], [("C174", "B7")]),
    case("C103", "left out", [row(code=None)], [("C103", "B7")]),
    case("C104", "another county", [row(code="34152300001320000001")], [("C104", "B7")]),
    case("C105", "a recorder", [row(code="34152400001180000001")], [("C105", "B7")]),
    case("C106", "industry 60 is reserved", [row(code="34152400601320000001")], [("C106", "B7")]),
    case("C106", "industry 95 is local", [row(code="34152400951320000001")], [("C106", "B7")]),
    case("C175", "electricity in 2016, building in 2022", [row(code="34152400441320000001")], [("C175", "B7")]),
    case("C107", "network 9", [row(code="34152400001329000001")], [("C107", "B7")]),
    case("C108", "serial of zeros", [row(code="34152400001320000000")], [("C108", "B7")]),
    case("C109", "scientific text", [row(code="3.41524E+19")], [("C109", "B7")]),
    # 位置名称
    case("C111", "left out", [row(name=None)], [("C111", "C7")]),
    case("C111", "a stroke is no name", [row(name="/")], [("C111", "C7")]),
    case("C112", "one character", [row(name="路")], [("C112", "C7")]),
    case("C113", "101 characters", [row(name="梅" * 101)], [("C113", "C7")]),
    case("C114", "no platform", [row(platform_name=None)], [("C114", "D7")]),
    case("C115", "no brand", [row(brand=None)], [("C115", "E7")]),
    # 乡镇
    case("C121", "left out", [row(township=None)], [("C121", "F7")]),
    case("C122", "only the county", [row(township="金寨县")], [("C122", "F7")]),
    case("C122", "another county's town", [row(township="霍邱县城关镇")], [("C122", "F7")]),
    # 经纬度
    case("C131", "no position", [row(longitude=None, latitude=None)], [("C131", "H7"), ("C131", "I7")]),
    case("C132", "words", [row(longitude="路口东南")], [("C132", "H7")]),
    case("C123", "degrees and minutes", [row(longitude="115°55′48″")], [("C123", "H7")]),
    case("C124", "a letter before it", [row(longitude="E115.934366")], [("C124", "H7")]),
    case("C125", "both in one cell", [row(longitude="115.934366,31.727178")], [("C125", "H7")]),
    case(
        "C125",
        "both in one cell, the other empty",
        [row(longitude="115.934366，31.727178", latitude=None)],
        [("C125", "H7"), ("C131", "I7")],
    ),
    case("C126", "a comma for the point", [row(latitude="31，727178")], [("C126", "I7")]),
    case("C127", "degrees and minutes in one number", [row(latitude=3143.6307)], [("C127", "I7")]),
    case("C133", "four decimals", [row(longitude=115.9343)], [("C133", "H7")]),
    case("C134", "five decimals", [row(longitude=115.93436)], [("C134", "H7")]),
    case("C134", "the sixth is zero", [row(latitude="31.727170")], [("C134", "I7")]),
    case("C134", "zero before more", [row(latitude=31.7271703)], [("C134", "I7")]),
    case("C135", "beyond the earth", [row(longitude=215.934366)], [("C135", "H7")]),
    case("C128", "no decimal point", [row(longitude=115934366)], [("C128", "H7")]),
    case("C136", "0/0", [row(longitude=0, latitude=0)], [("C136", "H7"), ("C136", "I7")]),
    case(
        "C137",
        "a bus with a position",
        [row(mobility="移动", vehicle="3路公交")],
        [("C137", "H7"), ("C137", "I7")],
    ),
    # 建设时间
    case("C141", "left out", [row(built=None)], [("C141", "J7")]),
    case("C142", "month 13", [row(built="2020.13", pole_built="去年")], [("C142", "J7"), ("C142", "O7")]),
    case("C143", "next month", [row(built="2022.09")], [("C143", "J7")]),
    case("C143", "next year", [row(pole_built="2023")], [("C143", "O7")]),
    case("C144", "2020.10 that became 2020.1", [row(built=2020.1)], [("C144", "J7")]),
    case("C145", "a date shown as a number", [row(built=43891)], [("C145", "J7")]),
    case("C146", "a year in a cell formatted as a date", [row(built=date(1905, 7, 12))], [("C146", "J7")]),
    # 是否以租代建, 状态, 计划整合方式
    case("C151", "left out", [row(leased=None)], [("C151", "L7")]),
    case("C152", "无 is not 否", [row(leased="无")], [("C152", "L7")]),
    case("C153", "left out", [row(status=None)], [("C153", "M7")]),
    case("C154", "an unknown state", [row(status="待定")], [("C154", "M7")]),
    case("C155", "left out", [row(measure=None)], [("C155", "N7")]),
    # 杆件
    case("C161", "words", [row(pole_height="很高")], [("C161", "Q7")]),
    case("C162", "centimetres", [row(pole_height=650)], [("C162", "Q7")]),
    case("C163", "less than none", [row(pole_arms=-1)], [("C163", "R7")]),
    case("C163", "half an arm", [row(pole_arms=1.5)], [("C163", "R7")]),
    case("C164", "thirteen", [row(pole_arms=13)], [("C164", "R7")]),
    case("C165", "an unknown condition", [row(pole_condition="生锈倾斜")], [("C165", "S7")]),
    # 序号 and the columns to the right
    case("C171", "not a whole number", [row(seq=1.5)], [("C171", "A7")]),
    case("C181", "no such kind", [row(place_kind="太空站")], [("C181", "T7")]),
    case("C182", "no such source", [row(funding="捐赠")], [("C182", "U7")]),
    case("C183", "no such datum", [row(datum="西安80")], [("C183", "V7")]),
    case("C184", "neither fixed nor mobile", [row(mobility="不一定")], [("C184", "W7")]),
    case("C185", "a number of their own", [row(registry_number="123")], [("C185", "Y7")]),
    # any column
    case(
        "C191",
        "too much text",
        [row(platform_name=LONG, brand=LONG, police_station=LONG, status=LONG, measure=LONG, pole_number=LONG)],
        [("C191", "D7"), ("C191", "E7"), ("C191", "G7"), ("C191", "M7"), ("C191", "N7"), ("C191", "P7")],
    ),
    case("C192", "an error value as text", [row(brand=Typed("#N/A"))], [("C192", "E7")]),
    case("C192", "an error value in the cell", [row(longitude="#DIV/0!")], [("C192", "H7")]),
    case("C193", "a formula saved without its result", [row(name="=D7&E7")], [("C193", "C7")]),
    case("C194", "a picture in the cell", [row(brand=Typed('=DISPIMG("ID_1",1)'))], [("C194", "E7")]),
    case("C195", "a zero-width space", [row(code="34152400\u200b001320000001")], [("C195", "B7")]),
    case("C195", "a no-break space", [row(latitude="31.727178\xa0")], [("C195", "I7")]),
    case("C196", "typed with the Chinese input method", [row(pole_height="６.５")], [("C196", "Q7")]),
    case("C197", "per cent", [row(pole_arms="50%")], [("C197", "R7")]),
    # rules over a row
    case(
        "C201",
        "the two exchanged",
        [row(longitude=31.727178, latitude=115.934366)],
        [("C201", "H7"), ("C201", "I7")],
    ),
    case(
        "C203",
        "in Hefei",
        [row(longitude=117.266573, latitude=31.870837)],
        [("C203", "H7"), ("C203", "I7")],
    ),
    case(
        "C203",
        "inside by GCJ-02, outside once converted",
        [row(longitude=116.224812, latitude=31.627178)],
        [],
        datum="gcj02",
    ),
    case(
        "C203",
        "outside by WGS-84",
        [row(longitude=116.224812, latitude=31.627178)],
        [("C203", "H7"), ("C203", "I7")],
    ),
    case("C204", "a bus without a name", [row(longitude=None, latitude=None, mobility="移动")], [("C204", "X7")]),
    case(
        "C205",
        "an airport's code at a school",
        [row(1, code="34152400121320000001", place_kind="学校"), row(2, place_kind="学校")],
        [("C205", "B7")],
    ),
    case("C206", "inside a toilet", [row(name="教学楼二楼男卫生间"), row(2, name="公厕门外路边")], [("C206", "C7")]),
    # rules over the file
    case(
        "C301",
        "one code three times",
        [row(1), row(2, code="34152400001320000001"), row(3), row(4, code="34152400001320000001")],
        [("C301", "B10"), ("C301", "B7"), ("C301", "B8")],
    ),
    case(
        "C302",
        "one pole, two heights",
        [row(1), row(2, pole_number="MS-001", pole_height=8), row(3, pole_number="MS-001", pole_height=None)],
        [("C302", "Q7"), ("C302", "Q8")],
    ),
    case(
        "C303",
        "a row copied with its number",
        [row(1, registry_number="JZ-C-000123"), row(2, registry_number="JZ-C-000123")],
        [("C303", "Y7"), ("C303", "Y8")],
    ),
    case(
        "C304",
        "one camera twice, without a code",
        [row(1, code=None), row(2, code="/")],
        [("C103", "B7"), ("C304", "C7"), ("C304", "C8")],
    ),
    case("C304", "two with codes on one pole, of one name", [row(1), row(2)], []),
    case(
        "C305",
        "one name at two places",
        [row(1, code="/"), row(2, code="/", longitude=115.900001), row(3, code="/", township="麻埠镇", name="别处")],
        [("C305", "C7"), ("C305", "C8")],
    ),
    case(
        "C306",
        "one pole at two places",
        [row(1), row(2, pole_number="MS-001"), row(3, pole_number="MS-001", longitude=115.934966)],
        [("C306", "H9")],
    ),
    case("C306", "a few metres", [row(1), row(2, pole_number="MS-001", longitude=115.934466)], []),
    case(
        "C307",
        "ten cameras on one point",
        [row(number, police_station=None) for number in range(1, 11)],
        [("C307", "H7")],
    ),
    case(
        "C307",
        "as many as four arms bear",
        [row(number, police_station=None, pole_arms=4) for number in range(1, 17)],
        [],
    ),
    case(
        "C308",
        "filled down",
        [row(n, longitude=float(f"115.9{n:04d}1"), latitude=float(f"31.7{2 * n:04d}1")) for n in range(1, 17)],
        [("C308", "H7")],
    ),
    case(
        "C308",
        "fourteen are no run",
        [row(n, longitude=float(f"115.9{n:04d}1"), latitude=31.700001) for n in range(1, 15)],
        [],
    ),
    case(
        "C309",
        "the police station's position",
        [row(number, name=f"{number}号路口") for number in range(1, 8)] + [row(8, longitude=None)],
        [("C131", "H14"), ("C309", "H7")],
    ),
    case("C310", "one month for all", many(110, built="2017.10"), [("C310", "J7")]),
    case("C310", "one year for all", many(110, built="2017"), []),
    case("C310", "not that many", many(99, built="2017.10"), []),
    case("C311", "one brand for all", many(200, brand="大华"), [("C311", "E7")]),
]
