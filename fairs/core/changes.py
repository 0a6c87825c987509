"""Which tables a commit of this process has changed: whoever keeps something in memory forgets it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from fairs.core.db import db

Listener = Callable[[set[str]], None]
_CHANGED = "changed_tables"
_listeners: list[Listener] = []


def on_commit(listener: Listener) -> None:
    """Call ``listener`` with the names of the tables after each commit that changed any; once, however often it is given.

    What is written past the ORM (scans) is not told: nobody keeps it.
    """
    if not _listeners:
        event.listen(db.session, "after_flush", _note_flush)
        event.listen(db.session, "do_orm_execute", _note_bulk)
        event.listen(db.session, "after_commit", _tell)
        event.listen(db.session, "after_rollback", lambda session: session.info.pop(_CHANGED, None))
    if listener not in _listeners:
        _listeners.append(listener)


def _note_flush(session: Session, _context: Any) -> None:
    changed: set[str] = session.info.setdefault(_CHANGED, set())
    changed.update(getattr(one, "__tablename__", "") for one in (*session.new, *session.dirty, *session.deleted))


def _note_bulk(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        table = getattr(getattr(state.statement, "table", None), "name", "")
        state.session.info.setdefault(_CHANGED, set()).add(table)


def _tell(session: Session) -> None:
    changed = session.info.pop(_CHANGED, None)
    if changed:
        for listener in _listeners:
            listener(changed)
