"""What guests wish and agree to: sharing, smoking, accessibility, food; and what somebody has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition
from fairs.core.text import clean, one_line
from fairs.importers.models import Importer
from fairs.lodging.models import Stay
from fairs.lodging.payers import costs_of
from fairs.lodging.service import locked
from fairs.lodging.states import LIVE, StayIssue, StayState

S = StayState


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a guest wishes. ``share_with`` is the number of the registration of whom they would share a room with."""

    smoking: bool = False
    accessible: bool = False
    diet: str = ""
    wishes: str = ""
    share_with: str = ""


def save_wishes(stay: Stay, wanted: Wishes, *, by: Actor) -> Stay:
    """Write what the guest wishes. Raises InvalidInput at ``share_with`` when that guest is none of those who need a room."""
    with transaction():
        row = locked(stay)
        if row.state not in LIVE:
            raise InvalidTransition
        other = None
        if wanted.share_with.strip():
            other = _named(row, one_line(wanted.share_with))
        before = {"smoking": row.smoking, "accessible": row.accessible, "share": row.shares_with_id}
        row.smoking, row.accessible = wanted.smoking, wanted.accessible
        row.diet, row.wishes = one_line(wanted.diet)[:200], clean(wanted.wishes)[:400]
        row.shares_with_id = other.id if other else None
        row.changed_at = now()
        db.session.flush()
        db.session.expire(row, ["shares_with"])
        after = {"smoking": row.smoking, "accessible": row.accessible, "share": row.shares_with_id}
        record("lodging.wishes", row, by=by, before=before, after=after)
        return row


def accept_sharing(stay: Stay, other: Stay, *, by: Actor) -> Stay:
    """Name the guest who wishes to share a room with this one. Raises Conflict when they do not wish it any more."""
    with transaction():
        row = locked(stay)
        theirs = db.session.get_one(Stay, other.id, populate_existing=True)
        if theirs.shares_with_id != row.id or theirs.state not in LIVE or row.state not in LIVE:
            raise Conflict
        row.shares_with_id, row.changed_at = theirs.id, now()
        db.session.flush()
        db.session.expire(row, ["shares_with"])
        record("lodging.accept_sharing", row, by=by, after={"share": theirs.id})
        return row


def confirm_stay(stay: Stay, mark: str, *, by: Actor) -> Stay:
    """The guest agrees to hotel, nights and payer as the page showed them; ``mark`` says which ones those were.

    Raises Conflict when they have changed since, and InvalidTransition.
    """
    with transaction():
        row = locked(stay)
        if row.state is not S.BOOKED:
            raise InvalidTransition
        if mark != mark_of(row):
            raise Conflict(_l("Your nights have changed in the meantime. Please look at them again."))
        row.confirmed_at = now()
        record("lodging.confirm", row, by=by, after={"mark": mark})
        return row


def mark_of(stay: Stay) -> str:
    """What the guest agrees to, in short: place, nights and the two sums."""
    costs = costs_of([stay]).get(stay.id)
    sums = f"{costs.organiser.amount_minor}-{costs.guest.amount_minor}" if costs else ""
    return f"{stay.block_id}-{stay.arrives_on:%Y%m%d}-{stay.leaves_on:%Y%m%d}-{sums}"


def raise_issue(
    stay: Stay, issue: StayIssue, first: date | None = None, until: date | None = None, *, by: Actor
) -> None:
    """Let somebody look at these nights; ``first`` and ``until`` are those that the guest would need. Inside transaction()."""
    row = locked(stay)
    row.issue, row.needs_from, row.needs_until = issue, first, until
    record("lodging.issue", row, by=by, after={"issue": issue.value, "from": first, "until": until})


def close_issue(stay: Stay, *, by: Actor) -> Stay:
    """Somebody has looked: the nights stay as they are."""
    with transaction():
        row = locked(stay)
        row.clear_issue()
        record("lodging.close_issue", row, by=by)
        return row


def _named(row: Stay, reference: str) -> Stay:
    found = db.session.scalars(
        select(Stay)
        .join(Importer, Importer.id == Stay.importer_id)
        .where(Stay.fair_id == row.fair_id, Importer.reference == reference.upper(), Stay.state.in_(LIVE))
        .order_by(Stay.id.desc())
    ).first()
    if found is None or found.id == row.id:
        raise InvalidInput(_l("No other guest who needs a room has this number."), field="share_with")
    return found
