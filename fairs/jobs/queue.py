"""The job queue (Huey). Tasks are declared with @task and @periodic; the worker gives them the application."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask
from huey import Huey, crontab
from huey.storage import BaseStorage, MemoryStorage, RedisStorage, SqliteStorage

from fairs.config import Config
from fairs.core import installation

huey = Huey("fairs", storage_class=MemoryStorage)
_application: dict[str, Flask] = {}


def init_app(app: Flask, config: Config) -> None:
    """Bind the queue to this installation's storage, and the tasks to this application."""
    _application["app"] = app
    huey.storage = _storage(config)


def _storage(config: Config) -> BaseStorage:
    if config.jobs_url.startswith("redis"):
        return RedisStorage("fairs", url=config.jobs_url)
    if config.jobs_url == "memory:":
        return MemoryStorage("fairs")
    return SqliteStorage("fairs", filename=str(config.instance_path / "jobs.db"), timeout=10, fsync=False)


def task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A job: calling it queues it. It runs in the worker inside the application's context and must bear repetition."""

    def register(function: Callable[..., Any]) -> Any:
        return huey.task(**options)(_in_context(function))

    return register


def periodic(**when: str) -> Callable[[Callable[..., Any]], Any]:
    """A job by the clock, e.g. ``@periodic(minute="*/1")``."""

    def register(function: Callable[..., Any]) -> Any:
        return huey.periodic_task(crontab(**when))(_in_context(function))

    return register


def _in_context(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _application["app"].app_context():
            installation.refresh()
            return function(*args, **kwargs)

    return run
