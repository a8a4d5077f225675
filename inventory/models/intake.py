"""Intake: campaign -> obligation -> submission -> version -> source files -> staged rows (plan, chapter four (一))."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agencies.access import VisibleQuerySet

from ..campaign.obligations import ObligationQuerySet


class Datum(models.TextChoices):
    WGS84 = "wgs84", "WGS-84 / CGCS2000"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯地图）"
    BD09 = "bd09", "BD-09（百度地图）"


class Funding(models.TextChoices):
    GOVERNMENT = "government", "政府投资"
    SOCIAL = "social", "社会投资"


class Mobility(models.TextChoices):
    FIXED = "fixed", "固定"
    MOBILE = "mobile", "移动（车载等）"


class Campaign(models.Model):
    """One survey (轮次) with its scope and due date, and the template and rules in force when it was opened."""

    name = models.CharField("轮次", max_length=60, unique=True)
    scope = models.TextField("范围")
    opens_on = models.DateField("开始日期")
    due_at = models.DateTimeField("截止时间")
    template_version = models.CharField("模板版本", max_length=20)
    rule_version = models.CharField("规则版本", max_length=20)
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)

    class Meta:
        ordering = ["-opens_on", "-id"]

    def __str__(self) -> str:
        return self.name


class ReportKind(models.TextChoices):
    ROWS = "rows", "报送清单"
    ZERO = "zero", "零报告"


class Obligation(models.Model):
    """Who owes a report in a campaign.

    `answer` is what the live submissions are of; a composite foreign key from them (see the migration) keeps zero
    reports and rows of one obligation apart.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="obligations")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="obligations", verbose_name="单位")
    answer = models.CharField(max_length=10, choices=ReportKind.choices, null=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "agency"], name="one_obligation"),
            models.UniqueConstraint(fields=["id", "answer"], name="obligation_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.agency}"


class SubmissionQuerySet(VisibleQuerySet["Submission"]):
    pass


class Submission(models.Model):
    """An answer to an obligation (报送). Several over time (补报), at most one open."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        IN_REVIEW = "in_review", "待审"
        RETURNED = "returned", "退回"
        ACCEPTED = "accepted", "通过"
        DISCARDED = "discarded", "已作废"

    OPEN_STATES = (State.DRAFT, State.IN_REVIEW, State.RETURNED)

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField("次数")
    kind = models.CharField("类型", max_length=10, choices=ReportKind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    live_kind = models.GeneratedField(
        expression=models.Case(
            models.When(state="discarded", then=models.Value(None)),
            default=models.F("kind"),
            output_field=models.CharField(max_length=10, null=True),
        ),
        output_field=models.CharField(max_length=10, null=True),
        db_persist=True,
    )
    on_behalf = models.BooleanField("代报", default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    state_since = models.DateTimeField("状态起始", db_default=Now())

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "number"], name="submission_once"),
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state__in=["draft", "in_review", "returned"]),
                name="one_open_submission",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} 第{self.number}次"


class ScanCode(models.TextChoices):
    """What the code printed on the page to be stamped says, as read from the scan of it."""

    UNREAD = "unread", "未识别"
    MATCH = "match", "与本版一致"
    OTHER = "other", "是另一版的"
    ABSENT = "absent", "没有二维码"


class Version(models.Model):
    """Version n of a submission. Once submitted it is never changed: the next change opens version n + 1.

    `edition` counts the changes made on screen. While `checked_edition` is behind it, the rules that look at more than
    one row and the hash ('' meanwhile) are being worked out anew.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版")
    hash = models.CharField("内容校验值", max_length=64, blank=True, default="")
    edition = models.PositiveIntegerField(db_default=0)
    checked_edition = models.PositiveIntegerField(db_default=0)
    zero_reason = models.TextField("零报告理由", blank=True, default="")
    scan = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="盖章扫描件")
    scan_hash = models.CharField("扫描件对应的校验值", max_length=64, blank=True, default="")
    scan_code = models.CharField("扫描件上的二维码", max_length=10, choices=ScanCode.choices, db_default="unread")
    scan_code_text = models.CharField("二维码内容", max_length=100, db_default="")
    scan_code_hash = models.CharField("二维码里的校验值", max_length=64, db_default="")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("提交时间", null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(submitted_at__isnull=True), name="one_draft_version"
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True)
                | (~Q(hash="") & Q(scan__isnull=False) & Q(scan_hash=models.F("hash")) & Q(submitted_by__isnull=False)),
                name="submitted_version_is_stamped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission} 第{self.number}版"

    @property
    def is_stale(self) -> bool:
        """Whether something on screen has changed that the whole-file rules have not seen yet (重新计算中)."""
        return self.edition != self.checked_edition


class Edit(models.Model):
    """Who had a hand in a version: uploaded, edited, attached or submitted. They become the case's authors."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="edits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="one_hand")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.person_id}"


class SourceFile(models.Model):
    """One workbook of a version, or rows entered on screen: changes on top of a blank form.

    A screen's `file` is the blank official form until submission, when the filled one is written and takes its place.
    `slot` is stable across versions and given once the file has been read: a new upload takes the slot of the file that
    it `replaces`, whose rows stay until then.
    """

    class State(models.TextChoices):
        READING = "reading", "读取中"
        READ = "read", "已读取"
        FAILED = "failed", "未能读取"

    class Origin(models.TextChoices):
        UPLOAD = "upload", "上传"
        SCREEN = "screen", "在线填写"

    version = models.ForeignKey(Version, models.PROTECT, related_name="files")
    slot = models.PositiveSmallIntegerField("文件序号", null=True)
    origin = models.CharField("来源", max_length=10, choices=Origin.choices, default=Origin.UPLOAD)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING)
    datum = models.CharField("坐标系", max_length=10, choices=Datum.choices)
    funding = models.CharField("资金来源", max_length=20, choices=Funding.choices)
    mobility = models.CharField("固定或移动", max_length=10, choices=Mobility.choices, default=Mobility.FIXED)
    place_kind = models.ForeignKey(
        "agencies.PlaceKind", models.PROTECT, null=True, blank=True, verbose_name="场所类别", related_name="+"
    )
    rows_read = models.PositiveIntegerField("读到行数", default=0)
    rows_ignored = models.PositiveIntegerField("忽略行数", default=0)
    rows_removed = models.PositiveIntegerField("在线删除行数", db_default=0)
    errors = models.PositiveIntegerField("错误", default=0)
    warnings = models.PositiveIntegerField("提醒", default=0)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["slot"]
        constraints = [models.UniqueConstraint(fields=["version", "slot"], name="one_file_a_slot")]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.slot}"
