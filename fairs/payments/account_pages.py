"""Settings of banks and bank accounts, with the VietQR code that payers will see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core import qr
from fairs.core.errors import DomainError, Forbidden, NotFound
from fairs.core.forms import REQUIRED, Form, Text
from fairs.core.money import EXPONENTS
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.payments.account_models import Bank, BankAccount
from fairs.payments.accounts import (
    AccountDraft,
    Target,
    account_by_id,
    account_for,
    accounts_of,
    bank_by_id,
    banks,
    checked,
    end_account,
    of_settings,
    plain_capitals,
    save_account,
    save_bank,
    target_of,
)
from fairs.payments.permissions import MANAGE_ACCOUNTS, MANAGE_BANKS
from fairs.payments.transfer import vietqr_code

bp = Blueprint("bank_accounts", __name__)

_CURRENCIES = ("VND", "USD", "EUR", *sorted(set(EXPONENTS) - {"VND", "USD", "EUR"}))


class AccountForm(Form):
    """A bank account."""

    bank = SelectField(_l("Bank"), [REQUIRED], choices=lambda: [("", "—"), *((str(b.id), b.name) for b in banks())])
    number = Text(_l("Account number"), length=30, required=True)
    holder = Text(_l("Account holder"), length=100, required=True)
    currency = SelectField(_l("Currency"), [REQUIRED], choices=_CURRENCIES)
    swift = Text(_l("SWIFT"), length=11)
    iban = Text(_l("IBAN"), length=42)
    address = Text(_l("Address of the bank"), length=200)
    everywhere = BooleanField(_l("For all fairs that have no account of their own"))

    def draft(self, fair_id: int | None) -> AccountDraft:
        """What was typed."""
        bank_id = int(self.bank.data) if str(self.bank.data or "").isdigit() else 0
        return AccountDraft(
            fair_id, bank_id, self.number.data or "", self.holder.data or "", self.currency.data or "",
            self.swift.data or "", self.iban.data or "", self.address.data or "",
        )  # fmt: skip


class BankForm(Form):
    """A bank and its number."""

    name = Text(_l("Bank"), length=100, required=True)
    bin = Text(_l("Number (BIN)"), length=6, required=True)


def _key(name: str) -> int | None:
    """A record's key in the address: None when none is asked for; what cannot be one is not found."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound
    return int(text)


def _sets_all() -> bool:
    return matching_grant(g.grants, MANAGE_BANKS, None) is not None


def _require_own(account: BankAccount) -> None:
    if account.fair_id is None and not _sets_all():
        raise Forbidden(_l("Accounts for all fairs are set by the administrator."))


@bp.route("/fairs/<fair_slug>/money/accounts", methods=["GET", "POST"])
@requires(MANAGE_ACCOUNTS)
def index() -> Any:
    """The accounts that payers of this fair are shown; enter one, correct one (``?account=``)."""
    fair, config = current_fair(), current_app.extensions["fairs_config"]
    key = _key("account")
    account = account_by_id(fair.id, key) if key is not None else None
    if account is not None:
        _require_own(account)
    form = AccountForm(data=_values(account, config))
    if form.validate_on_submit():
        everywhere = account.fair_id is None if account else form.everywhere.data and _sets_all()
        try:
            saved = save_account(form.draft(None if everywhere else fair.id), by=actor(), account=account)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved: payers in %(currency)s are shown account %(number)s.", currency=saved.currency,
                    number=saved.number), "success")  # fmt: skip
            return go(url_for("bank_accounts.index"))
    known = accounts_of(fair.id)
    page = render_template(
        "payments/accounts.html", form=form, account=account, accounts=known, sets_all=_sets_all(),
        default=of_settings(config) if not any(one.is_active for one in known) else None,
        used=_in_use(fair, config), preview=_preview(form), qr_of=_picture, target_of=target_of,
    )  # fmt: skip
    return (page, 422) if form.errors else page


def _values(account: BankAccount | None, config: Config) -> dict[str, Any]:
    if account is None:
        return {"holder": plain_capitals(config.department), "currency": "VND"}
    return {
        "bank": str(account.bank_id), "number": account.number, "holder": account.holder, "currency": account.currency,
        "swift": account.swift, "iban": account.iban, "address": account.address,
    }  # fmt: skip


def _in_use(fair: Fair, config: Config) -> dict[str, int | None]:
    """By currency, which account an invoice of the fair names."""
    return {
        currency: account_for(fair.id, currency, config).account_id
        for currency in dict.fromkeys((fair.currency, "USD"))
    }


def _picture(target: Target) -> Any:
    code = vietqr_code(target, None, None)
    return qr.svg(qr.matrix(code), title=_("VietQR code")) if code else None


def _preview(form: AccountForm) -> dict[str, Any]:
    """What a payer would see of what stands in the form; with the message where it is not yet right."""
    draft = form.draft(None)
    if not draft.number:
        return {}
    try:
        kept = checked(draft)
        bank = bank_by_id(kept.bank_id)
    except DomainError as error:
        return {"problem": str(error)}
    target = Target(None, bank.name, bank.bin, kept.number, kept.holder, kept.swift, kept.iban, kept.address)
    return {"target": target, "code": _picture(target) if kept.currency == "VND" else None, "currency": kept.currency}


@bp.get("/fairs/<fair_slug>/money/accounts/preview")
@requires(MANAGE_ACCOUNTS)
def preview() -> str:
    """What a payer would see of what is typed so far."""
    return render_template("payments/_account_preview.html", preview=_preview(AccountForm(formdata=request.args)))


@bp.post("/fairs/<fair_slug>/money/accounts/<int:account_id>/end")
@requires(MANAGE_ACCOUNTS)
def end(account_id: int) -> Any:
    """Show the account to no payer any more."""
    account = account_by_id(current_fair().id, account_id)
    _require_own(account)
    end_account(account, by=actor())
    flash(_("Ended: nobody is asked to pay to account %(number)s any more.", number=account.number), "success")
    return go(url_for("bank_accounts.index"))


@bp.route("/banks", methods=["GET", "POST"])
@requires(MANAGE_BANKS)
def bank_list() -> Any:
    """Banks and their numbers; enter one, correct one (``?bank=``)."""
    key = _key("bank")
    bank: Bank | None = bank_by_id(key) if key is not None else None
    form = BankForm(obj=bank)
    if form.validate_on_submit():
        try:
            saved = save_bank(form.name.data or "", form.bin.data or "", by=actor(), bank=bank)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved: %(bank)s has the number %(bin)s.", bank=saved.name, bin=saved.bin), "success")
            return go(url_for("bank_accounts.bank_list"))
    page = render_template("payments/banks.html", form=form, bank=bank, banks=banks())
    return (page, 422) if form.errors else page


register_nav(
    NavItem("bank_accounts", _l("Bank accounts"), "building-bank", "bank_accounts.index", MANAGE_ACCOUNTS, 931)
)
register_nav(
    NavItem("banks", _l("Banks"), "building-bank", "bank_accounts.bank_list", MANAGE_BANKS, 938, for_fair=False)
)
