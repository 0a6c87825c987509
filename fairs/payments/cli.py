"""`flask payments …`: what features above add to it."""

from __future__ import annotations

from flask.cli import AppGroup

cli = AppGroup("payments", help="Payments: bank statements and the books.")
