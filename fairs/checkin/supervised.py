"""What a supervisor does at a gate beyond scans, unlocked by the PIN: a badge revoked or replaced, the gate closed or opened."""

from __future__ import annotations

from sqlalchemy import select

from fairs.badges.queries import badge_by_code
from fairs.badges.service import replace_badge, revoke_badge
from fairs.checkin.models import Gate, ScanAct
from fairs.checkin.service import set_gate_open
from fairs.checkin.states import ActKind
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound

#: Acts that need a supervisor and no scan.
SUPERVISED = frozenset({ActKind.REVOKE, ActKind.REPLACE, ActKind.OPEN_GATE, ActKind.CLOSE_GATE})


def do_supervised(row: ScanAct, code: str, *, by: Actor) -> str:
    """Do what the supervisor asked for; ``row.outcome`` says what became of it. Gives back why not, in words. Inside transaction()."""
    if row.supervisor_id is None:
        row.outcome = "not_allowed"
        return ""
    try:
        with transaction():
            _do(row, code, by)
    except DomainError as error:
        row.outcome, row.detail = "failed", {"problem": error.code, "message": str(error)}
        return str(error)
    row.outcome = "done"
    return ""


def _do(row: ScanAct, code: str, by: Actor) -> None:
    if row.kind in {ActKind.OPEN_GATE, ActKind.CLOSE_GATE}:
        gate = db.session.scalar(select(Gate).where(Gate.id == row.gate_id))
        if gate is None:
            raise NotFound
        set_gate_open(gate, row.kind is ActKind.OPEN_GATE, by=by, reason=row.reason, at=row.acted_at)
        return
    badge = badge_by_code(row.fair_id, code)
    row.badge_id = badge.id
    (replace_badge if row.kind is ActKind.REPLACE else revoke_badge)(badge, row.reason, by=by, at=row.acted_at)
