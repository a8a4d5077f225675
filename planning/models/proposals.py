"""A group of registered things that might be integrated, what is suggested for each, and what the owners say."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.access import VisibleQuerySet

from ..finding.groups import KIND_WORDS
from .searches import Search

KINDS: Final[dict[str, str]] = {str(kind): word for kind, word in KIND_WORDS.items()} | {"hand": "手工提出"}
"""What a proposal is about: the finder's kinds, and what the office put together by hand."""


class ThingKind(models.TextChoices):
    CAMERA = "camera", "摄像机"
    POLE = "pole", "杆件"
    PLATFORM = "platform", "平台"


class ProposalQuerySet(VisibleQuerySet["Proposal"]):
    pass


class Proposal(models.Model):
    """The root that every act locks. `key` is the digest of kind and members: the same group is the same proposal.

    `sure`: False for what may be read in two ways; it is explained, and people decide. `outdated_at`: a later search
    did not find the group again. `turn` counts how often the owners were asked, `handed` how often both sides were.
    """

    class State(models.TextChoices):
        FOUND = "found", "待处理"
        ASKED = "asked", "征求意见"
        ANSWERED = "answered", "已答复"
        IN_REVIEW = "in_review", "审定中"
        SETTLED = "settled", "已确定"
        DISMISSED = "dismissed", "不采纳"

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField("类别", max_length=20)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FOUND)
    state_since = models.DateTimeField("状态起", db_default=Now())
    title = models.CharField("名称", max_length=80)
    reasons = ArrayField(models.CharField(max_length=200), default=list)
    distance_m = models.FloatField("最大间距（米）", null=True)
    sure = models.BooleanField(default=True)
    member_count = models.PositiveIntegerField()
    search = models.ForeignKey(Search, models.PROTECT, null=True, related_name="proposals")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("提出时间", auto_now_add=True)
    outdated_at = models.DateTimeField("过时", null=True)
    dismissed_reason = models.TextField("不采纳的理由", blank=True, default="")
    turn = models.PositiveSmallIntegerField(default=0)
    handed = models.PositiveSmallIntegerField(default=0)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["found", "asked", "answered", "in_review", "settled", "dismissed"]),
                name="proposal_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(dismissed_reason=""), name="dismissed_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(search__isnull=False) | Q(made_by__isnull=False), name="proposal_of_somebody"
            ),
            models.CheckConstraint(condition=Q(member_count__gt=0), name="proposal_of_something"),
        ]
        indexes = [models.Index(fields=["state", "kind"], name="proposal_list")]

    def __str__(self) -> str:
        return f"整合方案 {self.number}"

    @property
    def number(self) -> str:
        """The number shown to people, e.g. ZH-000012."""
        return f"ZH-{self.pk:06d}"

    @property
    def owners(self) -> list[str]:
        """Whose things these are, each owner once; reads the members."""
        return list(dict.fromkeys(member.owner.short_name for member in self.members.all()))

    @property
    def kind_label(self) -> str:
        return KINDS.get(self.kind, self.kind)


class Member(models.Model):
    """A registered thing of a proposal, beside its version `seen`.

    `measure`: what the office suggests (a word of the sheet's column 计划整合方式, "" while nobody has said), and
    `asked_measure` what the owner was asked about. `settled_measure`: what both sides passed, in force until undone;
    `fixed`: that stands, and is not to be changed. `hash`: the content that the two sides were given last.
    """

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="members")
    thing_kind = models.CharField(max_length=10, choices=ThingKind.choices)
    thing_id = models.BigIntegerField()
    seen = models.PositiveIntegerField("所据版本")
    owner = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="权属单位")
    township = models.CharField(max_length=9, blank=True, default="")
    place_kind = models.CharField(max_length=30, blank=True, default="")
    measure = models.CharField("建议的整合方式", max_length=40, blank=True, default="")
    asked_measure = models.CharField(max_length=40, blank=True, default="")
    stays = models.BooleanField("保留的一台", default=False)
    place = models.PositiveSmallIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")
    settled_measure = models.CharField("确定的整合方式", max_length=40, blank=True, default="")
    fixed = models.BooleanField(default=False)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "thing_kind", "thing_id"], name="member_once"),
            models.UniqueConstraint(fields=["proposal"], condition=Q(stays=True), name="one_stays"),
            models.CheckConstraint(condition=Q(thing_kind__in=["camera", "pole", "platform"]), name="member_kind"),
            models.CheckConstraint(condition=Q(fixed=False) | ~Q(settled_measure=""), name="fixed_says_what"),
        ]
        indexes = [
            models.Index(fields=["owner"], name="member_by_owner"),
            models.Index(fields=["township"], name="member_by_township"),
            models.Index(fields=["thing_kind", "thing_id"], name="member_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.thing_kind} {self.thing_id}"


class Reply(models.Model):
    """What one owner says of its members when asked for the `turn`-th time: accept, amend or refuse.

    `wishes`: member id -> the measure that the owner would rather have, for an amendment.
    """

    class Answer(models.TextChoices):
        WAITING = "", "待答复"
        ACCEPT = "accept", "同意"
        AMEND = "amend", "建议调整"
        REFUSE = "refuse", "不同意"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="replies")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="单位")
    turn = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("征求时间", db_default=Now())
    due_on = models.DateField("答复期限")
    answer = models.CharField("答复", max_length=10, choices=Answer.choices, default="", blank=True)
    reason = models.TextField("理由", blank=True, default="")
    wishes = models.JSONField(default=dict)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        ordering = ["-turn", "agency__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "agency", "turn"], name="asked_once_a_turn"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="answer_has_its_person",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "accept"]) | (Q(answer__in=["amend", "refuse"]) & ~Q(reason="")),
                name="another_wish_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["agency"], condition=Q(answer=""), name="replies_waiting")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.agency_id} {self.turn}"


class Hand(models.Model):
    """Who had a hand in a proposal: nobody of them judges it (four eyes)."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="hands")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "person"], name="hand_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.person_id}"
