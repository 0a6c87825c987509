"""Logging in a hurry: two parties, a value, a photo. Incomplete and counted nowhere until a clerk has finished it.

The same rules serve the clerk at a signing ceremony and a party that reports its own deal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.badges.errors import UnknownCode
from fairs.badges.models import Badge
from fairs.badges.queries import badge_by_code
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.errors import EvidenceKnown, InvalidContract
from fairs.contracts.models import Contract
from fairs.contracts.queries import booths_of, contract_with_file, find_parties
from fairs.contracts.rates import set_usd
from fairs.contracts.reconsidering import reconsider
from fairs.contracts.rules import earliest_day
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.money import EXPONENTS, Money
from fairs.core.rest import StoredAnswer
from fairs.core.sequences import next_reference
from fairs.core.storage import StoredFile, Upload, judge, store_upload
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

Photo = Upload | StoredFile | None
#: What can be signed at a ceremony.
QUICK_STATES = (ContractState.SIGNED, ContractState.MOU)
#: In major units of whatever currency: from here on it is a typing mistake.
LARGEST = Decimal(10**12)
_LONGEST_NONCE, _LONGEST_NOTE, _LONGEST_NUMBER = 80, 2000, 80


@dataclass(frozen=True, slots=True)
class QuickDraft:
    """What is known in a hurry. ``value`` in major units; ``nonce`` names one filled-in form, so that it is logged once."""

    exporter_id: int | None
    importer_id: int | None
    currency: str
    value: Decimal | None
    nonce: str = ""
    state: str = ContractState.SIGNED.value
    signed_on: date | None = None
    number: str = ""
    note: str = ""
    reported_by: str = "clerk"


def quick_log(fair: Fair, draft: QuickDraft, *, by: Actor, photo: Photo = None) -> Contract:
    """Write a deal down with what is known; INCOMPLETE, so that it counts nowhere until a clerk has finished it.

    The same nonce of the same person gives back the contract that it made. Raises InvalidContract with every problem at
    its field (``exporter``, ``importer``, ``value``, ``currency``, ``evidence``, …).
    """
    problems: list[DomainError] = []
    money = _value(draft, problems)
    _parties(draft, problems)
    _rest(fair, draft, problems)
    known = _logged(draft.nonce, by)
    if known is not None:
        return known
    try:
        with transaction():
            file = _photo(photo, problems)
            if problems or money is None:
                raise InvalidContract(problems)
            return _write(fair, draft, money, file, by)
    except IntegrityError:
        # The same form was a moment earlier on another connection: that one's contract is the answer.
        known = _logged(draft.nonce, by)
        if known is None:
            raise
        return known


def _write(fair: Fair, draft: QuickDraft, money: Money, file: StoredFile | None, by: Actor) -> Contract:
    claim = _claim(draft.nonce, by)
    reference = next_reference(fair.code, "C")
    # Judged only now, with the series locked: two uploads of one photo cannot pass each other.
    if file is not None and (other := contract_with_file(file.sha256)) is not None:
        raise EvidenceKnown(other.reference)
    own = booths_of(fair.id, [draft.exporter_id]).get(draft.exporter_id or 0, [])
    contract = Contract(
        fair_id=fair.id, reference=reference, verification=Verification.INCOMPLETE, state=ContractState(draft.state),
        exporter_id=draft.exporter_id, importer_id=draft.importer_id, incoterm="", signed_on=draft.signed_on or fair.today,
        currency=money.currency, value_minor=money.amount_minor, number=clean(draft.number), note=clean(draft.note),
        reported_by=draft.reported_by, booth_code=own[0] if len(own) == 1 else "", evidence_id=file.id if file else None,
        logged_by_id=by.user_id, logged_for_id=by.for_user_id,
    )  # fmt: skip
    set_usd(contract)
    db.session.add(contract)
    db.session.flush()
    if claim is not None:
        claim.body, claim.status = reference, 201
    after = {
        "state": contract.state, "exporter_id": contract.exporter_id, "importer_id": contract.importer_id, "value": money,
        "reported_by": contract.reported_by, "evidence": file.sha256 if file is not None else None, "quick": True,
        "sha256": content_hash(contract),
    }  # fmt: skip
    record("contracts.log", contract, by=by, after=after)
    reconsider(contract)
    return contract


def _key(nonce: str) -> str:
    return f"quick-log {nonce}"


def _logged(nonce: str, by: Actor) -> Contract | None:
    if not nonce:
        return None
    row = db.session.scalar(
        select(StoredAnswer).where(StoredAnswer.owner_id == (by.user_id or 0), StoredAnswer.key == _key(nonce))
    )
    return None if row is None else db.session.scalar(select(Contract).where(Contract.reference == row.body))


def _claim(nonce: str, by: Actor) -> StoredAnswer | None:
    """Who comes second with the same form waits here, and fails on the unique key."""
    if not nonce:
        return None
    claim = StoredAnswer(owner_id=by.user_id or 0, key=_key(nonce), fingerprint="", status=0, body="")
    db.session.add(claim)
    db.session.flush()
    return claim


def _value(draft: QuickDraft, problems: list[DomainError]) -> Money | None:
    if draft.currency not in EXPONENTS:
        problems.append(InvalidInput(_l("Please choose a currency."), field="currency"))
        return None
    if draft.value is None:
        problems.append(InvalidInput(_l("Please fill this in."), field="value"))
    elif draft.value <= 0:
        problems.append(InvalidInput(_l("Write an amount above 0."), field="value"))
    elif draft.value >= LARGEST:
        problems.append(InvalidInput(_l("This amount is too large."), field="value"))
    else:
        try:
            return Money.from_decimal(draft.value, draft.currency)
        except DomainError as error:
            problems.append(InvalidInput(error.message, field="value"))
    return None


def _parties(draft: QuickDraft, problems: list[DomainError]) -> None:
    if draft.exporter_id is not None and draft.exporter_id == draft.importer_id:
        problems.append(InvalidInput(_l("Exporter and importer are two companies."), field="importer"))
        return
    for field, company_id in (("exporter", draft.exporter_id), ("importer", draft.importer_id)):
        company = db.session.get(Company, company_id) if company_id is not None and 0 < company_id < 2**31 else None
        is_exporter = field == "exporter"
        if company is None:
            text = (
                _l("Choose the exporter: scan a badge, or search.") if is_exporter
                else _l("Choose the importer: scan a badge, or search.")
            )  # fmt: skip
            problems.append(InvalidInput(text, field=field))
        elif company.is_domestic is not is_exporter:
            text = (
                _l("The exporter is a company in Viet Nam; this one is not.") if is_exporter
                else _l("The importer is a company abroad; this one is in Viet Nam.")
            )  # fmt: skip
            problems.append(InvalidInput(text, field=field))


def _rest(fair: Fair, draft: QuickDraft, problems: list[DomainError]) -> None:
    if draft.state not in set(QUICK_STATES):
        problems.append(InvalidInput(_l("Please choose from the list."), field="state"))
    day = draft.signed_on
    if day is not None and day > fair.today:
        problems.append(InvalidInput(_l("This day lies in the future."), field="signed_on"))
    elif day is not None and day < earliest_day(fair):
        problems.append(InvalidInput(_l("This day lies too long before the fair."), field="signed_on"))
    limits = (("nonce", _LONGEST_NONCE), ("note", _LONGEST_NOTE), ("number", _LONGEST_NUMBER))
    problems += [
        InvalidInput(_l("At most %(max)d characters.", max=most), field=name)
        for name, most in limits
        if len(getattr(draft, name)) > most
    ]


def _photo(photo: Photo, problems: list[DomainError]) -> StoredFile | None:
    if photo is None:
        return None
    try:
        return photo if isinstance(photo, StoredFile) else store_upload(judged_photo(photo), field="evidence")
    except InvalidInput as error:
        problems.append(error)
        return None


def judged_photo(upload: Upload) -> Upload:
    """The photo, if it is one by its content; raises InvalidInput at ``evidence`` for anything else."""
    if judge(upload, field="evidence") == "application/pdf":
        raise InvalidInput(_l("A photo is a PNG, JPEG or WebP file."), field="evidence")
    return upload


# --- finding the parties ---------------------------------------------------------------------------------------------


def scanned_company(fair: Fair, code: str) -> Company | None:
    """The company of a scanned badge of this fair; None for what is no badge at all. Raises OtherFair."""
    try:
        return badge_by_code(fair.id, clean(code)[:1000]).company
    except UnknownCode:
        return None


def companies_for(fair: Fair, text: str) -> Sequence[Company]:
    """For a clerk: the company of a badge, a reference or a booth, else those whose names fit. Raises OtherFair."""
    text = clean(text)[:1000]
    badge = scanned_company(fair, text)
    if badge is not None:
        return [badge]
    found = [
        *find_parties(fair.id, text, domestic=True, limit=5),
        *find_parties(fair.id, text, domestic=False, limit=5),
    ]
    return list({company.id: company for company in found}.values())


def participants_for(fair: Fair, text: str, *, domestic: bool) -> Sequence[Company]:
    """For a party: companies of the other side that take part in this fair, by badge or name; never the whole register.

    Raises OtherFair for a badge of another fair.
    """
    text = clean(text)[:1000]
    badge = scanned_company(fair, text)
    if badge is not None:
        return [badge] if badge.is_domestic is domestic else []
    folded = fold(text)
    if len(folded) < 3:
        return []
    query = (
        select(Company).where(takes_part(fair.id), Company.folded.contains(folded, autoescape=True))
        .where(Company.country == "VN" if domestic else Company.country != "VN")
    )  # fmt: skip
    return db.session.scalars(query.order_by(Company.folded, Company.id).limit(8)).all()


def takes_part(fair_id: int) -> ColumnElement[bool]:
    """The condition that a company is an accepted exhibitor or an approved importer of the fair."""
    return or_(
        Company.id.in_(
            select(Exhibitor.company_id).where(Exhibitor.fair_id == fair_id, Exhibitor.state == ExhibitorState.ACCEPTED)
        ),
        Company.id.in_(
            select(Importer.company_id).where(Importer.fair_id == fair_id, Importer.state == ImporterState.APPROVED)
        ),
    )


def require_participant(fair: Fair, company_id: int | None, *, domestic: bool) -> Company | None:
    """The company if it takes part (or holds a badge that was scanned); raises NotFound for others of the register."""
    if company_id is None:
        return None
    here = or_(takes_part(fair.id), Company.id.in_(select(Badge.company_id).where(Badge.fair_id == fair.id)))
    company = db.session.scalar(select(Company).where(Company.id == company_id, here))
    if company is None or company.is_domestic is not domestic:
        raise NotFound
    return company
