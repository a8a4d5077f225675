"""接入 and 备案: what is said of the county platform, and of each registered platform and camera, and when.

Everything said is kept as it was said: statements are never changed or removed (a trigger refuses it), the next one
takes over. What holds now stands beside, one row a thing (`Standing`), so that lists and rates need not replay history.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Made(models.Model):
    """Who said it and when."""

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField("登记时间", db_default=Now())

    class Meta:
        abstract = True


class Capacity(Made):
    """What the county platform can carry and carries, on a day. The latest day's latest statement holds."""

    as_of = models.DateField("统计日期")
    channels_total = models.PositiveIntegerField("接入路数")
    channels_used = models.PositiveIntegerField("已用接入路数")
    forwarding_total = models.PositiveIntegerField("转发路数")
    forwarding_used = models.PositiveIntegerField("已用转发路数")
    storage_total = models.DecimalField("存储容量（TB）", max_digits=12, decimal_places=2)
    storage_used = models.DecimalField("已用存储（TB）", max_digits=12, decimal_places=2)
    source = models.CharField("依据", max_length=200)

    class Meta:
        ordering = ["-as_of", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channels_used__lte=F("channels_total"))
                & Q(forwarding_used__lte=F("forwarding_total"))
                & Q(storage_used__gte=0, storage_used__lte=F("storage_total")),
                name="capacity_holds_what_is_used",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="capacity_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class ProvinceLink(Made):
    """How the county platform stands to the province's, since a day."""

    class State(models.TextChoices):
        NONE = "none", "未对接"
        UNDER_WAY = "under_way", "对接改造中"
        CONNECTED = "connected", "已对接"
        BROKEN = "broken", "对接中断"

    state = models.CharField("状态", max_length=10, choices=State.choices)
    since = models.DateField("自")
    note = models.CharField("说明", max_length=200)

    class Meta:
        ordering = ["-since", "-pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.since}"


class Topic(models.TextChoices):
    ACCESS = "access", "接入"
    FILING = "filing", "备案"
    SIGN = "sign", "标识"


class Access(models.TextChoices):
    """What can be said of a thing's connection. What nobody said anything of is in states.py."""

    CONNECTED = "connected", "已接入"
    PLANNED = "planned", "计划接入"
    NOT_READY = "not_ready", "暂不具备条件"
    SOCIAL = "social", "社会资源已定方案"


class Filing(models.TextChoices):
    STATED = "stated", "待公安确认"
    CONFIRMED = "confirmed", "已备案"
    REFUSED = "refused", "公安未确认"


class Sign(models.TextChoices):
    SET = "set", "已设置"
    MISSING = "missing", "未设置"


class Decision(models.TextChoices):
    """What the office decides on an assessment."""

    CONNECT = "connect", "决定接入"
    DO_NOT = "do_not", "决定不接入"
    LATER = "later", "暂缓再议"


class Statement(Made):
    """One thing said of one platform or camera: complete in itself, never changed.

    `by_date`: by when it will be connected or the sign put up, or when the office looks again. `text`: the reason, the
    plan, the police's answer. A decision repeats the assessment that it decides.
    """

    class Voice(models.TextChoices):
        """In whose name it was said."""

        UNIT = "unit", "单位说明"
        OFFICE = "office", "办公室代为说明"
        DECISION = "decision", "办公室决定"
        SUPERVISOR = "supervisor", "主管部门方案"
        POLICE = "police", "公安确认"

    platform = models.ForeignKey("platforms.Platform", models.PROTECT, null=True, related_name="+", db_index=False)
    camera = models.ForeignKey("cameras.Camera", models.PROTECT, null=True, related_name="+", db_index=False)
    topic = models.CharField(max_length=10, choices=Topic.choices)
    state = models.CharField(max_length=10)
    voice = models.CharField(max_length=10, choices=Voice.choices)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", db_index=False)
    by_date = models.DateField("期限", null=True)
    cost = models.DecimalField("改造费用（万元）", max_digits=12, decimal_places=4, null=True)
    gain = models.TextField("接入效益", blank=True, default="")
    decision = models.CharField("决定", max_length=10, choices=Decision.choices, blank=True, default="")
    number = models.CharField("备案编号", max_length=60, blank=True, default="")
    filed_on = models.DateField("备案日期", null=True)
    used_since = models.DateField("投入使用日期", null=True)
    text = models.TextField("说明", blank=True, default="")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(platform__isnull=True, camera__isnull=False)
                | Q(platform__isnull=False, camera__isnull=True),
                name="statement_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(topic=Topic.ACCESS, state__in=Access.values)
                | Q(topic=Topic.FILING, state__in=Filing.values)
                | Q(topic=Topic.SIGN, state__in=Sign.values),
                name="statement_state_of_its_topic",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Access.PLANNED, Access.SOCIAL, Sign.MISSING]) | Q(by_date__isnull=False),
                name="statement_has_its_date",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=False, cost__gte=0, state=Access.NOT_READY) & ~Q(gain="") & ~Q(text="")
                | (~Q(state=Access.NOT_READY) & Q(cost__isnull=True, gain="")),
                name="statement_assessed_when_not_ready",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(state=Access.NOT_READY, voice="decision"), name="decision_on_an_assessment"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", Decision.DO_NOT]) | Q(by_date__isnull=False), name="decision_has_its_date"
            ),
            models.CheckConstraint(
                condition=~Q(topic=Topic.FILING) | Q(filed_on__isnull=False), name="filing_has_its_date"
            ),
            models.CheckConstraint(
                condition=~Q(state=Filing.CONFIRMED) | (Q(voice="police") & ~Q(number="")), name="filing_confirmed"
            ),
            models.CheckConstraint(condition=~Q(state=Filing.REFUSED) | ~Q(text=""), name="filing_refused_with_reason"),
        ]
        indexes = [
            models.Index(fields=["camera", "topic"], condition=Q(camera__isnull=False), name="statement_of_camera"),
            models.Index(
                fields=["platform", "topic"], condition=Q(platform__isnull=False), name="statement_of_platform"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.state}"

    @property
    def state_word(self) -> str:
        """已接入, 已备案, 标识已设置."""
        words: dict[str, type[models.TextChoices]] = {
            Topic.ACCESS: Access,
            Topic.FILING: Filing,
            Topic.SIGN: Sign,
        }
        label = str(words[self.topic](self.state).label)
        return f"标识{label}" if self.topic == Topic.SIGN else label


class Standing(models.Model):
    """What holds of one thing now: the latest statement of each topic, "" and null where nothing was said.

    A camera of which nothing was said follows its platform, and the platform its sheet (states.py).
    """

    access = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+", db_index=False)
    access_state = models.CharField(max_length=10, choices=Access.choices, blank=True, default="")
    access_due = models.DateField(null=True)
    access_decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default="")
    filing = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+", db_index=False)
    filing_state = models.CharField(max_length=10, choices=Filing.choices, blank=True, default="")
    filing_number = models.CharField(max_length=60, blank=True, default="")
    filed_on = models.DateField(null=True)
    used_since = models.DateField(null=True)
    sign = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="+", db_index=False)
    sign_state = models.CharField(max_length=10, choices=Sign.choices, blank=True, default="")
    sign_due = models.DateField(null=True)

    thing: ClassVar[str]

    class Meta:
        abstract = True

    def follow(self, said: Statement) -> None:
        """Take over what was just said; the caller saves."""
        if said.topic == Topic.ACCESS:
            self.access, self.access_state = said, said.state
            self.access_due, self.access_decision = said.by_date, said.decision
        elif said.topic == Topic.FILING:
            self.filing, self.filing_state = said, said.state
            self.filing_number, self.filed_on, self.used_since = said.number, said.filed_on, said.used_since
        else:
            self.sign, self.sign_state, self.sign_due = said, said.state, said.by_date


class CameraStanding(Standing):
    thing = "camera"
    camera = models.OneToOneField("cameras.Camera", models.PROTECT, primary_key=True, related_name="standing")

    def __str__(self) -> str:
        return f"camera {self.camera_id}"


class PlatformStanding(Standing):
    thing = "platform"
    platform = models.OneToOneField("platforms.Platform", models.PROTECT, primary_key=True, related_name="standing")

    def __str__(self) -> str:
        return f"platform {self.platform_id}"
