"""How many cameras stand in each cell of the map: kept by the database itself, in the transaction that changes one.

A cell of level 13 is 0.01 degrees wide and high, and its middle is a position rounded to two decimals; each level less
is twice as wide. So a rounded position and the exact one lie in the same cell on every level up to 13, and what may
only be known roughly is counted by the same rows (docs/decisions/0020-the-map-counts-beforehand.md).

A row counts the cameras of one agency, owner and township in one cell that share one value: of the kind of place, the
status, or the measure (`dim` says which; the other two are ""). Level 0 counts everybody, with or without a position.
"""

from __future__ import annotations

from typing import Final

from django.db import models

COARSEST, FINEST, ROUNDED = 10, 15, 13
"""Kept levels, and the one whose cells are the rounded positions."""
EVERYBODY: Final = 0
PLACED, UNPLACED, MOBILE = 0, 1, 2
"""What `x` says on level 0: has a position; should have one; has none by its nature."""
DIMS: Final = ("place_kind", "status", "measure")
MILLIONTHS: Final = 1_000_000


class CellOf(models.Func):
    """The cell of level 15 that a position lies in, as one number; `camera_by_cell` is the index on it."""

    function = "map_cell"
    output_field = models.BigIntegerField()


def cell_number(x: int, y: int) -> int:
    """As map_cell: the number of the cell in column x and row y of level 15."""
    return (x << 20) | y


class MapCell(models.Model):
    """One count; see the module. Written by triggers of cameras_camera only."""

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    dim = models.CharField(max_length=10)
    reporting_agency = models.BigIntegerField()
    owner = models.BigIntegerField()
    township = models.CharField(max_length=9, blank=True, default="")
    place_kind = models.CharField(max_length=30, blank=True, default="")
    status = models.CharField(max_length=40, blank=True, default="")
    measure = models.CharField(max_length=40, blank=True, default="")
    n = models.IntegerField()
    east = models.BigIntegerField()
    """Sum of the longitudes, in millionths of a degree."""
    north = models.BigIntegerField()
    rounded_x = models.BigIntegerField()
    """Sum of the columns of level 13: hundredths of a degree."""
    rounded_y = models.BigIntegerField()

    class Meta:
        verbose_name = "地图格"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "level",
                    "dim",
                    "x",
                    "y",
                    "reporting_agency",
                    "owner",
                    "township",
                    "place_kind",
                    "status",
                    "measure",
                ],
                include=["n", "east", "north"],
                name="mapcell_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.x}/{self.y} {self.dim}: {self.n}"
