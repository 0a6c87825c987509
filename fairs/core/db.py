"""The database: declarative base, the column types, and the one place that commits.

SQLite and PostgreSQL behave alike here: a write transaction takes its lock at the start (``BEGIN IMMEDIATE`` on
SQLite), reads never take it, and every loaded object is read again after the lock is held.
"""

from __future__ import annotations

import fcntl
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    and_,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column

from fairs.core.clock import now
from fairs.core.states import State

log = logging.getLogger(__name__)

WRITE = "fairs_write"
#: Lock rows for changing them (FOR NO KEY UPDATE): rows that point at them can be written meanwhile and never wait in a circle.
MINE: dict[str, Any] = {"key_share": True}
_AFTER = "after_commit"
_CONNECTION = "connection"

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive value is a mistake and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a cursor of a list is turned back into."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: use core.clock.now()")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StateType(TypeDecorator[State]):
    """A State enum stored by its value."""

    impl = String(32)
    cache_ok = True

    def __init__(self, states: type[State]) -> None:
        self.states = states
        super().__init__()

    @property
    def python_type(self) -> type[State]:
        """What a cursor of a list is turned back into."""
        return self.states

    def process_bind_param(self, value: State | str | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.states(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> State | None:
        return None if value is None else self.states(value)

    def copy(self, **kwargs: Any) -> StateType:
        return StateType(self.states)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with ``scale`` places, kept as a whole number, so that it is exact on SQLite too."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        self.scale = scale
        super().__init__()

    @property
    def python_type(self) -> type[Decimal]:
        """What a cursor of a list is turned back into."""
        return Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(self.scale).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


# SQLite counts a primary key by itself only when the column is INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMING)


class Record(Base):
    """A table row with an integer key and the moment it was made."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


def install(engine: Engine) -> None:
    """Prepare an engine: on SQLite the pragmas and BEGIN IMMEDIATE for writers; nothing on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        # FULL: an acknowledged scan or receipt survives a power cut.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=4000",
            "foreign_keys=ON",
            "busy_timeout=10000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get(WRITE)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def in_transaction() -> bool:
    """Whether the present code runs inside transaction()."""
    return bool(db.session().info.get("tx"))


@contextmanager
def write_turn() -> Iterator[None]:
    """Take turns with other processes before a transaction() that follows at once; inside transaction() it does nothing.

    SQLite lets who waits for its lock look again after up to a tenth of a second; here the next one goes on at once. Nothing but
    waiting is done by it: who writes without it is kept apart by SQLite's own lock. On PostgreSQL it does nothing.
    """
    engine = db.engine.engine  # in tests it may be a connection
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or in_transaction():
        yield
        return
    handle = os.open(f"{name}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


#: So many rows at most are listed by their keys.
_FEW = 400


def few(ids: Any) -> list[int] | None:
    """The keys that a statement finds; None when they are many.

    Then whoever asks looks at one row after the other in the order that is wanted, and a page is full after a few: nobody sorts all
    who have a common name.
    """
    found = list(dict.fromkeys(db.session.scalars(ids.limit(_FEW))))
    return found if len(found) < _FEW else None


def begins(column: Any, text: str) -> ColumnElement[bool]:
    """That a column begins with ``text``, letter for letter; on SQLite as a span, which walks the column's index."""
    if db.engine.dialect.name == "sqlite":
        return and_(column >= text, column < text + chr(sys.maxunicode))
    found: ColumnElement[bool] = column.startswith(text, autoescape=True)
    return found


def let_go() -> None:
    """End what was read until now and give the connection back; raises RuntimeError when objects were changed."""
    session = db.session()
    if session.in_transaction():
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("changed outside transaction()")
        session.rollback()


def present_connection() -> Connection:
    """The connection of the present transaction, or the one that reads."""
    session = db.session()
    known: Connection | None = session.info.get(_CONNECTION)
    return known if known is not None else session.connection()


@contextmanager
def transaction() -> Iterator[Session]:
    """The only way to write. The outermost call commits, an inner one is a savepoint.

    It ends an earlier read snapshot, so read again what you decide upon. Raises RuntimeError when objects were
    changed before it began. Functions given to after_commit() run once, after the commit.
    """
    session = db.session()
    if session.info.get("tx"):
        with session.begin_nested():
            yield session
        return
    let_go()
    session.info["tx"] = True
    session.info.pop(_AFTER, None)
    committed = False
    try:
        with session.begin():
            session.info[_CONNECTION] = session.connection(execution_options={WRITE: True})
            yield session
        committed = True
    finally:
        session.info.pop("tx")
        session.info.pop(_CONNECTION, None)
        wake_ups = session.info.pop(_AFTER, ())
    if committed:
        for wake_up in wake_ups:
            _call(wake_up)


def _call(wake_up: Callable[[], None]) -> None:
    try:
        wake_up()
    except Exception:
        log.exception("a wake-up after the commit failed; the regular sweep does its work")


def after_commit(function: Callable[[], None]) -> None:
    """Run ``function`` after the commit of the present transaction (once, however often it is given).

    A wake-up must be harmless when it comes for nothing: a savepoint that is rolled back does not take it back.
    """
    pending = db.session().info.setdefault(_AFTER, [])
    if function not in pending:
        pending.append(function)


def commit_foreign() -> None:
    """Commit for Flask-Security's datastore, the one library that writes by itself. Inside transaction(): a flush."""
    session = db.session()
    if session.info.get("tx"):
        session.flush()
        return
    session.info["tx"] = True
    try:
        if session.new or session.dirty or session.deleted:
            _take_write_lock(session)
        session.commit()
    finally:
        session.info.pop("tx")


def _take_write_lock(session: Session) -> None:
    # What was read before the change opened a snapshot; on SQLite it cannot become a writer once somebody else has
    # written. Nothing was written in it yet (the guards see to that), so it ends here and a writer begins.
    connection = session.connection()
    if connection.dialect.name == "sqlite" and not connection.get_execution_options().get(WRITE):
        driver: Any = connection.connection.driver_connection
        driver.execute("COMMIT")
        driver.execute("BEGIN IMMEDIATE")


def _guard_flush(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("tx") and (session.new or session.dirty or session.deleted):
        raise RuntimeError("write outside transaction()")


def _guard_bulk(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get("tx"):
        raise RuntimeError("write outside transaction()")


def install_guards() -> None:
    """Refuse any write outside transaction(), flushes and bulk statements alike."""
    event.listen(db.session, "before_flush", _guard_flush)
    event.listen(db.session, "do_orm_execute", _guard_bulk)
