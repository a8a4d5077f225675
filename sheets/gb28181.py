"""GB/T 28181 unified codes: 20 digits cut into segments, each with its meaning in the 2022 and 2016 editions.

Annex E (2022) and Annex D (2016): 8 digits centre (province, city, county, grass-roots access unit), 2 industry,
3 type, 1 network, 6 serial. There is no check digit. Digits 7-8 are assigned locally and are not a township.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from sheets.tables import table

COUNTY = "341524"
#: The codes of the sample rows of Attachment 4, platform and camera; both are of another county.
SAMPLE_CODES = frozenset({"34012341002000175079", "34012341001320175079"})
CODE = re.compile(r"[0-9]{20}")

RESERVED_INDUSTRY = "预留"
CUSTOM_INDUSTRY = "自定义"


@dataclass(frozen=True, slots=True)
class Segments:
    """A 20-digit code in its parts. `*_name`: Chinese meaning, "" when the code list has none.

    `industry_name_2016` / `network_name_2016` are set only where the 2016 edition says something else, because the code
    does not tell which edition it follows.
    """

    code: str
    province: str
    city: str
    county: str
    access_unit: str
    industry: str
    type: str
    network: str
    serial: str
    industry_name: str
    industry_name_2016: str
    type_name: str
    type_group: str
    network_name: str
    network_name_2016: str

    @property
    def region(self) -> str:
        """The six digits of the county."""
        return self.province + self.city + self.county

    @property
    def grouped(self) -> str:
        """The code as shown to people: 34152401 00 132 0 000001."""
        return f"{self.code[:8]} {self.industry} {self.type} {self.network} {self.serial}"

    def explain(self) -> tuple[tuple[str, str, str], ...]:
        """(digits, segment, meaning) from left to right, in Chinese; both editions where they differ."""
        return (
            (self.region, "行政区划", "金寨县" if self.region == COUNTY else "不是金寨县（341524）"),
            (self.access_unit, "基层接入单位", "未下设" if self.access_unit == "00" else "由当地编排"),
            (self.industry, "行业", _both(self.industry_name, self.industry_name_2016)),
            (self.type, "设备类型", self.type_name or "未定义"),
            (self.network, "网络标识", _both(self.network_name, self.network_name_2016)),
            (self.serial, "序号", self.serial),
        )


def is_code(text: str) -> bool:
    """Whether the text is exactly 20 ASCII digits."""
    return CODE.fullmatch(text) is not None


def decode(code: str) -> Segments:
    """The segments of a code; ValueError unless it is 20 ASCII digits."""
    if not is_code(code):
        raise ValueError("a GB/T 28181 code has 20 ASCII digits")
    industry, kind, network = code[8:10], code[10:13], code[13]
    industry_name, industry_2016 = industries()[industry]
    type_name, type_group = device_type(kind)
    network_name, network_2016 = networks()[network]
    return Segments(
        code, code[0:2], code[2:4], code[4:6], code[6:8], industry, kind, network, code[14:20],
        industry_name, industry_2016, type_name, type_group, network_name, network_2016,
    )  # fmt: skip


@cache
def industries() -> dict[str, tuple[str, str]]:
    """Industry code -> (2022 name, 2016 name where it differs else "")."""
    old = {row["code"]: row["name"] for row in table("gbt28181_industry_codes_2016")}
    return {
        row["code"]: (row["name"], "" if old[row["code"]] == row["name"] else old[row["code"]])
        for row in table("gbt28181_industry_codes")
    }


@cache
def networks() -> dict[str, tuple[str, str]]:
    """Network digit -> (2022 name, 2016 name where it differs else "")."""
    return {
        row["code"]: (row["name_2022"], "" if row["name_2016"] == row["name_2022"] else row["name_2016"])
        for row in table("gbt28181_network_ids")
    }


@lru_cache(maxsize=1000)
def device_type(code: str) -> tuple[str, str]:
    """(name, group) of a three-digit type code; ("", "") when the standard defines none."""
    for row in table("gbt28181_type_codes"):
        first, _, last = row["code"].partition("-")
        if first <= code <= (last or first):
            return row["name"], row["group"]
    return "", ""


def ambiguous_industry(code: str) -> bool:
    """Whether the two editions mean different trades by it, so that the code alone does not tell which.

    40-42 only changed their wording; what 2016 left open (56-59) can only be meant as of 2022.
    """
    return "43" <= code <= "55"


def reserved_industry(code: str) -> bool:
    """Whether the 2022 edition leaves the industry open or to local definition."""
    return industries()[code][0].startswith((RESERVED_INDUSTRY, CUSTOM_INDUSTRY))


def reserved_network(code: str) -> bool:
    """Whether the network digit is reserved in both editions."""
    return networks()[code][0] == RESERVED_INDUSTRY


def _both(name: str, name_2016: str) -> str:
    if not name:
        return "未定义"
    return f"{name}（2016版：{name_2016}）" if name_2016 else name
