"""Budgets and overruns that wait for a second person, vouchers to be approved and paid, sponsors, days to be closed."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from fairs.budgets.closing_models import DayClosing
from fairs.budgets.models import FairBudget, Overrun, SponsorInstalment, Sponsorship, Voucher
from fairs.budgets.permissions import (
    APPROVE_FAIR_BUDGET,
    APPROVE_VOUCHERS,
    EDIT_FAIR_BUDGET,
    MANAGE_SPONSORS,
    PAY_VOUCHERS,
    WRITE_VOUCHERS,
)
from fairs.budgets.states import (
    BudgetState,
    ClosingState,
    CommitmentState,
    OverrunState,
    SponsorState,
    VoucherState,
)
from fairs.core.i18n import format_date, format_money
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why, always

_SOON = 14  # days before an instalment of a sponsor is expected in which its invoice is due

_next_instalment = (
    select(func.min(SponsorInstalment.due_on))
    .where(SponsorInstalment.sponsorship_id == Sponsorship.id, SponsorInstalment.invoice_id.is_(None))
    .correlate(Sponsorship)
    .scalar_subquery()
)


def _not_mine(model: type[FairBudget | Voucher]) -> tuple[ColumnElement[bool], ...]:
    columns = (model.by_id, model.for_id, model.submitted_by_id, model.submitted_for_id)
    return tuple(func.coalesce(column, 0).not_in(INVOLVED) for column in columns)


KINDS = (
    Kind(
        key="budget-draft",
        states=(BudgetState.DRAFT,),
        model=FairBudget,
        where=(FairBudget.state == BudgetState.DRAFT,),
        permission=EDIT_FAIR_BUDGET,
        counts_from=FairBudget.created_at,
        days=14,
        icon="clipboard-list",
        reason=_l("Budget drawn up"),
        title=lambda n: ngettext("%(num)s budget is not handed in", "%(num)s budgets are not handed in", n),
        who=lambda row: _("Budget, version %(number)s", number=row.version),
        what=lambda row: row.returned_because or row.reason,
        button=_l("Complete and hand in"),
        page=lambda row: ("fair_budget.version", {"version": row.version}),
        list_page=("fair_budget.index", {}),
    ),
    Kind(
        key="budget",
        states=(BudgetState.SUBMITTED,),
        model=FairBudget,
        where=(FairBudget.state == BudgetState.SUBMITTED, *_not_mine(FairBudget)),
        permission=APPROVE_FAIR_BUDGET,
        counts_from=FairBudget.submitted_at,
        days=5,
        icon="clipboard-check",
        reason=_l("Budget to be approved"),
        title=lambda n: ngettext("%(num)s budget waits for approval", "%(num)s budgets wait for approval", n),
        who=lambda row: _("Budget, version %(number)s", number=row.version),
        what=lambda row: row.reason,
        button=_l("Look and approve"),
        page=lambda row: ("fair_budget.version", {"version": row.version}),
        list_page=("fair_budget.index", {}),
    ),
    Kind(
        key="overrun",
        states=(OverrunState.REQUESTED,),
        model=Overrun,
        where=(
            Overrun.state == OverrunState.REQUESTED,
            func.coalesce(Overrun.by_id, 0).not_in(INVOLVED),
            func.coalesce(Overrun.for_id, 0).not_in(INVOLVED),
        ),
        permission=APPROVE_FAIR_BUDGET,
        counts_from=Overrun.created_at,
        days=3,
        icon="alert-triangle",
        reason=_l("Overrun to be decided"),
        title=lambda n: ngettext("%(num)s overrun waits for a decision", "%(num)s overruns wait for a decision", n),
        who=lambda row: row.line.label,
        what=lambda row: f"{format_money(row.amount)} · {row.reason}",
        button=_l("Decide"),
        page=lambda row: ("fair_budget.line", {"line_code": row.line.code}),
        list_page=("fair_budget.index", {}),
        at=always,
        load=(joinedload(Overrun.line),),
    ),
    Kind(
        key="voucher-draft",
        states=(VoucherState.DRAFT,),
        model=Voucher,
        where=(Voucher.state == VoucherState.DRAFT,),
        permission=WRITE_VOUCHERS,
        counts_from=Voucher.created_at,
        days=7,
        icon="file-pencil",
        reason=_l("Voucher written"),
        title=lambda n: ngettext("%(num)s voucher is not handed in", "%(num)s vouchers are not handed in", n),
        who=lambda row: row.payee,
        what=lambda row: f"{format_money(row.total)} · {row.number}",
        button=_l("Complete and hand in"),
        page=lambda row: ("vouchers.show", {"number": row.number}),
        list_page=("vouchers.index", {"state": "draft"}),
        at=always,
    ),
    Kind(
        key="voucher",
        states=(VoucherState.SUBMITTED,),
        model=Voucher,
        where=(Voucher.state == VoucherState.SUBMITTED, *_not_mine(Voucher)),
        permission=APPROVE_VOUCHERS,
        counts_from=Voucher.submitted_at,
        days=2,
        icon="file-dollar",
        reason=_l("Voucher to be approved"),
        title=lambda n: ngettext("%(num)s voucher waits for approval", "%(num)s vouchers wait for approval", n),
        who=lambda row: row.payee,
        what=lambda row: f"{format_money(row.total)} · {row.number}",
        button=_l("Look and approve"),
        page=lambda row: ("vouchers.show", {"number": row.number}),
        list_page=("vouchers.index", {"state": "submitted"}),
        at=always,
    ),
    Kind(
        key="voucher-payment",
        states=(VoucherState.APPROVED,),
        model=Voucher,
        where=(Voucher.state == VoucherState.APPROVED,),
        permission=PAY_VOUCHERS,
        counts_from=Voucher.approved_at,
        days=3,
        icon="cash",
        reason=_l("Voucher to be paid"),
        title=lambda n: ngettext("%(num)s voucher is to be paid", "%(num)s vouchers are to be paid", n),
        who=lambda row: row.payee,
        what=lambda row: f"{format_money(row.total)} · {row.number}",
        button=_l("Pay"),
        page=lambda row: ("vouchers.show", {"number": row.number}),
        list_page=("vouchers.index", {"state": "approved"}),
        at=always,
    ),
    Kind(
        key="sponsor",
        states=(SponsorState.PROMISED,),
        model=Sponsorship,
        where=(Sponsorship.state == SponsorState.PROMISED,),
        permission=MANAGE_SPONSORS,
        counts_from=Sponsorship.created_at,
        days=14,
        icon="signature",
        reason=_l("Agreement with a sponsor"),
        title=lambda n: ngettext("%(num)s sponsor has no agreement yet", "%(num)s sponsors have no agreement yet", n),
        who=lambda row: row.company.name,
        what=lambda row: f"{format_money(row.promised)} · {row.package}",
        button=_l("Sign the agreement"),
        page=lambda row: ("sponsors.show", {"sponsor_number": row.number}),
        list_page=("sponsors.index", {}),
        load=(joinedload(Sponsorship.company),),
    ),
    Kind(
        key="sponsor-invoice",
        states=(SponsorState.AGREED, SponsorState.INVOICED),
        model=Sponsorship,
        where=(
            Sponsorship.state.in_((SponsorState.AGREED, SponsorState.INVOICED)),
            Sponsorship.in_kind.is_(False),
            _next_instalment.is_not(None),
        ),
        permission=MANAGE_SPONSORS,
        counts_from=_next_instalment,
        days=-_SOON,
        icon="file-invoice",
        reason=_l("Sponsor to be invoiced"),
        title=lambda n: ngettext(
            "%(num)s sponsor is to be asked for money", "%(num)s sponsors are to be asked for money", n
        ),
        who=lambda row: row.company.name,
        what=lambda row: f"{format_money(row.promised)} · {row.package}",
        button=_l("Issue the invoice"),
        page=lambda row: ("sponsors.show", {"sponsor_number": row.number}),
        list_page=("sponsors.index", {}),
        load=(joinedload(Sponsorship.company),),
    ),
    Kind(
        key="closing",
        states=(ClosingState.DUE,),
        model=DayClosing,
        where=(DayClosing.state == ClosingState.DUE, DayClosing.day < TODAY),
        permission=PAY_VOUCHERS,
        counts_from=DayClosing.day,
        days=1,
        icon="calendar-check",
        reason=_l("Day to be closed"),
        title=lambda n: ngettext("%(num)s day with money is not closed", "%(num)s days with money are not closed", n),
        who=lambda row: format_date(row.day),
        what=lambda row: _("Daily closing"),
        button=_l("Look and close"),
        page=lambda row: ("closings.show", {"day": row.day.isoformat()}),
        list_page=("closings.index", {}),
        at=always,
    ),
)

NOBODY = {
    BudgetState: {
        BudgetState.APPROVED: Why.FINAL,
        BudgetState.REPLACED: Why.FINAL,
        BudgetState.DROPPED: Why.FINAL,
    },
    OverrunState: {OverrunState.GRANTED: Why.FINAL, OverrunState.REFUSED: Why.FINAL},
    CommitmentState: {
        CommitmentState.OPEN: Why.PARTIES,  # work is done and invoiced
        CommitmentState.USED: Why.FINAL,
        CommitmentState.RELEASED: Why.FINAL,
    },
    VoucherState: {
        VoucherState.PAID: Why.FINAL,
        VoucherState.REFUSED: Why.FINAL,
        VoucherState.VOIDED: Why.FINAL,
    },
    SponsorState: {SponsorState.RECEIVED: Why.FINAL, SponsorState.ENDED: Why.FINAL},
    ClosingState: {ClosingState.CLOSED: Why.FINAL},
}
