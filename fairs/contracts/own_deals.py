"""Whose deals a page shows: those of the companies of a signed-in person, or of the importer whose own page it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.states import Answer
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.web import actor, private_page
from fairs.directory.models import Company
from fairs.directory.queries import companies_of
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.own import owner_of
from fairs.importers.states import ImporterState

_MOST = 200


@dataclass(frozen=True, slots=True)
class Own:
    """Whose page it is: the companies for which the reader acts, which of them may report deals, and where the pages lie."""

    fair: Fair
    companies: Sequence[Company]
    may_log: Sequence[Company]
    by: Actor
    name: str
    url: Callable[..., str]
    back: tuple[str, str]
    is_guest: bool

    def side_of(self, contract: Contract) -> str:
        """On which side of the contract the reader stands."""
        return "exporter" if contract.exporter_id in {company.id for company in self.companies} else "importer"


def member() -> Own:
    """The signed-in person, for companies that take part in this fair or are party to a deal of it; raises NotFound."""
    fair = current_fair()
    companies = [company for company in companies_of(g.user.id) if _belongs(fair, company)]
    if not companies:
        raise NotFound
    back = (url_for("my.start"), _("My fairs"))
    may = [company for company in companies if _takes_part(fair, company)]
    return Own(
        fair,
        companies,
        may,
        actor(),
        g.user.name or "",
        lambda name, **v: url_for(f"my_deals.{name}", **v),
        back,
        is_guest=False,
    )


def guest_of(token: str) -> Own:
    """The importer whose own page it is; raises NotFound, LinkExpired."""
    importer = owner_of(token)
    g.guest = importer.reference
    by = Actor(None, importer.reference)
    may = [importer.company] if importer.state is ImporterState.APPROVED else []
    back = (url_for("importers.own_page", token=token), _("Your page"))
    return Own(
        importer.fair, [importer.company], may, by, importer.person.display_name,
        lambda name, **v: url_for(f"guest_deals.{name}", token=token, **v), back, is_guest=True,
    )  # fmt: skip


def _takes_part(fair: Fair, company: Company) -> bool:
    exhibits = select(Exhibitor.id).where(
        Exhibitor.fair_id == fair.id, Exhibitor.company_id == company.id, Exhibitor.state == ExhibitorState.ACCEPTED
    )
    imports = select(Importer.id).where(
        Importer.fair_id == fair.id, Importer.company_id == company.id, Importer.state == ImporterState.APPROVED
    )
    return db.session.scalar(exhibits) is not None or db.session.scalar(imports) is not None


def _belongs(fair: Fair, company: Company) -> bool:
    deals = select(Contract.id).where(
        Contract.fair_id == fair.id, or_(Contract.exporter_id == company.id, Contract.importer_id == company.id)
    )
    return _takes_part(fair, company) or db.session.scalars(deals.limit(1)).first() is not None


def shown(own: Own, page: str, status: int = 200) -> Any:
    """The page with its status; a guest's page is kept by nobody else."""
    if not own.is_guest:
        return page, status
    answer = private_page(page, "drop")
    answer.status_code = status
    return answer


def deals_of(fair_id: int, company_ids: Sequence[int]) -> Sequence[Contract]:
    """The deals of these companies at the fair, the latest first."""
    query = (
        select(Contract)
        .where(Contract.fair_id == fair_id, Contract.merged_into_id.is_(None))
        .where(or_(Contract.exporter_id.in_(company_ids), Contract.importer_id.in_(company_ids)))
        .options(joinedload(Contract.exporter), joinedload(Contract.importer), selectinload(Contract.confirmations))
        .order_by(Contract.id.desc()).limit(_MOST)
    )  # fmt: skip
    return db.session.scalars(query).unique().all()


def answer_in(contract: Contract, side: str) -> Confirmation | None:
    """The latest question or answer of the side that has not lapsed; None when there is none."""
    rows = [row for row in contract.confirmations if row.side == side and row.state is not Answer.LAPSED]
    return rows[-1] if rows else None
