"""The worker's part of the work, done on demand in the test's own process."""

from __future__ import annotations

from flask import Flask

from fairs.jobs.queue import huey
from tests.support.client import own_session


def run_jobs(app: Flask) -> int:
    """Run the jobs that are queued, and those that they queue, as the worker would; gives back how many ran."""
    done = 0
    while (task := huey.dequeue()) is not None:
        with own_session(app):
            huey.execute(task)
        done += 1
    return done
