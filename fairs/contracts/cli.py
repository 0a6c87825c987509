"""`flask contracts …`."""

from __future__ import annotations

from flask.cli import AppGroup

from fairs.contracts.duplicates_cli import duplicates_command

cli = AppGroup("contracts", help="Export contracts.")
cli.add_command(duplicates_command)
