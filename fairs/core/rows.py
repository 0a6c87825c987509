"""Rows as the database's driver takes and gives them: a gate waits for each scan, so what every scan reads and writes goes past
SQLAlchemy. Texts of statements are made once; the values are the same as those that the models' types would make.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from fairs.core.db import present_connection

Row = Sequence[Any]


def _same(value: Any) -> Any:
    return value


def _moment_as_text(value: datetime | None) -> str | None:
    """As SQLAlchemy keeps a moment on SQLite. All moments here are in UTC."""
    return None if value is None else value.isoformat(" ", "microseconds")[:26]


def _moment_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _moment_in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _as_json(values: Collection[Any]) -> str:
    return json.dumps(list(values))


@dataclass(frozen=True, slots=True)
class Driver:
    """How one driver wants moments (in UTC), days, lists and places of values, and how it gives them back."""

    moment: Callable[[datetime | None], Any]
    day: Callable[[date], Any]
    many: Callable[[Collection[Any]], Any]
    moment_of: Callable[[Any], datetime | None]
    day_of: Callable[[Any], date]
    mark: str
    one_of: str

    def among(self, column: Any, name: str) -> ColumnElement[bool]:
        """That a column is one of the values that :attr:`many` made of a list, given as ``name``."""
        found: ColumnElement[bool] = column.op("IN" if self.mark == "?" else "=")(sql(self.one_of.format(name)))
        return found


SQLITE = Driver(
    _moment_as_text, date.isoformat, _as_json, _moment_of_text, date.fromisoformat, "?", "(SELECT value FROM json_each(:{}))"
)  # fmt: skip
POSTGRES = Driver(_same, _same, list, _moment_in_utc, _same, "%s", "ANY(:{})")


@dataclass(slots=True, eq=False)
class Statement:
    """A statement that writes; a question mark stands for each value, wherever it goes."""

    text: str

    @classmethod
    def insert(cls, table: str, columns: Sequence[str], tail: str = "") -> Statement:
        """An INSERT of some columns, with what follows the values."""
        marks = ", ".join("?" * len(columns))
        return cls(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){tail}")  # noqa: S608 - all of it stands in this program


@dataclass(slots=True, eq=False)
class Reading:
    """A SELECT; ``make`` builds it for a driver."""

    make: Callable[[Driver], Any]
    _texts: dict[str, tuple[str, Sequence[str] | None, dict[str, Any]]] = field(default_factory=dict)

    def text(self, connection: Connection, kind: Driver) -> tuple[str, Sequence[str] | None, dict[str, Any]]:
        """The statement for a driver, the names of its values in their order where it wants them so, and the fixed ones."""
        known = self._texts.get(kind.mark)
        if known is None:
            made = self.make(kind).compile(dialect=connection.dialect)
            known = self._texts[kind.mark] = str(made), getattr(made, "positiontup", None), dict(made.params)
        return known


def driver() -> tuple[Connection, Driver]:
    """The connection of the present transaction and how its driver wants values."""
    connection = present_connection()
    return connection, SQLITE if connection.dialect.name == "sqlite" else POSTGRES


def write_rows(connection: Connection, kind: Driver, statement: Statement, rows: Sequence[Row]) -> None:
    """Run a statement for rows whose values are as the driver wants them."""
    text = statement.text if kind.mark == "?" else statement.text.replace("?", kind.mark)
    if len(rows) == 1:
        _execute(connection, text, rows[0])
    else:
        _execute(connection, text, rows, many=True)


def read_rows(reading: Reading, **values: Any) -> list[Row]:
    """What a statement finds, as the driver gives it; lists are given as ``Driver.many`` makes them."""
    connection, kind = driver()
    text, order, fixed = reading.text(connection, kind)
    given = {**fixed, **values}
    return _execute(connection, text, given if order is None else tuple(given[name] for name in order), reads=True)


def _execute(connection: Connection, text: str, values: Any, *, many: bool = False, reads: bool = False) -> list[Row]:
    if connection.dispatch.before_cursor_execute:  # somebody wants to know of each statement
        found = connection.exec_driver_sql(text, values)
        return [tuple(row) for row in found] if reads else []
    cursor = connection.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, values)
        return list(cursor.fetchall()) if reads else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            text, None, error, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()
