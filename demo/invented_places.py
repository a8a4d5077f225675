"""Places of an invented county: crossings, streets of shops, schools, reservoirs. None of them exists."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from .invented_names import Place, View, words

WAYS = "东南西北"
ROAD_STEMS = words(
    "望山 云溪 松风 竹海 青岚 映红 石桥 茶园 溪口 新晨 望江 东风 西风 建设 和平 民主 花园 林海 红岭 康宁 "
    "惠民 兴业 阳光 明珠 河滨 河东 河西 大湾 塘口 学府 站前 桃源"
)
ROAD_ENDS = ("路", "路", "路", "大道", "街", "巷", "一路", "二路", "一巷", "二巷", "东路", "西路")
SHOP_STEMS = words(
    "福万家 万家福 好又多 惠民 天天 百姓 兴隆 兴盛 万客隆 佳佳 家家乐 新世纪 金桥 银河 红太阳 老地方 四季 "
    "春天 大众 乐购 华联 永辉煌 顺发 鸿运 聚福 福聚 同心 一品 江南 江北"
)
SHOPS = ("超市", "便利店", "药店", "饭店", "五金店", "服装店", "百货", "家电", "水果店", "文具店")
VILLAGES = words(
    "王湾 李畈 大塘 胡店 桃园 石河 上坪 下坪 洪岭 东冲 西冲 查湾 杨桥 新庄 老庄 竹园 楼房 长塘 古井 红旗 "
    "前进 龙潭 双塘 一心 同兴 茅畈 白沙 黄泥 金山 南冲 北冲 沙坪"
)
HOTELS = ("宾馆", "大酒店", "旅馆", "商务酒店", "民宿")
FACTORIES = ("茶业", "制衣厂", "建材厂", "食品厂", "电子厂", "木业", "纺织厂", "机械厂")
YARDS = ("花苑", "家园", "小区", "新村", "公馆", "佳苑")


class Town:
    """One township's supply of places; no name is given twice."""

    def __init__(self, name: str, draw: random.Random) -> None:
        self.name, self.stem, self._draw = name, name[:-1], draw
        stems = draw.sample(ROAD_STEMS, 26)
        self.roads = [f"{stem}{draw.choice(ROAD_ENDS)}" for stem in stems]
        self._given: set[str] = set()
        self._house = 1

    def street(self) -> str:
        return self._draw.choice(self.roads)

    def fresh(self, make: Callable[[], str]) -> str:
        """A name that was not given yet; after many tries one with a number of its own."""
        for _ in range(40):
            name = make()
            if name not in self._given:
                self._given.add(name)
                return name
        name = f"{make()}第{len(self._given)}"
        self._given.add(name)
        return name


def junction(town: Town, draw: random.Random) -> Place:
    """A crossing, seen along its arms, or from its corners, or both."""
    roads: tuple[str, str] = ("", "")

    def name() -> str:
        nonlocal roads
        a, b = draw.sample(town.roads, 2)
        roads = (a, b)
        return "|".join(sorted(roads))

    town.fresh(name)
    ways = draw.sample(WAYS, draw.choice((2, 3, 4, 4)))
    chance = draw.random()
    if chance < 0.5:
        views = tuple(View(facing=way) for way in ways)
    elif chance < 0.75:
        function = draw.choice(("", "", "卡口", "电子警察"))
        views = tuple(
            View(flow=flow, function=function) for flow in draw.sample(("东西", "西东", "南北", "北南"), len(ways))
        )
    else:
        corners = draw.sample(("东南", "西北", "东北", "西南"), len(ways))
        views = tuple(View(corner=c, facing=w if chance < 0.9 else "") for c, w in zip(corners, ways, strict=True))
    names = (f"{roads[0]}与{roads[1]}交叉口",)
    return Place(names, views, roads, nickname=f"{draw.choice(('老供销社', '老粮站', '红绿灯', '加油站', '邮局'))}门前")


def stretch(town: Town, draw: random.Random) -> Place:
    """A stretch of road beside something known, and its other side."""
    road = town.fresh(
        lambda: f"{town.street()}{draw.choice(SHOP_STEMS)}{draw.choice(('大厦', '加油站', '广场', '公交站'))}"
    )
    first, second = draw.sample(WAYS, 2)
    other = draw.random() < 0.4
    return Place((road,), (View(facing=first), View(spot="对面", facing=first) if other else View(facing=second)))


def shops(town: Town, draw: random.Random) -> Iterator[Place]:
    """Neighbouring shops of one street, each with a door."""
    street, house = town.street(), draw.randrange(1, 120)
    shop = ""
    for at in range(draw.randrange(2, 6)):
        last, shop = shop, town.fresh(lambda: f"{draw.choice(SHOP_STEMS)}{draw.choice(SHOPS)}")
        if last and draw.random() < 0.2:  # The next door copies its neighbour's name, but for one sign.
            shop = town.fresh(partial(_alike, last, draw))
        names = (f"{street}{house + 2 * at}号{shop}", shop, f"{street}{shop}")
        yield Place(names, (View(spot="大门"),), nickname=f"老{draw.choice('张王李赵')}家小店")


def _alike(name: str, draw: random.Random) -> str:
    """福万家超市 -> 福万来超市."""
    return f"{name[:-3]}{draw.choice('来客顺利美优')}{name[-2:]}"


def lanes(town: Town, draw: random.Random) -> Iterator[Place]:
    """The mouths of two or three lanes side by side, all seen the same way."""
    stem, way = town.fresh(lambda: f"{draw.choice(ROAD_STEMS)}{draw.choice(VILLAGES)[0]}"), draw.choice(WAYS)
    for number in "一二三"[: draw.choice((2, 2, 3))]:
        yield Place((f"{stem}{number}巷口", f"{stem}{number}巷巷口"), (View(facing=way),))


def school(town: Town, draw: random.Random) -> Place:
    village = draw.choice(VILLAGES)
    names: tuple[str, ...] = draw.choice(
        (
            (f"{town.stem}中学", f"{town.name}中学", f"{town.stem}初级中学"),
            (f"{town.stem}镇中心小学", f"{town.stem}中心小学", f"{town.stem}小学"),
            (f"{village}小学", f"{village}村小学", f"{town.stem}{village}小学"),
            (f"{village}幼儿园", f"{town.stem}{village}幼儿园"),
            (f"{village}教学点", f"{village}小学教学点"),
        )
    )
    names = names if town.fresh(lambda: names[0]) == names[0] else (town.fresh(lambda: f"{draw.choice(VILLAGES)}学校"),)
    gates = draw.sample(("东门", "西门", "南门", "北门"), 2) if draw.random() < 0.6 else ["校门", "后门"]
    rooms = draw.sample(("操场", "1号教学楼", "2号教学楼", "食堂门外", "图书馆", "停车场"), draw.randrange(0, 3))
    return Place(names, tuple(View(spot=spot) for spot in (*gates, *rooms)))


def clinic(town: Town, draw: random.Random) -> Place:
    village = draw.choice(VILLAGES)
    options = (
        (f"{town.stem}卫生院", f"{town.name}卫生院", f"{town.stem}中心卫生院"),
        (f"{village}村卫生室", f"{village}卫生室"),
        (f"{village}诊所", f"{town.stem}{village}诊所"),
    )
    names: tuple[str, ...] = draw.choice(options)
    names = (
        names if town.fresh(lambda: names[0]) == names[0] else (town.fresh(lambda: f"{draw.choice(VILLAGES)}康复医院"),)
    )
    rooms = draw.sample(("门诊楼入口", "急诊", "住院部门外", "大厅", "停车场", "药房"), draw.randrange(1, 4))
    return Place(names, tuple(View(spot=spot) for spot in ("大门", *rooms)))


def _plain(
    names: Callable[[Town, random.Random], tuple[str, ...]], *spots: str
) -> Callable[[Town, random.Random], Place]:
    """A maker of places of one sort, with one to all of these spots to look at."""

    def make(town: Town, draw: random.Random) -> Place:
        found = names(town, draw)
        if town.fresh(lambda: found[0]) != found[0]:
            found = (town.fresh(lambda: names(town, draw)[0]),)
        return Place(found, tuple(View(spot=spot) for spot in draw.sample(spots, draw.randrange(1, len(spots) + 1))))

    return make


def _village(ends: tuple[str, ...]) -> Callable[[Town, random.Random], tuple[str, ...]]:
    def names(town: Town, draw: random.Random) -> tuple[str, ...]:
        village = draw.choice(VILLAGES)
        return (*(f"{village}{end}" for end in ends), f"{town.stem}{village}{ends[0]}")

    return names


def _street(stems: Sequence[str], ends: Sequence[str]) -> Callable[[Town, random.Random], tuple[str, ...]]:
    def names(town: Town, draw: random.Random) -> tuple[str, ...]:
        name = f"{draw.choice(stems)}{draw.choice(ends)}"
        return (name, f"{town.street()}{name}")

    return names


SORTS: dict[str, Callable[[Town, random.Random], Place]] = {
    "office": _plain(_village(("村委会", "村部", "村村民委员会")), "大门", "大厅", "停车场", "后门", "广场"),
    "community": _plain(_street(SHOP_STEMS, YARDS), "东门", "西门", "1号楼", "2号楼", "3号楼", "停车场", "南门"),
    "school": school,
    "medical": clinic,
    "market": _plain(_village(("农贸市场", "菜市场")), "东出入口", "西出入口", "停车场"),
    "hotel": _plain(_street(SHOP_STEMS, HOTELS), "大门", "大厅", "停车场", "后门"),
    "factory": _plain(_street(SHOP_STEMS, FACTORIES), "东门", "西门", "1号厂房门外", "2号厂房门外", "仓库门外"),
    "construction": _plain(_village(("安置区工地", "安置区项目工地")), "大门", "塔吊", "材料堆场", "后门"),
    "park": _plain(_village(("文化公园", "公园")), "入口", "出口", "湖边", "健身区", "舞台"),
    "scenic": _plain(_village(("景区", "风景区")), "游客中心", "检票口", "停车场", "观景台", "索道下站"),
    "forest": _plain(_village(("林场", "国有林场")), "瞭望塔", "防火检查站", "入口", "护林点"),
    "reservoir": _plain(_village(("水库",)), "大坝", "溢洪道", "放水涵", "坝下"),
    "river": _plain(_village(("大桥", "桥")), "桥头", "上游", "下游", "桥下"),
    "road": junction,
    "parking": _plain(_village(("停车场", "公共停车场")), "入口", "出口", "东出入口"),
    "station": _plain(_village(("客运站", "汽车站")), "进站口", "出站口", "候车厅", "广场"),
    "agri_factory": _plain(_village(("育苗工厂",)), "大门", "1号车间门外", "2号车间门外"),
    "agri_park": _plain(_village(("茶叶产业园", "茶产业园")), "大门", "1号大棚", "2号大棚", "冷库门外"),
}
"""How a place of each kind is made; streets of shops come in rows (`shops`)."""
