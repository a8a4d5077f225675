"""Attachment 4, sheet 2: cameras and their own poles. This declaration *is* the form; everything else reads it."""

from __future__ import annotations

from cameras import filerules as _filerules
from cameras import rules as _rules
from cameras.form import CAMERA, CAMERA_GROUP, EXTRA_GROUP, POLE_COLUMNS, POLE_GROUP
from cameras.rules import COUNTY_BOX

#: Imported for the rules that they declare.
DECLARED_IN = (_rules, _filerules)

#: Clean values in order, and the columns of the COPY text file; see `Sheet.copy_columns`.
CLEAN_COLUMNS = CAMERA.clean_columns
COPY_COLUMNS = CAMERA.copy_columns

__all__ = [
    "CAMERA",
    "CAMERA_GROUP",
    "CLEAN_COLUMNS",
    "COPY_COLUMNS",
    "COUNTY_BOX",
    "EXTRA_GROUP",
    "POLE_COLUMNS",
    "POLE_GROUP",
]
