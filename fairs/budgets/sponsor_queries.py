"""Reading sponsors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.budgets.models import SponsorInstalment, Sponsorship
from fairs.budgets.states import SponsorState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money

SUBJECT = "Sponsorship"  # of the invoices by which sponsors are asked for their money


def sponsorships(fair_id: int) -> Sequence[Sponsorship]:
    """The fair's sponsors with their instalments and invoices, the greatest promise first."""
    return db.session.scalars(
        select(Sponsorship).where(Sponsorship.fair_id == fair_id).options(*_SPONSOR_PAGE)
        .order_by(Sponsorship.promised_minor.desc(), Sponsorship.id)
    ).all()  # fmt: skip


_SPONSOR_PAGE = (
    joinedload(Sponsorship.company), joinedload(Sponsorship.scan),
    selectinload(Sponsorship.instalments).joinedload(SponsorInstalment.invoice),
)  # fmt: skip


def sponsorship(fair_id: int, number: str) -> Sponsorship:
    """One sponsor; raises NotFound."""
    found = db.session.scalar(
        select(Sponsorship).where(Sponsorship.fair_id == fair_id, Sponsorship.number == number).options(*_SPONSOR_PAGE)
    )
    if found is None:
        raise NotFound
    return found


def received_of(found: Sponsorship) -> Money:
    """What stands on a sponsor's invoices of the money that came, with VAT."""
    paid = (part.invoice.received_minor for part in found.instalments if part.invoice is not None)
    return Money(sum(paid), found.currency)


@dataclass(frozen=True, slots=True)
class SponsorSums:
    """Promised and received in money, and the value of what is promised and was received in kind."""

    promised: Money
    received: Money
    in_kind_promised: Money
    in_kind_received: Money


def sponsor_sums(found: Sequence[Sponsorship], currency: str) -> SponsorSums:
    """The sums of a fair's sponsors; who fell through is left out, except what had come by then."""
    live = [one for one in found if one.state is not SponsorState.ENDED and one.currency == currency]
    return SponsorSums(
        Money(sum(one.promised_minor for one in live if not one.in_kind), currency),
        Money(sum(received_of(one).amount_minor for one in found if one.currency == currency), currency),
        Money(sum(one.promised_minor for one in live if one.in_kind), currency),
        Money(sum(one.promised_minor for one in live if one.in_kind and one.state is SponsorState.RECEIVED), currency),
    )
