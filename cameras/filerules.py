"""Rules over all cameras of a file: the same device twice, poles at odds, and patterns no honest survey shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cameras.form import CAMERA, FORM, GB, NOTE_2, POLE_COLUMNS, POSITION
from sheets import patterns
from sheets.declare import FileHit
from sheets.duplicates import duplicates, repeated
from sheets.examples import Example
from sheets.patterns import Degrees
from sheets.rules import WARNING

#: So many rows that state a value, and so large a part of them alike, are worth a word to the reviewers.
MANY_ROWS, NEARLY_ALL = 100, 0.9
MANY_OF_A_BRAND = 200


def row(number: int, **cells: Any) -> dict[str, Any]:
    """Changes that make the good row camera `number` of a file, unlike its neighbours as real ones are."""
    return {
        "seq": str(number),
        "code": f"34152400001320{number:06d}",
        "name": f"梅山镇示例路{number}号路口",
        "brand": ("海康威视", "大华", "宇视")[number % 3],
        "police_station": f"示例{number % 7}派出所",
        "longitude": f"115.{600000 + number * number * 37 % 99991 * 2 + 1}",
        "latitude": f"31.{500000 + number * number * 53 % 99989 * 2 + 1}",
        "built": f"{2012 + number % 10}.{1 + number % 12:02d}",
        "pole_number": f"MS-{number:03d}",
    } | cells


def rows(count: int, **cells: Any) -> tuple[dict[str, Any], ...]:
    """So many different cameras, alike in `cells`."""
    return tuple(row(number, **cells) for number in range(1, count + 1))


@CAMERA.file_rule(
    "C301",
    "code",
    title="编码在表里重复",
    says="编码在表里出现了 {count} 次，还有 {cells}",
    fix="一台摄像机一个编码：请核对这几行，删去重复的行，或从平台重新导出正确的编码。",
    clause=GB,
    example=Example(
        fails=(row(1), row(2, code="34152400001320000001")),
        passes=(row(1), row(2)),
        at=((0, "code"), (1, "code")),
        told=("两行都写 34152400001320000001", "每行的编码都不同"),
    ),
)
def codes_are_unique(codes: Sequence[str | None]) -> Iterable[FileHit]:
    """The same code twice in the file, at every cell concerned."""
    return duplicates("code", codes)


@CAMERA.file_rule(
    "C302",
    *POLE_COLUMNS,
    title="同一根杆件的信息不一致",
    says="杆件编号相同，“{label}”却不一样，见 {cells}",
    fix="同一编号是同一根杆：请把这几行的杆件信息改成一样，或改正编号。",
    clause=FORM,
    example=Example(
        fails=(row(1), row(2, pole_number="MS-001", pole_height="8", **{key: row(1)[key] for key in POSITION})),
        passes=(row(1), row(2, pole_number="MS-001", **{key: row(1)[key] for key in POSITION})),
        at=((0, "pole_height"), (1, "pole_height")),
        told=("两行的杆件编号都是 MS-001，高度一行 6.5 米、一行 8 米", "两行的杆件编号都是 MS-001，高度都是 6.5 米"),
    ),
)
def one_pole_one_description(
    built: Sequence[str], numbers: Sequence[str], heights: Sequence[Any], arms: Sequence[Any], conditions: Sequence[str]
) -> Iterable[FileHit]:
    """Rows with one pole number state one set of attributes; a blank states nothing."""
    if not repeated(numbers):
        return
    rows_of: dict[str, list[int]] = {}
    for place, number in enumerate(numbers):
        if number:
            rows_of.setdefault(number, []).append(place)
    stated = {"pole_built": built, "pole_height": heights, "pole_arms": arms, "pole_condition": conditions}
    for places in rows_of.values():
        if len(places) == 1:
            continue
        for key, values in stated.items():
            concerned = [place for place in places if values[place] not in (None, "")]
            if len({values[place] for place in concerned}) > 1:
                for place in concerned:
                    others = tuple((other, key) for other in concerned if other != place)
                    yield FileHit(place, key, others, {"label": CAMERA.by_key[key].label})


@CAMERA.file_rule(
    "C303",
    "registry_number",
    title="登记编号在表里重复",
    says="登记编号在表里出现了 {count} 次，还有 {cells}",
    fix="复制行时请清空新行的“登记编号”，只保留原来那一行的。",
    example=Example(
        fails=(row(1, registry_number="JZ-C-000123"), row(2, registry_number="JZ-C-000123")),
        passes=(row(1, registry_number="JZ-C-000123"), row(2)),
        at=((0, "registry_number"), (1, "registry_number")),
        told=("两行的登记编号都是 JZ-C-000123", "复制出来的新行登记编号留空"),
    ),
)
def registry_numbers_are_unique(numbers: Sequence[str]) -> Iterable[FileHit]:
    """The same registered camera twice in the file."""
    return duplicates("registry_number", numbers)


_UNCODED = {"code": "/", "name": "梅山镇示例路口", **{key: row(1)[key] for key in POSITION}}


@CAMERA.file_rule(
    "C304",
    "name",
    "code",
    "township",
    *POSITION,
    at=("name",),
    severity=WARNING,
    title="像是同一台摄像机填了两次",
    says="名称和经纬度都相同的有 {count} 行，还有 {cells}，又没有编码把它们分开",
    fix="同一台摄像机只填一行；确是几台的，请在位置名称里写明朝向，或填上各自的 20 位编码。",
    clause=GB,
    example=Example(
        fails=(row(1, **_UNCODED), row(2, **_UNCODED)),
        passes=(row(1, **_UNCODED), row(2, **{**_UNCODED, "name": "梅山镇示例路口朝东"})),
        at=((0, "name"), (1, "name")),
        told=(
            "两行都是“梅山镇示例路口”，经纬度也一样，都没有编码",
            "一行写“梅山镇示例路口”，一行写“梅山镇示例路口朝东”",
        ),
    ),
)
def not_entered_twice(
    names: Sequence[str], codes: Sequence[str | None], townships: Sequence[str], longitudes: Degrees, latitudes: Degrees
) -> Iterable[FileHit]:
    """One name at one position twice, at least one of the rows without a code; C305: one name in one township."""
    uncoded = patterns.names_without_code(names, codes)
    for seen in patterns.not_told_apart(uncoded, codes, (longitudes, latitudes)):
        yield FileHit(seen.rows[0], "name", seen.related("name"), seen.details)
    for seen in patterns.not_told_apart(uncoded, codes, (townships,)):
        if len({(longitudes[place], latitudes[place]) for place in seen.rows}) == len(seen.rows):
            yield FileHit(seen.rows[0], "name", seen.related("name"), seen.details, "C305")


CAMERA.beside(
    "C304",
    "C305",
    at=("name",),
    severity=WARNING,
    title="名称相同分不清",
    says="同一乡镇里叫这个名称的有 {count} 行，还有 {cells}，又没有编码把它们分开",
    fix="请把位置名称写具体（路口、方位、楼层），或填上各自的 20 位编码，下次填报才对得上。",
    clause=GB,
    example=Example(
        fails=(row(1, code="/", name="村部门口"), row(2, code="/", name="村部门口")),
        passes=(row(1, code="/", name="江店村部门口"), row(2, code="/", name="小南京村部门口")),
        at=((0, "name"), (1, "name")),
        told=("同一个镇有两行都叫“村部门口”，都没有编码", "写成“江店村部门口”和“小南京村部门口”"),
    ),
)


@CAMERA.file_rule(
    "C306",
    "pole_number",
    "wgs_longitude",
    "wgs_latitude",
    at=POSITION,
    severity=WARNING,
    title="同一根杆上的摄像机相距太远",
    says="杆件编号 {number} 上有 {count} 台摄像机，这一台和别的相距 {metres}，见 {cells}",
    fix="同一根杆上的摄像机应在同一个位置：请核对坐标，或改正杆件编号。",
    clause=FORM,
    example=Example(
        fails=(row(1), row(2, pole_number="MS-001", longitude="115.900001")),
        passes=(row(1), row(2, pole_number="MS-001", **{key: row(1)[key] for key in POSITION})),
        at=((1, "longitude"),),
        told=("两行的杆件编号都是 MS-001，坐标相距 20 米以上", "两行的杆件编号都是 MS-001，坐标相同或只差几米"),
    ),
)
def one_pole_one_place(numbers: Sequence[str], longitudes: Degrees, latitudes: Degrees) -> Iterable[FileHit]:
    """Cameras with one pole number stand within a few metres of each other; told once for each pole."""
    if not repeated(numbers):
        return
    for seen in patterns.apart_on_one_pole(numbers, longitudes, latitudes):
        yield FileHit(seen.rows[0], "longitude", seen.related("longitude"), seen.details)


@CAMERA.file_rule(
    "C307",
    "police_station",
    *POSITION,
    "name",
    "pole_arms",
    at=POSITION,
    severity=WARNING,
    title="一个点上的摄像机太多",
    says="有 {count} 台摄像机的经纬度完全相同（横臂最多 {arms} 根），一根杆装不下这么多，还有 {cells}",
    fix="请逐台核对位置，从平台重新导出或实地测量坐标；确实集中在一处（如同一栋楼内）的可以保留，审核时会看到。",
    clause=NOTE_2,
    example=Example(
        fails=lambda: rows(12, longitude="115.934366", latitude="31.727178"),
        passes=lambda: rows(12),
        at=((0, "longitude"),),
        told=("12 台摄像机的经纬度都是 115.934366、31.727178", "各台的经纬度各自测量"),
    ),
)
def no_more_than_a_pole_bears(
    stations: Sequence[str], longitudes: Degrees, latitudes: Degrees, names: Sequence[str], arms: Sequence[int | None]
) -> Iterable[FileHit]:
    """Points with more cameras than arms explain, the fullest first; and, looking at the same points, C309."""
    piles, copied = patterns.crowded(stations, longitudes, latitudes, names, arms)
    for seen in piles:
        yield FileHit(seen.rows[0], "longitude", seen.related("longitude"), seen.details)
    for seen in copied:
        yield FileHit(seen.rows[0], "longitude", seen.related("longitude"), seen.details, "C309")


@CAMERA.file_rule(
    "C308",
    *POSITION,
    severity=WARNING,
    title="坐标按固定间隔递增",
    says="连续 {count} 行的经度每行相差 {east}、纬度每行相差 {north}，像是下拉填充出来的（全表共 {rows} 行这样）",
    fix="请从平台重新导出或逐点测量坐标，不要用下拉填充。",
    clause=NOTE_2,
    example=Example(
        fails=lambda: tuple(row(n, longitude=f"115.90{n:03d}1", latitude="31.700001") for n in range(1, 19)),
        passes=lambda: rows(18),
        at=((0, "longitude"),),
        told=("连续 18 行的经度每行多 0.000010", "各行的坐标没有固定间隔"),
    ),
)
def not_filled_down(longitudes: Degrees, latitudes: Degrees) -> Iterable[FileHit]:
    """No long run of rows lies at even steps; the longest run tells of all."""
    for seen in patterns.evenly_stepped(longitudes, latitudes):
        yield FileHit(seen.rows[0], "longitude", seen.related("longitude"), seen.details)


CAMERA.beside(
    "C307",
    "C309",
    at=POSITION,
    severity=WARNING,
    title="坐标像是照抄派出所的",
    says="“{station}”的 {total} 台摄像机有 {count} 台在同一个点上，名称却不相同，像是照抄了派出所的坐标，还有 {cells}",
    fix="请从平台重新导出或逐点测量每台摄像机的坐标。",
    clause=NOTE_2,
    example=Example(
        fails=lambda: rows(8, police_station="梅山派出所", longitude="115.934366", latitude="31.727178"),
        passes=lambda: rows(8, police_station="梅山派出所"),
        at=((0, "longitude"),),
        told=("梅山派出所辖区 8 台摄像机名称不同、坐标完全一样", "各台的坐标各自测量"),
    ),
)


@CAMERA.file_rule(
    "C310",
    "built",
    severity=WARNING,
    title="建设时间几乎全都一样",
    says="{total} 行中有 {count} 行的建设时间都是 {value}",
    fix="请核对是不是统一补填的：按实际建成的年月改正；确是同一批建的可以保留，审核时会看到。",
    clause=FORM,
    example=Example(
        fails=lambda: rows(110, built="2017.10"),
        passes=lambda: rows(110),
        at=((0, "built"),),
        told=("312 行中有 298 行的建设时间都是 2017.10", "各行按实际建成的年月填写"),
    ),
)
def built_at_various_times(built: Sequence[str]) -> Iterable[FileHit]:
    """Not nearly all of a hundred rows and more state one month; a mere year says too little to count."""
    for seen in patterns.nearly_all_alike(built, MANY_ROWS, NEARLY_ALL):
        if "." in seen.details["value"]:
            yield FileHit(seen.rows[0], "built", (), seen.details)


@CAMERA.file_rule(
    "C311",
    "brand",
    severity=WARNING,
    title="品牌全都一样",
    says="{total} 行的品牌全是“{value}”",
    fix="请核对是不是统一补填的：按实物改正；确是同一品牌的可以保留，审核时会看到。",
    clause=FORM,
    example=Example(
        fails=lambda: rows(200, brand="大华"),
        passes=lambda: rows(200),
        at=((0, "brand"),),
        told=("200 行的品牌全是“大华”", "各行按实物填写品牌"),
    ),
)
def of_various_brands(brands: Sequence[str]) -> Iterable[FileHit]:
    """Not all of two hundred rows and more name one brand."""
    for seen in patterns.nearly_all_alike(brands, MANY_OF_A_BRAND, 1.0):
        yield FileHit(seen.rows[0], "brand", (), seen.details)
