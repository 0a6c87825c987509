"""Gunicorn's settings: threads for many small requests, the application imported once and shared by the workers."""

import gc
import os
import shutil
from pathlib import Path
from typing import Any

# The workers count their requests into files of one folder, which /metrics adds up. It must be known before the import.
_counts = Path(os.environ.get("FAIRS_INSTANCE") or "instance").resolve() / "metrics"
shutil.rmtree(_counts, ignore_errors=True)
_counts.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counts)

wsgi_app = "wsgi:app"
bind = os.environ.get("FAIRS_BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 5
keepalive = 5
loglevel = os.environ.get("FAIRS_WEB_LOG", "warning")
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What was imported stays: the collector need not go through it again and again, and the workers share its memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def post_fork(server: Any, worker: Any) -> None:
    """Forget database connections that were opened before the fork: two processes must not share one."""
    from fairs.core.db import db

    application = worker.app.wsgi()
    with application.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)


def child_exit(_server: Any, worker: Any) -> None:
    """What a worker has counted stays when it ends."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
