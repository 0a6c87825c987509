"""Reading what partners filed; those of others are not found."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor, HouseholdFiling, HouseholdRow
from fairs.exhibitors.states import ExhibitorState


def filing_for(fair_id: int, filing_id: int, user_id: int, *, sees_all: bool) -> HouseholdFiling:
    """A filing of one's own, or any for staff who see all applications; raises NotFound for those of others."""
    found = db.session.scalar(
        select(HouseholdFiling).where(HouseholdFiling.id == filing_id, HouseholdFiling.fair_id == fair_id)
    )
    if found is None or (found.by_id != user_id and not sees_all):
        raise NotFound
    return found


def filings_of(fair_id: int, user_id: int | None) -> Sequence[HouseholdFiling]:
    """The filings of a partner (None: of all) at a fair, the newest first."""
    query = select(HouseholdFiling).where(HouseholdFiling.fair_id == fair_id)
    if user_id is not None:
        query = query.where(HouseholdFiling.by_id == user_id)
    return db.session.scalars(query.order_by(HouseholdFiling.id.desc()).limit(100)).all()


def households_filed(fair_id: int, user_id: int | None, *, text: str = "", state: str = "") -> Select[Exhibitor]:
    """The applications that a partner (None: any) filed and did not take back, by names and state."""
    mine = (
        select(HouseholdRow.exhibitor_id)
        .join(HouseholdFiling, HouseholdFiling.id == HouseholdRow.filing_id)
        .where(HouseholdFiling.fair_id == fair_id, HouseholdFiling.undone_at.is_(None))
    )
    if user_id is not None:
        mine = mine.where(HouseholdFiling.by_id == user_id)
    query = (
        select(Exhibitor)
        .join(Exhibitor.company)
        .options(contains_eager(Exhibitor.company).joinedload(Company.village))
        .where(Exhibitor.fair_id == fair_id, Exhibitor.id.in_(mine))
    )
    folded = fold(clean(text)[:100])
    if folded:
        query = query.where(Company.folded.contains(folded, autoescape=True))
    return query.where(Exhibitor.state == ExhibitorState(state)) if state in set(ExhibitorState) else query


def household_filed(fair_id: int, reference: str, user_id: int | None) -> Exhibitor:
    """An application that a partner filed; raises NotFound for those of others."""
    found = db.session.scalars(
        households_filed(fair_id, user_id).where(Exhibitor.reference == reference.upper()[:20])
    ).first()
    if found is None:
        raise NotFound
    return found


def filing_of_household(exhibitor_id: int) -> HouseholdFiling | None:
    """The partner's filing by which an application came; None when it came otherwise."""
    return db.session.scalars(
        select(HouseholdFiling)
        .join(HouseholdRow, HouseholdRow.filing_id == HouseholdFiling.id)
        .where(HouseholdRow.exhibitor_id == exhibitor_id, HouseholdFiling.undone_at.is_(None))
        .order_by(HouseholdFiling.id.desc())
        .limit(1)
    ).first()


def last_organisation(user_id: int) -> str:
    """For which organisation the user last filed."""
    return db.session.scalars(
        select(HouseholdFiling.organisation)
        .where(HouseholdFiling.by_id == user_id)
        .order_by(HouseholdFiling.id.desc())
        .limit(1)
    ).first() or ""  # fmt: skip


def filed_rows(filing: HouseholdFiling) -> Sequence[HouseholdRow]:
    """The rows of a filing with their applications."""
    return db.session.scalars(
        select(HouseholdRow)
        .options(joinedload(HouseholdRow.exhibitor).joinedload(Exhibitor.company))
        .where(HouseholdRow.filing_id == filing.id)
        .order_by(HouseholdRow.line)
    ).all()
