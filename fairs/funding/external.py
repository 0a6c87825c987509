"""Has another office supported the same? By its lists: company, person, passport, ticket and receipt."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import exists, false, func, or_, select

from fairs.core.db import db
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.directory.names import company_key
from fairs.funding.external_models import ExternalSupport

_MOST = 50  # more would only tell the same: somebody looks at the first


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what the lists are asked for. An empty text or None asks for nothing; ``sha256`` is of the receipt."""

    company: Company | None = None
    person_id: int | None = None
    passport_digest: str = ""
    ticket_number: str = ""
    sha256: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def external_matches(asked: Asked) -> list[ExternalSupport]:
    """Lines of other offices' lists that may be the same support, the newest first; see ``ListedSupport``."""
    return ListedSupport.of([asked]).matches(asked)


@dataclass(slots=True)
class ListedSupport:
    """The lines that may be about any of some supports, read at once: at most three statements.

    The same ticket or receipt counts whenever it was. Passport, person (by name) and company (by tax code, or by name without
    its legal form and country) count where the days overlap; days that a list does not tell may be any.
    """

    lines: Sequence[ExternalSupport]
    people: dict[int, Person]

    @classmethod
    def of(cls, asked: Sequence[Asked], among: Collection[int] | None = None) -> ListedSupport:
        """What the lists know of these; ``among``: only lines with these keys."""
        if not db.session.scalar(select(exists().where(ExternalSupport.id > 0))):
            return cls((), {})
        keys = {one.person_id for one in asked if one.person_id is not None}
        found = db.session.scalars(select(Person).where(Person.id.in_(keys))).all() if keys else ()
        people = {person.id: person for person in found}
        companies = [one.company for one in asked if one.company is not None]
        wanted: list[tuple[Any, set[str]]] = [
            (ExternalSupport.ticket_number, {normal_ticket(one.ticket_number) for one in asked}),
            (ExternalSupport.receipt_sha256, {one.sha256.lower() for one in asked}),
            (ExternalSupport.passport_digest, {one.passport_digest for one in asked}),
            (ExternalSupport.person_key, {name for person in people.values() for name in _names(person)}),
            # A branch has the ten digits of its company and three of its own.
            (func.substr(ExternalSupport.tax_code, 1, 10), {(one.tax_code or "")[:10] for one in companies}),
            (ExternalSupport.company_key, {key for one in companies for key in _keys(one)}),
        ]
        rules = [column.in_(values - {""}) for column, values in wanted if values - {""}]
        query = select(ExternalSupport).where(or_(false(), *rules)).order_by(ExternalSupport.id.desc())
        lines = db.session.scalars(query).all() if rules else ()
        return cls([line for line in lines if among is None or line.id in among], people)

    def matches(self, asked: Asked) -> list[ExternalSupport]:
        """The lines that may be the same as this one."""
        person = self.people.get(asked.person_id) if asked.person_id is not None else None
        ticket, receipt = normal_ticket(asked.ticket_number), asked.sha256.lower()
        found = (
            line
            for line in self.lines
            if (ticket and line.ticket_number == ticket)
            or (receipt and line.receipt_sha256 == receipt)
            or (_at_once(line, asked) and _same_party(line, asked, person))
        )
        return list(islice(found, _MOST))


def _at_once(line: ExternalSupport, asked: Asked) -> bool:
    begins = line.starts_on is None or asked.ends_on is None or line.starts_on <= asked.ends_on
    last = line.ends_on or line.starts_on  # a line with a first day alone is of that day
    return begins and (last is None or asked.starts_on is None or last >= asked.starts_on)


def _same_party(line: ExternalSupport, asked: Asked, person: Person | None) -> bool:
    if asked.passport_digest and line.passport_digest == asked.passport_digest:
        return True
    # A name alone is common: where both lists say a country it is the same one.
    if person is not None and line.person_key in _names(person) and line.country in ("", person.country):
        return True
    company = asked.company
    if company is None:
        return False
    tax = (company.tax_code or "")[:10]
    return bool(tax and line.tax_code.startswith(tax)) or (
        line.company_key in _keys(company) and line.country in ("", company.country)
    )


def _names(person: Person) -> set[str]:
    return {fold(name)[:200] for name in (person.native_name, person.passport_name) if name} - {""}


def _keys(company: Company) -> set[str]:
    return {company_key(name) for name in (company.name, company.name_en) if name} - {""}


def normal_ticket(number: str) -> str:
    """A ticket's number as it is compared everywhere: capital letters and digits only, at most 60."""
    plain = unicodedata.normalize("NFKC", number)  # digits as Japanese keyboards type them
    return "".join(sign for sign in plain.upper() if sign.isalnum())[:60]
