"""Logging contracts, having a second person verify them, and following them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.confirming import lapse
from fairs.contracts.content import content_hash, content_of, fingerprint
from fairs.contracts.errors import (
    AlreadyVerified,
    ChangedMeanwhile,
    InvalidContract,
    NotVerifiable,
    NotVerified,
)
from fairs.contracts.evidence import Evidence, kept_evidence
from fairs.contracts.findings import disputes, signed_on_screen
from fairs.contracts.models import Contract, ContractLine, ContractRevision
from fairs.contracts.outliers import answer_question, open_questions
from fairs.contracts.queries import authors, facts, version
from fairs.contracts.rates import convert, missing_text, set_usd
from fairs.contracts.reconsidering import reconsider
from fairs.contracts.rules import FIRST_STATES, ContractDraft, checked, earliest_day
from fairs.contracts.states import VERIFICATION_TRANSITIONS, ContractState, Verification
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.hs import edition_of
from fairs.core.sequences import next_reference
from fairs.core.storage import StoredFile
from fairs.core.text import clean
from fairs.messages.service import Notice, send

#: What the second person confirms, each by itself.
CHECKS = {
    "signed_both": _l("The scan is signed by both parties"),
    "parties": _l("The parties are those of the paper and of the register"),
    "value": _l("Value, currency and lines are those of the paper"),
    "date": _l("The day of signature is that of the paper and belongs to this fair"),
}
#: One more point where a side says that the contract is wrong.
CLEARED = "cleared"


def log_contract(fair: Fair, draft: ContractDraft, *, by: Actor, evidence: Evidence = None) -> Contract:
    """Write a contract down; its value in USD follows from the rates of the day, or stays open until there is one.

    Raises InvalidContract (every problem with its field), InvalidInput for an unacceptable file, EvidenceKnown when
    the same file belongs to another contract.
    """
    with transaction():
        values, lines = checked(fair, draft, by=by)
        if values["state"] not in FIRST_STATES:
            raise InvalidContract([InvalidInput(_l("Please choose from the list."), field="state")])
        # The series is locked from here on, so that two uploads of one file cannot pass each other.
        reference = next_reference(fair.code, "C")
        file = kept_evidence(evidence, None)
        contract = Contract(
            fair_id=fair.id, reference=reference, verification=Verification.LOGGED, evidence_id=file.id if file else None,
            logged_by_id=by.user_id, logged_for_id=by.for_user_id, lines=lines, **values,
        )  # fmt: skip
        set_usd(contract)
        db.session.add(contract)
        db.session.flush()
        record("contracts.log", contract, by=by, after=_content(contract))
        reconsider(contract)
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
    """Change a contract that nobody has verified; one that was sent back, or logged in a hurry and is complete now, waits
    for verification.

    ``seen`` is the version that the person was shown. Raises AlreadyVerified, ChangedMeanwhile, and as log_contract.
    """
    with transaction():
        row = _locked(contract, seen)
        if row.verification is Verification.VERIFIED:
            raise AlreadyVerified
        if row.state is ContractState.CANCELLED:
            raise InvalidTransition
        values, lines = checked(fair, draft, of=row, by=by)
        file = kept_evidence(evidence, row.id)
        before = _content(row)
        state = values.pop("state")
        if state is not row.state:
            row.move_to(state)  # type: ignore[arg-type]
        _write(row, values, lines, file)
        if row.verification in {Verification.RETURNED, Verification.INCOMPLETE}:
            _set_verification(row, Verification.LOGGED)
        db.session.flush()
        record("contracts.edit", row, by=by, before=before, after=_content(row))
        reconsider(row)
        return row


def correct_contract(
    contract: Contract,
    fair: Fair,
    draft: ContractDraft,
    reason: str,
    *,
    by: Actor,
    evidence: Evidence = None,
    seen: int | None = None,
) -> Contract:
    """Correct a verified contract: what was verified is kept as a revision with its hash, and the corrected content is
    verified anew by somebody else, its rate of exchange frozen then. It does not count until it is.

    How far the deal has come is not corrected here but followed on. Raises NotVerified, ChangedMeanwhile, InvalidInput for
    a missing reason or when nothing is different, and as log_contract.
    """
    reason = _reason(reason, _l("Say why it is corrected."))
    with transaction():
        row = _locked(contract, seen)
        if row.verification is not Verification.VERIFIED:
            raise NotVerified
        if row.state is ContractState.CANCELLED or row.merged_into_id is not None:
            raise InvalidTransition
        values, lines = checked(fair, replace(draft, state=str(row.state)), of=row, by=by)
        file = kept_evidence(evidence, row.id)
        before, said = _content(row), content_of(row)
        _keep_revision(row, reason, by)
        del values["state"]
        _write(row, values, lines, file)
        if fingerprint(said) == content_hash(row) and before["evidence"] == _fingerprint_of(row):
            raise InvalidInput(_l("Nothing is different from what was verified."), field="reason")
        _unverify(row)
        db.session.flush()
        record("contracts.correct", row, by=by, before=before, after={**_content(row), "reason": reason})
        reconsider(row)
        return row


def _keep_revision(row: Contract, reason: str, by: Actor) -> None:
    """What was verified, before it changes."""
    said = content_of(row)
    db.session.add(
        ContractRevision(
            contract_id=row.id, number=row.revision, content=said, sha256=fingerprint(said),
            evidence_id=row.evidence_id, usd_minor=row.usd_minor, verified_by_id=row.verified_by_id,
            verified_at=row.verified_at, corrected_by_id=by.user_id, reason=reason,
        )
    )  # fmt: skip
    row.revision += 1


def _unverify(row: Contract) -> None:
    _set_verification(row, Verification.LOGGED)
    row.verified_by_id, row.verified_at = None, None


def _write(row: Contract, values: dict[str, Any], lines: list[ContractLine], file: StoredFile | None) -> None:
    """Put new content into the row; answers to the old one lapse."""
    for name, value in values.items():
        setattr(row, name, value)
    if file is not None:
        row.evidence_id, row.evidence = file.id, file
    row.lines = lines
    set_usd(row)
    db.session.flush()
    db.session.refresh(row, ["exporter", "importer", "evidence", "parent"])
    lapse(row)


def verify_contract(
    contract: Contract, fair: Fair, checks: Mapping[str, bool], *, by: Actor, note: str = "", seen: int | None = None
) -> Contract:
    """A second person confirms the contract; its value in USD is frozen with the rate and its source.

    Raises SamePerson for anybody who logged, changed or moved it or in whose place that was done; NotVerifiable when
    the scan or the rate is missing or nothing is signed; InvalidInput for a point not ticked; ChangedMeanwhile. What a side
    disputes is verified only when ``checks`` has "cleared" and the note says how; open questions about what is unusual are
    answered by the note.
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
        disputed = disputes(row)
        if disputed and not checks.get(CLEARED):
            raise InvalidInput(_l("A side says that this is wrong: clear it up first, or send it back."), field=CLEARED)
        if disputed and not clean(note):
            raise InvalidInput(_l("Say how it was cleared up."), field="note")
        known = facts(row, fair)
        if not known.sum_fits:
            raise NotVerifiable(_l("Value and lines are not equal."))
        if not known.in_window and not clean(note):
            raise InvalidInput(_l("The day lies far from the fair: say why the deal belongs to it."), field="note")
        asked = open_questions(row.id)
        if asked and not clean(note):
            message = _l("Something about it is unusual: answer the open questions, or say here why it is right.")
            raise InvalidInput(message, field="note")
        for question in asked:
            answer_question(question, "right", note, by=by)
        rate = set_usd(row)
        _set_verification(row, Verification.VERIFIED)
        row.verified_by_id, row.verified_at, row.return_reason = by.user_id, now(), ""
        db.session.flush()
        after = {
            "checks": dict.fromkeys(CHECKS, True), "disputed": [answer.side for answer in disputed],
            "revision": row.revision, "content_sha256": content_hash(row), "note": clean(note)[:400], "usd": rate.usd,
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
    if contract.merged_into_id is not None:
        return NotVerifiable(_l("This record was merged into another one: that one is verified."))
    if contract.verification is Verification.INCOMPLETE:
        return NotVerifiable(_l("It is incomplete: the clerk finishes it first."))
    if contract.verification is Verification.RETURNED:
        return NotVerifiable(_l("It was sent back: the clerk corrects it first."))
    if contract.evidence_id is None and not signed_on_screen(contract):
        return NotVerifiable(_l("The scan of the signed paper is missing."))
    rate = convert(contract.value, contract.signed_on)
    if rate.usd is None:
        return NotVerifiable(missing_text(rate.missing, contract.signed_on).message)
    return None


def return_contract(contract: Contract, reason: str, *, by: Actor, seen: int | None = None) -> Contract:
    """Send a contract back to who logged it, who is told why; raises SamePerson, InvalidInput, ChangedMeanwhile."""
    reason = _reason(reason, _l("Say what has to be corrected."))
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
    contract: Contract,
    fair: Fair,
    target: ContractState,
    *,
    by: Actor,
    signed_on: date | None = None,
    reason: str = "",
    seen: int | None = None,
) -> Contract:
    """Follow a contract on: signed, shipped, paid, cancelled (with a reason).

    An MOU that is signed now has a new paper: if it was verified, that is kept as a revision, and a second person verifies it
    again. What is cancelled keeps its verification and how far it had come, so that "verified, cancelled later" is told
    apart. Raises InvalidTransition, InvalidInput, ChangedMeanwhile.
    """
    with transaction():
        row = _locked(contract, seen)
        before = row.state
        signs = target in {ContractState.MOU, ContractState.SIGNED}
        if row.may_move_to(target) and signs and row.verification is Verification.INCOMPLETE:
            raise InvalidInput(_l("Complete the value and the lines first: edit the contract."), field="target")
        was_verified = row.verification is Verification.VERIFIED
        if row.may_move_to(target) and signs and was_verified:
            _keep_revision(row, f"{before} → {target}", by)
        row.move_to(target)
        after: dict[str, Any] = {"state": target}
        if target is ContractState.CANCELLED:
            why = _reason(reason, _l("Say why it was cancelled."), field="cancel_reason")
            row.cancelled_at, row.cancelled_from, row.cancel_reason = now(), before, why
            after["reason"] = why
        if signs:
            if not row.value_minor or not row.lines:
                raise InvalidInput(_l("Complete the value and the lines first: edit the contract."), field="target")
            if signed_on is None or not earliest_day(fair) <= signed_on <= fair.today:
                raise InvalidInput(_l("Write the day of signature, today at the latest."), field="signed_on")
            row.signed_on = signed_on
            after["signed_on"] = signed_on
            for line in row.lines:
                line.hs_edition = edition_of(signed_on)
            if was_verified:
                _unverify(row)
            set_usd(row)
            db.session.flush()
            lapse(row)
        db.session.flush()
        record("contracts.move", row, by=by, before={"state": before}, after=after)
        reconsider(row)
        return row


def _reason(text: str, missing: Any, field: str = "reason") -> str:
    text = clean(text)
    if not text:
        raise InvalidInput(missing, field=field)
    if len(text) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field=field)
    return text


def _locked(contract: Contract, seen: int | None) -> Contract:
    row = db.session.get_one(Contract, contract.id, with_for_update=True, populate_existing=True)
    if seen is not None and seen != version(row):
        raise ChangedMeanwhile
    return row


def _set_verification(contract: Contract, target: Verification) -> None:
    if target not in VERIFICATION_TRANSITIONS[contract.verification]:
        raise InvalidTransition(**{"from": str(contract.verification), "to": str(target)})
    contract.verification = target


def _content(contract: Contract) -> dict[str, Any]:
    """What stands in the contract, for the audit."""
    names = (
        "state", "number", "exporter_id", "importer_id", "signed_on", "incoterm", "incoterm_place", "booth_code",
        "payment_method", "payment_terms", "delivery", "reported_by", "return_reason", "kind", "parent_id",
        "revision",
    )  # fmt: skip
    return {
        **{name: getattr(contract, name) for name in names},
        "evidence": _fingerprint_of(contract),
        "value": contract.value,
        "lines": [_line(line) for line in contract.lines],
    }


def _fingerprint_of(contract: Contract) -> str | None:
    """The hash of the evidence: it says in the history which file it was, wherever that is kept."""
    return contract.evidence.sha256 if contract.evidence is not None else None


def _line(line: ContractLine) -> str:
    price = "" if line.price is None else f" × {line.price.normalize():f}"
    cites = " · CITES" if line.cites else ""
    return (
        f"{line.hs_code} · {line.description} · {line.quantity} {line.unit}{price} · "
        f"{line.amount.decimal} {line.currency}{cites}"
    )
