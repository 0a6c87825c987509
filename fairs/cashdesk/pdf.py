"""Vouchers (phiếu thu, phiếu chi) on A5 or A4, and the record of a hand-over (biên bản bàn giao quỹ)."""

from __future__ import annotations

from typing import Literal

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.cashdesk.models import CashEntry, CashShift, CashTill
from fairs.config import Config
from fairs.core.i18n import format_date, format_datetime, format_money, format_number
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
from fairs.payments.words import in_words


def _letterhead(fair: Fair, config: Config, locale: str) -> Letterhead:
    vi = locale == "vi"
    return Letterhead(
        config.department if vi else config.department_en,
        [line for line in (config.department_address, config.department_contact) if line],
        right=[fair.name_vi if vi else fair.name_en or fair.name_vi],
    )


def voucher_pdf(entry: CashEntry, fair: Fair, config: Config, locale: str, page: Literal["A4", "A5"] = "A5") -> bytes:
    """The voucher of an entry in ``locale`` (vi or en), with the amount in words."""
    with force_locale(locale):
        title = _("RECEIPT") if entry.kind.is_in else _("PAYMENT VOUCHER")
        who = _("Received from") if entry.kind.is_in else _("Paid to")
        rows = [(who, entry.person or (entry.company.name if entry.company else ""))]
        if entry.company is not None and entry.company.name != entry.person:
            rows.append((_("Company"), entry.company.name))
        rows += [
            (_("What for"), _("Invoice %(number)s", number=entry.text) if entry.payment_id else entry.text),
            (_("Amount"), format_money(entry.size)),
            (_("In words"), in_words(entry.size, locale)),
        ]
        if entry.tendered is not None and entry.change is not None:
            rows.append((_("Given · change"), f"{format_money(entry.tendered)} · {format_money(entry.change)}"))
        if entry.corrects is not None:
            rows.append((_("Puts right"), entry.corrects.number))
        payer, cashier = (_("Payer"), _("Cashier")) if entry.kind.is_in else (_("Receiver"), _("Cashier"))
        hint = _("(signature, full name)")
        signatures = SignatureBlock([Signature(payer, hint, entry.person), Signature(cashier, hint, entry.by_name)])
        return build_document(
            title, [KeyValues(rows), signatures], language=locale, page=page,
            subtitle=f"{entry.number} · {format_datetime(entry.created_at)}",
            letterhead=_letterhead(fair, config, locale), footer=f"{_('Shift')} {entry.shift.number}",
        )  # fmt: skip


def handover_pdf(shift: CashShift, fair: Fair, config: Config, locale: str) -> bytes:
    """The record of a hand-over: what should be there, what was counted, the difference, both signatures."""
    with force_locale(locale):
        blocks: list[Block] = [
            KeyValues(
                [
                    (_("Shift"), f"{shift.number} · {format_datetime(shift.opened_at)}"),
                    (_("Counted sum"), format_datetime(shift.counted_at) if shift.counted_at else ""),
                    (_("Handed over by"), shift.cashier_name),
                    (_("Taken over by"), shift.receiver_name),
                    (_("Handed over"), format_datetime(shift.handed_over_at) if shift.handed_over_at else ""),
                ]
            )
        ]
        for till in shift.tills:
            blocks.append(Paragraph(till.currency, "heading"))
            blocks.append(_till(till))
            if till.notes:
                blocks.append(_notes(till.notes))
            counted = till.counted or till.expected
            blocks.append(Paragraph(f"{_('Counted, in words')}: {in_words(counted, locale)}."))
            if till.difference:
                blocks.append(Paragraph(f"{_('Reason for the difference')}: {till.reason}", "strong"))
        if shift.agreed_at is not None:
            blocks.append(Paragraph(_("The difference was agreed to by %(name)s.", name=shift.agreed_by_name)))
        blocks.append(Paragraph(_both(shift), "small"))
        hint = _("(signature, full name)")
        blocks.append(
            SignatureBlock(
                [
                    Signature(_("Handed over by"), hint, shift.cashier_name),
                    Signature(_("Taken over by"), hint, shift.receiver_name),
                ]
            )
        )
        return build_document(
            _("RECORD OF THE HAND-OVER OF CASH"), blocks, language=locale,
            subtitle=f"{shift.handover_number} · {format_date(shift.opened_on)}",
            letterhead=_letterhead(fair, config, locale),
        )  # fmt: skip


def _till(till: CashTill) -> Table:
    rows = [
        (_("Opening float"), format_money(till.opening)),
        (_("Should be there"), format_money(till.expected)),
        (_("Counted sum"), format_money(till.counted or till.expected)),
        (_("Difference"), format_money(till.difference)),
    ]
    return Table([Column("", 2), Column(_("Amount"), 1, "right")], rows)


def _notes(notes: dict[str, int]) -> Table:
    rows = [
        (format_number(int(note)), str(many), format_number(int(note) * many))
        for note, many in sorted(notes.items(), key=lambda one: -int(one[0]))
    ]
    return Table(
        [
            Column(_("Banknote"), 1, "right"),
            Column(_("Number of notes"), 1, "right"),
            Column(_("Amount"), 1.4, "right"),
        ],
        rows,
    )


def _both(shift: CashShift) -> str:
    said: str = _(
        "Signed in the system by both, each from an account of their own: %(cashier)s at %(counted)s, %(receiver)s at %(taken)s.",
        cashier=shift.counted_by_name or shift.cashier_name,
        counted=format_datetime(shift.counted_at) if shift.counted_at else "",
        receiver=shift.receiver_name,
        taken=format_datetime(shift.handed_over_at) if shift.handed_over_at else "",
    )
    return said
