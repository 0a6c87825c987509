"""`flask booths …`: what features above add to it."""

from __future__ import annotations

from flask.cli import AppGroup

cli = AppGroup("booths", help="Booths: sales and allocation.")
