"""The journal of a period for the accountants: each document with a debit and a credit account.

The accounts are suggestions by the public chart (Circular 24/2024/TT-BTC); finance checks or replaces each one for its fair.
Every row has one amount and both accounts, so debits and credits are equal by construction; what the journal moves on the
account of receivables is what the ledger moved.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.budgets.closing_models import AccountCode
from fairs.budgets.models import Voucher, VoucherLine
from fairs.budgets.sponsor_queries import SUBJECT
from fairs.budgets.states import SPENT, MoneySource
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.sheets import Sheet
from fairs.payments.models import CreditNote, Invoice, LedgerEntry, Payment, Refund
from fairs.payments.states import EntryKind

RECEIVABLE = "131"
_BANK = {"transfer": "112", "cash": "111", "card": "113"}
_SPENT_ON = {
    MoneySource.CITY: "611", MoneySource.COUNTERPART: "642", MoneySource.SPONSORS: "642", MoneySource.FEES: "642",
}  # fmt: skip
_BY = {"transfer": _l("by transfer"), "cash": _l("in cash"), "card": _l("by card")}


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a kind of booking, and whether finance has checked them."""

    kind: str
    label: Any
    debit: str
    credit: str
    is_checked: bool = False


def _defaults() -> dict[str, Accounts]:
    found = [
        Accounts("revenue", _l("Revenue from exhibitors, without VAT"), RECEIVABLE, "531"),
        Accounts("sponsor", _l("Sponsors' money, without VAT"), RECEIVABLE, "531"),
        Accounts("vat_out", _l("VAT on what is invoiced"), RECEIVABLE, "3331"),
    ]
    for method, bank in _BANK.items():
        found.append(Accounts(f"receipt_{method}", _l("Money received, %(how)s", how=_BY[method]), bank, RECEIVABLE))
        found.append(Accounts(f"refund_{method}", _l("Money paid back, %(how)s", how=_BY[method]), RECEIVABLE, bank))
    for method in ("transfer", "cash"):
        found += [
            Accounts(
                f"spend_{source}_{method}", _l("Spent from %(source)s, %(how)s", source=source.label, how=_BY[method]),
                account, _BANK[method],
            )
            for source, account in _SPENT_ON.items()
        ]  # fmt: skip
        found.append(Accounts(f"vat_in_{method}", _l("VAT contained in what is spent, %(how)s", how=_BY[method]), "133", _BANK[method]))  # fmt: skip
    return {one.kind: one for one in found}


DEFAULTS: Mapping[str, Accounts] = _defaults()


def accounts_of(fair_id: int) -> dict[str, Accounts]:
    """The accounts of each kind at a fair: as set there, else the suggestion, which is to be checked."""
    found = dict(DEFAULTS)
    for row in db.session.scalars(select(AccountCode).where(AccountCode.fair_id == fair_id)):
        if row.kind in found:
            found[row.kind] = Accounts(row.kind, found[row.kind].label, row.debit, row.credit, row.is_checked)
    return found


def set_account(fair: Fair, kind: str, *, debit: str, credit: str, is_checked: bool, by: Actor) -> AccountCode:
    """Set the accounts of a kind. Raises NotFound for an unknown kind, InvalidInput for what is no code."""
    if kind not in DEFAULTS:
        raise NotFound
    for name, code in (("debit", debit), ("credit", credit)):
        if not code.isascii() or not code.replace(".", "").isalnum() or not 2 <= len(code) <= 20:
            raise InvalidInput(
                _l("A code of an account has 2 to 20 digits, letters or dots, for example 3331."), field=name
            )
    if debit == credit:
        raise InvalidInput(_l("Debit and credit are two accounts."), field="credit")
    with transaction():
        row = db.session.scalar(
            select(AccountCode).where(AccountCode.fair_id == fair.id, AccountCode.kind == kind).with_for_update()
        )
        before = {"debit": row.debit, "credit": row.credit} if row else None
        if row is None:
            row = AccountCode(fair_id=fair.id, kind=kind)
            db.session.add(row)
        row.debit, row.credit, row.is_checked = debit, credit, is_checked
        db.session.flush()
        after = {"kind": kind, "debit": debit, "credit": credit, "checked": is_checked}
        record("budgets.account", row, by=by, before=before, after=after)
        return row


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A booking: an amount above zero from the credit to the debit account."""

    day: date
    number: str
    kind: str
    text: str
    debit: str
    credit: str
    amount: Money
    company: str
    tax_code: str
    vat: Money | None
    reference: str


KIND_LABELS = {
    "invoice": _l("Invoice"), "credit_note": _l("Credit note"), "payment": _l("Receipt"), "refund": _l("Refund"),
    "voucher": _l("Payment voucher"),
}  # fmt: skip


def journal(fair: Fair, begin: date, end: date) -> list[JournalRow]:
    """The bookings of a fair from ``begin`` to ``end``, both included, in the order of days and numbers."""
    accounts = accounts_of(fair.id)
    rows = [*_ledger_rows(fair, begin, end, accounts), *_voucher_rows(fair, begin, end, accounts)]
    return sorted(rows, key=lambda row: (row.day, row.number))


def _ledger_rows(fair: Fair, begin: date, end: date, accounts: Mapping[str, Accounts]) -> Iterator[JournalRow]:
    entries = db.session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.fair_id == fair.id, LedgerEntry.booked_on >= begin, LedgerEntry.booked_on <= end)
        .options(joinedload(LedgerEntry.company))
        .order_by(LedgerEntry.booked_on, LedgerEntry.id)
    ).all()
    documents = {kind: _documents(kind, [one.document_id for one in entries if one.kind is kind]) for kind in EntryKind}
    for entry in entries:
        document = documents[entry.kind][entry.document_id]
        if isinstance(document, Invoice | CreditNote):
            yield from _invoiced(entry, document, accounts)
            continue
        way = accounts[f"{'receipt' if entry.kind is EntryKind.PAYMENT else 'refund'}_{document.method}"]
        reference = document.external_reference or ""
        yield _row(entry, way.debit, way.credit, abs(entry.amount_minor), str(way.label), reference)


def _documents(kind: EntryKind, ids: Sequence[int]) -> dict[int, Any]:
    model: Any = {EntryKind.INVOICE: Invoice, EntryKind.CREDIT_NOTE: CreditNote, EntryKind.PAYMENT: Payment, EntryKind.REFUND: Refund}[kind]  # fmt: skip
    query = select(model).where(model.id.in_(ids))
    if model in (Invoice, CreditNote):
        query = query.options(selectinload(model.lines))
    if model is CreditNote:
        query = query.options(joinedload(CreditNote.invoice))
    return {row.id: row for row in db.session.scalars(query)} if ids else {}


def _invoiced(
    entry: LedgerEntry, document: Invoice | CreditNote, accounts: Mapping[str, Accounts]
) -> Iterator[JournalRow]:
    invoice = document if isinstance(document, Invoice) else document.invoice
    net, vat = sum(line.net_minor for line in document.lines), sum(line.vat_minor for line in document.lines)
    texts = next((line for line in document.lines), None)
    text = (texts.text_vi or texts.text_en) if texts else ""
    back = isinstance(document, CreditNote)
    for kind, amount in (("sponsor" if invoice.subject_type == SUBJECT else "revenue", net), ("vat_out", vat)):
        if not amount:
            continue
        way = accounts[kind]
        debit, credit = (way.debit, way.credit) if (amount > 0) is not back else (way.credit, way.debit)
        taxed = Money(abs(amount), entry.currency) if kind == "vat_out" else None
        yield _row(entry, debit, credit, abs(amount), text, invoice.payment_reference, taxed)


def _row(
    entry: LedgerEntry, debit: str, credit: str, amount_minor: int, text: str, reference: str, vat: Money | None = None
) -> JournalRow:
    return JournalRow(
        entry.booked_on, entry.document_number, str(entry.kind), text, debit, credit, Money(amount_minor, entry.currency),
        entry.company.name, entry.company.tax_code or "", vat, reference,
    )  # fmt: skip


def _voucher_rows(fair: Fair, begin: date, end: date, accounts: Mapping[str, Accounts]) -> Iterator[JournalRow]:
    for row in db.session.scalars(
        select(Voucher)
        .where(Voucher.fair_id == fair.id, Voucher.state.in_(SPENT), Voucher.paid_on >= begin, Voucher.paid_on <= end)
        .options(selectinload(Voucher.lines).joinedload(VoucherLine.line))
        .order_by(Voucher.paid_on, Voucher.id)
    ):
        left_vat = row.vat_minor
        for place, part in enumerate(row.lines, 1):
            # The VAT of the paper, by the lines' amounts; what rounding leaves is on the last.
            share = left_vat if place == len(row.lines) else row.vat_minor * part.amount_minor // row.total_minor
            left_vat -= share
            yield from _spent(row, accounts[f"spend_{part.line.source}_{row.method}"], part.amount_minor - share, None)
            if share:
                way = accounts[f"vat_in_{row.method}"]
                yield from _spent(row, way, share, Money(abs(share), row.currency))


def _spent(row: Voucher, way: Accounts, amount: int, vat: Money | None) -> Iterator[JournalRow]:
    if not amount or row.paid_on is None:
        return
    debit, credit = (way.debit, way.credit) if amount > 0 else (way.credit, way.debit)
    yield JournalRow(
        row.paid_on, row.number, "voucher", row.purpose, debit, credit, Money(abs(amount), row.currency), row.payee,
        row.tax_code, vat, row.bank_reference or row.external_number,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Balance:
    """What moved on an account in a currency."""

    account: str
    debit: Money
    credit: Money


def balances(rows: Sequence[JournalRow]) -> list[Balance]:
    """The sums by account and currency; over all accounts debits equal credits."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[row.amount.currency, row.debit][0] += row.amount.amount_minor
        sums[row.amount.currency, row.credit][1] += row.amount.amount_minor
    return [
        Balance(account, Money(debit, currency), Money(credit, currency))
        for (currency, account), (debit, credit) in sorted(sums.items())
    ]


def _heads() -> list[str]:
    return [
        _("Date"), _("Document number"), _("Document type"), _("Description"), _("Debit account"), _("Credit account"),
        _("Amount"), _("Currency"), _("Company"), _("Tax code"), _("VAT"), _("Payment or bank reference"),
    ]  # fmt: skip


def _cells(row: JournalRow) -> list[Any]:
    return [
        row.day, row.number, str(KIND_LABELS[row.kind]), row.text, row.debit, row.credit, row.amount, row.amount.currency,
        row.company, row.tax_code, row.vat, row.reference,
    ]  # fmt: skip


def journal_sheets(rows: Sequence[JournalRow]) -> list[Sheet]:
    """The journal, and the sums by account with debits equal to credits."""
    found = balances(rows)
    sums = [[one.account, one.debit, one.credit, one.debit.currency] for one in found]
    for currency in sorted({one.debit.currency for one in found}):
        mine = [one for one in found if one.debit.currency == currency]
        zero = Money(0, currency)
        sums.append([_("Total"), sum((o.debit for o in mine), zero), sum((o.credit for o in mine), zero), currency])
    return [
        Sheet(_("Journal"), _heads(), [_cells(row) for row in rows]),
        Sheet(_("Sums by account"), [_("Ledger account"), _("Debit"), _("Credit side"), _("Currency")], sums),
    ]


def journal_csv(rows: Sequence[JournalRow]) -> bytes:
    """The journal as CSV in UTF-8 with a byte-order mark; amounts are plain numbers in major units, days are ISO."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_heads())
    for row in rows:
        writer.writerow([_plain(cell) for cell in _cells(row)])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return str(cell.decimal)
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell)
    # A spreadsheet would run what begins like a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
