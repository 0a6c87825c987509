"""Rows of all tables as lines of JSON that mean the same on every database, and back.

The rows are read in one snapshot (a read transaction: on SQLite in WAL mode and on PostgreSQL at REPEATABLE READ nobody is
held up by it) and written table by table, parents first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Table,
    Text,
    TypeDecorator,
    and_,
    bindparam,
    cast,
    func,
    insert,
    inspect,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy import column as bare_column
from sqlalchemy import table as lightweight
from sqlalchemy.schema import ForeignKeyConstraint, sort_tables_and_constraints

from fairs.core.db import WRITE, Base, db

_BATCH = 1000


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection on which all reads see the same moment."""
    options: dict[str, Any] = {} if db.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect() as plain:
        connection = plain.execution_options(**options)
        with connection.begin():
            yield connection


@contextmanager
def writing() -> Iterator[Connection]:
    """A connection whose changes take place together or not at all."""
    with db.engine.connect() as plain:
        connection = plain.execution_options(**{WRITE: True})
        with connection.begin():
            yield connection


def ordered_tables(names: Collection[str] | None = None) -> list[tuple[Table, list[Column[Any]]]]:
    """All tables (or those named), parents first, each with its columns that point to rows which may come later."""
    found: list[tuple[Table, list[Column[Any]]]] = []
    cyclic: set[ForeignKeyConstraint] = set()
    tables: list[Table] = []
    for table, constraints in sort_tables_and_constraints(Base.metadata.tables.values()):  # type: ignore[no-untyped-call]
        if table is None:
            cyclic.update(constraints)
        else:
            tables.append(table)
    for table in tables:
        if names is not None and table.name not in names:
            continue
        late = [
            column
            for constraint in table.foreign_key_constraints
            if constraint in cyclic or constraint.referred_table is table
            for column in constraint.columns
        ]
        found.append((table, late))
    return found


def dump(connection: Connection, table: Table) -> Iterator[str]:
    """The table as lines of JSON: first the names of its columns, then a list of values per row, by primary key."""
    columns = list(table.columns)
    yield json.dumps([column.name for column in columns])
    wanted = [_readable(column, connection) for column in columns]
    rows = connection.execution_options(yield_per=_BATCH).execute(select(*wanted).order_by(*table.primary_key.columns))
    for row in rows:
        yield json.dumps([_encode(value) for value in row], ensure_ascii=False, separators=(",", ":"))


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _is_foreign(column: Column[Any]) -> bool:
    # Flask-Security's lists; underneath they are text.
    return isinstance(column.type, TypeDecorator) and type(column.type).__module__ != "fairs.core.db"


def _readable(column: Column[Any], connection: Connection) -> Any:
    if _is_json(column):
        # As text, so that a JSON null and an empty column stay two things.
        return cast(column, Text) if connection.dialect.name == "postgresql" else type_coerce(column, Text)
    return literal_column(f"{column.table.name}.{column.name}", Text) if _is_foreign(column) else column


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    raise TypeError(f"a {type(value).__name__} cannot be kept in a backup")


_DECODERS: dict[str, Any] = {
    "bytes": base64.b64decode, "moment": datetime.fromisoformat, "day": date.fromisoformat, "time": time.fromisoformat,
    "decimal": Decimal,
}  # fmt: skip


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, inner),) = value.items()
        return _DECODERS[kind](inner)
    return value


def load(connection: Connection, table: Table, lines: Iterable[str], late: list[Column[Any]]) -> int:
    """Insert the rows of ``lines``; what ``late`` columns point to is filled by :func:`fill_late`. Gives back how many.

    The lines of an older version may lack columns that came later, and name columns that went since: at its revision the
    database has them. Raises ValueError when they name a column that the table does not have.
    """
    source = iter(lines)
    names = json.loads(next(source))
    columns: dict[str, Column[Any]] = {**_gone(connection, table, names), **table.columns}
    if not set(names) <= columns.keys():
        raise ValueError(f"{table.name}: other columns than this version has")
    left_out = {column.name for column in late}
    # A table without the defaults of today's: at an older revision their columns are not there.
    bare = lightweight(table.name, *(bare_column(name) for name in names))
    statement = insert(bare).values({name: _bound(connection, columns[name]) for name in names if name not in left_out})
    count, batch = 0, []
    for line in source:
        values = dict(zip(names, map(_decode, json.loads(line)), strict=True))
        batch.append({f"v_{name}": value for name, value in values.items() if name not in left_out})
        if len(batch) == _BATCH:
            connection.execute(statement, batch)
            count, batch = count + len(batch), []
    if batch:
        connection.execute(statement, batch)
    return count + len(batch)


def _gone(connection: Connection, table: Table, names: Collection[str]) -> dict[str, Column[Any]]:
    """Those of ``names`` that are columns of the table in the database and not of today's."""
    if set(names) <= {column.name for column in table.columns}:
        return {}
    found = inspect(connection).get_columns(table.name)
    return {one["name"]: Column(one["name"], one["type"]) for one in found if one["name"] in names}


def _bound(connection: Connection, column: Column[Any]) -> Any:
    if _is_foreign(column):
        return bindparam(f"v_{column.name}", type_=Text)
    if not _is_json(column):
        return bindparam(f"v_{column.name}", type_=column.type)
    raw = bindparam(f"v_{column.name}", type_=Text)
    return cast(raw, column.type) if connection.dialect.name == "postgresql" else type_coerce(raw, Text)


def fill_late(connection: Connection, table: Table, lines: Iterable[str], late: list[Column[Any]]) -> None:
    """Set the columns that point to rows which were not there yet when the row was inserted."""
    source = iter(lines)
    names = json.loads(next(source))
    keys = list(table.primary_key.columns)
    late = [column for column in late if column.name in names]
    if not late:
        return
    statement = (
        update(table)
        .where(and_(*(key == bindparam(f"k_{key.name}") for key in keys)))
        .values({column.name: bindparam(f"v_{column.name}") for column in late})
    )
    batch = []
    for line in source:
        values = dict(zip(names, map(_decode, json.loads(line)), strict=True))
        if any(values[column.name] is not None for column in late):
            batch.append(
                {f"k_{key.name}": values[key.name] for key in keys} | {f"v_{c.name}": values[c.name] for c in late}
            )
    if batch:
        connection.execute(statement, batch)


def empty_all(connection: Connection) -> None:
    """Delete every row of every table."""
    tables = ordered_tables()
    for table, late in tables:
        if late:
            connection.execute(update(table).values({column.name: None for column in late}))
    for table, _late in reversed(tables):
        connection.execute(table.delete())


SEEDED = frozenset({"banks"})  # a migration fills them, for every new installation


def empty_seeded(connection: Connection) -> None:
    """Delete what migrations have put into an otherwise empty database: the backup brings its own."""
    for table, _late in ordered_tables(SEEDED & set(inspect(connection).get_table_names())):
        connection.execute(table.delete())


def first_filled_table(connection: Connection) -> str | None:
    """The name of a table that somebody has put a row into; None when there is none."""
    for table, _late in ordered_tables(set(inspect(connection).get_table_names()) - SEEDED):
        if connection.execute(
            select(func.count()).select_from(select(1).select_from(table).limit(1).subquery())
        ).scalar():
            return table.name
    return None


def count_on(connection: Connection, tables: Collection[str]) -> None:
    """Let PostgreSQL's counters go on after the highest key that is there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table, _late in ordered_tables(tables):
        for column in table.primary_key.columns:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": f'"{table.name}"', "column": column.name},
            ).scalar()
            if sequence:
                highest = connection.execute(select(func.max(column))).scalar()
                connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
