"""What an act on many rows printed, made by the worker as one PDF or a ZIP of single ones, fetched by who did the act."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import after_commit, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.lists import list_spec
from fairs.core.sealed import SealedWriter, opened_pieces
from fairs.core.storage import discard, keep_written, open_key
from fairs.lists.bulk import rows_of
from fairs.lists.models import BulkFile, BulkRun
from fairs.lists.queries import items_of
from fairs.lists.states import ItemState, RunState

log = logging.getLogger(__name__)

KINDS = {"pdf": ("application/pdf", _l("One PDF to print")), "zip": ("application/zip", _l("ZIP of single PDFs"))}
KEPT = timedelta(hours=24)
STUCK = timedelta(minutes=10)
_TICK = 20  # papers between two words on how far it is


def actor_of(run: BulkRun) -> Actor:
    """Who did the act, and in whose place."""
    return Actor(run.user_id, run.actor_name, run.for_user_id, run.for_name)


def files_of(run: BulkRun) -> Sequence[BulkFile]:
    """The files of an act that can be fetched, are being made or could not be."""
    return db.session.scalars(select(BulkFile).where(BulkFile.run_id == run.id).order_by(BulkFile.kind)).all()


def ask_file(run: BulkRun, kind: str) -> BulkFile:
    """Have a file made; one that is there or in the making is not made twice. Raises InvalidInput, NotFound, Conflict."""
    if kind not in KINDS:
        raise InvalidInput(field="kind")
    if list_spec(run.list_key).action(run.action).bundle is None:
        raise NotFound
    with transaction():
        row = db.session.get_one(BulkRun, run.id, with_for_update=True, populate_existing=True)
        total = len(items_of(row.id, ItemState.DONE))
        if row.state is not RunState.DONE or not total:
            raise Conflict
        found = next((one for one in files_of(row) if one.kind == kind), None)
        if found is not None and found.failed_at is None:
            return found
        if found is None:
            found = BulkFile(run_id=row.id, kind=kind, total=total, touched_at=now())
            db.session.add(found)
        found.failed_at, found.done, found.touched_at = None, 0, now()
        db.session.flush()
        key = found.id
        after_commit(lambda: _wake(key))
    return found


def make_file(file_id: int) -> None:
    """The worker's part: write the file, say how far it is, keep it for a day. Twice makes one."""
    found = db.session.get(BulkFile, file_id)
    if found is None or not found.is_making:
        return
    run = found.run
    spec, by = list_spec(run.list_key), actor_of(run)
    bundle, kind = spec.action(run.action).bundle, found.kind
    if bundle is None:
        return
    fair = db.session.get_one(Fair, run.fair_id)
    size = 0

    def write(target: Any) -> None:
        nonlocal size
        sealed: Any = _Measured(target)
        references = [item.reference for item in items_of(run.id, ItemState.DONE)]
        rows = rows_of(spec, fair, references)
        bundle([rows[one] for one in references if one in rows], kind, sealed, by, lambda done: _tick(file_id, done))
        sealed.finish()
        size = sealed.size

    try:
        with force_locale(run.locale):
            stored = keep_written(f"{spec.key}.{kind}", "application/octet-stream", write)
    except Exception:
        log.exception("file %s of a list", file_id)
        db.session.rollback()
        with transaction():
            db.session.get_one(BulkFile, file_id, with_for_update=True, populate_existing=True).failed_at = now()
        return
    with transaction():
        row = db.session.get_one(BulkFile, file_id, with_for_update=True, populate_existing=True)
        if row.file_id is not None:  # another worker was quicker
            discard(stored)
            return
        row.file_id, row.size, row.done, row.expires_at = stored.id, size, row.total, now() + KEPT
        record("lists.file", run, by=by, after={"list": run.list_key, "kind": kind, "rows": row.total})


class _Measured(SealedWriter):
    """Counts what is written, for the size of the download."""

    size = 0

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self.size += len(data)
        return super().write(data)


def _tick(file_id: int, done: int) -> None:
    if done % _TICK == 0:
        with transaction():
            row = db.session.get_one(BulkFile, file_id, with_for_update=True, populate_existing=True)
            row.done, row.touched_at = done, now()


def fetch_file(run: BulkRun, kind: str, *, by: Actor) -> tuple[BulkFile, Iterator[bytes]]:
    """The file's content piece by piece; who fetches it is written down. Raises NotFound when there is none, or not any more."""
    with transaction():
        found = next((one for one in files_of(run) if one.kind == kind), None)
        if found is None or found.file is None or found.expires_at is None or found.expires_at <= now():
            raise NotFound
        try:
            source = open_key(found.file.key)
        except FileNotFoundError as error:
            raise NotFound from error
        record("lists.fetch", run, by=by, after={"list": run.list_key, "kind": kind})

    def pieces() -> Iterator[bytes]:
        with source:
            yield from opened_pieces(source)

    return found, pieces()


def stuck_files() -> Sequence[int]:
    """Files whose worker was ended in the middle."""
    return db.session.scalars(
        select(BulkFile.id).where(
            BulkFile.file_id.is_(None), BulkFile.failed_at.is_(None), BulkFile.touched_at < now() - STUCK
        )
    ).all()


def remove_files(*, all_of_them: bool = False) -> int:
    """Remove files whose day is over, or all (they can be made anew); gives back how many. Inside or outside transaction()."""
    with transaction():
        query = select(BulkFile).where(BulkFile.file_id.is_not(None)).order_by(BulkFile.id).with_for_update(of=BulkFile)
        if not all_of_them:
            query = query.where(BulkFile.expires_at <= now())
        rows = db.session.scalars(query).all()
        for row in rows:
            file = row.file
            db.session.delete(row)
            db.session.flush()
            if file is not None:
                discard(file)
        return len(rows)


def _wake(file_id: int) -> None:
    from fairs.lists.tasks import make_file_later

    make_file_later(file_id)
