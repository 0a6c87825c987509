"""Logs as lines of JSON, without personal data: no addresses, no query strings, no values of statements, no names.

An exception's message may quote what somebody typed, so only its type and the places in the code are kept.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request

from fairs.config import Config
from fairs.core.observe import REQUEST_ID, Seen, forget_observer, register_observer

access = logging.getLogger("fairs.access")


class JsonFormatter(logging.Formatter):
    """One JSON object per record. Of libraries' messages only the template is kept: what is filled in is not ours to judge."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        ours = record.name == "fairs" or record.name.startswith("fairs.")
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if ours else str(record.msg)[:200] if record.args else _known(record),
        }
        if has_request_context():
            line["request_id"] = request.environ.get(REQUEST_ID, "")
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-12:]
            line["at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def _known(record: logging.LogRecord) -> str:
    # A message put together before it was logged may hold anything; the place in the code says enough.
    return f"{_short(record.pathname)}:{record.lineno}"


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])


def note_request(seen: Seen) -> None:
    """One line per request."""
    fields = {"request_id": seen.request_id, "endpoint": seen.endpoint, "method": seen.method, "status": seen.status,
              "ms": round(seen.seconds * 1000, 2)}  # fmt: skip
    access.info("request", extra={"fields": fields})


def configure(config: Config, stream: Any = None) -> None:
    """Log as FAIRS_LOG_FORMAT says: ``text`` leaves Python's and gunicorn's own way, ``json`` writes to standard error."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler.formatter, JsonFormatter)]:
        root.removeHandler(handler)
    forget_observer(note_request)
    if config.log_format != "json":
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("fairs").setLevel(logging.INFO)
    for name in ("gunicorn.error", "gunicorn.access", "huey", "huey.consumer", "werkzeug"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    register_observer(note_request)
