"""Lost property: what was found and what is looked for come together, and are handed over with name and signature."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.cases.errors import NoMatch
from fairs.cases.models import Case
from fairs.cases.service import add_entry, finish, locked
from fairs.cases.states import PENDING, CaseKind, CaseState, Side
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.pictures import drawn_signature
from fairs.core.storage import keep
from fairs.core.text import fold, one_line


def fitting(case: Case, limit: int = 20) -> Sequence[Case]:
    """Open things of the other side that may be the same; those that share most words first."""
    if case.kind is not CaseKind.LOST or case.state not in PENDING:
        return ()
    other = Side.SOUGHT if case.side is Side.FOUND else Side.FOUND
    rows = db.session.scalars(
        select(Case)
        .where(
            Case.fair_id == case.fair_id, Case.kind == CaseKind.LOST, Case.side == other, Case.state.in_(PENDING),
            Case.match_id.is_(None),
        )
        .order_by(Case.id.desc())
        .limit(200)
    ).all()  # fmt: skip
    words = set(fold(case.text).split())
    return sorted(rows, key=lambda row: (-len(words & set(fold(row.text).split())), -row.id))[:limit]


def match(case: Case, other: Case, *, by: Actor, mark: str) -> Case:
    """One was found, the other is looked for, and they are the same thing; raises NoMatch."""
    with transaction():
        first, second = sorted((case.id, other.id))
        rows = {
            key: db.session.get_one(Case, key, with_for_update=True, populate_existing=True) for key in (first, second)
        }
        row, fits = rows[case.id], rows[other.id]
        if row.id == fits.id or row.fair_id != fits.fair_id or {row.side, fits.side} != set(Side):
            raise NoMatch
        if row.match_id == fits.id:
            return row
        if row.match_id or fits.match_id or row.state not in PENDING or fits.state not in PENDING:
            raise NoMatch
        row.match_id, fits.match_id = fits.id, row.id
        for one, its in ((row, fits), (fits, row)):
            add_entry(one, "matched", its.reference, by=by, mark=f"{mark}-{one.id}")
        record("cases.match", row, by=by, after={"with": fits.reference})
        return row


def hand_over(case: Case, name: str, *, signature: str, note: str, by: Actor, mark: str) -> Case:
    """Give what was found to its owner; what was looked for is solved with it.

    ``signature`` is a drawing as a data address, or empty when signed on paper. Raises InvalidInput (receiver, signature),
    NoMatch for what we do not have, and InvalidTransition.
    """
    name, note = one_line(name)[:200], one_line(note)[:300]
    drawing = drawn_signature(signature)
    if not name:
        raise InvalidInput(_l("Who receives it? Write the name."), field="receiver")
    with transaction():
        row = locked(case)
        if row.side is not Side.FOUND:
            raise NoMatch(_l("Only what was found can be handed over."))
        row.require_move(CaseState.SOLVED)
        row.handed_to, row.handed_at = name, now()
        row.signature_id = keep("signature.png", drawing, "image/png").id if drawing else None
        text = f"{name}. {note}" if note else name
        finish(row, text, "handed_over", by=by, mark=mark)
        other = db.session.get(Case, row.match_id, with_for_update=True) if row.match_id else None
        if other is not None and other.state in PENDING:
            finish(other, text, "handed_over", by=by, mark=mark)
        return row
