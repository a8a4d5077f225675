"""The wake-up calls. What they carry is only an id; the truth is the job's row."""

from django_tasks import task

from . import services


@task()  # type: ignore[untyped-decorator]
def run_job(job_id: str) -> None:
    services.run(job_id)
