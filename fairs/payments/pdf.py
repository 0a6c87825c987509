"""The invoice on A4, in Vietnamese or English: letterhead, lines, VAT by rate, amount in words, instalments, VietQR."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.i18n import country_name, format_date, format_money
from fairs.core.money import Money
from fairs.core.pdf import Block, Column, KeyValues, Letterhead, Notice, Paragraph, QrBlock, Table, build_document
from fairs.payments.models import Invoice
from fairs.payments.queries import coverage
from fairs.payments.states import InvoiceState
from fairs.payments.transfer import Transfer, transfer_for
from fairs.payments.words import in_words


def invoice_pdf(invoice: Invoice, fair: Fair, config: Config, locale: str) -> bytes:
    """The invoice's PDF in ``locale`` (vi or en); the amount in words stands in both languages."""
    with force_locale(locale):
        vi = locale == "vi"
        name = fair.name_vi if vi else fair.name_en or fair.name_vi
        blocks: list[Block] = [
            *_status(invoice),
            _parties(invoice, locale),
            _lines(invoice, locale),
            Paragraph(
                f"Bằng chữ: {in_words(invoice.total, 'vi')}.\nIn words: {in_words(invoice.total, 'en')}.",
            ),
            *_instalments(invoice, fair),
            *_payment(transfer_for(invoice, config, fair.today)),
        ]
        return build_document(
            _("INVOICE"),
            blocks,
            language=locale,
            subtitle=f"{invoice.number} · {format_date(invoice.issued_on)}",
            letterhead=Letterhead(
                config.department if vi else config.department_en,
                [line for line in (config.department_address, config.department_contact) if line],
                right=[name, f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"],
            ),
            footer=_(
                "Not a VAT invoice under Decree 123/2020/ND-CP: the e-invoice is issued by the licensed provider."
            ),
        )


def _status(invoice: Invoice) -> list[Block]:
    words = {
        InvoiceState.PAID: _("PAID"),
        InvoiceState.CANCELLED: _("CANCELLED"),
        InvoiceState.WAIVED: _("NOTHING OWED"),
    }
    return [Notice(words[invoice.state])] if invoice.state in words else []


def _parties(invoice: Invoice, locale: str) -> KeyValues:
    company = invoice.company
    rows = [(_("Billed to"), company.name)]
    if company.name_en and company.name_en != company.name:
        rows.append(("", company.name_en))
    place = ", ".join(part for part in (company.address, company.commune) if part)
    rows.append((_("Address"), ", ".join(part for part in (place, country_name(company.country, locale)) if part)))
    if company.tax_code:
        rows.append((_("Tax code"), company.tax_code))
    rows.append((_("Payment reference"), invoice.payment_reference))
    return KeyValues(rows)


def _lines(invoice: Invoice, locale: str) -> Table:
    zero = Money(0, invoice.currency)
    totals = [(_("Sum without VAT"), format_money(sum((line.net for line in invoice.lines), zero)))]
    for rate in sorted({line.vat_percent for line in invoice.lines}):
        vat = sum((line.vat for line in invoice.lines if line.vat_percent == rate), zero)
        totals.append((_("VAT %(rate)s %%", rate=rate), format_money(vat)))
    totals.append((_("Total"), format_money(invoice.total)))
    rows = [
        (
            str(line.position),
            (line.text_vi if locale == "vi" else line.text_en) or line.text_vi or line.text_en,
            format_money(line.net),
            str(line.vat_percent),
            format_money(line.vat),
            format_money(line.gross),
        )
        for line in invoice.lines
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
