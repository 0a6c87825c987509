"""Bank accounts as settings: which one a payer of an invoice is shown, and the list of banks with their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload
from stdnum import iban as iban_rule

from fairs.audit.service import record
from fairs.config import Config
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.money import EXPONENTS
from fairs.core.text import fold, one_line
from fairs.payments.account_models import Bank, BankAccount

HOLDER_LENGTH = 70


class AccountStands(Conflict):
    """There is an active account for the same fair and currency: payers are shown one."""

    code = "account_stands"
    message = _l("There is an active account for this currency already. End that one first.")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a payer transfers to. ``account_id`` is None for the account of the settings in the environment."""

    account_id: int | None
    bank: str
    bin: str
    number: str
    holder: str
    swift: str = ""
    iban: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account as typed; ``fair_id`` None is for all fairs that have none of their own."""

    fair_id: int | None
    bank_id: int
    number: str
    holder: str
    currency: str
    swift: str = ""
    iban: str = ""
    address: str = ""


def plain_capitals(text: str) -> str:
    """A name as banks keep it: capitals without accents or signs. "Sở Công Thương" → "SO CONG THUONG"."""
    return " ".join(re.sub(r"[^A-Z0-9 .,&/()\-]", " ", fold(text).upper()).split())[:HOLDER_LENGTH].strip()


def account_for(fair_id: int, currency: str, config: Config) -> Target:
    """The account for invoices of a fair in a currency.

    The fair's own comes first, then the one for all fairs, each in the invoice's currency and else in dong. While no account
    has been entered, it is the one of the four bank settings.
    """
    found = db.session.scalars(
        select(BankAccount)
        .where(
            or_(BankAccount.fair_id == fair_id, BankAccount.fair_id.is_(None)),
            BankAccount.is_active,
            BankAccount.currency.in_([currency, "VND"]),
        )
        .options(joinedload(BankAccount.bank))
    ).all()
    if not found:
        return of_settings(config)
    best = min(found, key=lambda one: (one.currency != currency, one.fair_id is None, -one.id))
    return target_of(best)


def of_settings(config: Config) -> Target:
    """The account of the four bank settings of the environment."""
    return Target(
        None, config.bank_name, config.bank_bin, config.bank_account.replace(" ", ""), config.bank_account_name
    )


def target_of(account: BankAccount) -> Target:
    """What a payer is shown of an account."""
    return Target(
        account.id, account.bank.name, account.bank.bin, account.number, account.holder, account.swift, account.iban,
        account.address,
    )  # fmt: skip


def accounts_of(fair_id: int, *, active: bool | None = None) -> Sequence[BankAccount]:
    """The accounts of a fair and those for all fairs, the fair's own first."""
    query = select(BankAccount).where(or_(BankAccount.fair_id == fair_id, BankAccount.fair_id.is_(None)))
    if active is not None:
        query = query.where(BankAccount.is_active.is_(active))
    return db.session.scalars(
        query.options(joinedload(BankAccount.bank)).order_by(
            BankAccount.is_active.desc(), BankAccount.fair_id.is_(None), BankAccount.currency, BankAccount.id
        )
    ).all()


def account_by_id(fair_id: int, account_id: int) -> BankAccount:
    """An account that this fair uses; raises NotFound."""
    found = db.session.scalar(
        select(BankAccount)
        .where(BankAccount.id == account_id, or_(BankAccount.fair_id == fair_id, BankAccount.fair_id.is_(None)))
        .options(joinedload(BankAccount.bank))
    )
    if found is None:
        raise NotFound
    return found


def banks() -> Sequence[Bank]:
    """All banks by name."""
    return db.session.scalars(select(Bank).order_by(Bank.name)).all()


def bank_by_id(bank_id: int) -> Bank:
    """A bank; raises NotFound."""
    found = db.session.get(Bank, bank_id)
    if found is None:
        raise NotFound
    return found


def checked(draft: AccountDraft) -> AccountDraft:
    """The draft as it is kept; raises InvalidInput (``bank``, ``number``, ``holder``, ``currency``, ``swift``, ``iban``)."""
    if db.session.get(Bank, draft.bank_id) is None:
        raise InvalidInput(_l("Please choose one."), field="bank")
    number = re.sub(r"[\s.\-]", "", draft.number).upper()
    if not re.fullmatch(r"[0-9A-Z]{1,19}", number):
        raise InvalidInput(_l("An account number has up to 19 letters and digits."), field="number")
    holder = plain_capitals(draft.holder)
    if not holder:
        raise InvalidInput(_l("Write the holder as the bank has it."), field="holder")
    if draft.currency not in EXPONENTS:
        raise InvalidInput(_l("Unknown currency."), field="currency")
    swift, iban = "".join(draft.swift.split()).upper(), "".join(draft.iban.split()).upper()
    if swift and not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", swift):
        raise InvalidInput(_l("A SWIFT code has 8 or 11 letters and digits."), field="swift")
    if iban and not iban_rule.is_valid(iban, check_country=False):
        raise InvalidInput(_l("The check digits of this IBAN do not fit."), field="iban")
    address = one_line(draft.address)[:200]
    return AccountDraft(draft.fair_id, draft.bank_id, number, holder, draft.currency, swift, iban, address)


def save_account(draft: AccountDraft, *, by: Actor, account: BankAccount | None = None) -> BankAccount:
    """Enter an account, or correct one. The fair of an account stays. Raises as checked(), and AccountStands."""
    kept = checked(draft)
    with transaction():
        row = account and db.session.get_one(BankAccount, account.id, with_for_update=True, populate_existing=True)
        if row is None:
            row = BankAccount(fair_id=kept.fair_id, is_active=True)
            db.session.add(row)
            before = None
        else:
            before = {"bank_id": row.bank_id, "number": row.number, "holder": row.holder, "currency": row.currency}
        if row.is_active:
            _require_only(row, kept.currency)
        for name in ("bank_id", "number", "holder", "currency", "swift", "iban", "address"):
            setattr(row, name, getattr(kept, name))
        db.session.flush()
        after = {"bank_id": row.bank_id, "number": row.number, "holder": row.holder, "currency": row.currency}
        record("payments.save_account", row, by=by, before=before, after=after)
        db.session.refresh(row, ["bank"])
        return row


def _require_only(row: BankAccount, currency: str) -> None:
    same = BankAccount.fair_id.is_(None) if row.fair_id is None else BankAccount.fair_id == row.fair_id
    with db.session.no_autoflush:
        if db.session.scalar(
            select(BankAccount.id).where(
                same, BankAccount.currency == currency, BankAccount.is_active, BankAccount.id != (row.id or 0)
            )
        ):
            raise AccountStands(field="currency")


def end_account(account: BankAccount, *, by: Actor) -> BankAccount:
    """Show an account to no payer any more. Ended twice it is ended once."""
    with transaction():
        row = db.session.get_one(BankAccount, account.id, with_for_update=True, populate_existing=True)
        if row.is_active:
            row.is_active = False
            record("payments.end_account", row, by=by, after={"number": row.number, "currency": row.currency})
        return row


def save_bank(name: str, number: str, *, by: Actor, bank: Bank | None = None) -> Bank:
    """Enter a bank or correct it; raises InvalidInput (``name``, ``bin``) for a BIN without six digits or a taken value."""
    name, number = one_line(name)[:100], number.strip()
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name")
    if not re.fullmatch(r"[0-9]{6}", number):
        raise InvalidInput(_l("A bank’s number (BIN) has six digits."), field="bin")
    with transaction():
        others = db.session.scalars(
            select(Bank).where(or_(Bank.name == name, Bank.bin == number), Bank.id != (bank.id if bank else 0))
        ).all()
        if others:
            field = "bin" if any(one.bin == number for one in others) else "name"
            raise InvalidInput(_l("This is taken by %(bank)s.", bank=others[0].name), field=field)
        row = db.session.get_one(Bank, bank.id, with_for_update=True) if bank else Bank()
        before = {"name": row.name, "bin": row.bin} if bank else None
        row.name, row.bin = name, number
        db.session.add(row)
        db.session.flush()
        record("payments.save_bank", row, by=by, before=before, after={"name": name, "bin": number})
        return row
