"""Alembic's environment: our metadata, our engine, plain column types in the scripts."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from flask_security import AsaList
from sqlalchemy import Connection

import fairs.core.sequences  # noqa: F401 - its table belongs to the metadata
from fairs.core.db import WRITE, Base, ExactDecimal, StateType, UTCDateTime, db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as the plain ones that they are in the database: scripts outlive code."""
    if kind != "type":
        return False
    if isinstance(item, StateType):
        return "sa.String(length=32)"
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, ExactDecimal):
        return "sa.BigInteger()"
    if isinstance(item, AsaList):
        return "sa.Text()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=compare_type,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def compare_type(_context: Any, _inspected: Any, _column: Any, inspected_type: Any, column_type: Any) -> bool | None:
    """Our decorated types are compared as their plain ones by Alembic; big keys differ on SQLite by design."""
    if isinstance(column_type, StateType | UTCDateTime | ExactDecimal | AsaList):
        return False
    return None


def run_on_sqlite(plain: Connection) -> None:
    """SQLite changes a table by making it anew and dropping the old one, which others refer to: references rest meanwhile.

    They can only be switched outside a transaction, and are checked before it ends.
    """
    driver: Any = plain.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with plain.execution_options(**{WRITE: True}).begin() as transaction:
            run(plain)
            broken = plain.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                transaction.rollback()
                raise RuntimeError(f"The migration would break {len(broken)} references, as in {broken[0][0]}.")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


with current_app.app_context(), db.engine.connect() as plain:
    if plain.dialect.name == "sqlite":
        run_on_sqlite(plain)
    else:
        with plain.begin():
            run(plain)
