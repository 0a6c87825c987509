"""Bringing site work in line with bookings and money, by whatever way they changed: orders, badges, permits."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED
from fairs.payments.states import InvoiceState
from fairs.sitework.models import BuildPermit, ServiceOrder, StaffPlace
from fairs.sitework.orders import cancel_order, follow_money
from fairs.sitework.permits import revoke_permit, why_not
from fairs.sitework.staff import follow_booths
from fairs.sitework.standing import booked_exhibitors, standings
from fairs.sitework.states import OrderState, PermitState, StaffState


def settle(fair: Fair, *, by: Actor = SYSTEM) -> None:
    """Do for a fair what follows from its bookings and invoices; doing it again changes nothing."""
    with force_locale("vi"):
        booked = set(booked_exhibitors(fair.id))
        _orders(fair, booked, by)
        _permits(fair, by)
        people = db.session.scalars(
            select(StaffPlace.exhibitor_id)
            .where(
                StaffPlace.fair_id == fair.id,
                StaffPlace.state == StaffState.NAMED,
                or_(StaffPlace.badge_id.is_(None), StaffPlace.exhibitor_id.not_in(booked)),
            )
            .distinct()
        ).all()
        if people:
            follow_booths(people, by=by)


def _orders(fair: Fair, booked: Collection[int], by: Actor) -> None:
    unsettled = or_(
        (ServiceOrder.state == OrderState.ORDERED) & Invoice.state.in_([InvoiceState.PAID, InvoiceState.WAIVED]),
        (ServiceOrder.state == OrderState.CONFIRMED) & Invoice.state.in_(OWED),
    )
    for order in db.session.scalars(
        select(ServiceOrder).join(Invoice, Invoice.id == ServiceOrder.invoice_id)
        .where(ServiceOrder.fair_id == fair.id, unsettled)
    ).all():  # fmt: skip
        follow_money(order, by=by)
    for order in db.session.scalars(
        select(ServiceOrder).where(
            ServiceOrder.fair_id == fair.id, ServiceOrder.state == OrderState.ORDERED,
            ServiceOrder.exhibitor_id.not_in(booked),
        )
    ).all():  # fmt: skip
        try:
            cancel_order(order, reason=str(_l("The booth was given back.")), by=by, as_staff=True)
        except DomainError:
            continue  # it changed in this moment: the next time


def _permits(fair: Fair, by: Actor) -> None:
    permits = db.session.scalars(
        select(BuildPermit)
        .where(BuildPermit.fair_id == fair.id, BuildPermit.state == PermitState.ISSUED)
        .options(joinedload(BuildPermit.exhibitor))
    ).all()
    found = standings(fair.id, [one.exhibitor_id for one in permits]) if permits else {}
    for permit in permits:
        reason = str(why_not(found[permit.exhibitor_id]))
        if reason:
            revoke_permit(permit, reason, by=by)
