"""Cameras and poles: Attachment 4, sheet 2, and THE registry."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agencies.access import VisibleQuerySet
from registry.models import Former, Identity, Recorded

from .cards import CameraCard, CameraStale, CameraTally
from .mapcells import MapCell

__all__ = [
    "Camera",
    "CameraCard",
    "CameraFormer",
    "CameraStale",
    "CameraTally",
    "CameraValues",
    "CameraVersion",
    "MapCell",
    "Pole",
    "PoleFormer",
    "PoleValues",
    "PoleVersion",
    "PositionValues",
]


class PoleValues(models.Model):
    """The five columns of 杆件（自建）, under the declaration's keys (cameras/sheet.py)."""

    pole_built = models.CharField("杆件建设时间", max_length=7, blank=True, default="")
    pole_number = models.CharField("杆件编号", max_length=100, blank=True, default="")
    pole_height = models.DecimalField("高度（米）", max_digits=5, decimal_places=2, null=True)
    pole_arms = models.IntegerField("横臂数量", null=True)
    pole_condition = models.CharField("杆件状况", max_length=40, blank=True, default="")

    class Meta:
        abstract = True


class PositionValues(models.Model):
    """A position as written, with its datum, and as WGS-84 (decimal degrees)."""

    township = models.CharField("所在乡镇（街道）", max_length=9, blank=True, default="")
    longitude = models.DecimalField("经度", max_digits=11, decimal_places=8, null=True)
    latitude = models.DecimalField("纬度", max_digits=11, decimal_places=8, null=True)
    datum = models.CharField("坐标系", max_length=10, blank=True, default="")
    wgs_longitude = models.FloatField("经度（WGS-84）", null=True)
    wgs_latitude = models.FloatField("纬度（WGS-84）", null=True)

    class Meta:
        abstract = True


class CameraValues(PoleValues, PositionValues):
    """The clean values of one camera row, under the declaration's keys (cameras/sheet.py)."""

    code = models.CharField("20位编码", max_length=20, null=True)
    name = models.CharField("位置名称", max_length=100, null=True)
    platform_name = models.CharField("管理平台名称", max_length=100, blank=True, default="")
    brand = models.CharField("品牌", max_length=100, blank=True, default="")
    police_station = models.CharField("所属派出所", max_length=100, blank=True, default="")
    built = models.CharField("建设时间", max_length=7, blank=True, default="")
    label = models.TextField("视频图像命名及视频图像文字标注", blank=True, default="")
    label_state = models.CharField("文字标注", max_length=10, blank=True, default="")
    leased = models.BooleanField("是否以租代建", null=True)
    status = models.CharField("状态", max_length=40, blank=True, default="")
    measure = models.CharField("计划整合方式", max_length=40, blank=True, default="")
    place_kind = models.CharField("场所类别", max_length=30, blank=True, default="")
    funding = models.CharField("资金来源", max_length=20, blank=True, default="")
    mobility = models.CharField("固定或移动", max_length=10, blank=True, default="")
    vehicle = models.CharField("车辆或线路", max_length=100, blank=True, default="")

    class Meta:
        abstract = True


class PoleQuerySet(VisibleQuerySet["Pole"]):
    def live(self) -> PoleQuerySet:
        return self.filter(life="live")


class Pole(PoleValues, PositionValues, Identity):
    """A pole that its unit put up itself. With a number its key is (agency, number)."""

    prefix = "JZ-G-"
    place_kind = models.CharField("场所类别", max_length=30, blank=True, default="")

    objects = PoleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "杆件"
        constraints = [
            models.UniqueConstraint(
                fields=["reporting_agency", "pole_number"],
                condition=Q(life="live") & ~Q(pole_number=""),
                name="pole_number_live",
            ),
            Identity.row_once("pole"),
        ]
        indexes = [Identity.by_batch("pole")]


class PoleVersion(PoleValues, PositionValues, Recorded):
    """What the registry said of a pole from one moment to the next."""

    pole = models.ForeignKey(Pole, models.DO_NOTHING, related_name="versions", db_constraint=False)
    place_kind = models.CharField("场所类别", max_length=30, blank=True, default="")

    class Meta:
        managed = False
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.pole_id} v{self.number}"


class PoleFormer(PoleValues, PositionValues, Recorded):
    """What the registry said of a pole before."""

    pole = models.ForeignKey(Pole, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    place_kind = models.CharField("场所类别", max_length=30, blank=True, default="")

    class Meta:
        constraints = Former.constraints_for("poleformer", "pole")
        indexes = [Former.by_batch("poleformer")]

    def __str__(self) -> str:
        return f"{self.pole_id} v{self.number}"


class CameraQuerySet(VisibleQuerySet["Camera"]):
    def live(self) -> CameraQuerySet:
        return self.filter(life="live")


class Camera(CameraValues, Identity):
    """A camera's identity and its current values. The code is nullable and unique among live cameras."""

    prefix = "JZ-C-"
    platform = models.ForeignKey(
        "platforms.Platform",
        models.PROTECT,
        null=True,
        related_name="cameras",
        verbose_name="管理平台",
        db_index=False,
        db_constraint=False,
    )
    pole = models.ForeignKey(
        Pole,
        models.PROTECT,
        null=True,
        related_name="cameras",
        verbose_name="杆件",
        db_index=False,
        db_constraint=False,
    )

    objects = CameraQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "摄像机"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(life="live", code__isnull=False), name="camera_code_live"
            ),
            Identity.row_once("camera"),
        ]
        indexes = [
            Identity.by_batch("camera"),
            models.Index(fields=["platform"], condition=Q(platform__isnull=False), name="camera_by_platform"),
            models.Index(fields=["pole"], condition=Q(pole__isnull=False), name="camera_by_pole"),
        ]


class CameraVersion(CameraValues, Recorded):
    """What the registry said of a camera from one moment to the next; the history of its code too."""

    camera = models.ForeignKey(Camera, models.DO_NOTHING, related_name="versions", db_constraint=False)
    platform_id = models.BigIntegerField(null=True)
    pole_id = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.camera_id} v{self.number}"


class CameraFormer(CameraValues, Recorded):
    """What the registry said of a camera before."""

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    platform_id = models.BigIntegerField(null=True)
    pole_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = Former.constraints_for("cameraformer", "camera")
        indexes = [Former.codes("cameraformer"), Former.by_batch("cameraformer")]

    def __str__(self) -> str:
        return f"{self.camera_id} v{self.number}"
