"""Contracts that are months old, and their questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fairs.contracts.models import Contract
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.directory.models import Company
from fairs.followups.models import FollowUp
from fairs.followups.queries import follow_ups_of
from fairs.followups.service import plan
from tests.factories.deals import Office, acting, office


def aged(place: Office, *, days: int = 95, **values: Any) -> Contract:
    """A verified contract over 1,500.50 USD that was signed so long ago; its questions are planned."""
    record = place.verified(by=acting(place.user(Role.DEALS)), **values)
    with transaction():
        row = db.session.get_one(Contract, record.id)
        row.signed_on = place.fair.today - timedelta(days=days)
    plan()
    return db.session.get_one(Contract, record.id)


def old_office(**addresses: str) -> Office:
    """A fair whose exporter and importer have an e-mail address."""
    place = office()
    place.rate()
    with transaction():
        for side, email in {"exporter": "gom@people.example", "importer": "buy@people.example", **addresses}.items():
            company = db.session.get_one(Company, getattr(place, side).id)
            company.email, company.phone = email, "+84 24 3333 4444"
    return place


def question(record: Contract, month: int = 3, side: str = "exporter") -> FollowUp:
    """The contract's question of this month to this side."""
    return next(row for row in follow_ups_of(record.id) if (row.month, row.side) == (month, side))
