"""Has another office supported the same? By its lists: company, person, passport, ticket and receipt."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from fairs.core.db import db
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.directory.names import company_key
from fairs.funding.external_models import ExternalSupport

_MOST = 50  # more would only tell the same: somebody looks at the first


def external_matches(
    company: Company | None,
    person_id: int | None,
    passport_digest: str,
    ticket_number: str,
    sha256: str,
    starts_on: date | None,
    ends_on: date | None,
) -> list[ExternalSupport]:
    """Lines of other offices' lists that may be the same support, the newest first; two statements.

    The same ticket or receipt counts whenever it was. Passport, person (by name) and company (by tax code, or by name without
    its legal form and country) count where the days overlap; days that a list does not tell may be any. ``sha256`` is of the
    receipt. An empty text or None asks for nothing.
    """
    papers: list[ColumnElement[bool]] = []
    if ticket_number:
        papers.append(ExternalSupport.ticket_number == normal_ticket(ticket_number))
    if sha256:
        papers.append(ExternalSupport.receipt_sha256 == sha256.lower())
    parties = _by_party(company, person_id, passport_digest)
    found = list(papers)
    if parties:
        days: list[ColumnElement[bool]] = []
        if ends_on is not None:
            days.append(or_(ExternalSupport.starts_on.is_(None), ExternalSupport.starts_on <= ends_on))
        if starts_on is not None:
            # A line with a first day alone is of that day.
            last = or_(
                ExternalSupport.ends_on >= starts_on,
                and_(
                    ExternalSupport.ends_on.is_(None),
                    or_(ExternalSupport.starts_on.is_(None), ExternalSupport.starts_on >= starts_on),
                ),
            )
            days.append(last)
        found.append(and_(or_(*parties), *days))
    if not found:
        return []
    query = select(ExternalSupport).where(or_(*found)).order_by(ExternalSupport.id.desc()).limit(_MOST)
    return list(db.session.scalars(query))


def _by_party(company: Company | None, person_id: int | None, passport: str) -> list[ColumnElement[bool]]:
    parties: list[ColumnElement[bool]] = []
    if passport:
        parties.append(ExternalSupport.passport_digest == passport)
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is not None:
        names = {fold(name)[:200] for name in (person.native_name, person.passport_name) if name} - {""}
        # A name alone is common: where both lists say a country it is the same one.
        same_land = or_(ExternalSupport.country == "", ExternalSupport.country == person.country)
        if names:
            parties.append(and_(ExternalSupport.person_key.in_(names), same_land))
    if company is not None:
        if company.tax_code:
            # A branch has the ten digits of its company and three of its own.
            tax = company.tax_code[:10]
            parties.append(ExternalSupport.tax_code.startswith(tax, autoescape=True))
        keys = {company_key(name) for name in (company.name, company.name_en) if name} - {""}
        if keys:
            same_country = or_(ExternalSupport.country == "", ExternalSupport.country == company.country)
            parties.append(and_(ExternalSupport.company_key.in_(keys), same_country))
    return parties


def normal_ticket(number: str) -> str:
    """A ticket's number as it is compared: capital letters and digits only, at most 60."""
    return "".join(sign for sign in number.upper() if sign.isalnum())[:60]
