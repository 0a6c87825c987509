"""The worker's part of closing a fair."""

from __future__ import annotations

from fairs.closing.works import carry_out, stuck
from fairs.jobs.queue import periodic, task


@task()
def carry_out_later(work_id: int) -> None:
    """Keep figures or make an archive that was asked for."""
    carry_out(work_id)


@periodic(minute="*/10")
def go_on_after_a_crash() -> None:
    """Begin anew what a worker left in the middle."""
    for work_id in stuck():
        carry_out(work_id)
