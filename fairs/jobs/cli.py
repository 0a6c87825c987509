"""`flask jobs run`: the worker."""

from __future__ import annotations

import signal

import click
from flask.cli import AppGroup

from fairs.jobs.queue import huey

cli = AppGroup("jobs", help="Background jobs.")


@cli.command("run")
@click.option("--workers", default=1, show_default=True, help="Number of worker threads.")
def run(workers: int) -> None:
    """Run jobs until told to stop; the running one is finished first."""
    consumer = huey.create_consumer(workers=workers, periodic=True, initial_delay=0.05, max_delay=0.4, backoff=1.2)
    # Supervisors send SIGTERM; Huey would interrupt the running job, so it gets the meaning of SIGINT.
    consumer._signal_actions[signal.SIGTERM] = (False, True)
    consumer.run()
