"""Who is who: what a person says of the rows that are unsure, one by one or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of
from fairs.contacts.service import READY, locked
from fairs.contacts.states import ImportState, RowState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.directory.models import Person

NEW, LEAVE = "new", "leave"
_OPEN = (ImportState.PREVIEW, ImportState.WAITING)


def decide(found: ContactImport, row_id: int, *, person: str, company: str, by: Actor) -> ContactRow:
    """Say who a row is: ``person`` and ``company`` are the key of a candidate or "new"; ``person`` may be "leave", to leave it out.

    What is said of a company holds for all undecided rows of that company. Raises InvalidInput with the field, Conflict when the
    import goes on already.
    """
    with transaction():
        parent = _open(found)
        row = db.session.get_one(ContactRow, row_id, populate_existing=True)
        if row.import_id != parent.id or row.state not in (RowState.UNSURE, RowState.LEFT, *READY) or not row.found:
            raise Conflict
        if row.state is not RowState.UNSURE:  # decided before: decided anew
            row.move_to(RowState.UNSURE)
        _choose(row, person, company)
        if row.company_choice:
            others = db.session.scalars(
                select(ContactRow).where(
                    ContactRow.import_id == parent.id, ContactRow.company_key == row.company_key, ContactRow.id != row.id,
                    ContactRow.state == RowState.UNSURE, ContactRow.company_choice == "",
                )
            ).all()  # fmt: skip
            for other in others:
                if row.company_choice in (NEW, *_keys(other, "companies")):
                    other.company_choice = row.company_choice
            _settle_rows(others)
        record("contacts.decide", parent, by=by, after={"row": row.row, "person": person[:20], "company": company[:20]})
        _settle(parent)
        return row


def decide_all(
    found: ContactImport, *, people: Literal["new", "same"], companies: Literal["new", "same"], by: Actor
) -> int:
    """Say the same of all rows that are unsure: new people, or the likeliest candidate of each. Gives how many were decided."""
    with transaction():
        parent = _open(found)
        rows = db.session.scalars(
            select(ContactRow).where(ContactRow.import_id == parent.id, ContactRow.state == RowState.UNSURE)
        ).all()
        for row in rows:
            for kind, how in (("people", people), ("companies", companies)):
                keys = _keys(row, kind)
                if keys:
                    choice = keys[0] if how == "same" else NEW
                    setattr(row, "person_choice" if kind == "people" else "company_choice", choice)
        _settle_rows(rows)
        record(
            "contacts.decide_all", parent, by=by, after={"rows": len(rows), "people": people, "companies": companies}
        )
        _settle(parent)
        return len(rows)


def _open(found: ContactImport) -> ContactImport:
    parent = locked(found.id)
    if parent.state not in _OPEN:
        raise Conflict
    parent.touched_at = now()
    return parent


def _keys(row: ContactRow, kind: str) -> list[str]:
    return [str(key) for key, _why in row.found.get(kind, [])]


def _choose(row: ContactRow, person: str, company: str) -> None:
    if person == LEAVE:
        row.person_choice = row.company_choice = ""
        row.move_to(RowState.LEFT)
        return
    people, companies = _keys(row, "people"), _keys(row, "companies")
    if people and person not in (NEW, *people):
        raise InvalidInput(_l("Please say who it is."), field="person")
    if companies and company not in (NEW, *companies) and not (people and person != NEW):
        raise InvalidInput(_l("Please say which company it is."), field="company")
    row.person_choice = person if people else ""
    row.company_choice = company if companies and company in (NEW, *companies) else ""
    _settle_rows([row])
    if row.state is RowState.UNSURE:  # the person that was chosen has no company yet
        raise InvalidInput(_l("Please say which company it is."), field="company")


def _settle_rows(rows: Sequence[ContactRow]) -> None:
    """Move the rows that are decided now; one statement for all people that were chosen."""
    chosen = {int(row.person_choice) for row in rows if row.person_choice.isdigit()}
    people = {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(chosen)))} if chosen else {}
    for row in rows:
        if row.state is not RowState.UNSURE or (row.found.get("people") and not row.person_choice):
            continue
        # Somebody was told apart by the e-mail already, where people were never a question.
        person_id = (
            int(row.person_choice)
            if row.person_choice.isdigit()
            else (None if row.found.get("people") else row.person_id)
        )
        person = people.get(person_id) if person_id is not None else None
        company_id = person.company_id if person is not None else None
        if company_id is None and row.found.get("companies"):
            if not row.company_choice:
                continue
            company_id = int(row.company_choice) if row.company_choice.isdigit() else None
        elif company_id is None:
            company_id = row.company_id
        row.person_id, row.company_id = person_id, company_id
        row.move_to(RowState.KNOWN if person_id is not None else RowState.NEW)


def _settle(parent: ContactImport) -> None:
    """An import of which nothing waits any more, and nothing is left to do, is done."""
    db.session.flush()
    counts = counts_of([parent.id])[parent.id]
    if parent.state is ImportState.WAITING and not any(counts.get(state, 0) for state in (RowState.UNSURE, *READY)):
        parent.move_to(ImportState.DONE)
        parent.finished_at = now()
