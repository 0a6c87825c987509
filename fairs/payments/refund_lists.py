"""The lists of credits and of refunds: their addresses, their order, their spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Credit, Refund
from fairs.payments.permissions import VIEW_INVOICES
from fairs.payments.refunds import REFUND_METHODS
from fairs.payments.states import CreditState, RefundState


def _by_text(query: Select[Any], model: Any, args: Args) -> Select[Any]:
    text = clean(args.get("q", "")[:200])
    if not text:
        return query
    return query.join(Company, Company.id == model.company_id).where(
        or_(
            model.number.contains("".join(text.split()).upper(), autoescape=True),
            Company.folded.contains(fold(text), autoescape=True),
        )
    )


def credits_matching(fair: Fair, args: Args) -> Select[Credit]:
    """The fair's credits that fit, with company and invoice."""
    query = select(Credit).where(Credit.fair_id == fair.id)
    state = args.get("state", "")
    if state in set(CreditState):
        query = query.where(Credit.state == CreditState(state))
    return _by_text(query, Credit, args).options(joinedload(Credit.company), joinedload(Credit.invoice))


def refunds_matching(fair: Fair, args: Args) -> Select[Refund]:
    """The fair's refunds that fit, with company, credit and transfer list."""
    query = select(Refund).where(Refund.fair_id == fair.id)
    state, method = args.get("state", ""), args.get("method", "")
    if state in set(RefundState):
        query = query.where(Refund.state == RefundState(state))
    if method in REFUND_METHODS:
        query = query.where(Refund.method == method)
    return _by_text(query, Refund, args).options(
        joinedload(Refund.company), joinedload(Refund.credit), joinedload(Refund.transfer_list)
    )


def _order(model: Any, args: Args, sorts: dict[str, Any]) -> list[tuple[Any, bool]]:
    sort = args.get("sort") or "-number"
    return [(sorts.get(sort.removeprefix("-"), model.number), sort.startswith("-")), (model.id, sort.startswith("-"))]


def _credit_rows(query: Select[Credit]) -> Iterator[list[Any]]:
    for one in each(query):
        yield [
            one.number, one.company.name, one.company.tax_code, one.invoice.number if one.invoice else "", one.given,
            one.amount, one.free, one.currency, str(one.state.label), one.reason, one.created_at,
        ]  # fmt: skip


def _refund_rows(query: Select[Refund]) -> Iterator[list[Any]]:
    for one in each(query):
        yield [
            one.number, one.company.name, one.company.tax_code, one.credit.number, str(METHOD_LABELS[one.method]),
            one.amount, one.currency, str(one.state.label), one.reason, one.created_at, one.approved_at,
            one.transfer_list.number if one.transfer_list else "", one.sent_at, one.done_on, one.external_reference,
            one.ended_because,
        ]  # fmt: skip


def _credit_sheets(_fair: Fair, query: Select[Credit]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Company"), _("Tax code"), _("Invoice"), _("Amount"), _("Left"), _("Free to use"), _("Currency"),
        _("State"), _("Reason"), _("Recorded"),
    ]  # fmt: skip
    return [Sheet(_("Credits"), heads, _credit_rows(query))]


def _refund_sheets(_fair: Fair, query: Select[Refund]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Company"), _("Tax code"), _("Credit"), _("Method"), _("Amount"), _("Currency"), _("State"),
        _("Reason"), _("Asked for on"), _("Approved"), _("Transfer list"), _("Sent"), _("Paid back on"),
        _("Bank reference or voucher number"), _("Why not"),
    ]  # fmt: skip
    return [Sheet(_("Refunds"), heads, _refund_rows(query))]


CREDITS = register_list(
    ListSpec(
        "credits", _l("Credits"), "refunds.credits", VIEW_INVOICES, ("state", "q", "sort"), query=credits_matching,
        keys=lambda args: _order(Credit, args, {"amount": Credit.amount_minor}), reference=Credit.number,
        name_of=lambda row: row.company.name, sheets=_credit_sheets, record=("refunds.credit", "credit_number"),
    )
)  # fmt: skip
REFUNDS = register_list(
    ListSpec(
        "refunds", _l("Refunds"), "refunds.index", VIEW_INVOICES, ("state", "method", "q", "sort"),
        query=refunds_matching, keys=lambda args: _order(Refund, args, {"amount": Refund.amount_minor}),
        reference=Refund.number, name_of=lambda row: row.company.name, sheets=_refund_sheets,
        record=("refunds.refund", "refund_number"),
    )
)  # fmt: skip
