"""Moving a fair to other days and calling it off: preview and act come from one and the same computation."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.calendar.effects import Effects, Move, Recipient, moved_day, moved_moment, shown
from fairs.calendar.errors import CannotCancel, CannotReschedule, PreviewOutdated
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.calendar.models import Fair, FairCancellation, FairRescheduling
from fairs.calendar.service import check_rules
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.text import clean
from fairs.messages.service import Notice, send

MOVABLE = frozenset({FairState.DRAFT, FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING})
CANCELLABLE = frozenset({FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING})


def move_of(fair: Fair) -> Move:
    """The fair's days, hours and place as they are."""
    return Move(fair.starts_on, fair.ends_on, fair.opens_at, fair.closes_at, fair.venue_vi, fair.venue_en)


def check_reschedulable(fair: Fair) -> None:
    """Raise CannotReschedule for a fair that is over, cancelled or a rehearsal."""
    if fair.is_rehearsal:
        raise CannotReschedule(_l("A rehearsal is not rescheduled: change its days in the settings."))
    if fair.state not in MOVABLE:
        raise CannotReschedule


def preview_move(fair: Fair, move: Move, *, by: Actor) -> tuple[Effects, str]:
    """What moving the fair would do, and the mark by which the act knows that this is what was seen.

    Raises CannotReschedule and InvalidInput. Changes nothing.
    """
    check_reschedulable(fair)
    _check_move(fair, move)
    found = Effects()
    _of_fair(fair, move, found)
    publish(FairRescheduled(fair, move, found, by))
    return found, found.digest(move)


def _check_move(fair: Fair, move: Move) -> None:
    if move == move_of(fair):
        raise InvalidInput(_l("These are the fair's days already."), field="starts_on")
    check_rules(move.starts_on, move.ends_on, move.opens_at, move.closes_at, None)
    if move.ends_on < fair.today or (move.starts_on != fair.starts_on and move.starts_on < fair.today):
        raise InvalidInput(_l("A fair is moved to days that lie ahead."), field="starts_on")


def _of_fair(fair: Fair, move: Move, found: Effects) -> None:
    labels = {
        "starts_on": _l("First day"), "ends_on": _l("Last day"), "opens_at": _l("Opens at"), "closes_at": _l("Closes at"),
        "venue_vi": _l("Place in Vietnamese"), "venue_en": _l("Place in English"),
    }  # fmt: skip
    for name, label in labels.items():
        if name.endswith("_on") or getattr(fair, name) != getattr(move, name):
            found.set("fair", label, fair.code, fair, name, getattr(move, name))
    if fair.booking_closes_at is not None:
        closes = moved_moment(fair, move, fair.booking_closes_at)
        found.set("fair", _l("Booking closes"), fair.code, fair, "booking_closes_at", closes)
    if fair.balance_due_on is not None:
        due = min(moved_day(fair, move, fair.balance_due_on), move.ends_on)
        found.set("fair", _l("Balance due on"), fair.code, fair, "balance_due_on", due)
    if fair.rehearsal_day is not None:
        found.set("fair", _l("Day of the rehearsal"), fair.code, fair, "rehearsal_day",
                  moved_day(fair, move, fair.rehearsal_day))  # fmt: skip


def reschedule_fair(
    fair: Fair, move: Move, *, reason: str, decision_number: str = "", seen: str, by: Actor
) -> FairRescheduling:
    """Move the fair and all that hangs on its days, and tell each person once; all of it or nothing.

    ``seen`` is the mark of the preview. Raises PreviewOutdated when the same computation finds anything else now (so that
    a form sent twice moves the fair once), CannotReschedule, and InvalidInput with the field.
    """
    reason = _reason(reason)
    with transaction():
        row = _locked(fair)
        try:
            found, mark = preview_move(row, move, by=by)
        except (InvalidInput, CannotReschedule) as error:
            if move == move_of(row):
                raise PreviewOutdated from error
            raise
        if mark != seen:
            raise PreviewOutdated
        before = move_of(row)
        venue = row.venue_vi
        found.run()
        done = FairRescheduling(
            fair_id=row.id, old_starts_on=before.starts_on, old_ends_on=before.ends_on, new_starts_on=move.starts_on,
            new_ends_on=move.ends_on, old_venue=venue, new_venue=move.venue_vi, reason=reason,
            decision_number=clean(decision_number)[:60], notices=len(found.people), by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(done)
        db.session.flush()
        record("calendar.reschedule", row, by=by, fair_id=row.id, before=_audited(before),
               after={**_audited(move), "reason": reason, "decision": done.decision_number, "changes": len(found.items),
                      "notices": len(found.people)})  # fmt: skip
        context = {"old_starts_on": before.starts_on, "old_ends_on": before.ends_on, "old_venue_vi": before.venue_vi,
                   "old_venue_en": before.venue_en}  # fmt: skip
        _tell("rescheduled", row, found, reason, context)
        return done


def preview_cancel(fair: Fair, reason: str, *, by: Actor) -> tuple[Effects, str]:
    """What cancelling the fair would do, and its mark; raises CannotCancel. Changes nothing."""
    if fair.state not in CANCELLABLE:
        raise CannotCancel
    found = Effects()
    found.add("fair", "Fair.state", _l("State"), fair.code, fair.state.label, FairState.CANCELLED.label)
    publish(FairCalledOff(fair, reason, found, by))
    return found, found.digest(fair.state)


def cancel_fair(
    fair: Fair, *, reason: str, decision_number: str = "", typed_code: str, seen: str, by: Actor
) -> FairCancellation:
    """Call the fair off: bookings and invoices end, money received is owed back, each person is told once.

    ``typed_code`` must be the fair's code. Raises InvalidInput with the field, CannotCancel, PreviewOutdated.
    """
    reason = _reason(reason)
    if typed_code.strip().upper() != fair.code:
        raise InvalidInput(_l("Type the code of the fair, %(code)s, to confirm.", code=fair.code), field="typed_code")
    with transaction():
        row = _locked(fair)
        if row.is_cancelled:
            raise PreviewOutdated
        found, mark = preview_cancel(row, reason, by=by)
        if mark != seen:
            raise PreviewOutdated
        before = row.state
        row.move_to(FairState.CANCELLED)
        found.run()
        done = FairCancellation(
            fair_id=row.id, reason=reason, decision_number=clean(decision_number)[:60], notices=len(found.people),
            by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(done)
        db.session.flush()
        record("calendar.cancel", row, by=by, fair_id=row.id, before={"state": before},
               after={"state": row.state, "reason": reason, "decision": done.decision_number, "notices": len(found.people)})  # fmt: skip
        _tell("cancelled", row, found, reason, {})
        return done


def _locked(fair: Fair) -> Fair:
    # The fair's row is the lock: bookings and registrations read it under a lock of their own before they write days.
    return db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)


def _reason(text: str) -> str:
    reason = clean(text)
    if not reason:
        raise InvalidInput(_l("Say why: everybody who is told reads it."), field="reason")
    if len(reason) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field="reason")
    return reason


def _audited(move: Move) -> dict[str, Any]:
    return {
        name: getattr(move, name) if not name.endswith("_at") else str(getattr(move, name)) for name in move.__slots__
    }


def _tell(template: str, fair: Fair, found: Effects, reason: str, context: dict[str, Any]) -> None:
    for person in found.people.values():
        send(
            Notice(
                template=f"calendar/{template}", name=person.name, email=person.email or None, locale=person.locale,
                fair_id=fair.id,
                context={"fair": fair, "reason": reason, "lines": _lines(person, found), "roles": person.roles,
                         "pages": [page() for page in person.pages], **context},
            )
        )  # fmt: skip


def _lines(person: Recipient, found: Effects) -> list[str]:
    """What changes for the reader's companies, in the reader's language."""
    with force_locale(person.locale):
        return [
            f"{e.what} ({e.subject}): {shown(e.old, person.locale)} → {shown(e.new, person.locale)}"
            for e in found.of_companies(person.company_ids)
        ]
