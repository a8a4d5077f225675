"""One workbook for each form with every rule in it that can stand beside the others; the expectations are by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.workbooks.builder import camera_row, platform_row


def camera(number: int, **cells: Any) -> dict[str, Any]:
    """The good camera under a name of its own."""
    return camera_row(number, **{"name": f"梅山镇江店路{number}号", **cells})


LONG = "很长" * 600

#: Rows 7 onwards of the camera form.
CAMERAS: list[dict[str, Any]] = [
    camera(1),
    camera(2, code=34152400001320000002),
    camera(3, code="3415240000132000003"),
    camera(4, code=None, name=None, platform_name=None, brand=None, township=None, leased=None, status=None),
    camera(5, code="34152300001320000005", name="路", township="霍邱县城关镇", leased="无", status="待定"),
    camera(6, code="34152400001180000006", name="梅" * 101, measure=None, built=None),
    camera(7, code="34152400601320000007", longitude=None, latitude="31°43′38″"),
    camera(8, code="34152400001329000008", longitude=115.9343, latitude=31.72717),
    camera(9, code="34152400001320000000", longitude=115934366, latitude=0),
    camera(10, code="3.41524E+19", built="2020.13", pole_built="2023"),
    camera(11, mobility="移动"),
    camera(12, built=2020.1, pole_built=43891),
    camera(13, built=date(1905, 7, 12), pole_height="很高", pole_arms=-1, pole_condition="生锈倾斜"),
    camera(14, pole_height=650, pole_arms=13, seq=1.5),
    camera(15, place_kind="太空站", funding="捐赠", datum="西安80", mobility="不一定", registry_number="123"),
    camera(16, police_station=LONG),
    camera(17, longitude=31.727178, latitude=115.934366),
    camera(18, longitude=117.266573, latitude=31.870837),
    camera(19, code="34152400001320000001", pole_number="MS-001", pole_height=8),
    camera(20, registry_number="JZ-C-000123"),
    camera(21, registry_number="JZ-C-000123"),
    camera(22, code=12, longitude="115°55′48.25″"),
    camera(23, code="341524000013200000023", longitude="E115.934366"),
    camera(24, code="3415240000132000002A", longitude="115.934366,31.727178", latitude=None),
    camera(25, code="34152400441320000025", latitude="31，727178"),
    camera(26, code="34152400\u200b001320000026", latitude=3143.6307),
    camera(27, code="000027", longitude=115934366, latitude=215.5),
    camera(28, code="34152400121320000028", place_kind="学校", name="教学楼二楼男卫生间"),
    camera(29, pole_height="６.５", pole_arms="50%", longitude="路口"),
    camera(30, code="/", name="村部门口", longitude=115.934398),
    camera(31, code="/", name="村部门口", longitude=115.934398),
    camera(32, code="/", name="村口"),
    camera(33, code="/", name="村口", latitude=31.727199, pole_number="MS-032", longitude=115.934099),
]
CAMERAS_FOUND: list[tuple[str, str]] = [
    ("C101", "B8"),
    ("C172", "B9"),
    ("C103", "B10"), ("C111", "C10"), ("C114", "D10"), ("C115", "E10"), ("C121", "F10"), ("C151", "L10"),
    ("C153", "M10"),
    ("C104", "B11"), ("C112", "C11"), ("C122", "F11"), ("C152", "L11"), ("C154", "M11"),
    ("C105", "B12"), ("C113", "C12"), ("C155", "N12"), ("C141", "J12"),
    ("C106", "B13"), ("C131", "H13"), ("C123", "I13"),
    ("C107", "B14"), ("C133", "H14"), ("C134", "I14"),
    ("C108", "B15"), ("C128", "H15"), ("C136", "I15"),
    ("C109", "B16"), ("C142", "J16"), ("C143", "O16"),
    ("C137", "H17"), ("C137", "I17"), ("C204", "X17"),
    ("C144", "J18"), ("C145", "O18"),
    ("C146", "J19"), ("C161", "Q19"), ("C163", "R19"), ("C165", "S19"),
    ("C162", "Q20"), ("C164", "R20"), ("C171", "A20"),
    ("C181", "T21"), ("C182", "U21"), ("C183", "V21"), ("C184", "W21"), ("C185", "Y21"),
    ("C191", "G22"),
    ("C201", "H23"), ("C201", "I23"),
    ("C203", "H24"), ("C203", "I24"),
    ("C301", "B7"), ("C301", "B25"), ("C302", "Q7"), ("C302", "Q25"),
    ("C303", "Y26"), ("C303", "Y27"),
    ("C110", "B28"), ("C123", "H28"),
    ("C173", "B29"), ("C124", "H29"),
    ("C174", "B30"), ("C125", "H30"), ("C131", "I30"),
    ("C175", "B31"), ("C126", "I31"),
    ("C195", "B32"), ("C127", "I32"),
    ("C102", "B33"), ("C128", "H33"), ("C135", "I33"),
    ("C205", "B34"), ("C206", "C34"),
    ("C196", "Q35"), ("C197", "R35"), ("C132", "H35"),
    ("C304", "C36"), ("C304", "C37"), ("C305", "C38"), ("C305", "C39"), ("C306", "H39"),
]  # fmt: skip
#: An Excel error, a formula without a result and an in-cell picture cannot come out of LibreOffice as they went in;
#: what only many rows show has workbooks of its own.
CAMERAS_APART = {"C192", "C193", "C194"} | {"C307", "C308", "C309", "C310", "C311"}

#: Rows 7 onwards of the platform form.
PLATFORMS: list[dict[str, Any]] = [
    platform_row(1),
    platform_row(2, code=34152400002000000002),
    platform_row(3, code="341524000020000000003", name=None, vendor=None, gbt28181=None, network=None),
    platform_row(4, code="34012300002000000004", name="台", retention=None, connected=None, address=None),
    platform_row(
        5, code="34152400001180000005", name="平" * 101, gbt28181="大概吧", retention="很久", connected="再说"
    ),
    platform_row(6, code="34152400202000000006", protection=None, sharing=None, cost=None, built=None),
    platform_row(7, code="34152400002009000007", network="局域网、对讲机", retention="两周", cascade="五级级联"),
    platform_row(8, code="34152400002000000000", built="2019-2020年", cost="面议", upkeep="86000"),
    platform_row(9, code="3.41524E+19", built="2022年9月"),
    platform_row(10, built=2020.1, seq="第一"),
    platform_row(11, built=43891, place_kind="太空站", funding="捐赠", registry_number="JZ-C-000123"),
    platform_row(12, built=date(1905, 7, 12), description=LONG),
    platform_row(13, code="34152400002000000001"),
    platform_row(14, name="第1视频平台", code=None, registry_number="JZ-P-000123"),
    platform_row(15, registry_number="JZ-P-000123"),
    platform_row(16, code=16, retention="3个月", cost="12.5万元", upkeep="86000元"),
    platform_row(17, code="341524000020000017", retention="≥30天", cost="1,200.5", upkeep="8%"),
    platform_row(18, code="3415240000200000000l", cost="１２.５"),
    platform_row(19, code="34152400512000000019"),
    platform_row(20, code="34152400\u200b002000000020"),
    platform_row(21, code="000021"),
]
PLATFORMS_FOUND: list[tuple[str, str]] = [
    ("P101", "N8"),
    ("P173", "N9"), ("P111", "B9"), ("P114", "C9"), ("P121", "D9"), ("P123", "G9"),
    ("P104", "N10"), ("P112", "B10"), ("P125", "I10"), ("P128", "M10"), ("P115", "F10"),
    ("P105", "N11"), ("P113", "B11"), ("P122", "D11"), ("P126", "I11"), ("P129", "M11"),
    ("P106", "N12"), ("P116", "H12"), ("P117", "L12"), ("P118", "Q12"), ("P141", "P12"),
    ("P107", "N13"), ("P124", "G13"), ("P127", "I13"), ("P131", "O13"),
    ("P108", "N14"), ("P142", "P14"), ("P161", "Q14"), ("P162", "R14"),
    ("P109", "N15"), ("P143", "P15"),
    ("P144", "P16"), ("P171", "A16"),
    ("P145", "P17"), ("P181", "S17"), ("P182", "T17"), ("P185", "U17"),
    ("P146", "P18"), ("P191", "J18"),
    ("P301", "N7"), ("P301", "N19"),
    ("P302", "B7"), ("P302", "B20"), ("P303", "U20"), ("P303", "U21"),
    ("P110", "N22"), ("P132", "I22"), ("P163", "Q22"), ("P164", "R22"),
    ("P172", "N23"), ("P133", "I23"), ("P165", "Q23"), ("P197", "R23"),
    ("P174", "N24"), ("P196", "Q24"), ("P175", "N25"), ("P195", "N26"), ("P102", "N27"),
]  # fmt: skip
PLATFORMS_APART = {"P192", "P193", "P194"} | {"P304"}
