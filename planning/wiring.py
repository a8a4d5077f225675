"""Tells the review engine and the queue, which stand below, what is ours to do."""

from __future__ import annotations

from agencies.models import Role
from jobs import services as jobs
from reviews import kinds

from . import deciding, invariants, presenting, searching
from .models import Proposal
from .moves import CASE_KIND


def register() -> None:
    kinds.register(
        kinds.Kind(
            name=CASE_KIND,
            label="整合方案",
            url_name="proposal",
            accepted=deciding.accepted,
            returned=deciding.returned,
            withdrawn=deciding.withdrawn,
            reopened=deciding.reopened,
            undone=deciding.undone,
            in_part=True,
            present=presenting.Members,
            batch=deciding.batch,
            annex=deciding.annex,
            speaks=Role.OFFICE,
            opens=Proposal.objects.visible_to,
        )
    )
    invariants.register()
    jobs.register(searching.JOB_KIND, searching.run, searching.gave_up)
