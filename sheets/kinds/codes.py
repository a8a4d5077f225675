"""Codes: the 20 digits of GB/T 28181, and our own registry numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sheets import gb28181
from sheets.cells import EXCEL_WHOLE, Cell, cell_text, narrow
from sheets.kinds.base import Field, Flag, Kind, Plain
from sheets.kinds.oddities import HIDDEN, WIDE, tell_writing
from sheets.options import Options
from sheets.rules import WARNING, Issue

AS_NUMBER = Issue(
    title="编码是数字格式",
    says="“{column}”是数字格式，Excel 只保留前 15 位，末尾的数字已经丢失",
    fix="请先把这一列设为“文本”格式，再从视频监控平台重新导出编码粘贴进来；不要在现有数字后面补位。",
)
SHORT_NUMBER = Issue(
    title="编码是数字格式，而且不足 20 位",
    says="“{column}”是数字格式的 {value}，不是 20 位文本",
    fix="请核对是不是填成了序号或通道号；从视频监控平台导出 20 位编码，按文本填写，没有编码的留空。",
)
SCIENTIFIC = Issue(
    title="编码变成了科学计数",
    says="“{column}”是 {value}，变成了科学计数，原来的 20 位已经丢失",
    fix="请先把这一列设为“文本”格式，再从视频监控平台重新导出编码粘贴进来。",
)
NOT_TWENTY = Issue(
    title="编码不是 20 位数字",
    says="“{column}”是“{value}”，{reason}",
    fix="请从视频监控平台重新导出编码；没有编码的留空，不要自己编。",
)
CUT_OFF = Issue(
    title="编码少了几位",
    says="“{column}”是“{value}”，有 {length} 位数字，应是 20 位，像是复制时漏了几位",
    fix="请从视频监控平台重新导出完整的编码，不要自己补位。",
)
OVERLONG = Issue(
    title="编码多于 20 位",
    says="“{column}”是“{value}”，有 {length} 位数字，应是 20 位",
    fix="请核对是不是多粘了几位或带上了通道号，从视频监控平台重新导出编码。",
)
WITH_LETTERS = Issue(
    title="编码里有字母",
    says="“{column}”是“{value}”，{letters}，编码只能是数字",
    fix="像是照着图片录入或识别错了：请从视频监控平台重新导出编码，不要照图抄写。",
)
TWO_MEANINGS = Issue(
    title="编码的行业在新旧国标里含义不同",
    says="编码第 9、10 位是 {industry}：2022 版国标是“{name}”，2016 版是“{name_2016}”，单看编码分不清按哪一版编的",
    fix="请核对编码时用的是哪一版；与实际行业相符的可以保留，审核时会看到。",
    severity=WARNING,
)
NO_CODE = Issue(
    title="未编码",
    says="没有填写“{column}”，按未编码登记",
    fix="已接入平台的请从视频监控平台导出编码填上；确实没有编码的可以留空提交。",
)
OTHER_REGION = Issue(
    title="编码的行政区划不是金寨县",
    says="编码前六位是 {region}，不是金寨县的 341524",
    fix="请核对编码是否属于本县的设备；确实由外地编排的可以保留，审核时会看到。",
    severity=WARNING,
)
OTHER_TYPE = Issue(
    title="编码的设备类型不符",
    says="编码第 11 到 13 位是 {type}（{name}），这张表应是 {expected}",
    fix="请核对是不是填成了别的设备的编码；确认无误可以保留，审核时会看到。",
    severity=WARNING,
)
ODD_INDUSTRY = Issue(
    title="编码的行业是预留或自定义",
    says="编码第 9、10 位是 {industry}（{name}），国家标准没有规定它的含义",
    fix="请向平台管理单位核对行业编码；确认无误可以保留，审核时会看到。",
    severity=WARNING,
)
ODD_NETWORK = Issue(
    title="编码的网络标识是预留",
    says="编码第 14 位是 {network}，国家标准没有规定它的含义",
    fix="请向平台管理单位核对网络标识；确认无误可以保留，审核时会看到。",
    severity=WARNING,
)
NO_SERIAL = Issue(
    title="编码的序号是 000000",
    says="编码末六位是 000000，像是没有编完",
    fix="请从视频监控平台重新导出编码；确认无误可以保留，审核时会看到。",
    severity=WARNING,
)
BAD_NUMBER = Issue(
    title="登记编号不对",
    says="“{column}”写的是“{value}”，不是 {example} 这样的编号",
    fix="请不要改动这一列；新增的设备把它留空。",
)

_LENGTH = 20
_SOUND = re.compile(r"[0-9]{14}(?!000000)[0-9]{6}")
_WRAPPED = re.compile(r'="?([0-9]*)"?')
_WITH_LETTERS = re.compile(r"(?=(?:[^A-Z]*[A-Z]){1,6}[^A-Z]*$)[0-9A-Z]{16,24}", re.IGNORECASE)
_LOOKALIKES = {"o": "0", "d": "0", "q": "0", "l": "1", "i": "1", "z": "2", "s": "5", "b": "8", "g": "9"}
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)


class UnifiedCode(Kind):
    """A GB/T 28181 code kept as text; types outside `expected` are a warning. Never repaired, never computed with."""

    issues: Mapping[str, Issue] = {
        "number": AS_NUMBER,
        "short": SHORT_NUMBER,
        "digits": NOT_TWENTY,
        "scientific": SCIENTIFIC,
        "cut": CUT_OFF,
        "overlong": OVERLONG,
        "letters": WITH_LETTERS,
        "hidden": HIDDEN,
        "wide": WIDE,
        "region": OTHER_REGION,
        "type": OTHER_TYPE,
        "industry": ODD_INDUSTRY,
        "meanings": TWO_MEANINGS,
        "network": ODD_NETWORK,
        "serial": NO_SERIAL,
    }

    def __init__(self, expected: Mapping[str, str]) -> None:
        self.expected = dict(expected)
        self._wanted = " 或 ".join(f"{code}（{name}）" for code, name in expected.items())
        self._doubts = lru_cache(maxsize=10000)(self._judge_prefix)
        sound = f"{gb28181.COUNTY}0000{list(expected)[-1]}0000001"
        self.wrong = {
            "number": float(sound),
            "short": 12.0,
            "digits": sound[:8],
            "scientific": "3.41524E+19",
            "cut": sound[:-1],
            "overlong": f"{sound}1",
            "letters": f"{sound[:-1]}l",
            "hidden": f"{sound[:6]}\u200b{sound[6:]}",
            "wide": "".join(chr(ord(digit) + 0xFEE0) for digit in sound),
            "region": f"341523{sound[6:]}",
            "type": f"{sound[:10]}118{sound[13:]}",
            "industry": f"{sound[:8]}60{sound[10:]}",
            "meanings": f"{sound[:8]}44{sound[10:]}",
            "network": f"{sound[:13]}9{sound[14:]}",
            "serial": f"{sound[:14]}000000",
        }

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "varchar(20)"),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        if not isinstance(cell, str):
            lost = isinstance(cell, (int, float)) and abs(cell) >= EXCEL_WHOLE
            flag("number" if lost else "short")
            return None
        code = cell
        if not gb28181.is_code(code):
            code = narrow(cell).replace(" ", "")
            if wrapped := _WRAPPED.fullmatch(code):
                code = wrapped[1]
            if not gb28181.is_code(code):
                self._tell_what_it_is(code, flag)
                return None
            tell_writing(cell, flag, code)
        for issue, details in self._doubts(code[:14]):
            flag(issue, **details)
        if code.endswith("000000"):
            flag("serial")
        return code

    def _tell_what_it_is(self, text: str, flag: Flag) -> None:
        """Say what stands where a code should; one mistake, one code."""
        length = len(text)
        if _SCIENTIFIC.fullmatch(text):
            flag("scientific")
        elif text.isascii() and text.isdigit():
            if length % 20 == 0:
                flag("digits", reason=f"像是 {length // 20} 个编码写在了一个单元格里")
            elif length > 20:
                flag("overlong", length=length)
            elif length >= 16:
                flag("cut", length=length)
            else:
                flag("digits", reason=f"只有 {length} 位数字，应是 20 位")
        elif _WITH_LETTERS.fullmatch(text):
            place = next(place for place, character in enumerate(text) if character.isalpha())
            like = _LOOKALIKES.get(text[place].lower())
            hint = f"（可能是数字 {like}）" if like else ""
            flag("letters", letters=f"第 {place + 1} 位是字母 {text[place]}{hint}")
        else:
            flag("digits", reason="不全是数字")

    def plain(self, cells: Sequence[Cell]) -> Plain:
        try:
            joined = "\n" + "\n".join(cells)  # type: ignore[arg-type]
        except TypeError:
            return Plain.UNSURE
        filled: Sequence[str] = cells  # type: ignore[assignment]
        gaps = "\n\n" in joined or joined.endswith("\n")
        if gaps:
            filled = [code for code in filled if code]
        if "000000\n" in joined or joined.endswith("000000") or set(map(len, filled)) - {20}:
            return Plain.UNSURE
        digits = "".join(filled)
        if not (digits.isascii() and digits.isdigit()):
            return Plain.GAPS if not filled else Plain.UNSURE
        common = filled[0][:14]
        prefixes = {common} if joined.count(f"\n{common}") == len(filled) else {code[:14] for code in filled}
        if any(map(self._doubts, prefixes)):
            return Plain.UNSURE
        return Plain.GAPS if gaps else Plain.FULL

    def doubtful(self, cells: Sequence[Cell]) -> Iterable[Cell]:
        texts: Sequence[str] = cells  # type: ignore[assignment]
        if set(map(type, cells)) != {str}:
            texts = [cell for cell in cells if isinstance(cell, str)]
        whole = [text for text in texts if len(text) == _LENGTH]
        if whole and self.plain(whole):
            return [cell for cell in cells if not isinstance(cell, str) or len(cell) != _LENGTH]
        fine = list(filter(_SOUND.fullmatch, whole))
        # These differ in the serial, and hardly ever in anything else.
        doubtful = tuple(prefix for prefix in {code[:14] for code in fine} if self._doubts(prefix))
        if doubtful:
            fine = [code for code in fine if not code.startswith(doubtful)]
        return set(cells).difference(fine)

    def _judge_prefix(self, prefix: str) -> tuple[tuple[str, dict[str, str]], ...]:
        """What is doubtful about the first 14 digits, which most rows share."""
        parts = gb28181.decode(f"{prefix}000001")
        doubts = []
        if parts.region != gb28181.COUNTY:
            doubts.append(("region", {"region": parts.region}))
        if parts.type not in self.expected:
            name = parts.type_name or "未定义"
            doubts.append(("type", {"type": parts.type, "name": name, "expected": self._wanted}))
        if gb28181.reserved_industry(parts.industry):
            doubts.append(("industry", {"industry": parts.industry, "name": parts.industry_name}))
        elif gb28181.ambiguous_industry(parts.industry):
            names = {"name": parts.industry_name, "name_2016": parts.industry_name_2016}
            doubts.append(("meanings", {"industry": parts.industry, **names}))
        if gb28181.reserved_network(parts.network):
            doubts.append(("network", {"network": parts.network}))
        return tuple(doubts)


class RegistryNumber(Kind):
    """Our own number, such as JZ-C-000123; written by the system into the pre-filled template."""

    issues: Mapping[str, Issue] = {"bad": BAD_NUMBER}
    wrong: Mapping[str, Any] = {"bad": "123"}

    def __init__(self, prefix: str) -> None:
        self.example = f"{prefix}-000123"
        self._form = re.compile(rf"{re.escape(prefix)}-[0-9]{{6,9}}")

    def fields(self, key: str) -> tuple[Field, ...]:
        return (Field(key, "varchar(20)", ""),)

    def judge(self, cell: Cell, flag: Flag, options: Options) -> Any:
        text = narrow(cell_text(cell)).upper()
        if not self._form.fullmatch(text):
            flag("bad", example=self.example)
            return ""
        return text
