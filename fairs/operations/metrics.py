"""Figures for Prometheus: requests of all web workers, and what the database says at the moment of asking. No personal data.

Gunicorn's workers count into files of a common folder (``PROMETHEUS_MULTIPROC_DIR``, set in gunicorn.conf.py).
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterator
from functools import cache

from flask import Flask, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from fairs import __version__
from fairs.booths.models import BoothBooking
from fairs.calendar.models import Fair
from fairs.cards.webhooks import REFUSED
from fairs.checkin.models import Visit
from fairs.config import Config
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.observe import Seen, register_observer
from fairs.jobs.queue import huey
from fairs.operations.status import last_backup, outbox_counts
from fairs.operations.tasks import last_beat

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_registry = CollectorRegistry()
_REQUESTS = Counter(
    "fairs_requests", "Requests by view and status.", ["endpoint", "method", "status"], registry=_registry
)
_SECONDS = Histogram(
    "fairs_request_seconds", "Time until a request was answered, by view.", ["endpoint"], registry=_registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
_registry.register(REFUSED)


@cache
def _requests(endpoint: str, method: str, status: int) -> Counter:
    return _REQUESTS.labels(endpoint, method, str(status))


@cache
def _seconds(endpoint: str) -> Histogram:
    return _SECONDS.labels(endpoint)


def count_request(seen: Seen) -> None:
    """Count a finished request."""
    _requests(seen.endpoint, seen.method, seen.status).inc()
    _seconds(seen.endpoint).observe(seen.seconds)


class FromDatabase(Collector):
    """What is asked at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        info = GaugeMetricFamily("fairs_info", "Version of the program.", labels=["version", "database"])
        info.add_metric([__version__, db.engine.dialect.name], 1)
        yield info
        mail = GaugeMetricFamily("fairs_outbox_messages", "Messages by state.", labels=["state"])
        for state, count in outbox_counts().items():
            mail.add_metric([state.value], count)
        yield mail
        yield GaugeMetricFamily("fairs_jobs_pending", "Jobs that wait for the worker.", value=huey.pending_count())
        beat, backup = last_beat(), last_backup()
        if beat is not None:
            yield GaugeMetricFamily("fairs_worker_silence_seconds", "Since the worker's last sign of life.",
                                    value=(now() - beat).total_seconds())  # fmt: skip
        if backup is not None:
            yield GaugeMetricFamily(
                "fairs_backup_age_seconds", "Since the last backup.", value=(now() - backup.at).total_seconds()
            )
        bookings = GaugeMetricFamily(
            "fairs_bookings", "Bookings of booths by fair and state.", labels=["fair", "state"]
        )
        rows = db.session.execute(
            select(Fair.slug, BoothBooking.state, func.count())
            .join(BoothBooking, BoothBooking.fair_id == Fair.id)
            .group_by(Fair.slug, BoothBooking.state)
        )
        for slug, booked, count in rows:
            bookings.add_metric([slug, booked.value], count)
        yield bookings
        visits = GaugeMetricFamily("fairs_visits", "Visits that count, by fair.", labels=["fair"])
        for slug, count in db.session.execute(
            select(Fair.slug, func.count())
            .join(Visit, Visit.fair_id == Fair.id)
            .where(Visit.counts)
            .group_by(Fair.slug)
        ):
            visits.add_metric([slug], count)
        yield visits


def exposition() -> bytes:
    """All figures in Prometheus' text format."""
    of_workers = _registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import MultiProcessCollector

        of_workers = CollectorRegistry()
        MultiProcessCollector(of_workers)  # type: ignore[no-untyped-call]
    now_registry = CollectorRegistry(auto_describe=False)
    now_registry.register(FromDatabase())
    return generate_latest(of_workers) + generate_latest(now_registry)


def may_read() -> bool:
    """Whether this request has the token; where none is set, whether it comes from this machine and through no proxy."""
    config: Config = current_app.extensions["fairs_config"]
    if config.metrics_token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), config.metrics_token.encode())
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    return not forwarded and ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104


def init_app(_app: Flask) -> None:
    """Count the requests of this application."""
    register_observer(count_request)
