"""The wake-up calls. What they carry is only an id, for the log; the truth is the jobs' rows, and whose turn it is."""

from django_tasks import task

from . import services


@task()  # type: ignore[untyped-decorator]
def run_job(job_id: str) -> None:
    del job_id
    services.run_next()
