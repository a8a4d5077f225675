"""A proposal in the workbench: its members as items, each with what is suggested and what its owner says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from inventory import nearby
from inventory.entering.places import ground
from registry.names import Names
from registry.words import plain_number
from reviews.models import Item, Round
from reviews.presenting import (
    Asked,
    Detail,
    Field,
    Figure,
    Link,
    Listed,
    Note,
    Overview,
    Reason,
    Spot,
    Spread,
    Squares,
    Surroundings,
)

from . import things
from .asking import STAYS
from .deciding import RISKS, latest_replies
from .models import Member, Proposal, Reply, ThingKind

TONES: Final = {"refuse": "bad", "amend": "attention", "": "attention"}
SHOWS: Final = {"against": "权属单位有意见", "gives_way": "要变动的"}
BESIDE: Final = "方案里的其他成员"


class Members:
    """`reviews.presenting.Presented` for a proposal. As many queries however many members there are."""

    clean = ""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.names = Names()

    @cached_property
    def proposal(self) -> Proposal:
        return Proposal.objects.select_related("search").get(pk=self.round.case.subject_id)

    @cached_property
    def members(self) -> dict[int, Member]:
        """Every member of the proposal, by the item's key."""
        return {member.pk: member for member in self.proposal.members.select_related("owner")}

    @cached_property
    def replies(self) -> dict[int, Reply]:
        return latest_replies(self.proposal)

    @cached_property
    def rows(self) -> dict[things.Key, Any]:
        """The things as they stand; reviewers see all positions."""
        return things.rows(things.key_of(member) for member in self.members.values())

    @cached_property
    def in_round(self) -> dict[int, str]:
        """Key -> part of the round's items."""
        return dict(Item.objects.filter(round=self.round).values_list("key", "part"))

    @property
    def ground(self) -> Mapping[str, Any]:
        return ground()

    @property
    def parts(self) -> Mapping[str, str]:
        held = set(self.in_round.values())
        return {str(kind): str(label) for kind, label in ThingKind.choices if kind in held}

    @property
    def filters(self) -> Mapping[str, str]:
        return SHOWS

    def total(self, part: str, show: str) -> int:
        wanted = self._under(show)
        return sum((not part or of == part) and key in wanted for key, of in self.in_round.items())

    def _under(self, show: str) -> set[int]:
        members = self.members.items()
        if show == "against":
            return {key for key, member in members if self._answer(member) in ("refuse", "amend")}
        if show == "gives_way":
            return {key for key, member in members if member.measure != STAYS}
        return set(self.members)

    def _answer(self, member: Member) -> str:
        reply = self.replies.get(member.owner_id)
        return reply.answer if reply else ""

    # --- as a whole ---------------------------------------------------------------------------------------------------
    def overview(self) -> Overview:
        proposal = self.proposal
        facts = [
            ("方案", f"{proposal.number} {proposal.kind_label}"),
            ("理由", "；".join(proposal.reasons) or "未写"),
            ("权属单位答复", "；".join(self._replies()) or "没有征求意见"),
        ]
        if not proposal.sure:
            facts.append(("把握", "可能有别的解释，须人工判断"))
        if proposal.outdated_at:
            facts.append(("提示", "最近一次查找没有再找到这一组"))
        figures = [Figure("成员", self.total("", ""))]
        figures += [
            Figure(label, count, show, "attention" if show == "against" and count else "")
            for show, label in SHOWS.items()
            if (count := self.total("", show)) or show == "against"
        ]
        return Overview(
            facts=facts,
            figures=figures,
            submitted_by=str(self.round.case.agency),
            submitted_at=self.round.opened_at,
            links=[Link("方案全文", reverse("proposal", args=[proposal.pk]))],
            settled=len(self.members) - len(self.in_round),
        )

    def _replies(self) -> list[str]:
        return [
            f"{reply.agency.short_name} {reply.get_answer_display()}" + (f"（{reply.reason}）" if reply.reason else "")
            for reply in self.replies.values()
        ]

    def code(self) -> Squares | None:
        return None

    def areas(self) -> Sequence[tuple[str, str]]:
        return ()

    # --- the list -----------------------------------------------------------------------------------------------------
    def narrowed(self, items: QuerySet[Item], asked: Asked) -> QuerySet[Item]:
        found = items.filter(key__in=self._under(asked.show)) if asked.show in SHOWS else items
        for term in asked.search.split()[:8]:
            keys = [key for key, member in self.members.items() if self._holds(member, term)]
            found = found.filter(key__in=keys)
        return found

    def _holds(self, member: Member, term: str) -> bool:
        row = self.rows[things.key_of(member)]
        return any(term.lower() in text.lower() for text in (things.name_of(row), row.number, member.owner.short_name))

    def by_place(self, items: QuerySet[Item], part: str) -> QuerySet[Any, int]:
        keys = items.values("key")
        return Member.objects.filter(pk__in=keys).order_by("place", "pk").values_list("pk", flat=True)

    def listed(self, items: Sequence[Item]) -> list[Listed]:
        found = []
        for item in items:
            member = self.members[item.key]
            row = self.rows[things.key_of(member)]
            found.append(
                Listed(
                    item.key,
                    f"{row.number} {member.owner.short_name}",
                    things.name_of(row),
                    "unchanged" if member.measure == STAYS else "changed",
                    [Reason(f"建议 {member.measure}", "neutral"), *self._against(member)],
                    nearby.position(row),
                )
            )
        return found

    def _against(self, member: Member) -> list[Reason]:
        reply = self.replies.get(member.owner_id)
        if reply is None:
            return []
        return [Reason(words, TONES[answer]) for _, answer, words in RISKS if answer == reply.answer]

    def places(self, keys: Collection[int]) -> dict[int, str]:
        found = {}
        for key, member in self.members.items():
            if key in keys:
                row = self.rows[things.key_of(member)]
                found[key] = f"{row.number} {things.name_of(row)}"
        return found

    def spread(self) -> Spread:
        spots = []
        for key in self.in_round:
            row = self.rows[things.key_of(self.members[key])]
            at = nearby.position(row)
            if at is not None:
                against = self._against(self.members[key])
                spots.append(Spot(at, key, f"{row.number} {things.name_of(row)}", against[0].tone if against else ""))
        return Spread(spots=spots, registered=[], total=len(self.in_round), asked=len(self.in_round))

    # --- one item -----------------------------------------------------------------------------------------------------
    def detail(self, item: Item) -> Detail:
        member = self.members[item.key]
        row = self.rows[things.key_of(member)]
        return Detail(
            key=item.key,
            place=f"{row.number} {member.owner.short_name}",
            name=things.name_of(row),
            state="unchanged" if member.measure == STAYS else "changed",
            fields=self._fields(member, row),
            reasons=[*self._against(member), *self._part(member), *self._why()],
            beside=Link("现在的登记", reverse(member.thing_kind, args=[member.thing_id])),
            notes=self._notes(member, row),
            links=[Link("方案全文", reverse("proposal", args=[self.proposal.pk]))],
            around=self._around(member, row),
        )

    def _fields(self, member: Member, row: Any) -> list[Field]:
        """What is decided stands first, beside what is registered; the rest does not change."""
        told = (
            ("权属单位", member.owner.name),
            ("乡镇", self.names.township(member.township) if member.township else ""),
            ("场所类别", self.names.place(member.place_kind) if member.place_kind else ""),
            ("管理平台", getattr(row, "platform_name", "")),
            ("品牌", getattr(row, "brand", "")),
            ("建设时间", getattr(row, "built", "") or getattr(row, "pole_built", "")),
            ("状态", getattr(row, "status", "")),
            ("以租代建", _yes_no(getattr(row, "leased", None))),
            ("横臂数量", _number(getattr(row, "pole_arms", None))),
            ("建设费用（万元）", _number(getattr(row, "cost", None))),
            ("运维费用（万元/年）", _number(getattr(row, "upkeep", None))),
        )
        measure = Field("计划整合方式", member.measure, getattr(row, "measure", None))
        return [measure, *(Field(title, text, text) for title, text in told if text)]

    def _part(self, member: Member) -> list[Reason]:
        if not self._names_one:
            return []
        return [Reason("保留的一台" if member.stays else "让出的一方", "neutral")]

    def _why(self) -> list[Reason]:
        return [Reason(reason, "neutral") for reason in self.proposal.reasons]

    @cached_property
    def _names_one(self) -> bool:
        return any(member.stays for member in self.members.values())

    def _notes(self, member: Member, row: Any) -> list[Note]:
        notes: list[Note] = []
        reply = self.replies.get(member.owner_id)
        if reply is None:
            notes.append(Note("warning", "没有征求权属单位意见"))
        elif not reply.answer:
            due = f"{reply.due_on.month}月{reply.due_on.day}日"
            notes.append(Note("warning", f"{reply.agency.short_name}在期限（{due}）前没有答复"))
        else:
            when = timezone.localtime(reply.answered_at).strftime("%Y-%m-%d") if reply.answered_at else ""
            wish = reply.wishes.get(str(member.pk))
            said = f"{reply.agency.short_name} {when} 答复：{reply.get_answer_display()}"
            said += (f"，希望改为“{wish}”" if wish else "") + (f"。理由：{reply.reason}" if reply.reason else "")
            notes.append(Note("since" if reply.answer == "accept" else "warning", said))
            if member.asked_measure != member.measure:
                notes.append(Note("since", f"征求意见时建议“{member.asked_measure}”，之后改为“{member.measure}”"))
        if row.version_number != member.seen and self.round.ended_at is None:
            notes.append(Note("warning", "送审之后登记内容又有变动，通过后不能写入，请退回办公室按现在的内容重新送审"))
        return notes

    def _around(self, member: Member, row: Any) -> Surroundings | None:
        if member.thing_kind == ThingKind.PLATFORM:
            return None
        here = nearby.around_place(row, member.owner_id, self.names)
        others = []
        for key, other in self.members.items():
            at = nearby.position(self.rows[things.key_of(other)])
            if key != member.pk and at is not None:
                others.append((*at, f"{BESIDE} {things.name_of(self.rows[things.key_of(other)])}"))
        return Surroundings(here.here, None, here.neighbours, here.more, others, here.why_not)


def _number(value: Any) -> str:
    return "" if value is None else plain_number(value) if not isinstance(value, int) else str(value)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"
