"""The worker's part: rows become companies, people and invitees, some hundreds in one transaction, with as many statements for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of
from fairs.contacts.reading import Contact, saying
from fairs.contacts.service import READY, locked
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.contacts.support import keep_supports
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.events import publish
from fairs.directory.models import Company, Person
from fairs.directory.service import (
    CompanyDraft,
    PersonDraft,
    add_companies,
    add_people,
    fill_blanks,
    find_or_create_people,
)
from fairs.funding.events import SupportListed
from fairs.funding.external_models import ExternalSupport
from fairs.invitations.models import Invitee
from fairs.invitations.service import InviteeDraft, add_invitees, source_named
from fairs.invitations.states import SourceKind

Known = TypeVar("Known", Person, Company)
_STEP = 250  # rows in one transaction: gates and desks write in between


def actor_of(found: ContactImport) -> Actor:
    """Who started it."""
    return Actor(found.by_id, found.by_name, found.for_id, found.for_name or None)


def carry_on(import_id: int) -> int:
    """Import what is not imported yet, and finish. Bears repetition and being ended anywhere: rows and what was made of them are
    one. Gives how many rows were imported."""
    done = 0
    while True:
        with transaction():
            found = locked(import_id)
            if found.state is not ImportState.RUNNING:
                return done
            rows = _next(found)
            if not rows:
                _finish(found)
                return done
            if found.kind is ImportKind.SUPPORT:
                keep_supports(found, rows)
            else:
                _import(found, rows, actor_of(found))
            for row in rows:
                row.move_to(RowState.IMPORTED)
            found.touched_at = now()
            done += len(rows)


def _next(found: ContactImport) -> Sequence[ContactRow]:
    states = (RowState.NEW,) if found.kind is ImportKind.SUPPORT else READY
    return db.session.scalars(
        select(ContactRow)
        .where(ContactRow.import_id == found.id, ContactRow.state.in_(states))
        .order_by(ContactRow.row, ContactRow.id)
        .limit(_STEP)
    ).all()


def _finish(found: ContactImport) -> None:
    if found.kind is ImportKind.SUPPORT:
        lines = db.session.scalars(select(ExternalSupport).where(ExternalSupport.import_id == found.id)).all()
        publish(SupportListed(lines, actor_of(found)))
    unsure = counts_of([found.id])[found.id].get(RowState.UNSURE, 0)
    found.move_to(ImportState.WAITING if unsure else ImportState.DONE)
    found.finished_at = found.touched_at = now()
    record("contacts.done", found, by=actor_of(found), after={"unsure": unsure})


def _import(found: ContactImport, rows: Sequence[ContactRow], by: Actor) -> None:
    fair = db.session.get_one(Fair, found.fair_id)
    contacts = {row.id: Contact(**row.data) for row in rows}
    _known_by_now(rows, contacts)
    known = _known(Person, [row.person_id for row in rows])
    for row in rows:
        if row.company_id is None and row.person_id is not None:
            row.company_id = known[row.person_id].company_id
    companies = _companies(found, rows, contacts, by)
    people = _people(rows, contacts, companies, known, by)
    for row in rows:
        _fill(row, contacts[row.id], people[row.id], companies[row.id], by)
    source = source_named(fair, SourceKind(found.source_kind), found.source_name, by=by)
    drafts = [
        InviteeDraft(
            people[row.id], companies[row.id], "|".join(contacts[row.id].groups)[:120], contacts[row.id].locale, contacts[row.id].note
        )
        for row in rows
    ]  # fmt: skip
    made = {one.person_id: one for one in add_invitees(fair, drafts, source=source, by=by, import_id=found.id)}
    for row in rows:
        invitee: Invitee | None = made.pop(people[row.id].id, None)
        row.invitee_id = invitee.id if invitee else None
        if invitee is None:
            row.hints = [*row.hints, saying("invited")]


def _known_by_now(rows: Sequence[ContactRow], contacts: dict[int, Contact]) -> None:
    """Between preview and import somebody may have registered: the same e-mail is the same person."""
    emails = {email for row in rows if row.person_id is None for email in contacts[row.id].emails}
    found: dict[str, list[Person]] = {}
    for person in db.session.scalars(select(Person).where(Person.email.in_(emails)).order_by(Person.id)):
        found.setdefault(person.email, []).append(person)
    for row in rows:
        if row.person_id is None and row.person_choice == "":
            same = {one.id for email in contacts[row.id].emails for one in found.get(email, ())}
            if len(same) == 1:
                row.person_id = same.pop()
                row.company_id = next(
                    (
                        one.company_id
                        for ones in found.values()
                        for one in ones
                        if one.id == row.person_id and one.company_id
                    ),
                    row.company_id,
                )


def _known(model: type[Known], keys: Sequence[int | None]) -> dict[int, Known]:
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    found: Sequence[Known] = db.session.scalars(select(model).where(model.id.in_(wanted))).all()
    return {one.id: one for one in found}


def _companies(
    found: ContactImport, rows: Sequence[ContactRow], contacts: dict[int, Contact], by: Actor
) -> dict[int, Company]:
    """The company of each row: the known one, the one that an earlier row of this file has made, else a new one."""
    keys = {row.company_key for row in rows if row.company_id is None}
    earlier: dict[str, int] = {}
    if keys:
        query = select(ContactRow.company_key, ContactRow.company_id).where(
            ContactRow.import_id == found.id, ContactRow.company_key.in_(keys), ContactRow.made_company.is_(True),
            ContactRow.company_id.is_not(None),
        )  # fmt: skip
        earlier = {key: company_id for key, company_id in db.session.execute(query) if company_id is not None}
    new: dict[str, ContactRow] = {}
    for row in rows:
        if row.company_id is None:
            row.company_id = earlier.get(row.company_key)
            if row.company_id is None:
                new.setdefault(row.company_key, row)
    drafts = [
        CompanyDraft(
            name=one.company,
            country=one.country,
            website=one.website,
            address=one.address,
            group_codes=tuple(one.groups),
        )
        for one in (contacts[row.id] for row in new.values())
    ]
    made = dict(zip(new, add_companies(drafts, by=by), strict=True)) if drafts else {}
    for key, row in new.items():
        row.company_id, row.made_company = made[key].id, True
    for row in rows:
        if row.company_id is None:
            row.company_id = made[row.company_key].id
    known = _known(Company, [row.company_id for row in rows])
    return {row.id: known[row.company_id or 0] for row in rows}


def _people(
    rows: Sequence[ContactRow],
    contacts: dict[int, Contact],
    companies: dict[int, Company],
    known: dict[int, Person],
    by: Actor,
) -> dict[int, Person]:
    """The person of each row. Who was decided to be new is new, even where the directory knows one of that name and number."""
    people: dict[int, Person] = {row.id: known[row.person_id] for row in rows if row.person_id is not None}
    for told, rest in (
        (True, [row for row in rows if row.person_id is None and row.person_choice]),
        (False, [row for row in rows if row.person_id is None and not row.person_choice]),
    ):
        drafts = [_draft(contacts[row.id], companies[row.id]) for row in rest]
        newest = db.session.scalar(select(func.max(Person.id))) or 0
        made = add_people(drafts, by=by) if told else find_or_create_people(drafts, by=by)
        for row, person in zip(rest, made, strict=True):
            people[row.id] = person
            row.person_id = person.id
            row.made_person = person.id > newest
    return people


def _draft(one: Contact, company: Company) -> PersonDraft:
    return PersonDraft(
        native_name=one.name, passport_name=one.passport_name, name_language=one.name_language, email=one.email, phone=one.phone,
        country=one.country, job_title=one.job, company_id=company.id, locale="vi" if one.locale == "vi" else "en",
    )  # fmt: skip


def _fill(row: ContactRow, one: Contact, person: Person, company: Company, by: Actor) -> None:
    filled = {}
    if not row.made_person:
        blanks = {"email": one.email, "phone": one.phone, "job_title": one.job, "company_id": company.id}
        filled["person"] = fill_blanks(person, blanks, by=by)
    if not row.made_company and company.id == row.company_id:
        filled["company"] = fill_blanks(company, {"website": one.website}, by=by)
    row.filled = {key: values for key, values in filled.items() if values}
