"""Money documents on A4, in Vietnamese or English: invoice, deposit and balance, credit note, receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.i18n import country_name, format_date, format_money
from fairs.core.money import Money
from fairs.core.pdf import (
    Block,
    Column,
    KeyValues,
    Letterhead,
    Notice,
    Paragraph,
    QrBlock,
    Signature,
    SignatureBlock,
    Table,
    build_document,
)
from fairs.directory.models import Company
from fairs.payments.documents import PartLine, einvoices_of, lines_of, rate_sums, total_of
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Credit, CreditNote, DocumentLine, Instalment, Invoice, Payment
from fairs.payments.queries import coverage
from fairs.payments.states import InvoiceState
from fairs.payments.transfer import Transfer, transfer_for
from fairs.payments.words import in_words


def invoice_pdf(invoice: Invoice, fair: Fair, config: Config, locale: str) -> bytes:
    """The invoice's PDF in ``locale`` (vi or en); the amount in words stands in both languages."""
    with force_locale(locale):
        blocks: list[Block] = [
            *_status(invoice),
            _parties(invoice.company, locale, [(_("Payment reference"), invoice.payment_reference)]),
            _lines(invoice.lines, invoice.currency, locale),
            _words(invoice.total),
            *_instalments(invoice, fair),
            *_payment(transfer_for(invoice, config, fair.today)),
        ]
        return _document(_("INVOICE"), invoice.number, invoice.issued_on, blocks, fair, config, locale)


def instalment_pdf(invoice: Invoice, part: Instalment, fair: Fair, config: Config, locale: str) -> bytes:
    """The document of a deposit or balance: its part of each line, VAT by rate, the transfer of what is open of it."""
    with force_locale(locale):
        titles = {"deposit": _("PAYMENT REQUEST: DEPOSIT"), "balance": _("PAYMENT REQUEST: BALANCE")}
        title = titles[part.kind] if len(invoice.instalments) > 1 else _("PAYMENT REQUEST")
        due = next(one for one in coverage(invoice, fair.today) if one.instalment.id == part.id)
        cancelled = invoice.state is InvoiceState.CANCELLED
        facts = [
            (
                _("For the invoice"),
                f"{invoice.number} · {format_date(invoice.issued_on)} · {format_money(invoice.total)}",
            ),
            (_("Due on"), format_date(part.due_on)),
            (_("Payment reference"), invoice.payment_reference),
            *_einvoice(part.number),
        ]
        lines = lines_of(invoice, part)
        blocks: list[Block] = [
            *([Notice(_("CANCELLED"))] if cancelled else [Notice(_("PAID"))] if due.is_paid and part.owed else []),
            _parties(invoice.company, locale, facts),
            _lines(lines, part.currency, locale),
            _words(part.amount),
            *_less(part, due.covered, due.open, is_owed=not cancelled),
            *_payment(transfer_for(invoice, config, fair.today, part)),
        ]
        return _document(title, part.number, part.issued_on, blocks, fair, config, locale)


def credit_note_pdf(note: CreditNote, fair: Fair, config: Config, locale: str) -> bytes:
    """The credit note: what the invoice is less by, why, and the amount in words in both languages."""
    with force_locale(locale):
        invoice = note.invoice
        facts = [
            (
                _("Lowers the invoice"),
                f"{invoice.number} · {format_date(invoice.issued_on)} · {format_money(invoice.total)}",
            ),
            (_("Reason"), note.reason),
            *_einvoice(note.number),
        ]
        blocks: list[Block] = [
            _parties(note.company, locale, facts),
            _lines(note.lines, note.currency, locale),
            _words(note.total),
            Paragraph(
                _("By this amount less is owed on the invoice. What was paid beyond is a credit of the company.")
            ),
        ]
        return _document(_("CREDIT NOTE"), note.number, note.issued_on, blocks, fair, config, locale)


def receipt_pdf(payment: Payment, fair: Fair, config: Config, locale: str) -> bytes:
    """The receipt of money that came: a cash voucher with places to sign, or the confirmation of another payment."""
    with force_locale(locale):
        is_cash = payment.method == "cash"
        assert payment.received_on is not None and payment.number is not None  # noqa: S101  confirmed
        facts = [
            (_("Paid by"), payment.payer) if payment.payer else ("", ""),
            (_("Received on"), format_date(payment.received_on)),
            (_("Method"), str(METHOD_LABELS[payment.method])),
            (_("Reference of the bank"), payment.external_reference or ""),
            (_("Note"), payment.note),
        ]
        rows = [
            (_("Invoice"), one.invoice.number, format_money(one.amount))
            for one in payment.receipts
            if one.amount_minor > 0
        ]
        rows += [
            (_("Credit"), one.number, format_money(one.given)) for one in payment.credits if _came_with(one, payment)
        ]
        blocks: list[Block] = [
            _parties(payment.company, locale, [fact for fact in facts if fact[1]], _("Received from")),
            Table(
                [Column(_("What for"), 1.2), Column(_("Number"), 1.6), Column(_("Amount"), 1.2, "right")],
                rows,
                [(_("Total"), format_money(payment.amount))],
            ),
            _words(payment.amount),
        ]
        if payment.refunded_minor:
            blocks.append(Notice(_("%(amount)s of it was paid back later.", amount=format_money(payment.refunded))))
        if is_cash:
            hint = _("(signature, full name)")
            blocks.append(
                SignatureBlock([Signature(role, hint) for role in (_("Payer"), _("Cashier"), _("Issued by"))])
            )
        title = _("CASH RECEIPT") if is_cash else _("CONFIRMATION OF PAYMENT")
        return _document(title, payment.number, payment.received_on, blocks, fair, config, locale)


def _came_with(credit: Credit, payment: Payment) -> bool:
    """Whether the credit is what was too much in the payment itself, not what an invoice gave back later."""
    return not any(
        receipt.credit_id == credit.id and receipt.amount_minor < 0
        for receipt in (credit.invoice.receipts if credit.invoice else ())
    )


def _document(title: str, number: str, on: date, blocks: list[Block], fair: Fair, config: Config, locale: str) -> bytes:
    vi = locale == "vi"
    name = fair.name_vi if vi else fair.name_en or fair.name_vi
    return build_document(
        title,
        blocks,
        language=locale,
        subtitle=f"{number} · {format_date(on)}",
        letterhead=Letterhead(
            config.department if vi else config.department_en,
            [line for line in (config.department_address, config.department_contact) if line],
            right=[name, f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"],
        ),
        footer=_("Not a VAT invoice under Decree 123/2020/ND-CP: the e-invoice is issued by the licensed provider."),
    )


def _words(amount: Money) -> Paragraph:
    return Paragraph(f"Bằng chữ: {in_words(amount, 'vi')}.\nIn words: {in_words(amount, 'en')}.")


def _einvoice(number: str) -> list[tuple[str, str]]:
    found = einvoices_of([number]).get(number)
    return [(_("E-invoice"), f"{found.label} · {format_date(found.issued_on)}")] if found else []


def _less(part: Instalment, covered: Money, still: Money, *, is_owed: bool) -> list[Block]:
    """What became of the amount since: taken off by credit notes, received, open."""
    rows = []
    if part.credited_minor:
        rows.append((_("Taken off by credit notes"), format_money(part.amount - part.owed)))
    if covered:
        rows.append((_("Received"), format_money(covered)))
    if rows and is_owed:
        rows.append((_("Still open"), format_money(still)))
    return [KeyValues(rows)] if rows else []


def _status(invoice: Invoice) -> list[Block]:
    words = {
        InvoiceState.PAID: _("PAID"),
        InvoiceState.CANCELLED: _("CANCELLED"),
        InvoiceState.WAIVED: _("NOTHING OWED"),
    }
    found: list[Block] = [Notice(words[invoice.state])] if invoice.state in words else []
    if invoice.credit_notes and invoice.state is not InvoiceState.CANCELLED:
        text = _("%(amount)s is taken off by credit notes: %(numbers)s.", amount=format_money(invoice.total - invoice.owed),
                 numbers=", ".join(note.number for note in invoice.credit_notes))  # fmt: skip
        found.append(Notice(text))
    return found


def _parties(company: Company, locale: str, facts: list[tuple[str, str]], who: str = "") -> KeyValues:
    rows = [(who or _("Billed to"), company.name)]
    if company.name_en and company.name_en != company.name:
        rows.append(("", company.name_en))
    place = ", ".join(part for part in (company.address, company.commune) if part)
    rows.append((_("Address"), ", ".join(part for part in (place, country_name(company.country, locale)) if part)))
    if company.tax_code:
        rows.append((_("Tax code"), company.tax_code))
    return KeyValues([*rows, *facts])


def _lines(lines: Sequence[DocumentLine | PartLine], currency: str, locale: str) -> Table:
    zero = Money(0, currency)
    totals = [(_("Sum without VAT"), format_money(sum((line.net for line in lines), zero)))]
    totals += [(_("VAT %(rate)s %%", rate=one.percent), format_money(one.vat)) for one in rate_sums(lines)]
    totals.append((_("Total"), format_money(total_of(lines, currency))))
    rows = [
        (
            str(line.position),
            (line.text_vi if locale == "vi" else line.text_en) or line.text_vi or line.text_en,
            format_money(line.net),
            str(line.vat_percent),
            format_money(line.vat),
            format_money(line.gross),
        )
        for line in lines
    ]
    return Table(
        [
            Column(_("No."), 0.45),
            Column(_("What for"), 2.6),
            Column(_("Net"), 1.35, "right"),
            Column(_("VAT %"), 0.75, "right"),
            Column(_("VAT"), 1.1, "right"),
            Column(_("With VAT"), 1.4, "right"),
        ],
        rows,
        totals,
    )


def _instalments(invoice: Invoice, fair: Fair) -> list[Block]:
    parts = coverage(invoice, fair.today)
    if not parts:
        return [Paragraph(_("Nothing is to be paid: the support covers the whole price."), "strong")]
    labels = {"deposit": _("Deposit"), "balance": _("Balance")}
    rows = [
        (
            labels[part.instalment.kind],
            format_date(part.instalment.due_on),
            format_money(part.instalment.amount),
            format_money(part.covered),
            format_money(part.open),
        )
        for part in parts
    ]
    heads = [Column(_("To be paid"), 1.1), Column(_("Due on"))]
    heads += [Column(label, 1, "right") for label in (_("Amount"), _("Received"), _("Still open"))]
    return [Table(heads, rows)]


def _payment(transfer: Transfer | None) -> list[Block]:
    if transfer is None:
        return []
    labels = {"deposit": _("Deposit"), "balance": _("Balance")}
    due = transfer.due.instalment
    facts = [
        (labels[due.kind], f"{format_money(transfer.amount)} · {format_date(due.due_on)}"),
        (_("Bank"), transfer.bank),
        (_("Account"), transfer.account),
        (_("Account holder"), transfer.holder),
        *((label, text) for label, text in ((_("SWIFT"), transfer.swift), (_("IBAN"), transfer.iban),
                                            (_("Address of the bank"), transfer.address)) if text),
    ]  # fmt: skip
    hint = _("Write exactly this reference as the purpose of the transfer, so that it is found.")
    if transfer.code is None:
        return [Paragraph(_("How to pay"), "heading"), KeyValues(facts), Notice(f"{transfer.reference}\n{hint}")]
    lines = [*(f"{label}: {value}" for label, value in facts), hint]
    return [QrBlock(transfer.code, f"{_('How to pay')} · VietQR", lines, large=transfer.reference, size=40)]
