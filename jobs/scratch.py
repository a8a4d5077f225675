"""Scratch folders of the confined readers: gone when the work ends, swept when its worker was killed."""

from __future__ import annotations

import shutil
import time

from django.conf import settings

OLD_SECONDS = 3600
"""No piece of work lasts as long; a folder older than this was left behind by a worker that was killed."""


def sweep() -> int:
    """Remove what killed workers left in WORK_DIR; return how many folders went."""
    if not settings.WORK_DIR.exists():
        return 0
    oldest = time.time() - OLD_SECONDS
    left = [each for each in settings.WORK_DIR.iterdir() if each.stat().st_mtime < oldest]
    for each in left:
        shutil.rmtree(each, ignore_errors=True)
    return len(left)
