"""What the licensed provider of e-invoices gets, and the numbers that it gives back (Decree 123/2020/ND-CP).

Each deposit, balance and credit note of a fair becomes one document: an invoice, or an adjustment of one. What was handed
over is recorded, so that the next export offers only what is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.storage import Upload
from fairs.core.tables import Column, SheetProblem, SheetRow, read_sheet
from fairs.payments.credits import day_of_money
from fairs.payments.documents import PartLine, adjustments_of, einvoices_of, lines_of, total_of
from fairs.payments.models import CreditNote, Instalment, Invoice
from fairs.payments.queries import coverage
from fairs.payments.tax_models import EInvoice, EInvoiceExport, EInvoiceItem

COLUMNS = (
    Column("number", ("Number of the document", "Số văn bản", "Số chứng từ"), required=True),
    Column("series", ("E-invoice series", "Ký hiệu hóa đơn", "Ký hiệu", "KHHDon"), required=True),
    Column("einvoice_number", ("E-invoice number", "Số hóa đơn", "SHDon"), required=True),
    Column("issued_on", ("E-invoice date", "Ngày hóa đơn", "Ngày lập", "NLap"), required=True),
    Column("authority_code", ("Code of the tax authority", "Mã của cơ quan thuế", "Mã CQT", "MCCQT")),
)
# One digit for the form; C or K, year, kind, two letters for the series (Circular 78/2021/TT-BTC, article 4).
_SERIES = re.compile(r"([1-6]?)([CK][0-9]{2}[A-Z]{3})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents an export is for: issued in a period, all or only paid ones; ``repeat`` offers known ones too."""

    since: date
    until: date
    paid_only: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class EDocument:
    """One document for the provider. The amounts of an adjustment are below zero; ``adjusts`` is what it lowers."""

    number: str
    kind: str  # deposit | balance | whole | adjustment
    issued_on: date
    invoice: Invoice
    lines: list[PartLine]
    adjusts: str = ""
    reason: str = ""
    is_paid: bool = False
    is_void: bool = False  # wholly taken off again

    @property
    def total(self) -> Money:
        """With VAT."""
        return total_of(self.lines, self.invoice.currency)


def _documents(invoice: Invoice, today: date) -> list[EDocument]:
    found = []
    paid = {part.instalment.id: part.is_paid for part in coverage(invoice, today)}
    for part in invoice.instalments:
        kind = part.kind if len(invoice.instalments) > 1 else "whole"
        found.append(
            EDocument(
                part.number, kind, part.issued_on, invoice, lines_of(invoice, part), is_paid=paid[part.id],
                is_void=not part.owed,
            )
        )  # fmt: skip
    for one in adjustments_of(invoice):
        lines = [_negative(line) for line in one.lines if line.net or line.vat]
        found.append(
            EDocument(
                one.number, "adjustment", one.note.issued_on, invoice, lines, one.instalment.number, one.note.reason,
                is_paid=paid[one.instalment.id], is_void=not one.instalment.owed,
            )
        )  # fmt: skip
    return found


def _negative(line: PartLine) -> PartLine:
    zero = Money(0, line.net.currency)
    return PartLine(
        line.position, line.kind, line.text_vi, line.text_en, zero - line.net, line.vat_percent, zero - line.vat
    )


def _invoices(fair_id: int, *where: Any) -> Sequence[Invoice]:
    return db.session.scalars(
        select(Invoice)
        .where(Invoice.fair_id == fair_id, *where)
        .options(
            joinedload(Invoice.company), selectinload(Invoice.lines), selectinload(Invoice.instalments),
            selectinload(Invoice.credit_notes).selectinload(CreditNote.lines),
        )
        .order_by(Invoice.id)
    ).all()  # fmt: skip


def offered(fair: Fair, wanted: Wanted) -> list[EDocument]:
    """The documents that an export would hand over now, by day and number.

    Left out are those handed over before (unless ``repeat``), what was wholly taken off before it was ever handed over, and
    an adjustment whose invoice the provider does not get.
    """
    noted = select(CreditNote.invoice_id).where(
        CreditNote.fair_id == fair.id, CreditNote.issued_on.between(wanted.since, wanted.until)
    )
    rows = _invoices(fair.id, or_(Invoice.issued_on.between(wanted.since, wanted.until), Invoice.id.in_(noted)))
    every = [one for row in rows for one in _documents(row, fair.today)]
    before = handed_over([one.number for one in every])
    chosen: list[EDocument] = []
    for one in every:
        if not wanted.since <= one.issued_on <= wanted.until or (one.number in before and not wanted.repeat):
            continue
        if one.kind == "adjustment":
            if one.adjusts in before or any(other.number == one.adjusts for other in chosen):
                chosen.append(one)
        elif one.number in before or (not one.is_void and (one.is_paid or not wanted.paid_only)):
            chosen.append(one)
    return sorted(chosen, key=lambda one: (one.issued_on, one.number))


def handed_over(numbers: Iterable[str]) -> set[str]:
    """Which of these documents were in an export already."""
    wanted = list(numbers)
    if not wanted:
        return set()
    return set(db.session.scalars(select(EInvoiceItem.number).where(EInvoiceItem.number.in_(wanted))))


def make_export(fair: Fair, wanted: Wanted, *, by: Actor) -> EInvoiceExport:
    """Record what is handed over now. Raises InvalidInput when there is nothing, or the period is turned round."""
    if wanted.since > wanted.until:
        raise InvalidInput(_l("The period ends before it begins."), field="until")
    with transaction():
        # The fair's row is the lock: two clerks at once do not hand over the same documents.
        db.session.get_one(Fair, fair.id, with_for_update=True)
        found = offered(fair, wanted)
        if not found:
            raise InvalidInput(_l("There is nothing new to hand over in this period."))
        made = EInvoiceExport(
            fair_id=fair.id, since=wanted.since, until=wanted.until, is_repeat=wanted.repeat, by_id=by.user_id,
            items=[EInvoiceItem(number=one.number) for one in found],
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        after = {"documents": len(found), "since": wanted.since.isoformat(), "until": wanted.until.isoformat()}
        record("payments.export_einvoices", made, by=by, after=after)
        return made


def exports_of(fair_id: int, limit: int = 50) -> Sequence[EInvoiceExport]:
    """The fair's exports, the newest first."""
    return db.session.scalars(
        select(EInvoiceExport)
        .where(EInvoiceExport.fair_id == fair_id)
        .options(selectinload(EInvoiceExport.items), joinedload(EInvoiceExport.by))
        .order_by(EInvoiceExport.id.desc())
        .limit(limit)
    ).all()


def export_by_id(fair_id: int, export_id: int) -> EInvoiceExport:
    """One export of the fair; raises NotFound."""
    found = db.session.get(EInvoiceExport, export_id) if export_id < 2**63 else None
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def documents_in(export: EInvoiceExport, fair: Fair) -> list[EDocument]:
    """The documents of an export as they were issued: documents never change."""
    numbers = {item.number for item in export.items}
    notes = {number.split("/", 1)[0] for number in numbers}
    of_parts = select(Instalment.invoice_id).where(Instalment.number.in_(numbers))
    of_notes = select(CreditNote.invoice_id).where(CreditNote.number.in_(notes))
    rows = _invoices(fair.id, or_(Invoice.id.in_(of_parts), Invoice.id.in_(of_notes)))
    found = [one for row in rows for one in _documents(row, fair.today) if one.number in numbers]
    return sorted(found, key=lambda one: (one.issued_on, one.number))


@dataclass(frozen=True, slots=True)
class Answer:
    """What was read of the provider's answer: how many are new, how many were known, what is wrong in which row."""

    new: int
    known: int
    problems: list[SheetProblem]


def read_answer(fair: Fair, upload: Upload, *, by: Actor) -> Answer:
    """Take over series, number and day of the legal e-invoices from the provider's sheet; nothing when a row is wrong.

    Rows without an answer are passed over; what is known stays as it is. Raises InvalidInput for a sheet that cannot be read.
    """
    data = read_sheet(upload, COLUMNS)
    problems = list(data.problems)
    answered = [row for row in data.rows if any(row[key].strip() for key in ("series", "einvoice_number", "issued_on"))]
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True)
        ours = _of_fair(fair, [_number(row) for row in answered])
        found: list[tuple[SheetRow, EInvoice]] = []
        for row in answered:
            try:
                found.append((row, _answer_row(row, ours, by)))
            except InvalidInput as error:
                problems.append(_problem(row, error))
        known = einvoices_of([one.number for _row, one in found])
        taken = _taken({one.series for _row, one in found})
        seen: set[str] = set()
        for row, one in found:
            try:
                _check_taken(one, known.get(one.number), taken, seen)
            except InvalidInput as error:
                problems.append(_problem(row, error))
        if problems:
            return Answer(0, 0, sorted(problems, key=lambda problem: problem.row or 0))
        new = [one for _row, one in found if one.number not in known]
        db.session.add_all(new)
        db.session.flush()
        if new:
            record("payments.einvoice_numbers", fair, by=by, after={"documents": len(new)})
        return Answer(len(new), len(found) - len(new), [])


def _number(row: SheetRow) -> str:
    return row["number"].strip().upper()


def _problem(row: SheetRow, error: InvalidInput) -> SheetProblem:
    head = next(column.heads[0] for column in COLUMNS if column.key == error.field)
    return SheetProblem(row.number, head, error.message)


def _of_fair(fair: Fair, numbers: Sequence[str]) -> set[str]:
    return set(
        db.session.scalars(
            select(EInvoiceItem.number)
            .join(EInvoiceExport, EInvoiceExport.id == EInvoiceItem.export_id)
            .where(EInvoiceItem.number.in_(numbers), EInvoiceExport.fair_id == fair.id)
        )
    )


def _taken(series: set[str]) -> dict[tuple[str, int], str]:
    rows = db.session.execute(
        select(EInvoice.series, EInvoice.einvoice_number, EInvoice.number).where(EInvoice.series.in_(series))
    )
    return {(name, number): ours for name, number, ours in rows}


def _answer_row(row: SheetRow, ours: set[str], by: Actor) -> EInvoice:
    number = _number(row)
    if number not in ours:
        raise InvalidInput(_("No document of this number was handed over."), field="number")
    series = _SERIES.fullmatch("".join(row["series"].split()).upper().replace("/", ""))
    if series is None:
        raise InvalidInput(_("A series looks like 1C26TAA."), field="series")
    text = row["einvoice_number"].strip().removesuffix(".0")
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**8:
        raise InvalidInput(_("The number of an e-invoice has one to eight digits."), field="einvoice_number")
    return EInvoice(
        number=number, series=f"{series[1] or 1}{series[2]}", einvoice_number=int(text), issued_on=_day(row["issued_on"]),
        authority_code=row["authority_code"].strip()[:34], by_id=by.user_id,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        day = date(*reversed([int(part) for part in text.split("/")])) if "/" in text else date.fromisoformat(text[:10])
    except (ValueError, TypeError) as error:
        raise InvalidInput(_("Write a day as 31/12/2026."), field="issued_on") from error
    if not day.year >= 2020 or day > day_of_money():
        raise InvalidInput(_("This day lies in the future or too far back."), field="issued_on")
    return day


def _check_taken(one: EInvoice, before: EInvoice | None, taken: dict[tuple[str, int], str], seen: set[str]) -> None:
    key = (one.series, one.einvoice_number)
    if one.number in seen:
        raise InvalidInput(_("This document stands here twice."), field="number")
    seen.add(one.number)
    if before is not None and (before.series, before.einvoice_number) != key:
        raise InvalidInput(_("It has the e-invoice %(label)s already.", label=before.label), field="number")
    other = taken.setdefault(key, one.number)
    if other != one.number:
        raise InvalidInput(_("This e-invoice belongs to %(number)s.", number=other), field="einvoice_number")
