"""Tells the queue what is ours to do."""

from __future__ import annotations

from jobs import services as jobs

from . import issuing, reading


def register() -> None:
    reading.register()
    jobs.register(issuing.JOB_KIND, issuing.run, issuing.gave_up)
