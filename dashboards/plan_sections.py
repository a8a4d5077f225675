"""The section 接入情况 of the county's plan: planning and connecting know nothing of each other, so it is put together
here."""

from __future__ import annotations

from collections.abc import Callable

from agencies.models import Agency, Person
from connecting import states
from connecting.rates import Cameras, Key, Share
from planning.document import sections
from planning.document.sections import Grid, Section
from registry.names import Names

TITLE = "接入情况"


def register() -> None:
    sections.register("connecting", connecting)


def connecting(person: Person) -> Callable[[Agency | None], Section | None]:
    """The access rates as the pages of 接入 show them, each with numerator and denominator."""
    cameras, names = Cameras(person), Names()

    def tell(agency: Agency | None) -> Section | None:
        def ours(key: Key) -> bool:
            return agency is None or key[0] == agency.pk

        rates = [
            cameras.share("政府投资", lambda key: ours(key) and key[3] == "government", {}),
            cameras.share("社会资金", lambda key: ours(key) and key[3] == "social", {}),
            cameras.share("全部", ours, {}),
        ]
        if not rates[-1].of:
            return None
        told = "；".join(f"{one.label} {one.count:,} / {one.of:,} 台（{one.percent}）" for one in rates)
        by_state = [
            (str(word), cameras.count(lambda key, state=state: ours(key) and key[4] == state))  # type: ignore[misc]
            for state, word in states.ACCESS_WORDS.items()
        ]
        grids = [Grid("摄像机接入状态（台）", ("接入状态", "摄像机"), [*by_state, ("合计", rates[-1].of)])]
        if agency is None:
            grids.append(_by_unit(cameras, names))
        return Section(
            TITLE,
            [f"县“雪亮平台”接入率：{told}。分母是在册摄像机，没有说明接入情况的计为未接入。"],
            grids,
            [(f"已接入（{one.label}）", one.count) for one in rates],
            rates[-1].of,
        )

    return tell


def _by_unit(cameras: Cameras, names: Names) -> Grid:
    """已接入 / 在册 of each unit, by funding as the page of rates has it."""
    table = cameras.table("agency", names)
    lines = [*table.lines, table.total]
    return Grid(
        "各单位接入率（已接入 / 在册，台）",
        ("单位", *(share.label for share in table.total.shares)),
        [(line.label, *(_said(share) for share in line.shares)) for line in lines],
    )


def _said(share: Share) -> str:
    return f"{share.count:,} / {share.of:,}" if share.of else "–"
