"""The worker's part of the allocation."""

from __future__ import annotations

from fairs.allocation.computing import carry_out
from fairs.allocation.queries import offers_to_make, unfinished
from fairs.allocation.service import make_offers
from fairs.jobs.queue import periodic, task


@task()
def allocate_later(run_id: int) -> None:
    """Compute a run."""
    carry_out(run_id)


@task()
def offer_later(run_id: int) -> None:
    """Make the offers of a published run."""
    make_offers(run_id)


@periodic(minute="*/10")
def carry_on_after_a_crash() -> None:
    """Go on with runs and offers whose worker was ended in the middle."""
    for run_id in unfinished():
        carry_out(run_id)
    for run_id in offers_to_make():
        make_offers(run_id)
