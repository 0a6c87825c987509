"""Reading the directory for comparing, imports and their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from fairs.contacts.matching import Directory, KnownCompany, KnownPerson, domains_of, names_of
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.reading import Contact
from fairs.contacts.states import BUSY, ImportKind, ImportState, RowState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.directory.names import company_key

_AT_ONCE = 2_000  # values in one statement; SQLite takes 32,000


def _parts(values: Iterable[str]) -> Iterator[list[str]]:
    rest = sorted({value for value in values if value})
    for at in range(0, len(rest), _AT_ONCE):
        yield rest[at : at + _AT_ONCE]


def directory_for(contacts: Sequence[Contact]) -> Directory:
    """All of the directory that may be meant by these contacts; some statements for each two thousand of them."""
    columns = (
        Person.id,
        Person.native_name,
        Person.passport_name,
        Person.email,
        Person.phone,
        Person.country,
        Person.company_id,
    )
    countries = {one.country for one in contacts if one.country}
    wanted = {name for one in contacts for name in names_of(one.name, one.passport_name)}
    people: dict[int, KnownPerson] = {}
    ways = (
        (Person.email, (email for one in contacts for email in one.emails)),
        (Person.phone, (one.phone for one in contacts)),
    )
    queries = [select(*columns).where(column.in_(part)) for column, values in ways for part in _parts(values)]
    # The directory searches by both names together, a list has often only one of them: those of the countries are compared here.
    of_countries = select(*columns).where(Person.country.in_(countries))
    for query in (*queries, of_countries):
        for person_id, native, latin, email, phone, country, company_id in db.session.execute(query):
            names = names_of(native, latin)
            if query is not of_countries or names & wanted:
                people[person_id] = KnownPerson(person_id, names, email, phone, country, company_id)
    by_email: dict[str, list[KnownPerson]] = defaultdict(list)
    by_name: dict[str, list[KnownPerson]] = defaultdict(list)
    by_phone: dict[str, list[KnownPerson]] = defaultdict(list)
    for one in sorted(people.values(), key=lambda one: one.id):
        by_email[one.email].append(one)
        for name in sorted(one.names):
            by_name[name].append(one)
        by_phone[one.phone].append(one)
    by_key: dict[str, list[KnownCompany]] = defaultdict(list)
    by_domain: dict[str, list[KnownCompany]] = defaultdict(list)
    for company in _companies(countries):
        for key in sorted(company.keys):
            by_key[key].append(company)
        for domain in sorted(company.domains):
            by_domain[domain].append(company)
    return Directory(by_email, by_name, by_phone, by_key, by_domain)


def _companies(countries: Collection[str]) -> Iterator[KnownCompany]:
    addresses: dict[int, list[str]] = defaultdict(list)
    for company_id, email in db.session.execute(
        select(Person.company_id, Person.email)
        .join(Company, Company.id == Person.company_id)
        .where(Company.country.in_(countries), Person.email != "")
    ):
        if company_id is not None:
            addresses[company_id].append(email)
    rows = db.session.execute(
        select(Company.id, Company.name, Company.name_en, Company.country, Company.website, Company.email)
        .where(Company.country.in_(countries))
        .order_by(Company.id)
    )
    for key, name, name_en, country, website, email in rows:
        keys = frozenset(company_key(one) for one in (name, name_en) if one)
        yield KnownCompany(key, keys, country, frozenset(domains_of([website, email, *addresses[key]])))


def import_by_id(fair_id: int, import_id: int, kind: ImportKind) -> ContactImport:
    """An import of this kind at the fair; raises NotFound."""
    found = db.session.scalar(
        select(ContactImport)
        .where(ContactImport.id == import_id, ContactImport.fair_id == fair_id, ContactImport.kind == kind)
        .options(joinedload(ContactImport.file))
    )
    if found is None:
        raise NotFound
    return found


def imports_of(fair_id: int, kind: ImportKind, *, limit: int = 50) -> Sequence[ContactImport]:
    """The fair's imports of a kind, newest first."""
    return db.session.scalars(
        select(ContactImport)
        .where(ContactImport.fair_id == fair_id, ContactImport.kind == kind)
        .order_by(ContactImport.id.desc())
        .limit(limit)
    ).all()


def counts_of(import_ids: Collection[int]) -> dict[int, dict[RowState, int]]:
    """For each import how many rows are in which state; one statement."""
    found: dict[int, dict[RowState, int]] = {key: {} for key in import_ids}
    if import_ids:
        query = select(ContactRow.import_id, ContactRow.state, func.count()).where(ContactRow.import_id.in_(import_ids))
        for key, state, many in db.session.execute(query.group_by(ContactRow.import_id, ContactRow.state)):
            found[key][state] = int(many)
    return found


def rows_matching(import_id: int, state: RowState | None) -> Select[ContactRow]:
    """The rows of an import, with whom they were found to be."""
    query = select(ContactRow).where(ContactRow.import_id == import_id)
    if state is not None:
        query = query.where(ContactRow.state == state)
    return query.options(joinedload(ContactRow.person), joinedload(ContactRow.company))


def row_by_id(import_id: int, row_id: int) -> ContactRow:
    """A row of an import; raises NotFound."""
    found = db.session.scalar(select(ContactRow).where(ContactRow.import_id == import_id, ContactRow.id == row_id))
    if found is None:
        raise NotFound
    return found


def unsure_rows(import_id: int) -> Sequence[int]:
    """The keys of the rows that wait for a decision, in the order of the file."""
    return db.session.scalars(
        select(ContactRow.id)
        .where(ContactRow.import_id == import_id, ContactRow.state == RowState.UNSURE)
        .order_by(ContactRow.row, ContactRow.id)
    ).all()


def candidates_of(row: ContactRow) -> tuple[list[tuple[Person, list[str]]], list[tuple[Company, list[str]]]]:
    """The people and companies of the directory that a row may be, each with the reasons; two statements."""
    people = dict(row.found.get("people", []))
    companies = dict(row.found.get("companies", []))
    found_people = db.session.scalars(
        select(Person).where(Person.id.in_(people)).options(joinedload(Person.company)).order_by(Person.id)
    ).all()
    found_companies = db.session.scalars(select(Company).where(Company.id.in_(companies)).order_by(Company.id)).all()
    return [(one, people[one.id]) for one in found_people], [(one, companies[one.id]) for one in found_companies]


def imported_before(found: ContactImport) -> ContactImport | None:
    """An earlier import of the same file at the fair that was not undone."""
    return db.session.scalars(
        select(ContactImport)
        .where(
            ContactImport.fair_id == found.fair_id, ContactImport.sha256 == found.sha256, ContactImport.id < found.id,
            ContactImport.state.in_((ImportState.RUNNING, ImportState.WAITING, ImportState.DONE)),
        )
        .order_by(ContactImport.id.desc())
    ).first()  # fmt: skip


def unfinished(before: datetime) -> Sequence[int]:
    """Imports whose worker was ended in the middle: busy, and nobody has touched them since."""
    return db.session.scalars(
        select(ContactImport.id).where(ContactImport.state.in_(BUSY), ContactImport.touched_at < before)
    ).all()


def group_words(rows: Sequence[Any]) -> dict[str, str]:
    """Product groups by all that people may call them, folded."""
    return {fold(name): group.code for group in rows for name in (group.code, group.name_vi, group.name_en) if name}
