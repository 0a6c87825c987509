"""What stands on the documents of an invoice: its lines in proportion on each instalment and each adjustment.

An invoice is split to the last unit: the lines of its instalments add up to its own, and each instalment's to its amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.core.db import db
from fairs.core.money import Money
from fairs.payments.models import CreditNote, DocumentLine, Instalment, Invoice
from fairs.payments.tax_models import EInvoice


@dataclass(frozen=True, slots=True)
class PartLine:
    """A line of a document, or the part of an invoice's line that falls to it."""

    position: int
    kind: str
    text_vi: str
    text_en: str
    net: Money
    vat_percent: int
    vat: Money

    @property
    def gross(self) -> Money:
        """With VAT."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class RateSum:
    """Net and VAT of all lines of one percent."""

    percent: int
    net: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The part of a credit note that lowers one instalment; the amounts are what is taken off."""

    note: CreditNote
    instalment: Instalment
    number: str  # the note's, or with /2 where it lowers two instalments
    lines: list[PartLine]

    @property
    def total(self) -> Money:
        """With VAT."""
        return total_of(self.lines, self.note.currency)


def spread(cells: Sequence[int], amount: int) -> list[int]:
    """``amount`` of the sum of ``cells``, in proportion to them, to the last unit: the largest remainders get one more.

    The sum of the cells is above zero; single ones may be below it.
    """
    whole = sum(cells)
    parts = [divmod(cell * amount, whole) for cell in cells]
    found = [part for part, _rest in parts]
    missing = amount - sum(found)
    for place in sorted(range(len(cells)), key=lambda i: (-parts[i][1], i))[:missing]:
        found[place] += 1
    return found


def _split(lines: Sequence[DocumentLine | PartLine], amounts: Sequence[int]) -> list[list[PartLine]]:
    """The lines of each amount, which add up to the lines; amounts are cumulated so that no unit gets lost."""
    cells = [cell for line in lines for cell in (line.net.amount_minor, line.vat.amount_minor)]
    found, before, so_far = [], [0] * len(cells), 0
    for amount in amounts:
        so_far += amount
        now = spread(cells, so_far)
        part = [after - earlier for after, earlier in zip(now, before, strict=True)]
        before = now
        found.append([_line(line, part[2 * i], part[2 * i + 1]) for i, line in enumerate(lines)])
    return found


def _line(line: DocumentLine | PartLine, net: int, vat: int) -> PartLine:
    currency = line.net.currency
    return PartLine(
        line.position,
        line.kind,
        line.text_vi,
        line.text_en,
        Money(net, currency),
        line.vat_percent,
        Money(vat, currency),
    )


def lines_of(invoice: Invoice, instalment: Instalment) -> list[PartLine]:
    """The invoice's lines as far as they fall to one of its instalments."""
    parts = _split(invoice.lines, [one.amount_minor for one in invoice.instalments])
    return parts[[one.id for one in invoice.instalments].index(instalment.id)]


def adjustments_of(invoice: Invoice) -> list[Adjustment]:
    """Which instalment each credit note of the invoice lowers and by which lines: the last instalment first."""
    left = {part.id: part.amount_minor for part in invoice.instalments}
    found = []
    for note in sorted(invoice.credit_notes, key=lambda one: one.id):
        rest, takes = note.total_minor, []
        for part in reversed(invoice.instalments):
            off = min(rest, left[part.id])
            if off:
                takes.append((part, off))
                left[part.id] -= off
                rest -= off
        if rest or not takes:  # nothing was due: an invoice of before
            continue
        lines = _split(note.lines, [off for _part, off in takes])
        for place, (part, _off) in enumerate(takes):
            number = note.number if place == 0 else f"{note.number}/{place + 1}"
            found.append(Adjustment(note, part, number, lines[place]))
    return found


def rate_sums(lines: Iterable[DocumentLine | PartLine]) -> list[RateSum]:
    """Net and VAT by percent, the smallest first."""
    found: dict[int, RateSum] = {}
    for line in lines:
        had = found.get(line.vat_percent)
        net, vat = (had.net + line.net, had.vat + line.vat) if had else (line.net, line.vat)
        found[line.vat_percent] = RateSum(line.vat_percent, net, vat)
    return [found[percent] for percent in sorted(found)]


def total_of(lines: Iterable[DocumentLine | PartLine], currency: str) -> Money:
    """The sum of the lines with VAT."""
    return Money(sum(line.net.amount_minor + line.vat.amount_minor for line in lines), currency)


def instalment_by_number(number: str) -> tuple[Invoice, Instalment] | None:
    """The instalment with that number and its invoice."""
    found = db.session.scalar(select(Instalment).where(Instalment.number == number))
    if found is None:
        return None
    return db.session.get_one(Invoice, found.invoice_id), found


def credit_note_by_number(number: str, fair_id: int | None = None) -> CreditNote | None:
    """The credit note with its lines, company and invoice; with ``fair_id`` only of that fair."""
    query = (
        select(CreditNote)
        .where(CreditNote.number == number)
        .options(
            selectinload(CreditNote.lines), joinedload(CreditNote.company),
            joinedload(CreditNote.invoice).selectinload(Invoice.instalments),
        )
    )  # fmt: skip
    return db.session.scalar(query if fair_id is None else query.where(CreditNote.fair_id == fair_id))


def einvoices_of(numbers: Iterable[str]) -> dict[str, EInvoice]:
    """The legal e-invoices of these documents of ours, as far as the provider's answer was read in."""
    wanted = list(numbers)
    rows: Iterator[EInvoice] = iter(
        db.session.scalars(select(EInvoice).where(EInvoice.number.in_(wanted))) if wanted else ()
    )
    return {row.number: row for row in rows}
