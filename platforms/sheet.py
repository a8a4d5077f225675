"""Attachment 4, sheet 1: video platforms. This declaration *is* the form; everything else reads it."""

from __future__ import annotations

from platforms import rules as _rules
from platforms.form import EXTRA_GROUP, PLATFORM

#: Imported for the rules that it declares.
DECLARED_IN = (_rules,)

#: Clean values in order, and the columns of the COPY text file; see `Sheet.copy_columns`.
CLEAN_COLUMNS = PLATFORM.clean_columns
COPY_COLUMNS = PLATFORM.copy_columns

__all__ = ["CLEAN_COLUMNS", "COPY_COLUMNS", "EXTRA_GROUP", "PLATFORM"]
