"""Foreign guests of the fair that is being booked: who is invited, supported, how they travel and where they stay."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.sequences import next_references
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState


def load_guests(rng: random.Random, fair: Fair) -> int:
    """Support of some of the approved importers."""
    chosen = db.session.scalars(
        select(Importer)
        .where(Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
        .order_by(Importer.id)
        .limit(36)
    ).all()
    for reference, importer in zip(next_references(fair.code, "H", len(chosen)), chosen, strict=True):
        tier = rng.choice([SupportTier.BOTH, SupportTier.BOTH, SupportTier.HOTEL, SupportTier.TRAVEL])
        first = fair.starts_on - timedelta(days=1)
        db.session.add(
            Hosting(
                fair_id=fair.id, importer_id=importer.id, company_id=importer.company_id, person_id=importer.person_id,
                reference=reference, state=HostingState.GRANTED, tier=tier, region="europe", score=rng.randint(45, 95),
                funded_from=first, funded_to=first + timedelta(days=4),
                travel_cap_minor=25_000_000 if tier.pays_travel else 0,
                night_cap_minor=1_900_000 if tier.pays_hotel else 0, currency="VND", granted_at=now() - timedelta(days=3),
                reply_by=fair.today + timedelta(days=10),
            )
        )  # fmt: skip
    db.session.flush()
    return len(chosen)
