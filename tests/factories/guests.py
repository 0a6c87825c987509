"""Foreign guests: importers that are approved, with support that is granted."""

from __future__ import annotations

from datetime import timedelta

from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.sequences import next_reference
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.importers.service import approve_importer, register_importer
from tests.factories.importers import Reception


def approved_importer(reception: Reception, **changes: str) -> Importer:
    """An importer with a badge."""
    draft = reception.registration(**changes)
    return approve_importer(register_importer(reception.fair, draft, by=SYSTEM), by=SYSTEM)


def granted_guest(
    reception: Reception, *, tier: SupportTier = SupportTier.BOTH, nights: int = 4, travel_cap: int = 25_000_000
) -> Hosting:
    """An importer whose support is granted: the nights begin a day before the fair; amounts in dong.

    The row is written as it stands after the decision, without the way there: that is hosting's own subject.
    """
    importer = approved_importer(reception)
    fair = reception.fair
    with transaction():
        row = Hosting(
            fair_id=fair.id, importer_id=importer.id, company_id=importer.company_id, person_id=importer.person_id,
            reference=next_reference(fair.code, "H"), state=HostingState.GRANTED, tier=tier, region="europe", score=70,
            funded_from=fair.starts_on - timedelta(days=1), funded_to=fair.starts_on - timedelta(days=1) + timedelta(days=nights),
            travel_cap_minor=travel_cap if tier.pays_travel else 0, night_cap_minor=1_900_000 if tier.pays_hotel else 0,
            currency="VND", granted_at=now(), reply_by=fair.today + timedelta(days=14),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    return row
