"""Agreements and site work: what staff deliver, decide and mend."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.agreements.states import AgreementState
from fairs.calendar.models import Fair
from fairs.exhibitors.models import Exhibitor
from fairs.sitework.models import Handover, ServiceOrder, StaffPlace
from fairs.sitework.permissions import DECIDE_STAFF, DELIVER
from fairs.sitework.states import HandoverState, OrderState, PermitState, StaffState
from fairs.workplace.inbox import Kind, Why

DELIVERED_FROM = timedelta(days=3)  # before the opening: earlier nobody can


def _delivers(fair: Fair) -> bool:
    return fair.days_to_opening <= DELIVERED_FROM.days and not fair.is_over


KINDS = (
    Kind(
        key="delivery",
        states=(OrderState.CONFIRMED,),
        model=ServiceOrder,
        where=(ServiceOrder.state == OrderState.CONFIRMED,),
        permission=DELIVER,
        counts_from=select(Fair.starts_on).where(Fair.id == ServiceOrder.fair_id).scalar_subquery(),
        days=-1,
        icon="truck-delivery",
        reason=_l("Service to deliver"),
        title=lambda n: ngettext(
            "%(num)s service order is to be delivered", "%(num)s service orders are to be delivered", n
        ),
        who=lambda order: order.exhibitor.company.name,
        what=lambda order: _("Booth %(code)s", code=order.booth.code) + f" · {order.reference}",
        button=_l("Deliver"),
        page=lambda order: ("services.show", {"reference": order.reference}),
        list_page=("services.index", {"state": "confirmed"}),
        at=_delivers,
        load=(joinedload(ServiceOrder.booth), joinedload(ServiceOrder.exhibitor).joinedload(Exhibitor.company)),
    ),
    Kind(
        key="extra-badge",
        states=(StaffState.REQUESTED,),
        model=StaffPlace,
        where=(StaffPlace.state == StaffState.REQUESTED,),
        permission=DECIDE_STAFF,
        counts_from=StaffPlace.created_at,
        days=3,
        icon="id-badge-2",
        reason=_l("Badge beyond the quota"),
        title=lambda n: ngettext(
            "%(num)s request for a badge waits for a decision", "%(num)s requests for badges wait for a decision", n
        ),
        who=lambda place: place.exhibitor.company.name,
        what=lambda place: place.person.display_name,
        button=_l("Decide"),
        page=lambda place: ("sitework.staff", {}),
        list_page=("sitework.staff", {}),
        load=(joinedload(StaffPlace.person), joinedload(StaffPlace.exhibitor).joinedload(Exhibitor.company)),
    ),
    Kind(
        key="defect",
        states=(HandoverState.DEFECTS, HandoverState.DAMAGED),
        model=Handover,
        where=(Handover.state.in_([HandoverState.DEFECTS, HandoverState.DAMAGED]),),
        permission=DELIVER,
        counts_from=Handover.changed_at,
        days=1,
        icon="alert-triangle",
        reason=_l("Defect of a booth"),
        title=lambda n: ngettext("%(num)s booth has defects to settle", "%(num)s booths have defects to settle", n),
        who=lambda row: row.exhibitor.company.name,
        what=lambda row: _("Booth %(code)s", code=row.booth.code) + f" · {row.state.label}",
        button=_l("Settle the defect"),
        page=lambda row: ("onsite.booth", {"code": row.booth.code}),
        list_page=("onsite.plan", {"state": "defects"}),
        load=(joinedload(Handover.booth), joinedload(Handover.exhibitor).joinedload(Exhibitor.company)),
    ),
)

NOBODY = {
    AgreementState: {
        AgreementState.ISSUED: Why.COMPANY,
        AgreementState.ACCEPTED: Why.FINAL,
        AgreementState.SCANNED: Why.FINAL,
        AgreementState.SUPERSEDED: Why.FINAL,
        AgreementState.CANCELLED: Why.FINAL,
    },
    OrderState: {
        OrderState.ORDERED: Why.COMPANY,  # pays; an overdue invoice is finance's
        OrderState.DELIVERED: Why.FINAL,
        OrderState.CANCELLED: Why.FINAL,
    },
    StaffState: {StaffState.NAMED: Why.AUTOMATIC, StaffState.REFUSED: Why.FINAL, StaffState.REMOVED: Why.FINAL},
    PermitState: {PermitState.ISSUED: Why.COMPANY, PermitState.REVOKED: Why.FINAL},
    HandoverState: {HandoverState.HANDED_OVER: Why.COMPANY, HandoverState.RETURNED: Why.FINAL},
}
