"""A process of its own that looks at the daily tasks once: `python -m tests.jobs.daily_child`.

Its one task notes that it was begun, waits for an advisory lock that the test holds, and notes that it was done.
"""

import os
from datetime import datetime, time

GATE = 4711
TASK = "test.slow"
DAY = datetime(2022, 8, 23, 9, 0)  # noqa: DTZ001  a local day, as the database tells it


def note(what: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_noted (pid, what) VALUES (%s, %s)", [os.getpid(), what])


def slowly() -> None:
    from django.db import connection

    note("begun")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [GATE])
    note("done")


def main() -> None:
    import django

    django.setup()
    from jobs import daily

    daily._tasks.clear()
    daily.local_now = lambda: DAY
    daily.register(TASK, slowly, at=time(8))
    daily.run_due()


if __name__ == "__main__":
    main()
