"""Letters as attachments of mails; what granted support, a removed passport, a moved and a cancelled fair mean for letters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.hosting.events import HostingGranted
from fairs.identity.events import PassportRemoved
from fairs.identity.service import register_hold
from fairs.letters.models import Letter
from fairs.letters.paper import letter_for_mail
from fairs.letters.removal import expected
from fairs.letters.renewal import differs, mark
from fairs.letters.service import ask_for_passport, remove_letters_of, revoke_letter
from fairs.letters.states import LetterState
from fairs.messages.render import Attachment, register_renderer


def letter_attachment(reference: Any) -> Attachment:
    """The letter as it was issued; raises NotFound, LetterRemoved."""
    return Attachment(f"{reference}.pdf", letter_for_mail(str(reference)), "application/pdf")


register_renderer("letter", letter_attachment)
register_hold(expected)


@subscribe(HostingGranted)
def ask_guest(event: HostingGranted) -> None:
    """The guest is asked for the passport where something of it is missing."""
    ask_for_passport(event.hosting.importer)


@subscribe(PassportRemoved)
def remove_letters(event: PassportRemoved) -> None:
    """With the passport goes what letters say of it; their numbers stay in the register."""
    remove_letters_of(event.person_id)


@subscribe(FairRescheduled)
def mark_letters(event: FairRescheduled) -> None:
    """Letters that say other days or another place are marked: the staff issue them anew."""
    query = (
        select(Letter).where(Letter.fair_id == event.fair.id, Letter.state == LetterState.ISSUED).order_by(Letter.id)
    )
    right, wrong = _l("says the fair's days"), _l("out of date, to be issued anew")
    for one in db.session.scalars(query).all():
        outdated = differs(one, event.fair, event.move)
        event.found.add(
            "travel", "Letter.outdated_at", one.kind.label, one.number, right if one.outdated_at is None else wrong,
            wrong if outdated else right, act=lambda row=one, outdated=outdated: mark(row, outdated=outdated),
        )  # fmt: skip


@subscribe(FairCalledOff)
def revoke_letters(event: FairCalledOff) -> None:
    """Letters to a fair that does not take place are revoked; the notice of the fair tells the guests."""
    query = (
        select(Letter)
        .where(Letter.fair_id == event.fair.id, Letter.state == LetterState.ISSUED)
        .options(joinedload(Letter.importer))
        .order_by(Letter.id)
    )
    for one in db.session.scalars(query).all():
        event.found.add(
            "applications", "Letter.state", _l("Letter of invitation"), one.number, one.state.label,
            LetterState.REVOKED.label,
            act=lambda row=one: revoke_letter(row, reason=event.reason, by=event.by, tell=False),
            company_id=one.importer.company_id,
        )  # fmt: skip
