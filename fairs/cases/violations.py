"""Violations of the fair's regulations: the exhibitor is heard, and a second person confirms or drops what was reported."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.cases.errors import NotHeard
from fairs.cases.models import Case, Violation
from fairs.cases.places import exhibitor_for_notice
from fairs.cases.service import add_entry, finish, locked
from fairs.cases.states import PENDING, ViolationState
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import clean, one_line
from fairs.messages.service import Notice, send

V = ViolationState
ANSWER_WITHIN = timedelta(days=1)
LONGEST = 4000


def _locked(case: Case) -> tuple[Case, Violation]:
    row = locked(case)
    violation = db.session.scalar(select(Violation).where(Violation.case_id == row.id).with_for_update())
    if violation is None:
        raise NotFound
    return row, violation


def ask(case: Case, *, by: Actor, mark: str) -> Violation:
    """Put the suspicion to the exhibitor, who reads it on their page and may answer until tomorrow; raises InvalidTransition."""
    with transaction():
        row, violation = _locked(case)
        violation.move_to(V.ASKED)
        fair = db.session.get_one(Fair, row.fair_id)
        violation.asked_at, violation.asked_by_id = now(), by.user_id
        violation.answer_by = fair.today + ANSWER_WITHIN
        add_entry(row, "asked", "", by=by, mark=mark)
        record("cases.ask", violation, by=by, after={"answer_by": violation.answer_by})
        exhibitor = exhibitor_for_notice(violation.exhibitor_id)
        send(Notice(
            "cases/asked", exhibitor.contact_name or exhibitor.company.name,
            exhibitor.contact_email or exhibitor.company.email or None, "vi",
            {"fair_name": fair.name_vi, "reference": row.reference, "text": row.text, "answer_by": f"{violation.answer_by:%d/%m/%Y}",
             "page": f"/my/{fair.slug}/cases/{row.reference}"},
            fair.id,
        ))  # fmt: skip
        return violation


def state(case: Case, text: str, *, speaker: str, by: Actor, mark: str, as_staff: bool) -> Violation:
    """Keep what the exhibitor says: typed by themselves, or spoken to staff (``as_staff``) who write who spoke.

    Raises InvalidInput (statement, speaker), NotFound for an exhibitor who was not asked, and InvalidTransition.
    """
    text, speaker = clean(text), one_line(speaker)[:250]
    if not text:
        raise InvalidInput(_l("Write the statement."), field="statement")
    if len(text) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field="statement")
    if not speaker:
        raise InvalidInput(_l("Who speaks for the exhibitor? Write the name."), field="speaker")
    with transaction():
        row, violation = _locked(case)
        if not as_staff and violation.state is V.SUSPECTED:
            raise NotFound
        violation.move_to(V.ANSWERED)
        violation.statement, violation.stated_at, violation.stated_by = text, now(), speaker
        violation.taken_by_id = by.user_id if as_staff else None
        add_entry(row, "stated", f"{speaker}: {text}", by=by, mark=mark)
        record("cases.state", violation, by=by, after={"speaker": speaker, "as_staff": as_staff})
        return violation


def decide(case: Case, *, confirmed: bool, reason: str, by: Actor, mark: str) -> Violation:
    """Confirm a violation or drop it; the case is solved with it.

    The one who decides is neither the one who reported it nor the one who asked or wrote the statement down. Raises
    InvalidInput (reason), SamePerson, NotHeard (confirming before the exhibitor answered or the day to answer passed) and
    InvalidTransition.
    """
    reason = clean(reason)
    if not reason:
        raise InvalidInput(_l("Give the reason: the exhibitor and later juries read it."), field="reason")
    if len(reason) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field="reason")
    with transaction():
        row, violation = _locked(case)
        target = V.CONFIRMED if confirmed else V.DROPPED
        if confirmed and not may_confirm(violation, db.session.get_one(Fair, row.fair_id)):
            raise NotHeard
        violation.require_move(target)
        require_second_person(by, violation.reported_by_id, violation.asked_by_id, violation.taken_by_id)
        violation.move_to(target)
        violation.decision, violation.decided_at = reason, now()
        violation.decided_by_id, violation.decided_for_id = by.user_id, by.for_user_id
        record("cases.decide", violation, by=by, after={"state": target, "reason": reason[:300]})
        if row.state in PENDING:
            finish(row, reason, str(target), by=by, mark=mark)
        else:
            add_entry(row, str(target), reason, by=by, mark=mark)
        return violation


def may_confirm(violation: Violation, fair: Fair) -> bool:
    """Whether the exhibitor was heard, or had a day to answer and did not."""
    if violation.state is V.ASKED and violation.answer_by is not None:
        return violation.answer_by < fair.today
    return violation.state in {V.ANSWERED, V.CONFIRMED, V.DROPPED}
