"""Refunds on their way, and books that do not agree."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.books.models import BooksCheck, BooksDifference
from fairs.books.permissions import CHECK_BOOKS
from fairs.core.i18n import format_money
from fairs.payments.models import Refund
from fairs.payments.permissions import APPROVE_REFUND, RECORD_RECEIPT
from fairs.payments.states import RefundState
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why, always


def _what(refund: Refund) -> str:
    return f"{format_money(refund.amount)} · {refund.number}"


KINDS = (
    Kind(
        key="refund-approval",
        states=(RefundState.REQUESTED,),
        model=Refund,
        where=(
            Refund.state == RefundState.REQUESTED,
            # Nobody seconds their own act.
            func.coalesce(Refund.requested_by_id, 0).not_in(INVOLVED),
            func.coalesce(Refund.requested_for_id, 0).not_in(INVOLVED),
        ),
        permission=APPROVE_REFUND,
        counts_from=Refund.created_at,
        days=2,
        icon="circle-check",
        reason=_l("Refund to approve"),
        title=lambda n: ngettext("%(num)s refund waits for approval", "%(num)s refunds wait for approval", n),
        who=lambda refund: refund.company.name,
        what=_what,
        button=_l("Approve or refuse"),
        page=lambda refund: ("refunds.refund", {"refund_number": refund.number}),
        list_page=("refunds.index", {"state": "requested"}),
        at=always,
        load=(joinedload(Refund.company),),
    ),
    Kind(
        key="refund-sending",
        states=(RefundState.APPROVED,),
        model=Refund,
        # What goes back to a card is sent by the provider.
        where=(Refund.state == RefundState.APPROVED, Refund.method.in_(("transfer", "cash"))),
        permission=RECORD_RECEIPT,
        counts_from=Refund.approved_at,
        days=2,
        icon="send",
        reason=_l("Refund to send"),
        title=lambda n: ngettext("%(num)s approved refund is to be paid", "%(num)s approved refunds are to be paid", n),
        who=lambda refund: refund.company.name,
        what=_what,
        button=_l("Pay it"),
        page=lambda refund: (
            ("transfers.index", {})
            if refund.method == "transfer"
            else ("refunds.refund", {"refund_number": refund.number})
        ),
        list_page=("refunds.index", {"state": "approved"}),
        at=always,
        load=(joinedload(Refund.company),),
    ),
    Kind(
        key="refund-transit",
        states=(RefundState.IN_TRANSIT,),
        model=Refund,
        where=(Refund.state == RefundState.IN_TRANSIT, Refund.expected_on < TODAY),
        permission=RECORD_RECEIPT,
        counts_from=Refund.expected_on,
        days=0,
        icon="hourglass",
        reason=_l("Refund not confirmed"),
        title=lambda n: ngettext(
            "%(num)s refund has been on its way for too long", "%(num)s refunds have been on their way for too long", n
        ),
        who=lambda refund: refund.company.name,
        what=_what,
        button=_l("Look at the statement"),
        page=lambda refund: ("refunds.refund", {"refund_number": refund.number}),
        list_page=("refunds.index", {"state": "in_transit"}),
        at=always,
        load=(joinedload(Refund.company),),
    ),
    Kind(
        key="books",
        states=(),
        model=BooksDifference,
        # Only the newest run counts: a clean one ends it.
        where=(BooksDifference.check_id == select(func.max(BooksCheck.id)).scalar_subquery(),),
        permission=CHECK_BOOKS,
        counts_from=BooksDifference.created_at,
        days=0,
        icon="alert-octagon",
        reason=_l("The books do not agree"),
        title=lambda n: ngettext("%(num)s account of the books does not agree", "%(num)s accounts of the books do not agree", n),
        who=lambda one: one.company.name,
        what=lambda one: _(
            "documents %(documents)s, ledger %(ledger)s", documents=format_money(one.documents),
            ledger=format_money(one.ledger),
        ),
        button=_l("See the check"),
        page=lambda _one: ("books.check", {}),
        list_page=("books.check", {}),
        at=always,
        load=(joinedload(BooksDifference.company),),
    ),
)  # fmt: skip

NOBODY = {
    RefundState: {
        RefundState.DONE: Why.FINAL,
        RefundState.FAILED: Why.FINAL,  # the credit is free again, and awaits somebody itself
    },
}
