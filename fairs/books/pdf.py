"""On paper: a company's statement of account for both sides to sign, and the settlement of a fair."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.books.queries import Statement
from fairs.books.settlement import Settlement
from fairs.books.words import kind_of_line, method_of
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.i18n import format_date, format_money
from fairs.core.money import Money
from fairs.core.pdf import (
    Block,
    Column,
    KeyValues,
    Letterhead,
    Paragraph,
    Signature,
    SignatureBlock,
    Table,
    build_document,
)
from fairs.directory.models import Company
from fairs.payments.words import in_words


def _letterhead(fair: Fair, config: Config, locale: str) -> Letterhead:
    vi = locale == "vi"
    return Letterhead(
        config.department if vi else config.department_en,
        [line for line in (config.department_address, config.department_contact) if line],
        right=[
            (fair.name_vi if vi else fair.name_en) or fair.name_vi,
            f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}",
        ],
    )


def statement_pdf(
    company: Company,
    fair: Fair,
    found: Sequence[Statement],
    config: Config,
    locale: str,
    *,
    first: date | None,
    last: date,
) -> bytes:
    """The statement of account up to ``last`` (from ``first``), with places for both sides to sign."""
    with force_locale(locale):
        since = format_date(first) if first else _("the beginning")
        blocks: list[Block] = [
            KeyValues(
                [
                    (_("Company"), company.name), (_("Tax code"), company.tax_code or "—"),
                    (_("Address"), ", ".join(part for part in (company.address, company.commune) if part) or "—"),
                    (_("Period"), f"{since} – {format_date(last)}"),
                ]
            )
        ]  # fmt: skip
        for one in found:
            blocks += _account(one, locale, last)
        if not found:
            blocks.append(Paragraph(_("There was no movement.")))
        blocks.append(Paragraph(_("Please check and sign, or tell us where your books differ."), "small"))
        blocks.append(
            SignatureBlock(
                [
                    Signature(_("For the company"), _("Signature, full name, seal")),
                    Signature(_("For the organiser"), _("Signature, full name, seal")),
                ],
                format_date(last),
            )
        )  # fmt: skip
        return build_document(
            _("STATEMENT OF ACCOUNT"), blocks, language=locale, subtitle=f"{company.name} · {format_date(last)}",
            letterhead=_letterhead(fair, config, locale), footer=fair.code,
        )  # fmt: skip


def _account(one: Statement, locale: str, last: date) -> list[Block]:
    rows = [("", _("Opening balance"), "", "", format_money(one.opening))]
    for line in one.lines:
        amount = line.entry.amount
        more = amount.amount_minor > 0
        shown = format_money(Money(abs(amount.amount_minor), amount.currency))
        rows.append(
            (
                format_date(line.entry.booked_on), f"{line.entry.kind.label} {line.entry.document_number}",
                shown if more else "", "" if more else shown, format_money(line.balance),
            )
        )  # fmt: skip
    heads = [
        Column(_("Day"), 1.1), Column(_("Money document"), 2.1), Column(_("Owes more"), 1.2, "right"),
        Column(_("Owes less"), 1.2, "right"), Column(_("Account balance"), 1.3, "right"),
    ]  # fmt: skip
    closing = one.closing
    size = Money(abs(closing.amount_minor), closing.currency)
    if closing.amount_minor > 0:
        says = _("On %(day)s the company owes %(amount)s.", day=format_date(last), amount=format_money(size))
    elif closing.amount_minor < 0:
        says = _("On %(day)s %(amount)s is owed back to the company.", day=format_date(last), amount=format_money(size))
    else:
        says = _("On %(day)s nothing is owed on either side.", day=format_date(last))
    blocks: list[Block] = [
        Table(heads, rows, [(_("Closing balance"), format_money(closing))]),
        Paragraph(says, "strong"),
    ]
    if size:
        blocks.append(Paragraph(_("In words: %(words)s.", words=in_words(size, locale))))
    return blocks


def settlement_pdf(fair: Fair, found: Sequence[Settlement], config: Config, locale: str) -> bytes:
    """The settlement of the fair as it stands."""
    with force_locale(locale):
        blocks: list[Block] = []
        for one in found:
            if len(found) > 1:
                blocks.append(Paragraph(one.currency, "heading"))
            for title, rows, total in settlement_parts(one):
                if not rows:
                    continue
                heads = [Column(title, 3), Column(_("Amount"), 1.5, "right")]
                lines = [(label, format_money(amount)) for label, amount in rows]
                blocks.append(Table(heads, lines, [(total[0], format_money(total[1]))]))
        if not found:
            blocks.append(Paragraph(_("No money has moved at this fair yet.")))
        signed_by = [Signature(_("Made by")), Signature(_("Chief accountant")), Signature(_("Head of the unit"))]
        blocks.append(SignatureBlock(signed_by, format_date(fair.today)))
        return build_document(
            _("SETTLEMENT OF THE FAIR"), blocks, language=locale, subtitle=f"{fair.name} · {format_date(fair.today)}",
            letterhead=_letterhead(fair, config, locale), footer=fair.code,
        )  # fmt: skip


Part = tuple[str, list[tuple[str, Money]], tuple[str, Money]]


def settlement_parts(one: Settlement) -> list[Part]:
    """The parts of a settlement in the order of the paper: heading, lines, sum."""
    return [
        (_("Invoiced, without VAT"), [(kind_of_line(k), one.money(one.invoiced.get(k, 0))) for k in one.kinds],
         (_("Sum without VAT"), one.total(one.invoiced))),
        (_("Credit notes, without VAT"), [(kind_of_line(k), one.money(one.credited[k])) for k in one.kinds if one.credited.get(k)],
         (_("Sum without VAT"), one.total(one.credited))),
        (_("VAT, less credit notes"), [
            (_("VAT %(rate)s %%", rate=rate), one.money(one.vat_invoiced.get(rate, 0) - one.vat_credited.get(rate, 0)))
            for rate in one.rates],
         (_("Sum of VAT"), one.money(one.total(one.vat_invoiced).amount_minor - one.total(one.vat_credited).amount_minor))),
        (_("Received"), [(method_of(k), one.money(v)) for k, v in sorted(one.received.items())],
         (_("Sum received"), one.total(one.received))),
        (_("Refunds"), [(method_of(k), one.money(v)) for k, v in sorted(one.refunded.items())],
         (_("Sum paid back"), one.total(one.refunded))),
        (_("Account balance"), [
            (_("Invoices less credit notes"), one.owed), (_("Received less refunds"), one.kept),
            (_("Open on invoices"), one.money(one.open)), (_("Credits of companies"), one.money(one.credits_left)),
            (_("Of these on their way back"), one.money(one.refunds_under_way))],
         (_("Open less credits"), one.balance)),
    ]  # fmt: skip
