"""The worker's part of acts on many rows."""

from __future__ import annotations

from fairs.core.db import transaction
from fairs.jobs.queue import periodic, task
from fairs.lists.bulk import carry_on, forget_previews, unfinished
from fairs.lists.bundles import make_file, remove_files, stuck_files


@task()
def carry_on_later(run_id: int) -> None:
    """Do an act on many rows that was started."""
    carry_on(run_id)


@task()
def make_file_later(file_id: int) -> None:
    """Make a file that was asked for."""
    make_file(file_id)


@periodic(minute="*/10")
def carry_on_after_a_crash() -> None:
    """Go on with acts and files whose worker was ended in the middle; files whose day is over go."""
    for run_id in unfinished():
        carry_on(run_id)
    for file_id in stuck_files():
        make_file(file_id)
    remove_files()


@periodic(hour="3", minute="35")
def forget_old_previews() -> None:
    """Remove previews that led to nothing."""
    with transaction():
        forget_previews()
