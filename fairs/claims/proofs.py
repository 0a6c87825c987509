"""What guest and staff bring as proof: papers, amounts, meetings, the survey, the bank account."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from stdnum import bic as bic_rule
from stdnum import iban as iban_rule

from fairs.audit.service import record
from fairs.claims.checklist import flight_facts
from fairs.claims.models import Claim, ClaimFile, ClaimLine, ClaimMeeting, ClaimPayment, ClaimSurvey
from fairs.claims.queries import locked, used_before
from fairs.claims.service import unlock
from fairs.claims.states import EDITABLE, PAPERS, WITH_GUEST, LineKind, Proof
from fairs.claims.suspicion import suspect
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.crypto import decrypt, encrypt, rotate
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.core.storage import Upload, discard, judge, keep
from fairs.core.text import clean, one_line
from fairs.funding.external import normal_ticket

SEALED_TYPE = "application/octet-stream"
MOST_FILES, MOST_LINES, MOST_MEETINGS = 30, 60, 60


def _editable(claim: Claim) -> Claim:
    """The claim under its lock, unlocked where the obligations are met; raises InvalidTransition when it is not to be changed."""
    row = locked(unlock(claim))
    if row.state not in EDITABLE:
        raise InvalidTransition(**{"from": str(row.state)})
    return row


def _entered(claim: Claim, by: Actor) -> None:
    """Staff typed in something for the guest: none of them approves the claim."""
    claim.entered_by_ids = sorted({*claim.entered_by_ids, *by.involved})


def _with_guest(claim: Claim) -> Claim:
    row = locked(claim)
    if row.state not in WITH_GUEST:
        raise InvalidTransition(**{"from": str(row.state)})
    return row


# --- papers ----------------------------------------------------------------------------------------------------------


def add_file(claim: Claim, kind: Proof, upload: Upload, *, reason: str = "", by: Actor) -> ClaimFile:
    """Keep a paper, sealed. One that is known from another claim or grant needs a reason, and then a second person.

    Raises InvalidInput for what is no paper, Duplicate, InvalidTransition.
    """
    if kind not in PAPERS:
        raise InvalidInput(_l("Please choose one."), field="kind")
    content_type = judge(upload, field="file")
    digest = hashlib.sha256(upload.content).hexdigest()
    with transaction():
        row = _editable(claim)
        if any(one.sha256 == digest and one.kind is kind for one in row.files):
            raise InvalidInput(_l("This file is here already."), field="file")
        if len(row.files) >= MOST_FILES:
            raise InvalidInput(_l("There are too many files. Remove some first."), field="file")
        suspect(row, digest, used_before(row, sha256=digest), reason, by=by)
        stem = clean(upload.name).replace("/", "_").replace("\\", "_")[-190:] or "file"
        made = ClaimFile(
            claim_id=row.id, kind=kind, sha256=digest, content_type=content_type, name=stem, size=len(upload.content),
            facts=flight_facts(row, kind) if kind in {Proof.BOARDING_IN, Proof.BOARDING_OUT} else "",
            by_guest=by.user_id is None, sealed=keep("claim", encrypt(upload.content), SEALED_TYPE),
        )  # fmt: skip
        db.session.add(made)
        _entered(row, by)
        db.session.flush()
        db.session.expire(row, ["files"])
        record("claims.file", row, by=by, after={"kind": kind, "sha256": digest})
    return made


def remove_file(claim: Claim, file: ClaimFile, *, by: Actor) -> None:
    """Take a paper back. Raises InvalidTransition once it is handed in."""
    with transaction():
        row = _editable(claim)
        sealed, file.sealed = file.sealed, None
        record("claims.remove_file", row, by=by, before={"kind": file.kind, "sha256": file.sha256})
        db.session.delete(file)
        db.session.flush()
        if sealed is not None:
            discard(sealed)
        db.session.expire(row, ["files"])


def read_file(file: ClaimFile, *, by: Actor) -> bytes | None:
    """Open a paper, which the history says; None when it was removed."""
    with transaction():
        if file.sealed is None:
            return None
        record("claims.read_file", file.claim, by=by, after={"kind": file.kind, "sha256": file.sha256})
        return decrypt(file.sealed.read())


def remove_papers(claim: Claim, *, by: Actor) -> None:
    """Remove the bytes of all papers and the bank account; kinds, hashes, facts and amounts stay."""
    with transaction():
        row = locked(claim)
        for file in row.files:
            sealed, file.sealed = file.sealed, None
            file.name = ""
            file.purged_at = now()
            db.session.flush()
            if sealed is not None:
                discard(sealed)
        row.account_sealed = None
        row.purged_at = now()
        record("claims.remove_papers", row, by=by, after={"files": len(row.files)})


def reseal_papers() -> int:
    """Encrypt every kept paper by the newest key; gives back how many. Inside transaction()."""
    rows = db.session.scalars(
        select(ClaimFile).where(ClaimFile.sealed_id.is_not(None)).order_by(ClaimFile.id).with_for_update(of=ClaimFile)
    ).all()
    for file in rows:
        old = file.sealed
        if old is not None:
            file.sealed = keep("claim", rotate(old.read()), SEALED_TYPE)
            db.session.flush()
            discard(old)
    return len(rows)


# --- amounts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineDraft:
    """Something that the guest paid. ``night``: the day on which a night begins; ``number`` of the ticket or folio."""

    kind: LineKind
    amount: Money
    paid_on: date
    number: str = ""
    text: str = ""
    night: date | None = None


def add_line(claim: Claim, draft: LineDraft, *, reason: str = "", by: Actor) -> ClaimLine:
    """Write down an amount. A ticket's number that is known from elsewhere needs a reason, and then a second person.

    Raises InvalidInput with the field, Duplicate, InvalidTransition.
    """
    # A folio's number is only shown; a ticket's is compared.
    number = normal_ticket(draft.number) if draft.kind is LineKind.TRAVEL else one_line(draft.number)[:60]
    with transaction():
        row = _editable(claim)
        if not draft.amount.amount_minor > 0:
            raise InvalidInput(_l("Write an amount above zero."), field="amount")
        if draft.paid_on > row.fair.today or draft.paid_on < row.fair.starts_on - timedelta(days=400):
            raise InvalidInput(_l("This is not the day of a receipt for this fair."), field="paid_on")
        if draft.kind is LineKind.TRAVEL and len(number) < 4:
            raise InvalidInput(_l("Write the number of the ticket."), field="number")
        if draft.kind is LineKind.NIGHT and draft.night is None:
            raise InvalidInput(_l("Write the night, by the day on which it begins."), field="night")
        if len(row.lines) >= MOST_LINES:
            raise InvalidInput(_l("There are too many lines. Remove some first."), field="amount")
        if draft.kind is LineKind.TRAVEL:
            if any(one.number == number and one.kind is LineKind.TRAVEL for one in row.lines):
                raise InvalidInput(_l("This ticket is here already."), field="number")
            suspect(row, number, used_before(row, number=number), reason, by=by)
        made = ClaimLine(
            claim_id=row.id, kind=draft.kind, text=one_line(draft.text)[:200], number=number,
            night=draft.night if draft.kind is LineKind.NIGHT else None, paid_on=draft.paid_on,
            amount_minor=draft.amount.amount_minor, currency=draft.amount.currency,
        )  # fmt: skip
        db.session.add(made)
        _entered(row, by)
        db.session.flush()
        db.session.expire(row, ["lines"])
        record("claims.line", row, by=by, after={"kind": made.kind, "amount": made.amount, "number": number})
    return made


def remove_line(claim: Claim, line: ClaimLine, *, by: Actor) -> None:
    """Take an amount back. Raises InvalidTransition once it is handed in."""
    with transaction():
        row = _editable(claim)
        record("claims.remove_line", row, by=by, before={"amount": line.amount, "number": line.number})
        db.session.delete(line)
        db.session.flush()
        db.session.expire(row, ["lines"])


# --- meetings and survey ---------------------------------------------------------------------------------------------


def add_meeting(claim: Claim, held_on: date, with_whom: str, about: str = "", *, by: Actor) -> ClaimMeeting:
    """Note a meeting: of the guest it waits for staff, of staff it counts at once. Raises InvalidInput, InvalidTransition."""
    whom = one_line(with_whom)[:200]
    if not whom:
        raise InvalidInput(_l("Please fill this in."), field="with_whom")
    with transaction():
        row = _with_guest(claim)
        if held_on > row.fair.today or not row.fair.starts_on - timedelta(
            days=14
        ) <= held_on <= row.fair.ends_on + timedelta(days=14):
            raise InvalidInput(_l("Meetings count within two weeks of the fair."), field="held_on")
        if len(row.meetings) >= MOST_MEETINGS:
            raise InvalidInput(_l("There are too many lines. Remove some first."), field="with_whom")
        made = ClaimMeeting(
            claim_id=row.id, held_on=held_on, with_whom=whom, about=one_line(about)[:200], by_guest=by.user_id is None,
            confirmed_by_id=by.user_id, confirmed_at=now() if by.user_id is not None else None,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.expire(row, ["meetings"])
        record("claims.meeting", row, by=by, after={"held_on": held_on, "with": whom})
    unlock(claim)
    return made


def confirm_meeting(claim: Claim, meeting: ClaimMeeting, *, by: Actor) -> None:
    """Staff know that it took place."""
    with transaction():
        row = _with_guest(claim)
        if meeting.confirmed_at is None:
            meeting.confirmed_by_id, meeting.confirmed_at = by.user_id, now()
            record("claims.confirm_meeting", row, by=by, after={"with": meeting.with_whom})
    unlock(claim)


def remove_meeting(claim: Claim, meeting: ClaimMeeting, *, by: Actor) -> None:
    """Take a meeting back; a guest only one that nobody has confirmed."""
    with transaction():
        row = _with_guest(claim)
        if by.user_id is None and meeting.confirmed_at is not None:
            raise InvalidTransition
        record("claims.remove_meeting", row, by=by, before={"with": meeting.with_whom})
        db.session.delete(meeting)
        db.session.flush()
        db.session.expire(row, ["meetings"])


@dataclass(frozen=True, slots=True)
class SurveyDraft:
    """The guest's answers; ``placed`` and ``expected`` in one currency."""

    satisfaction: int
    placed: Money
    expected: Money
    missing: str = ""
    come_again: bool = True


def answer_survey(claim: Claim, draft: SurveyDraft, *, by: Actor) -> ClaimSurvey:
    """Keep the answers, or what changed of them. Raises InvalidInput, InvalidTransition."""
    if not 1 <= draft.satisfaction <= 5:
        raise InvalidInput(_l("Choose 1 to 5."), field="satisfaction")
    if draft.placed.amount_minor < 0 or draft.expected.amount_minor < 0:
        raise InvalidInput(_l("Write an amount of zero or more."), field="placed")
    with transaction():
        row = _with_guest(claim)
        made = row.survey
        if made is None:
            made = ClaimSurvey(claim_id=row.id)
            db.session.add(made)
        made.satisfaction, made.come_again = draft.satisfaction, draft.come_again
        made.placed_minor, made.expected_minor = draft.placed.amount_minor, draft.expected.amount_minor
        made.currency, made.missing = draft.placed.currency, clean(draft.missing)[:4000]
        db.session.flush()
        db.session.expire(row, ["survey"])
        record("claims.survey", row, by=by, after={"satisfaction": made.satisfaction})
    unlock(claim)
    return made


# --- the bank account ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """Where the money shall go, as SWIFT asks for it."""

    holder: str
    number: str
    bank: str
    bic: str
    holder_address: str = ""
    bank_address: str = ""

    def as_account(self) -> dict[str, str]:
        """As it is kept; raises InvalidInput with the field."""
        account = {name: one_line(getattr(self, name))[:140] for name in self.__dataclass_fields__}
        for name in ("holder", "number", "bank", "bic"):
            if not account[name]:
                raise InvalidInput(_l("Please fill this in."), field=name)
        number = "".join(account["number"].split()).upper()
        if number[:2].isalpha():
            if not iban_rule.is_valid(number):
                raise InvalidInput(_l("This IBAN is not right: please compare it with your bank's."), field="number")
            number = iban_rule.compact(number)
        elif not (number.isascii() and number.replace("-", "").isalnum() and 4 <= len(number) <= 34):
            raise InvalidInput(_l("An account number has 4 to 34 letters and digits."), field="number")
        code = "".join(account["bic"].split()).upper()
        if not bic_rule.is_valid(code):
            raise InvalidInput(_l("A BIC (SWIFT code) has 8 or 11 letters and digits, such as DEUTDEFF."), field="bic")
        return {**account, "number": number, "bic": code}


def give_account(claim: Claim, draft: AccountDraft, *, by: Actor) -> Claim:
    """Keep the guest's account, sealed. Raises InvalidInput with the field, InvalidTransition."""
    account = draft.as_account()
    with transaction():
        row = _editable(claim)
        row.account = account
        _entered(row, by)
        record("claims.account", row, by=by, after={"bank": account["bank"]})
    return row


def read_account(holder: Claim | ClaimPayment, *, by: Actor) -> dict[str, str]:
    """The account in full; who reads it leaves an audit row."""
    with transaction():
        claim = holder if isinstance(holder, Claim) else holder.claim
        record("claims.read_account", claim, by=by)
        return holder.account
