"""Rules over a camera's row: what columns mean together, and what the world allows."""

from __future__ import annotations

from collections.abc import Sequence

from cameras.form import CAMERA, GB, NOTE_2, POSITION
from sheets import gb28181
from sheets.datum import columns_to_wgs84
from sheets.examples import Example
from sheets.fence import Box
from sheets.interiors import hints_at_interior, no_interior
from sheets.kinds.base import Field
from sheets.kinds.places import place_kinds
from sheets.options import Options
from sheets.rules import ERROR, WARNING

#: The county in WGS-84 with about 2 km to spare (west, south, east, north).
COUNTY_BOX = (115.34, 31.09, 116.22, 31.83)
COUNTY = Box(*COUNTY_BOX)
ORDER_799 = "《公共安全视频图像信息系统管理条例》（国务院令第799号）"


@CAMERA.derive(
    Field("wgs_longitude", "double precision", hashed=False),
    Field("wgs_latitude", "double precision", hashed=False),
    reads=("longitude", "latitude", "datum"),
)
def in_wgs84(
    longitudes: Sequence[float | None], latitudes: Sequence[float | None], datums: Sequence[str]
) -> Sequence[Sequence[float | None]]:
    """Each row's position in WGS-84, from the row's own datum."""
    return columns_to_wgs84(longitudes, latitudes, datums)


@CAMERA.rule(
    "C201",
    *POSITION,
    severity=ERROR,
    title="经度和纬度写反了",
    says="经度和纬度写反了：金寨县的经度在 115 到 116 度，纬度在 31 度",
    fix="请把这一行的经度和纬度对调。",
    clause=NOTE_2,
    quick=COUNTY.holds_all,
    fixes=lambda longitude, latitude: {"longitude": latitude, "latitude": longitude},
    example=Example(
        fails=({"longitude": "31.727178", "latitude": "115.934366"},),
        passes=({"longitude": "115.934366", "latitude": "31.727178"},),
        at=((0, "longitude"), (0, "latitude")),
    ),
)
def not_swapped(longitude: float, latitude: float) -> bool:
    """A longitude of 31 and a latitude of 115 are each other's."""
    west, south, east, north = COUNTY_BOX
    return not (south - 0.1 <= longitude <= north + 0.1 and west - 0.1 <= latitude <= east + 0.1)


def _all_inside(options: Options, longitudes: Sequence[float | None], latitudes: Sequence[float | None]) -> bool:
    return (options.fence or COUNTY).holds_all(longitudes, latitudes)


@CAMERA.rule(
    "C203",
    "wgs_longitude",
    "wgs_latitude",
    at=POSITION,
    unless=("C201",),
    severity=ERROR,
    title="坐标不在金寨县范围内",
    says="坐标不在金寨县范围内（{detail}）",
    fix="请核对经纬度和坐标系；从平台重新导出或重新测量。",
    clause=NOTE_2,
    quick=_all_inside,
    options=True,
    example=Example(
        fails=({"longitude": "117.266573", "latitude": "31.870837"},),
        passes=({"longitude": "115.934366", "latitude": "31.727178"},),
        at=((0, "longitude"), (0, "latitude")),
    ),
)
def lies_in_the_county(options: Options, longitude: float, latitude: float) -> bool | str:
    """The position in WGS-84 is within the fence: the county's box, or its outline where one is set."""
    fence = options.fence or COUNTY
    return fence.holds(longitude, latitude) or fence.says


@CAMERA.rule(
    "C204",
    "mobility",
    "vehicle",
    at=("vehicle",),
    severity=WARNING,
    title="移动摄像机没写车辆或线路",
    says="这一行是移动摄像机，没有写装在哪辆车或哪条线路上",
    fix="请在“车辆或线路”列写车牌、车次或线路。",
    clause="方案五（二）公共交通工具",
    blanks=True,
    quick=lambda mobility, vehicle: "mobile" not in mobility,
    example=Example(
        fails=({"mobility": "移动", "vehicle": "", "longitude": "", "latitude": ""},),
        passes=({"mobility": "移动", "vehicle": "3路公交 皖N12345", "longitude": "", "latitude": ""},),
        at=((0, "vehicle"),),
    ),
)
def names_its_vehicle(mobility: str, vehicle: str) -> bool:
    """A mobile camera names its vehicle or route."""
    return mobility != "mobile" or bool(vehicle)


#: Industry codes that belong to one trade, and the kinds of place where its cameras stand. The others are open to all.
_TRADES: dict[str, frozenset[str]] = {
    "09": frozenset({"office", "medical", "market", "community", "park", "scenic", "reservoir", "river", "forest"}),
    "10": frozenset({"office", "station", "factory", "market", "parking"}),
    "11": frozenset({"office", "school", "park", "community", "road"}),
    "12": frozenset({"office", "station", "transport", "parking", "road"}),
    "13": frozenset({"office", "station", "transport", "parking", "road"}),
    "14": frozenset({"office", "station", "transport", "river", "reservoir", "road"}),
}


def _no_odd_trade(codes: Sequence[str | None], kinds: Sequence[str]) -> bool:
    stated = set(kinds) - {""}
    if not stated:
        return True
    trades = {code[8:10] for code in codes if code}
    return not any(stated - _TRADES[trade] for trade in trades & _TRADES.keys())


@CAMERA.rule(
    "C205",
    "code",
    "place_kind",
    at=("code",),
    severity=WARNING,
    title="编码的行业与场所对不上",
    says="编码第 9、10 位是 {detail}",
    fix="请核对编码是不是别处设备的，或上传时选的场所类别对不对；确认无误可以保留，审核时会看到。",
    clause=GB,
    quick=_no_odd_trade,
    example=Example(
        fails=({"code": "34152400121320000001", "place_kind": "学校"},),
        passes=({"code": "34152400111320000001", "place_kind": "学校"},),
        at=((0, "code"),),
    ),
)
def trade_fits_the_place(code: str, kind: str) -> bool | str:
    """A code of one trade's cameras stands in a kind of place that trade has."""
    fitting = _TRADES.get(code[8:10])
    if fitting is None or kind in fitting:
        return True
    name = gb28181.industries()[code[8:10]][0].removesuffix("接入")
    return f"{code[8:10]}（{name}），这一行的场所类别是“{place_kinds()[kind]}”"


@CAMERA.rule(
    "C206",
    "name",
    severity=WARNING,
    title="位置像是法规不许安装的室内",
    says="位置名称里有“{detail}”，像是装在里面；客房、包间、宿舍房间、浴室、卫生间、更衣室、哺乳室、试衣间内禁止安装",
    fix="装在里面的必须拆除；其实在门外、走廊或路边的，请把位置写明，例如“二楼卫生间门外走廊”。",
    clause=f"{ORDER_799}第八条",
    quick=no_interior,
    example=Example(
        fails=({"name": "教学楼二楼男卫生间"},),
        passes=({"name": "教学楼二楼卫生间门外走廊"},),
        at=((0, "name"),),
    ),
)
def not_inside_private_rooms(name: str) -> bool | str:
    """The name does not put the camera into a room where Order 799 allows none."""
    return hints_at_interior(name) or True
