"""Video platforms: Attachment 4, sheet 1."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agencies.access import VisibleQuerySet
from registry.models import Former, Identity, Recorded


class PlatformValues(models.Model):
    """The clean values of one platform row, under the declaration's keys (platforms/sheet.py)."""

    code = models.CharField("20位编码", max_length=20, null=True)
    name = models.CharField("项目名称", max_length=100, null=True)
    vendor = models.CharField("平台厂家（品牌）", max_length=100, blank=True, default="")
    gbt28181 = models.CharField("是否符合GB/T 28181", max_length=10, blank=True, default="")
    gbt28181_remark = models.TextField("GB/T 28181 说明", blank=True, default="")
    gat1400 = models.TextField("是否符合GA/T 1400", blank=True, default="")
    address = models.TextField("单位地址", blank=True, default="")
    network = models.TextField("联网方式", blank=True, default="")
    protection = models.TextField("视频监控网络安全防护", blank=True, default="")
    retention_days = models.IntegerField("视频存储时长（天）", null=True)
    description = models.TextField("平台描述", blank=True, default="")
    version = models.TextField("品牌型号/系统版本", blank=True, default="")
    sharing = models.TextField("平台共享和转发能力", blank=True, default="")
    connected = models.CharField("是否对接本级雪亮平台", max_length=10, blank=True, default="")
    cascade = models.TextField("省市县级联情况", blank=True, default="")
    built = models.CharField("建设时间", max_length=7, blank=True, default="")
    cost = models.DecimalField("建设费用（万元）", max_digits=14, decimal_places=4, null=True)
    upkeep = models.DecimalField("运维费用（万元/年）", max_digits=14, decimal_places=4, null=True)
    place_kind = models.CharField("场所类别", max_length=30, blank=True, default="")
    funding = models.CharField("资金来源", max_length=20, blank=True, default="")

    class Meta:
        abstract = True


class PlatformQuerySet(VisibleQuerySet["Platform"]):
    def live(self) -> PlatformQuerySet:
        return self.filter(life="live")


class Platform(PlatformValues, Identity):
    """A platform's identity and its current values. Key: code, else (agency, normalised name)."""

    prefix = "JZ-P-"
    name_key = models.CharField(max_length=100, default="", editable=False)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "平台"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(life="live", code__isnull=False), name="platform_code_live"
            ),
            models.UniqueConstraint(
                fields=["reporting_agency", "name_key"],
                condition=Q(life="live", code__isnull=True),
                name="platform_name_live",
            ),
            Identity.row_once("platform"),
        ]
        indexes = [Identity.by_batch("platform")]


class PlatformVersion(PlatformValues, Recorded):
    """What the registry said of a platform from one moment to the next."""

    platform = models.ForeignKey(Platform, models.DO_NOTHING, related_name="versions", db_constraint=False)

    class Meta:
        managed = False
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.platform_id} v{self.number}"


class PlatformFormer(PlatformValues, Recorded):
    """What the registry said of a platform before."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    class Meta:
        constraints = Former.constraints_for("platformformer", "platform")
        indexes = [Former.codes("platformformer"), Former.by_batch("platformformer")]

    def __str__(self) -> str:
        return f"{self.platform_id} v{self.number}"
