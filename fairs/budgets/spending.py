"""Commitments and payment vouchers: what they take of the budget's lines, under the lines' locks.

A voucher takes its amounts when it is submitted, and gives them back when it is returned or refused. Rows are locked in one
order: voucher, commitments, lines (each by their keys), series of numbers last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.budgets.errors import LineExceeded, NotEditable
from fairs.budgets.locks import held_by, locked_commitments, locked_lines
from fairs.budgets.models import Commitment, FairLine, Voucher, VoucherLine
from fairs.budgets.queries import counter_voucher
from fairs.budgets.states import CommitmentState, VoucherState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.i18n import format_money
from fairs.core.money import LARGEST, Money
from fairs.core.storage import Upload, discard, store_upload
from fairs.core.text import clean, one_line
from fairs.payments.credits import day_of_money
from fairs.payments.numbers import document_number, normal_reference

COMMITMENT, VOUCHER = "CM", "PV"
METHODS = ("transfer", "cash")
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class CommitmentDraft:
    """A contract or an order as entered."""

    payee: str
    subject: str
    amount: Money
    signed_on: date
    external_number: str = ""
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class VoucherPart:
    """What a voucher takes of a line, with VAT; out of a commitment where ``commitment_id`` names one."""

    line_id: int
    amount: Money
    commitment_id: int | None = None


@dataclass(frozen=True, slots=True)
class VoucherDraft:
    """A voucher as entered; ``vat`` is contained in the sum of its parts."""

    payee: str
    purpose: str
    parts: Sequence[VoucherPart]
    written_on: date
    method: str = "transfer"
    vat: Money | None = None
    company_id: int | None = None
    tax_code: str = ""
    external_number: str = ""
    external_on: date | None = None
    scan: Upload | None = None


# --- commitments --------------------------------------------------------------------------------------------------


def commit(line: FairLine, draft: CommitmentDraft, *, by: Actor) -> Commitment:
    """Promise an amount of a line by a contract or an order. Raises LineExceeded saying what is left, InvalidInput."""
    if not draft.payee.strip():
        raise InvalidInput(_l("Please fill this in."), field="payee")
    if not draft.subject.strip():
        raise InvalidInput(_l("Please fill this in."), field="subject")
    if draft.amount.currency != line.currency or not 0 < draft.amount.amount_minor <= LARGEST:
        raise InvalidInput(_l("Write an amount above zero."), field="amount")
    with transaction():
        fair = db.session.get_one(Fair, line.fair_id)
        row = locked_lines([line.id])[line.id]
        _take(row, draft.amount)
        made = Commitment(
            number=document_number(fair.code, COMMITMENT, draft.signed_on), fair_id=row.fair_id, line_id=row.id,
            state=CommitmentState.OPEN, company_id=draft.company_id, payee=one_line(draft.payee)[:250],
            subject=one_line(draft.subject)[:300], external_number=one_line(draft.external_number)[:80],
            signed_on=draft.signed_on, amount_minor=draft.amount.amount_minor, taken_minor=0, currency=row.currency,
            released_because="", by_id=by.user_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        after = {"number": made.number, "line": row.code, "amount": made.amount, "payee": made.payee}
        record("budgets.commit", made, by=by, after=after)
        return made


def release_commitment(commitment: Commitment, *, reason: str, by: Actor) -> Commitment:
    """Free what no voucher has taken of a commitment: it is over, or never came about."""
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        row = locked_commitments([commitment.id])[commitment.id]
        line = locked_lines([row.line_id])[row.line_id]
        row.move_to(CommitmentState.RELEASED)
        row.released_because = clean(reason)[:400]
        line.committed_minor -= row.left.amount_minor
        record("budgets.release", row, by=by, after={"number": row.number, "amount": row.left, "reason": reason[:400]})
        return row


def _take(line: FairLine, amount: Money) -> None:
    if amount.amount_minor > line.left.amount_minor:
        raise LineExceeded(
            _("%(line)s has %(left)s left; %(amount)s are needed. Ask for an overrun, or for an adjustment of the budget.",
              line=line.label, left=format_money(line.left), amount=format_money(amount)), field="amount",
        )  # fmt: skip
    line.committed_minor += amount.amount_minor


# --- vouchers -----------------------------------------------------------------------------------------------------


def write_voucher(fair: Fair, draft: VoucherDraft, *, by: Actor) -> Voucher:
    """A new voucher, as a draft: it has its number, and takes nothing of the lines yet. Raises InvalidInput."""
    with transaction():
        values, parts = _checked(fair, draft)
        scan = store_upload(draft.scan, field="scan") if draft.scan is not None else None
        row = Voucher(
            number=document_number(fair.code, VOUCHER, draft.written_on), fair_id=fair.id, state=VoucherState.DRAFT,
            scan_id=scan.id if scan else None, by_id=by.user_id, for_id=by.for_user_id, lines=parts, bank_reference="",
            ended_because="", **values,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("budgets.voucher", row, by=by, after={"number": row.number, "total": row.total, "payee": row.payee})
        return row


def change_voucher(voucher: Voucher, draft: VoucherDraft, *, by: Actor) -> Voucher:
    """Another content for a draft; a scan is kept when none is handed in. Raises NotEditable, InvalidInput."""
    with transaction():
        row = _locked(voucher)
        if row.state is not VoucherState.DRAFT or row.counter_of_id is not None:
            raise NotEditable(_l("Only a draft can be changed."))
        fair = db.session.get_one(Fair, row.fair_id)
        values, parts = _checked(fair, draft)
        if draft.written_on.year != row.written_on.year:
            raise InvalidInput(
                _l("The number belongs to another year: refuse it and write a new one."), field="written_on"
            )
        before = {"total": row.total, "payee": row.payee}
        for name, value in values.items():
            setattr(row, name, value)
        row.lines[:] = parts
        if draft.scan is not None:
            old, row.scan_id = row.scan, store_upload(draft.scan, field="scan").id
            db.session.flush()
            if old is not None:
                discard(old)
        row.submitted_by_id, row.submitted_for_id = by.user_id, by.for_user_id
        db.session.flush()
        db.session.refresh(row, ["lines", "scan"])
        record("budgets.change_voucher", row, by=by, before=before, after={"total": row.total, "payee": row.payee})
        return row


def _checked(fair: Fair, draft: VoucherDraft) -> tuple[dict[str, object], list[VoucherLine]]:
    if draft.method not in METHODS:
        raise InvalidInput(field="method")
    for name in ("payee", "purpose"):
        if not getattr(draft, name).strip():
            raise InvalidInput(_l("Please fill this in."), field=name)
    if draft.written_on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="written_on")
    if not draft.parts:
        raise InvalidInput(_l("Say on which line of the budget it is spent."), field="lines-0-line")
    if len(draft.parts) > MOST_LINES:
        raise InvalidInput(_l("At most %(count)s lines.", count=MOST_LINES))
    known = {
        row.id: row
        for row in db.session.scalars(select(FairLine).where(FairLine.id.in_([part.line_id for part in draft.parts])))
    }
    parts = []
    for place, part in enumerate(draft.parts):
        line = known.get(part.line_id)
        if line is None or line.fair_id != fair.id:
            raise InvalidInput(_l("Not a valid choice."), field=f"lines-{place}-line")
        if part.amount.currency != line.currency or not 0 < part.amount.amount_minor <= LARGEST:
            raise InvalidInput(_l("Write an amount above zero."), field=f"lines-{place}-amount")
        if part.commitment_id is not None:
            promised = db.session.get(Commitment, part.commitment_id)
            if promised is None or promised.line_id != line.id:
                raise InvalidInput(_l("This commitment is on another line."), field=f"lines-{place}-commitment")
        parts.append(
            VoucherLine(
                line_id=line.id, commitment_id=part.commitment_id, amount_minor=part.amount.amount_minor, currency=line.currency
            )
        )  # fmt: skip
    total = sum(part.amount_minor for part in parts)
    vat = draft.vat.amount_minor if draft.vat is not None else 0
    if not 0 <= vat < total:
        raise InvalidInput(_l("The VAT is contained in the total, so it is less."), field="vat")
    return {
        "written_on": draft.written_on, "company_id": draft.company_id, "payee": one_line(draft.payee)[:250],
        "tax_code": one_line(draft.tax_code)[:20], "purpose": one_line(draft.purpose)[:400], "method": draft.method,
        "external_number": one_line(draft.external_number)[:80], "external_on": draft.external_on, "total_minor": total,
        "vat_minor": vat, "currency": fair.currency,
    }, parts  # fmt: skip


def submit_voucher(voucher: Voucher, *, by: Actor) -> Voucher:
    """Hand a draft in: its amounts are taken of their commitments and lines. Raises LineExceeded, InvalidTransition."""
    with transaction():
        row = _locked(voucher)
        row.require_move(VoucherState.SUBMITTED)
        _reserve(row)
        row.move_to(VoucherState.SUBMITTED)
        row.submitted_by_id, row.submitted_for_id, row.submitted_at = by.user_id, by.for_user_id, now()
        row.ended_because = ""
        record("budgets.submit_voucher", row, by=by, after={"number": row.number, "total": row.total})
        return row


def _reserve(row: Voucher) -> None:
    promised, lines = held_by(row)
    for part in row.lines:
        if part.commitment_id is None:
            _take(lines[part.line_id], part.amount)
            continue
        source = promised[part.commitment_id]
        if source.state is not CommitmentState.OPEN or part.amount_minor > source.left.amount_minor:
            raise LineExceeded(
                _("Of the commitment %(number)s %(left)s are left; %(amount)s are needed.", number=source.number,
                  left=format_money(source.left if source.state is CommitmentState.OPEN else Money(0, source.currency)),
                  amount=format_money(part.amount))
            )  # fmt: skip
        _take_of(source, part.amount_minor)
    db.session.flush()


def _take_of(source: Commitment, amount_minor: int) -> None:
    source.taken_minor += amount_minor
    if not source.left:
        source.move_to(CommitmentState.USED)


def _give_back(row: Voucher) -> None:
    """What an unpaid voucher has taken is free again: of its commitment, where that still stands, else of the line."""
    promised, lines = held_by(row)
    for part in row.lines:
        source = promised.get(part.commitment_id or 0)
        if source is not None:
            source.taken_minor -= part.amount_minor
        if source is None or source.state is CommitmentState.RELEASED:
            lines[part.line_id].committed_minor -= part.amount_minor
        elif source.state is CommitmentState.USED:
            source.move_to(CommitmentState.OPEN)
    db.session.flush()


def return_voucher(voucher: Voucher, *, reason: str, by: Actor) -> Voucher:
    """Give a submitted voucher back to be mended, saying why. A counter-voucher is approved or refused as it is."""
    with transaction():
        row = _end(voucher, VoucherState.DRAFT, reason, refused_counter=False)
        record("budgets.return_voucher", row, by=by, after={"number": row.number, "reason": row.ended_because})
        return row


def refuse_voucher(voucher: Voucher, *, reason: str, by: Actor) -> Voucher:
    """End a voucher that was not paid: its number stays, and it takes nothing."""
    with transaction():
        row = _end(voucher, VoucherState.REFUSED, reason, refused_counter=True)
        record("budgets.refuse_voucher", row, by=by, after={"number": row.number, "reason": row.ended_because})
        return row


def _end(voucher: Voucher, state: VoucherState, reason: str, *, refused_counter: bool) -> Voucher:
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    row = _locked(voucher)
    row.require_move(state)
    if row.counter_of_id is not None and not refused_counter:
        raise Conflict(_l("A counter-voucher is approved or refused as it is."))
    if row.state is not VoucherState.DRAFT and row.counter_of_id is None:
        _give_back(row)
    row.move_to(state)
    row.ended_because = clean(reason)[:400]
    return row


def approve_voucher(voucher: Voucher, *, by: Actor) -> Voucher:
    """A second person agrees; raises SamePerson for who wrote it, changed it last or submitted it."""
    with transaction():
        row = _locked(voucher)
        row.require_move(VoucherState.APPROVED)
        require_second_person(by, row.by_id, row.for_id, row.submitted_by_id, row.submitted_for_id)
        row.move_to(VoucherState.APPROVED)
        row.approved_by_id, row.approved_at = by.user_id, now()
        record("budgets.approve_voucher", row, by=by, after={"number": row.number, "total": row.total})
        return row


def pay_voucher(voucher: Voucher, *, on: date, reference: str = "", by: Actor) -> Voucher:
    """The money of an approved voucher has gone (of a counter-voucher: come back): what was committed is spent.

    Raises InvalidInput for a day to come or before the voucher's, or a transfer without the bank's reference.
    """
    known = normal_reference(reference) or ""
    if on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="paid_on")
    with transaction():
        row = _locked(voucher)
        row.require_move(VoucherState.PAID)
        if on < row.written_on:
            raise InvalidInput(_l("It cannot be paid before the day of the voucher."), field="paid_on")
        if row.method == "transfer" and not known:
            raise InvalidInput(_l("Write the bank's reference of the transfer."), field="reference")
        original = _locked(db.session.get_one(Voucher, row.counter_of_id)) if row.counter_of_id else None
        if original is None:
            _promised, lines = held_by(row)
            for part in row.lines:
                lines[part.line_id].committed_minor -= part.amount_minor
                lines[part.line_id].spent_minor += part.amount_minor
        else:
            _take_off(original)
            original.move_to(VoucherState.VOIDED)
            original.ended_because = row.purpose
        row.move_to(VoucherState.PAID)
        row.paid_on, row.paid_at, row.paid_by_id, row.bank_reference = on, now(), by.user_id, known
        db.session.flush()
        record("budgets.pay_voucher", row, by=by, after={"number": row.number, "total": row.total, "on": on})
        return row


def _take_off(original: Voucher) -> None:
    """What a paid voucher spent comes back: to its commitment, which still has to be paid, or to the line."""
    promised, lines = held_by(original)
    for part in original.lines:
        line, source = lines[part.line_id], promised.get(part.commitment_id or 0)
        line.spent_minor -= part.amount_minor
        if source is None:
            continue
        source.taken_minor -= part.amount_minor
        if source.state is not CommitmentState.RELEASED:
            line.committed_minor += part.amount_minor
            if source.state is CommitmentState.USED:
                source.move_to(CommitmentState.OPEN)


def counter(voucher: Voucher, *, reason: str, by: Actor) -> Voucher:
    """A counter-voucher for a paid one: the same lines below zero, submitted at once for a second person to approve.

    Raises InvalidTransition for one that is not paid, Conflict when one is under way or it is a counter-voucher itself.
    """
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        row = _locked(voucher)
        row.require_move(VoucherState.VOIDED)
        if row.counter_of_id is not None or counter_voucher(row) is not None:
            raise Conflict(_l("There is a counter-voucher for it already."))
        fair, on = db.session.get_one(Fair, row.fair_id), day_of_money()
        made = Voucher(
            number=document_number(fair.code, VOUCHER, on), fair_id=row.fair_id, state=VoucherState.SUBMITTED,
            written_on=on, company_id=row.company_id, payee=row.payee, tax_code=row.tax_code,
            purpose=clean(reason)[:400], method=row.method, external_number=row.external_number,
            external_on=row.external_on, total_minor=-row.total_minor, vat_minor=-row.vat_minor, currency=row.currency,
            counter_of_id=row.id, by_id=by.user_id, for_id=by.for_user_id, submitted_by_id=by.user_id,
            submitted_for_id=by.for_user_id, submitted_at=now(), bank_reference="", ended_because="",
            lines=[
                VoucherLine(line_id=part.line_id, commitment_id=part.commitment_id, amount_minor=-part.amount_minor, currency=part.currency)
                for part in row.lines
            ],
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        after = {"number": made.number, "of": row.number, "reason": made.purpose}
        record("budgets.counter_voucher", made, by=by, after=after)
        return made


# --- locks --------------------------------------------------------------------------------------------------------


def _locked(voucher: Voucher) -> Voucher:
    row = db.session.get_one(Voucher, voucher.id, with_for_update=True, populate_existing=True)
    db.session.refresh(row, ["lines"])
    return row
