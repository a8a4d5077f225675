"""The worker: runs what the queue brings, does what is due once a day, and sweeps up what a dead worker left.

It gives way to the web servers on the same machine (settings.WORKER_NICE), and its readers with it.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from jobs import daily, idle, scratch, services

log = logging.getLogger(__name__)
IDLE_PAUSE = 5
"""Seconds until a worker looks again for what it keeps up beside its jobs."""
DAILY_PAUSE = 30
"""Seconds between two looks at what is due today."""


class Command(BaseCommand):
    help = "处理后台任务，直到收到停止信号"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", action="store_true", help="做完现有任务即退出")

    def handle(self, *args: Any, **options: Any) -> None:
        os.nice(settings.WORKER_NICE)
        _sweep()
        services.get_ready()
        worker = Worker(
            queue_names=["default"],
            interval=0.5,
            batch=options["batch"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        if not options["batch"]:
            threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True).start()
            threading.Thread(target=_daily_for_ever, name="daily", daemon=True).start()
            threading.Thread(target=_idle_for_ever, name="idle", daemon=True).start()
        worker.run()


def _sweep_for_ever() -> None:
    pause = threading.Event()
    while not pause.wait(max(1, settings.JOB_LEASE_SECONDS / 4)):
        _sweep()
        connection.close()


def _sweep() -> None:
    """One pass. A database that is away for a moment ends neither the sweep nor the worker."""
    try:
        services.sweep()
        scratch.sweep()
    except Exception:
        log.exception("sweep failed; the next one follows")


def _daily_for_ever() -> None:
    pause = threading.Event()
    while True:
        try:
            daily.run_due()
        except Exception:
            log.exception("the daily tasks could not be looked at; the next look follows")
        connection.close()
        pause.wait(DAILY_PAUSE)


def _idle_for_ever() -> None:
    pause = threading.Event()
    while True:
        found = idle.run_once()
        connection.close()
        if not found:
            pause.wait(IDLE_PAUSE)
