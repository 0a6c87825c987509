"""Receiving and answering requests about personal data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor, require_second_person
from fairs.core.clock import now
from fairs.core.crypto import decrypt, encrypt
from fairs.core.db import after_commit, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.links import new_link
from fairs.core.storage import discard, keep
from fairs.core.text import clean, one_line
from fairs.directory.models import Person
from fairs.directory.service import record_consent
from fairs.importers.consents import VERSION as CONSENT_TEXTS
from fairs.importers.models import Importer
from fairs.importers.queries import importer_of_person
from fairs.importers.service import withdraw_importer, working_days_after
from fairs.importers.states import ConsentKind, ImporterState
from fairs.messages.service import Notice, send
from fairs.privacy.erasure import erase
from fairs.privacy.errors import Erased, StillOpen
from fairs.privacy.exports import make_copy
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.queries import is_erased, open_matters, open_request
from fairs.privacy.states import Channel, RequestKind, RequestState

ANSWER_WITHIN = 2
"""Working days for a copy, a correction or an erasure (Law 91/2025/QH15, Decree 356/2025)."""
WITHDRAWAL_WITHIN = timedelta(days=15)
"""For the withdrawal of a consent."""
COPY_LIVES = timedelta(days=7)
_wakers: list[Callable[[int], None]] = []


def register_waker(waker: Callable[[int], None]) -> None:
    """Let the task module say how the making of a copy is queued."""
    _wakers[:] = [waker]


def _wake(request_id: int) -> None:
    for waker in _wakers:
        waker(request_id)


def receive_request(
    person: Person, fair: Fair, kind: RequestKind, *, channel: Channel, text: str = "", proof: str = "", by: Actor
) -> PrivacyRequest:
    """Write down what somebody asks for; the same asked again while it is open is one request.

    Without the own page ``proof`` says how staff know who asks. A copy is made at once by a job. Raises InvalidInput, Erased.
    """
    if channel is not Channel.OWN_PAGE and not clean(proof):
        raise InvalidInput(_l("Write how you know that it is this person."), field="proof")
    if kind is RequestKind.CORRECTION and not clean(text):
        raise InvalidInput(_l("Write what is to be corrected."), field="text")
    with transaction():
        # Two requests at once wait for each other at the person's row.
        db.session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
        if is_erased(person.id):
            raise Erased
        known = open_request(person.id, kind)
        if known is not None and kind is not RequestKind.CORRECTION:
            return known
        today = fair.today
        row = PrivacyRequest(
            fair_id=fair.id, person_id=person.id, kind=kind, channel=channel, text=clean(text)[:4000], proof=one_line(proof)[:400],
            state=RequestState.PREPARING if kind is RequestKind.EXPORT else RequestState.RECEIVED,
            due_on=today + WITHDRAWAL_WITHIN if kind is RequestKind.WITHDRAWAL else working_days_after(today, ANSWER_WITHIN),
            received_by_id=by.user_id,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        row.person, row.fair = person, fair
        record("privacy.receive", row, by=by, after={"kind": kind, "channel": channel, "due_on": row.due_on})
        if kind is RequestKind.EXPORT:
            request_id = row.id
            after_commit(lambda: _wake(request_id))
        return row


def _locked(request: PrivacyRequest) -> PrivacyRequest:
    return db.session.get_one(PrivacyRequest, request.id, with_for_update=True, populate_existing=True)


def prepare_copy(request: PrivacyRequest) -> None:
    """Make the copy and tell the person where to fetch it; twice makes one."""
    with transaction():
        row = _locked(request)
        if row.state is not RequestState.PREPARING:
            return
        made = make_copy(row.person, row.person.locale)
        row.file = keep("personal-data", encrypt(made), "application/octet-stream")
        row.file_until = now() + COPY_LIVES
        row.move_to(RequestState.DONE)
        row.answered_at = now()
        db.session.flush()
        record("privacy.copy", row, by=SYSTEM)
        if row.person.email:
            _tell(row, "copy", token=new_link(row, expires_at=row.file_until))


def copy_of(request: PrivacyRequest, *, by: Actor) -> bytes:
    """The ZIP of a request that is done; who fetched it is written down. Raises NotFound when its time is over."""
    with transaction():
        row = _locked(request)
        if not row.has_file or row.file is None:
            raise NotFound
        record("privacy.fetch", row, by=by)
        return decrypt(row.file.read())


def remove_old_copies() -> int:
    """Remove copies whose time is over; gives back how many."""
    query = db.select(PrivacyRequest).where(PrivacyRequest.file_until <= now(), PrivacyRequest.file_id.is_not(None))
    due = db.session.scalars(query).all()
    for request in due:
        with transaction():
            row = _locked(request)
            file, row.file = row.file, None
            db.session.flush()
            if file is not None:
                discard(file)
    return len(due)


def _tell(row: PrivacyRequest, template: str, **context: Any) -> None:
    person = row.person
    if person.email:
        send(
            Notice(
                template=f"privacy/{template}", name=person.display_name, email=person.email, locale=person.locale, fair_id=row.fair_id,
                context={"request": row, "fair": row.fair, **context},
            )
        )  # fmt: skip


def _answer(row: PrivacyRequest, state: RequestState, text: str, by: Actor) -> None:
    row.move_to(state)
    row.answer, row.answered_at, row.answered_by_id = clean(text)[:4000], now(), by.user_id


def finish_request(request: PrivacyRequest, answer: str, *, by: Actor) -> PrivacyRequest:
    """A correction was made, or the withdrawal of a consent carried out: the registration ends with its consent.

    Raises InvalidInput for the other kinds and without an answer, InvalidTransition when it is not open.
    """
    if not clean(answer):
        raise InvalidInput(_l("Please write the answer: the person reads it."), field="answer")
    with transaction():
        row = _locked(request)
        if row.kind not in {RequestKind.CORRECTION, RequestKind.WITHDRAWAL}:
            raise InvalidInput(field="answer")
        _answer(row, RequestState.DONE, answer, by)
        if row.kind is RequestKind.WITHDRAWAL:
            _end_registration(row, by)
        record("privacy.finish", row, by=by)
        _tell(row, "answered")
        return row


def _end_registration(row: PrivacyRequest, by: Actor) -> None:
    importer = importer_of_person(row.fair_id, row.person_id)
    record_consent(
        row.person, ConsentKind.REGISTRATION, False, fair_id=row.fair_id, text_version=CONSENT_TEXTS
    )  # fmt: skip
    if importer is not None and importer.may_move_to(ImporterState.WITHDRAWN):
        withdraw_importer(importer, by=by)


def refuse_request(request: PrivacyRequest, reason: str, *, by: Actor) -> PrivacyRequest:
    """Refuse with a reason that the person reads; raises InvalidInput and InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Please write the reason: the person reads it."), field="reason")
    with transaction():
        row = _locked(request)
        _answer(row, RequestState.REFUSED, reason, by)
        record("privacy.refuse", row, by=by)
        _tell(row, "refused")
        return row


def take_back(request: PrivacyRequest, *, by: Actor) -> PrivacyRequest:
    """The person does not ask for it any more; raises InvalidTransition when it is answered."""
    with transaction():
        row = _locked(request)
        row.move_to(RequestState.TAKEN_BACK)
        row.answered_at = now()
        record("privacy.take_back", row, by=by)
        return row


def _require_erasure(row: PrivacyRequest) -> None:
    if row.kind is not RequestKind.ERASURE:
        raise NotFound
    if open_matters(row.person):
        raise StillOpen


def propose_erasure(request: PrivacyRequest, *, by: Actor) -> PrivacyRequest:
    """First person: nothing is open, it may be erased. Raises StillOpen, InvalidTransition, NotFound for another kind."""
    with transaction():
        row = _locked(request)
        _require_erasure(row)
        row.move_to(RequestState.PROPOSED)
        row.proposed_by_id, row.proposed_for_id, row.proposed_at = by.user_id, by.for_user_id, now()
        record("privacy.propose", row, by=by)
        return row


def send_back(request: PrivacyRequest, *, by: Actor) -> PrivacyRequest:
    """The second person does not agree yet; raises InvalidTransition."""
    with transaction():
        row = _locked(request)
        if row.state is not RequestState.PROPOSED:
            raise NotFound
        row.move_to(RequestState.RECEIVED)
        row.proposed_by_id = row.proposed_for_id = row.proposed_at = None
        record("privacy.send_back", row, by=by)
        return row


def carry_out_erasure(request: PrivacyRequest, *, by: Actor) -> PrivacyRequest:
    """Second person: erase. The person is told before their address is gone. Cannot be undone.

    Raises SamePerson, StillOpen, InvalidTransition, NotFound for another kind.
    """
    with transaction():
        row = _locked(request)
        _require_erasure(row)
        require_second_person(by, row.proposed_by_id, row.proposed_for_id)
        row.move_to(RequestState.DONE)
        address, name, locale = row.person.email, row.person.display_name, row.person.locale
        row.result = erase(row.person, by=by)
        row.answered_at, row.answered_by_id = now(), by.user_id
        record("privacy.erase", row, by=by, after={"rows": row.result["rows"]})
        if address:
            send(
                Notice(
                    template="privacy/erased", name=name, email=address, locale=locale, fair_id=row.fair_id,
                    context={"fair": row.fair},
                )
            )  # fmt: skip
        return row


def change_consent(importer: Importer, kind: ConsentKind, given: bool, *, by: Actor) -> PrivacyRequest | None:
    """The person gives or withdraws one consent on their own page; it holds at once.

    Withdrawing the consent to the registration itself asks us to end it, which staff do within 15 days.
    Raises InvalidInput when the registration's consent is to be given here, Erased.
    """
    with transaction():
        db.session.get_one(Person, importer.person_id, with_for_update=True, populate_existing=True)
        if is_erased(importer.person_id):
            raise Erased
        if kind is ConsentKind.REGISTRATION:
            if given:
                raise InvalidInput(field="given")
            return receive_request(
                importer.person, importer.fair, RequestKind.WITHDRAWAL, channel=Channel.OWN_PAGE, by=by
            )  # fmt: skip
        record_consent(importer.person, kind, given, fair_id=importer.fair_id, text_version=CONSENT_TEXTS)
        record("privacy.consent", importer, by=by, after={"kind": kind, "given": given})
        return None
