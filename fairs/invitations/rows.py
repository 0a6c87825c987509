"""Rows as they are now, locked in one order: the fair (kept), campaign, invitees by their keys."""

from __future__ import annotations

from fairs.calendar.models import Fair
from fairs.core.db import MINE, db
from fairs.invitations.models import Campaign, Invitee


def kept_fair(fair_id: int) -> Fair:
    """The fair, kept as it is until the commit. Registrations lock it for themselves before they look at invitees."""
    return db.session.get_one(Fair, fair_id, with_for_update={"read": True, "key_share": True}, populate_existing=True)


def locked_invitee(invitee_id: int) -> Invitee:
    """An invitee read anew and locked, the fair before it. Inside transaction()."""
    found = db.session.get_one(Invitee, invitee_id)
    kept_fair(found.fair_id)
    return db.session.get_one(Invitee, invitee_id, with_for_update=MINE, populate_existing=True)


def locked_campaign(campaign_id: int) -> Campaign:
    """A campaign read anew and locked, the fair before it. Inside transaction()."""
    found = db.session.get_one(Campaign, campaign_id)
    kept_fair(found.fair_id)
    return db.session.get_one(Campaign, campaign_id, with_for_update=MINE, populate_existing=True)
