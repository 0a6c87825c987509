"""Reading companies and people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union_all

from fairs.core.db import Record, begins, db
from fairs.core.i18n import localized
from fairs.core.text import fold
from fairs.directory.models import Company, CraftVillage, Filing, Membership, Person, ProductGroup


def companies_of(user_id: int) -> Sequence[Company]:
    """The companies for which a user may act, oldest membership first."""
    return db.session.scalars(
        select(Company).join(Membership).where(Membership.user_id == user_id).order_by(Membership.id)
    ).all()


def is_member(user_id: int | None, company_id: int) -> bool:
    """Whether the user may act for the company."""
    if user_id is None:
        return False
    found = select(Membership.id).where(Membership.user_id == user_id, Membership.company_id == company_id)
    return db.session.scalar(found) is not None


def companies_matching(text: str, *, country: str | None = None, domestic: bool | None = None) -> Select[Company]:
    """Companies whose names hold ``text`` without accents, or whose tax code or phone begins with it."""
    query = select(Company)
    if text:
        folded = fold(text)
        query = query.where(
            Company.folded.contains(folded, autoescape=True)
            | Company.tax_code.startswith(text.strip(), autoescape=True)
            | Company.phone.startswith(text.strip(), autoescape=True)
        )
    if country:
        query = query.where(Company.country == country)
    if domestic is not None:
        query = query.where(Company.country == "VN" if domestic else Company.country != "VN")
    return query


def search_companies(
    text: str, *, country: str | None = None, domestic: bool | None = None, limit: int = 20
) -> Sequence[Company]:
    """The first ``limit`` companies that match, by name."""
    query = companies_matching(text, country=country, domestic=domestic)
    return db.session.scalars(query.order_by(Company.folded, Company.id).limit(limit)).all()


def people_ids(text: str, phone: str = "") -> Any:
    """The keys of people whose name holds ``text`` without accents, or whose e-mail or phone begins with it, as a subquery.

    Each part walks one index, so that 30,000 people take a few milliseconds; what cannot begin an address or number is not
    looked for there.
    """
    parts = [select(Person.id).where(way) for way in _ways(text, phone)]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _ways(text: str, phone: str) -> list[ColumnElement[bool]]:
    plain, number = text.strip(), (phone or text).strip()
    ways = [Person.folded.contains(fold(text), autoescape=True)]
    if " " not in plain:
        ways.append(begins(Person.email, plain.lower()))
    if not number[:1].isalpha():
        ways.append(begins(Person.phone, number))
    return ways


def is_meant(text: str, phone: str = "") -> ColumnElement[bool]:
    """What :func:`people_ids` asks of a person, as a condition on each."""
    return or_(*_ways(text, phone))


def people_matching(text: str) -> Select[Person]:
    """People whose native or passport name holds ``text`` without accents, or whose phone or e-mail begins with it."""
    return select(Person).where(Person.id.in_(people_ids(text))) if text else select(Person)


def search_people(text: str, limit: int = 20) -> Sequence[Person]:
    """The first ``limit`` people that match, by name."""
    return db.session.scalars(people_matching(text).order_by(Person.folded, Person.id).limit(limit)).all()


def product_groups() -> Sequence[ProductGroup]:
    """All product groups in the order of the plan's table."""
    return db.session.scalars(select(ProductGroup).order_by(ProductGroup.id)).all()


def villages() -> Sequence[CraftVillage]:
    """All craft villages by name."""
    return db.session.scalars(select(CraftVillage).order_by(CraftVillage.name)).all()


def filing_of(subject: Record) -> Filing | None:
    """How the record reached us when staff filed it for somebody; None when its owner did it alone."""
    return db.session.scalars(
        select(Filing)
        .where(Filing.subject_type == type(subject).__name__, Filing.subject_id == subject.id)
        .order_by(Filing.id.desc())
        .limit(1)
    ).first()


def filings_of_fair(fair_id: int) -> Select[Filing]:
    """All forms that staff filed for somebody at a fair."""
    return select(Filing).where(Filing.fair_id == fair_id)


def group_names() -> dict[str, str]:
    """Names of the product groups by code, in the reader's language."""
    return {group.code: localized(group) for group in product_groups()}
