"""Logging contracts, having a second person verify them, and following them on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.errors import AlreadyVerified, ChangedMeanwhile, EvidenceKnown, InvalidContract, NotVerifiable
from fairs.contracts.models import Contract, ContractLine
from fairs.contracts.outliers import open_questions, refresh_contract
from fairs.contracts.queries import authors, contract_with_file, facts, version
from fairs.contracts.rates import convert, missing_text, set_usd
from fairs.contracts.rules import FIRST_STATES, ContractDraft, checked, earliest_day
from fairs.contracts.states import VERIFICATION_TRANSITIONS, ContractState, Verification
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.sequences import next_reference
from fairs.core.storage import StoredFile, Upload, store_upload
from fairs.core.text import clean
from fairs.messages.service import Notice, send

Evidence = Upload | StoredFile | None

#: What the second person confirms, each by itself.
CHECKS = {
    "signed_both": _l("The scan is signed by both parties"),
    "parties": _l("The parties are those of the paper and of the register"),
    "value": _l("Value, currency and lines are those of the paper"),
    "date": _l("The day of signature is that of the paper and belongs to this fair"),
}


def log_contract(fair: Fair, draft: ContractDraft, *, by: Actor, evidence: Evidence = None) -> Contract:
    """Write a contract down; its value in USD follows from the rates of the day, or stays open until there is one.

    Raises InvalidContract (every problem with its field), InvalidInput for an unacceptable file, EvidenceKnown when
    the same file belongs to another contract.
    """
    with transaction():
        values, lines = checked(fair, draft)
        if values["state"] not in FIRST_STATES:
            raise InvalidContract([InvalidInput(_l("Please choose from the list."), field="state")])
        # The series is locked from here on, so that two uploads of one file cannot pass each other.
        reference = next_reference(fair.code, "C")
        file = _kept(evidence, None)
        contract = Contract(
            fair_id=fair.id, reference=reference, verification=Verification.LOGGED, evidence_id=file.id if file else None,
            logged_by_id=by.user_id, logged_for_id=by.for_user_id, lines=lines, **values,
        )  # fmt: skip
        set_usd(contract)
        db.session.add(contract)
        db.session.flush()
        record("contracts.log", contract, by=by, after=_content(contract))
        refresh_contract(contract)
        return contract


def edit_contract(
    contract: Contract,
    fair: Fair,
    draft: ContractDraft,
    *,
    by: Actor,
    seen: int | None = None,
    evidence: Evidence = None,
) -> Contract:
    """Change a contract that nobody has verified; one that was sent back waits for verification again.

    ``seen`` is the version that the person was shown. Raises AlreadyVerified, ChangedMeanwhile, and as log_contract.
    """
    with transaction():
        row = _locked(contract, seen)
        if row.verification is Verification.VERIFIED:
            raise AlreadyVerified
        if row.state is ContractState.CANCELLED:
            raise InvalidTransition
        values, lines = checked(fair, draft)
        file = _kept(evidence, row.id)
        before = _content(row)
        state = values.pop("state")
        if state is not row.state:
            row.move_to(state)  # type: ignore[arg-type]
        for name, value in values.items():
            setattr(row, name, value)
        if file is not None:
            row.evidence_id, row.evidence = file.id, file
        row.lines = lines
        if row.verification is Verification.RETURNED:
            _set_verification(row, Verification.LOGGED)
        set_usd(row)
        db.session.flush()
        db.session.refresh(row, ["exporter", "importer", "evidence"])
        record("contracts.edit", row, by=by, before=before, after=_content(row))
        refresh_contract(row)
        return row


def verify_contract(
    contract: Contract, fair: Fair, checks: Mapping[str, bool], *, by: Actor, note: str = "", seen: int | None = None
) -> Contract:
    """A second person confirms the contract; its value in USD is frozen with the rate and its source.

    Raises SamePerson for anybody who logged, changed or moved it or in whose place that was done; NotVerifiable when
    the scan or the rate is missing or nothing is signed; InvalidInput for a point not ticked; ChangedMeanwhile.
    """
    with transaction():
        row = _locked(contract, seen)
        if row.verification is Verification.VERIFIED:
            raise AlreadyVerified
        require_second_person(by, *authors(row))
        obstacle = obstacle_to_verification(row)
        if obstacle is not None:
            raise obstacle
        for name in CHECKS:
            if not checks.get(name):
                raise InvalidInput(_l("Tick every point, or send the contract back."), field=name)
        known = facts(row, fair)
        if not known.sum_fits:
            raise NotVerifiable(_l("Value and lines are not equal."))
        if not known.in_window and not clean(note):
            raise InvalidInput(_l("The day lies far from the fair: say why the deal belongs to it."), field="note")
        rate = set_usd(row)
        _set_verification(row, Verification.VERIFIED)
        row.verified_by_id, row.verified_at, row.return_reason = by.user_id, now(), ""
        db.session.flush()
        after = {
            "checks": dict.fromkeys(CHECKS, True), "note": clean(note)[:400], "usd": rate.usd,
            "rate_vnd": str(rate.rate_vnd), "rate_usd_vnd": str(rate.rate_usd_vnd), "rate_on": rate.rate_on,
            "source": rate.source, "sha256": row.evidence.sha256 if row.evidence else None,
        }  # fmt: skip
        record("contracts.verify", row, by=by, after=after)
        return row


def obstacle_to_verification(contract: Contract) -> NotVerifiable | InvalidTransition | None:
    """What keeps anybody from verifying the contract now; None when nothing does."""
    if contract.state is ContractState.LEAD:
        return NotVerifiable(_l("A lead is not signed: there is nothing to verify yet."))
    if contract.state is ContractState.CANCELLED:
        return NotVerifiable(_l("This contract is cancelled."))
    if contract.verification is Verification.RETURNED:
        return NotVerifiable(_l("It was sent back: the clerk corrects it first."))
    if contract.evidence_id is None:
        return NotVerifiable(_l("The scan of the signed paper is missing."))
    rate = convert(contract.value, contract.signed_on)
    if rate.usd is None:
        return NotVerifiable(missing_text(rate.missing, contract.signed_on).message)
    if open_questions(contract.id):
        return NotVerifiable(_l("Something about it is unusual: answer the open questions first."))
    return None


def return_contract(contract: Contract, reason: str, *, by: Actor, seen: int | None = None) -> Contract:
    """Send a contract back to who logged it, who is told why; raises SamePerson, InvalidInput, ChangedMeanwhile."""
    reason = clean(reason)
    if not reason:
        raise InvalidInput(_l("Say what has to be corrected."), field="reason")
    if len(reason) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field="reason")
    with transaction():
        row = _locked(contract, seen)
        require_second_person(by, *authors(row))
        _set_verification(row, Verification.RETURNED)
        row.return_reason = reason
        db.session.flush()
        record("contracts.return", row, by=by, after={"reason": reason})
        _tell_clerk(row, reason, by)
        return row


def _tell_clerk(contract: Contract, reason: str, by: Actor) -> None:
    clerk = db.session.get(User, contract.logged_by_id) if contract.logged_by_id else None
    if clerk is None or not clerk.active:
        return
    fair = db.session.get_one(Fair, contract.fair_id)
    send(
        Notice(
            template="contracts/returned",
            name=clerk.name or clerk.email,
            email=clerk.email,
            locale=clerk.locale or "vi",
            fair_id=fair.id,
            context={
                "reference": contract.reference, "reason": reason, "by": by.label,
                "exporter": contract.exporter.name, "page": f"/fairs/{fair.slug}/deals/{contract.reference}",
            },
        )
    )  # fmt: skip


def move_contract(
    contract: Contract, fair: Fair, target: ContractState, *, by: Actor, signed_on: date | None = None, reason: str = ""
) -> Contract:
    """Follow a contract on: signed, shipped, paid, cancelled (with a reason).

    An MOU that is signed now has a new paper: if it was verified, a second person verifies it again. Raises
    InvalidTransition, InvalidInput.
    """
    with transaction():
        row = _locked(contract, None)
        before = row.state
        row.move_to(target)
        after: dict[str, Any] = {"state": target}
        if target is ContractState.CANCELLED:
            if not clean(reason):
                raise InvalidInput(_l("Say why it was cancelled."), field="cancel_reason")
            after["reason"] = clean(reason)[:400]
        if target in {ContractState.MOU, ContractState.SIGNED}:
            if not row.value_minor or not row.lines:
                raise InvalidInput(_l("Complete the value and the lines first: edit the contract."), field="target")
            if signed_on is None or not earliest_day(fair) <= signed_on <= fair.today:
                raise InvalidInput(_l("Write the day of signature, today at the latest."), field="signed_on")
            row.signed_on = signed_on
            after["signed_on"] = signed_on
            if row.verification is Verification.VERIFIED:
                _set_verification(row, Verification.LOGGED)
                row.verified_by_id, row.verified_at = None, None
            set_usd(row)
        db.session.flush()
        record("contracts.move", row, by=by, before={"state": before}, after=after)
        refresh_contract(row)
        return row


def _locked(contract: Contract, seen: int | None) -> Contract:
    row = db.session.get_one(Contract, contract.id, with_for_update=True, populate_existing=True)
    if seen is not None and seen != version(row):
        raise ChangedMeanwhile
    return row


def _set_verification(contract: Contract, target: Verification) -> None:
    if target not in VERIFICATION_TRANSITIONS[contract.verification]:
        raise InvalidTransition(**{"from": str(contract.verification), "to": str(target)})
    contract.verification = target


def _kept(evidence: Evidence, contract_id: int | None) -> StoredFile | None:
    if evidence is None:
        return None
    file = evidence if isinstance(evidence, StoredFile) else store_upload(evidence, field="evidence")
    other = contract_with_file(file.sha256, but=contract_id)
    if other is not None:
        raise EvidenceKnown(other.reference)
    return file


def _content(contract: Contract) -> dict[str, Any]:
    """What stands in the contract, for the audit."""
    names = (
        "state", "number", "exporter_id", "importer_id", "signed_on", "incoterm", "incoterm_place", "booth_code",
        "payment_terms", "delivery", "reported_by", "evidence_id", "return_reason",
    )  # fmt: skip
    return {
        **{name: getattr(contract, name) for name in names},
        "value": contract.value,
        "lines": [_line(line) for line in contract.lines],
    }


def _line(line: ContractLine) -> str:
    return f"{line.hs_code} · {line.description} · {line.quantity} {line.unit} · {line.amount.decimal} {line.currency}"
