"""Cards of cameras: what their list filters by and searches (registry/cards.py)."""

from __future__ import annotations

from django.db import models

from registry.cards import Card, Stale, Tally


class CameraCard(Card):
    """What the list of cameras asks of one."""

    township = models.CharField(max_length=9)
    status = models.CharField(max_length=40)
    measure = models.CharField(max_length=40)
    leased = models.BooleanField(null=True)
    funding = models.CharField(max_length=20)
    mobility = models.CharField(max_length=10)
    label_state = models.CharField(max_length=10)
    code = models.CharField(max_length=20, null=True)
    platform_name = models.CharField(max_length=100)
    brand = models.CharField(max_length=100)
    built = models.CharField(max_length=7)
    platform = models.ForeignKey(
        "platforms.Platform", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    pole = models.ForeignKey(
        "cameras.Pole", models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    wgs_longitude = models.FloatField(null=True)
    wgs_latitude = models.FloatField(null=True)

    class Meta:
        indexes = [
            *Card.indexes_for(
                "cameracard",
                "reporting_agency",
                "owner",
                "township",
                "place_kind",
                "status",
                "measure",
                "platform",
                "pole",
                "code",
            ),
            models.Index(fields=["wgs_latitude", "wgs_longitude"], name="cameracard_place"),
        ]

    def __str__(self) -> str:
        return f"card {self.pk}"


class CameraStale(Stale):
    """Cameras whose cards are behind."""

    def __str__(self) -> str:
        return f"{self.first_id}-{self.last_id}"


class CameraTally(Tally):
    """How many cards of cameras there are."""

    class Meta:
        constraints = [Tally.once("cameratally")]

    def __str__(self) -> str:
        return f"{self.life} {self.reporting_agency_id} {self.place_kind}: {self.things}"
