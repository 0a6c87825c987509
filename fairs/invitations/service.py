"""Adding invitees and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.text import one_line
from fairs.directory.models import Company, Person
from fairs.invitations.models import Invitee, Source
from fairs.invitations.states import InviteeState, SourceKind


@dataclass(frozen=True, slots=True)
class InviteeDraft:
    """Somebody to be invited, known to the directory already."""

    person: Person
    company: Company
    group_codes: str = ""
    locale: str = "en"
    note: str = ""


def source_named(fair: Fair, kind: SourceKind, name: str, *, company: Company | None = None, by: Actor) -> Source:
    """The source of this kind and name at the fair, made when there is none yet."""
    name = one_line(name)[:200]
    with transaction():
        # Two who name the same new source at once wait for each other at the fair's row.
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        query = select(Source).where(Source.fair_id == fair.id, Source.kind == kind, Source.name == name)
        row = db.session.scalar(query)
        if row is None:
            row = Source(fair_id=fair.id, kind=kind, name=name, company_id=company.id if company else None)
            db.session.add(row)
            db.session.flush()
            record("invitations.source", row, by=by, after={"kind": kind, "name": name})
    return row


def add_invitees(
    fair: Fair, drafts: Sequence[InviteeDraft], *, source: Source, by: Actor, import_id: int | None = None
) -> list[Invitee]:
    """Add people to those who are to be invited; one who is there already stays as they are and is not given back.

    A constant number of statements for each call. One line in the history for all.
    """
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        wanted = {draft.person.id: draft for draft in drafts}
        known = set(
            db.session.scalars(
                select(Invitee.person_id).where(Invitee.fair_id == fair.id, Invitee.person_id.in_(wanted))
            )
        )
        rows = [
            Invitee(
                fair_id=fair.id, person_id=draft.person.id, company_id=draft.company.id, source_id=source.id,
                state=InviteeState.NEW, country=draft.company.country, group_codes=draft.group_codes, locale=draft.locale,
                note=draft.note, import_id=import_id,
            )
            for person_id, draft in wanted.items() if person_id not in known
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.flush()
        record("invitations.add", source, by=by, after={"number": len(rows), "import": import_id})
    return rows
