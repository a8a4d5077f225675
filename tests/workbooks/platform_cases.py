"""One mistake, one workbook: the rows typed into the platform template, and what must be found, at which cells."""

from __future__ import annotations

from datetime import date

from tests.workbooks.builder import Typed
from tests.workbooks.builder import platform_row as row
from tests.workbooks.camera_cases import Case, case

LONG = "很长" * 600

CASES: list[Case] = [
    case("", "nothing", [row(1), row(2)], []),
    # 20位编码
    case("P101", "typed as a number", [row(code=34152400002000000001)], [("P101", "N7")]),
    case("P102", "the serial alone", [row(code="000001")], [("P102", "N7")]),
    case("P110", "a short number", [row(code=12)], [("P110", "N7")]),
    case("P172", "18 digits", [row(code="341524000020000001")], [("P172", "N7")]),
    case("P173", "21 digits", [row(code="341524000020000000001")], [("P173", "N7")]),
    case("P174", "a letter", [row(code="3415240000200000000l")], [("P174", "N7")]),
    case("P175", "banks in 2016, services in 2022", [row(code="34152400512000000001")], [("P175", "N7")]),
    case("P104", "another county", [row(code="34012300002000000001")], [("P104", "N7")]),
    case("P105", "a recorder registered as a platform", [row(code="34152400001180000001")], [("P105", "N7")]),
    case("P106", "industry 20 is reserved", [row(code="34152400202000000001")], [("P106", "N7")]),
    case("P107", "network 9", [row(code="34152400002009000001")], [("P107", "N7")]),
    case("P108", "serial of zeros", [row(code="34152400002000000000")], [("P108", "N7")]),
    case("P109", "scientific text", [row(code="3.41524E+19")], [("P109", "N7")]),
    # what must be there
    case("P111", "no name", [row(name=None)], [("P111", "B7")]),
    case("P112", "one character", [row(name="台")], [("P112", "B7")]),
    case("P113", "101 characters", [row(name="平" * 101)], [("P113", "B7")]),
    case("P114", "no vendor", [row(vendor=None)], [("P114", "C7")]),
    case("P121", "no word on GB/T 28181", [row(gbt28181=None)], [("P121", "D7")]),
    case("P122", "no answer", [row(gbt28181="大概吧")], [("P122", "D7")]),
    case("P123", "no network", [row(network=None)], [("P123", "G7")]),
    case("P124", "an unknown network", [row(network="局域网、对讲机")], [("P124", "G7")]),
    case("P125", "no storage period", [row(retention=None)], [("P125", "I7")]),
    case("P126", "no period to be read", [row(retention="很久")], [("P126", "I7")]),
    case("P127", "a fortnight", [row(retention="两周")], [("P127", "I7")]),
    case("P128", "no word on the county platform", [row(connected=None)], [("P128", "M7")]),
    case("P129", "no answer", [row(connected="再说")], [("P129", "M7")]),
    # what should be there
    case("P115", "no address", [row(address=None)], [("P115", "F7")]),
    case("P116", "no protection", [row(protection=None)], [("P116", "H7")]),
    case("P117", "no word on sharing", [row(sharing=None)], [("P117", "L7")]),
    case("P118", "no costs", [row(cost=None, upkeep=None)], [("P118", "Q7"), ("P118", "R7")]),
    case("P131", "an unknown cascade", [row(cascade="五级级联")], [("P131", "O7")]),
    # 建设时间
    case("P141", "left out", [row(built=None)], [("P141", "P7")]),
    case("P142", "a span of years", [row(built="2019-2020年")], [("P142", "P7")]),
    case("P143", "next month", [row(built="2022年9月")], [("P143", "P7")]),
    case("P144", "2020.10 that became 2020.1", [row(built=2020.1)], [("P144", "P7")]),
    case("P145", "a date shown as a number", [row(built=43891)], [("P145", "P7")]),
    case("P146", "a year in a cell formatted as a date", [row(built=date(1905, 7, 12))], [("P146", "P7")]),
    # money
    case("P161", "words", [row(cost="面议", upkeep="免费")], [("P161", "Q7"), ("P161", "R7")]),
    case("P161", "less than nothing", [row(upkeep=-3)], [("P161", "R7")]),
    case("P132", "three months", [row(retention="3个月")], [("P132", "I7")]),
    case("P133", "at least", [row(retention="≥30天")], [("P133", "I7")]),
    case("P163", "the unit written out", [row(cost="12.5万元")], [("P163", "Q7")]),
    case("P164", "yuan, and said so", [row(upkeep="86000元")], [("P164", "R7")]),
    case("P165", "thousands", [row(cost="1,200.5")], [("P165", "Q7")]),
    case("P195", "a zero-width space", [row(code="34152400\u200b002000000001")], [("P195", "N7")]),
    case("P196", "typed with the Chinese input method", [row(cost="１２.５")], [("P196", "Q7")]),
    case("P197", "per cent", [row(retention="50%", upkeep="8%")], [("P197", "I7"), ("P197", "R7")]),
    case("P162", "yuan", [row(cost=1255000)], [("P162", "Q7")]),
    case("P162", "yuan a year", [row(upkeep="86000")], [("P162", "R7")]),
    # 序号, the columns to the right, any column
    case("P171", "words", [row(seq="第一")], [("P171", "A7")]),
    case("P181", "no such kind", [row(place_kind="太空站")], [("P181", "S7")]),
    case("P182", "no such source", [row(funding="捐赠")], [("P182", "T7")]),
    case("P185", "a camera's number", [row(registry_number="JZ-C-000123")], [("P185", "U7")]),
    case(
        "P191",
        "too much text",
        [
            row(
                vendor=LONG,
                gbt28181=f"是，{LONG}",
                gat1400=LONG,
                address=LONG,
                network=LONG,
                protection=LONG,
                description=LONG,
                version=LONG,
                sharing=LONG,
                cascade=LONG,
            )
        ],
        [
            ("P191", "C7"),
            ("P191", "D7"),
            ("P191", "E7"),
            ("P191", "F7"),
            ("P191", "G7"),
            ("P191", "H7"),
            ("P191", "J7"),
            ("P191", "K7"),
            ("P191", "L7"),
            ("P191", "O7"),
        ],
    ),
    case("P192", "an error value", [row(address="#REF!")], [("P192", "F7")]),
    case("P193", "a formula saved without its result", [row(cost="=100+25")], [("P193", "Q7")]),
    case("P194", "a picture in the cell", [row(version=Typed('=DISPIMG("ID_1",1)'))], [("P194", "K7")]),
    # rules over the file
    case(
        "P301",
        "one code twice",
        [row(1), row(2, code="34152400002000000001")],
        [("P301", "N7"), ("P301", "N8")],
    ),
    case(
        "P302",
        "one name twice, one of them without a code",
        [row(1), row(2, name="第 1 视频平台", code=None)],
        [("P302", "B7"), ("P302", "B8")],
    ),
    case("P302", "one name twice, each with its code", [row(1), row(2, name="第1视频平台")], []),
    case(
        "P303",
        "a row copied with its number",
        [row(1, registry_number="JZ-P-000123"), row(2, registry_number="JZ-P-000123")],
        [("P303", "U7"), ("P303", "U8")],
    ),
    case("P304", "one storage period for all", [row(number) for number in range(1, 21)], [("P304", "I7")]),
    case("P304", "not that many", [row(number) for number in range(1, 20)], []),
]
