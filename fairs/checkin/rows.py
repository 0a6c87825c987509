"""Rows as the database's driver takes them: a gate waits for each scan, so what every scan writes goes past SQLAlchemy's types.

The values are the same as those that the models' types would make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from fairs.core.db import db


def _same(value: Any) -> Any:
    return value


def _moment_as_text(value: datetime | None) -> str | None:
    """As SQLAlchemy keeps a moment on SQLite. All moments here are in UTC."""
    return None if value is None else value.isoformat(" ", "microseconds")[:26]


def _day_as_text(value: date) -> str:
    return value.isoformat()


@dataclass(frozen=True, slots=True)
class Driver:
    """How one driver wants moments (in UTC), days and places of values."""

    moment: Callable[[datetime | None], Any]
    day: Callable[[date], Any]
    mark: str


SQLITE = Driver(_moment_as_text, _day_as_text, "?")
POSTGRES = Driver(_same, _same, "%s")


@dataclass(slots=True)
class Statement:
    """An INSERT of some columns, with what follows the values; its texts for both drivers are made once."""

    table: str
    columns: Sequence[str]
    tail: str = ""

    def text(self, driver: Driver) -> str:
        """The statement for a driver."""
        marks = ", ".join([driver.mark] * len(self.columns))
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks}){self.tail}"  # noqa: S608 - all of it stands in this program


_texts: dict[tuple[int, str], str] = {}


def driver() -> tuple[Connection, Driver]:
    """The connection of the present transaction and how its driver wants values."""
    connection = db.session.connection()
    return connection, SQLITE if connection.dialect.name == "sqlite" else POSTGRES


def insert_rows(connection: Connection, kind: Driver, statement: Statement, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows whose values are as the driver wants them."""
    key = id(statement), kind.mark
    text = _texts.get(key)
    if text is None:
        text = _texts[key] = statement.text(kind)
    connection.exec_driver_sql(text, rows[0] if len(rows) == 1 else rows)
