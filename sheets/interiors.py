"""Names of places inside which no camera may be: article 8 of Order 799 (公共安全视频图像信息系统管理条例).

Guest rooms and private rooms of lodging and catering, rooms of dormitories, public bathrooms, toilets, changing,
nursing and fitting rooms. A name only hints: "厕所外" or "宿舍楼大门" are outside; reviewers see what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ROOMS = (
    "客房", "包间", "包厢", "浴室", "淋浴", "澡堂", "洗澡间", "卫生间", "洗手间", "厕所", "公厕", "盥洗", "更衣",
    "哺乳室", "母婴室", "哺育室", "试衣", "宿舍", "寝室",
)  # fmt: skip
#: What the room's name is followed by where a place beside it is meant.
_OUTSIDE = re.compile(
    "外|旁|边|侧|门|口|前|后|对面|附近|走廊|过道|通道|廊|楼梯|电梯|楼道|大厅|前台|广场|路|街|院|东|西|南|北|屋顶|楼顶|管理"
)
_INSIDE = re.compile("内|里")
#: Of a dormitory only the rooms are meant: its number, or the word.
_DORMITORY = re.compile("[0-9]{3,4}|室|房|内|里")
_ANY = re.compile("|".join(_ROOMS))
_FOLLOWING = 8


def hints_at_interior(name: str) -> str:
    """The room a camera's name puts it into, as written; "" when it names none or a place beside it."""
    for found in _ANY.finditer(name):
        rest = name[found.end() : found.end() + _FOLLOWING]
        outside, inside = _OUTSIDE.search(rest), _INSIDE.search(rest)
        if outside and not (inside and inside.start() < outside.start()):
            continue
        if found[0] in ("宿舍", "寝室") and not _DORMITORY.search(rest):
            continue
        return found[0]
    return ""


def no_interior(names: Sequence[str]) -> bool:
    """Whether none of these names holds any such word; a look at the whole column."""
    return _ANY.search("\n".join(names)) is None
