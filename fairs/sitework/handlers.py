"""What site work does when others speak: money confirms orders and brings badges, a moved fair moves slots, a cancelled one ends all."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.badges.events import BadgeReplaced, KeyWithdrawn
from fairs.booths.models import BoothBooking
from fairs.booths.service import SUBJECT as BOOKING
from fairs.calendar.effects import shift
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.db import after_commit, db
from fairs.core.events import subscribe
from fairs.payments.events import MoneyReceived
from fairs.sitework.models import BuildPermit, ServiceOrder, StaffPlace
from fairs.sitework.orders import SUBJECT, end, follow_money
from fairs.sitework.permits import revoke_permit
from fairs.sitework.states import OrderState, PermitState
from fairs.sitework.tasks import settle_now


@subscribe(MoneyReceived)
def follow_receipts(event: MoneyReceived) -> None:
    """A paid order is confirmed; a deposit that confirms a booth has its people's badges made, after the commit.

    Not in it: a badge locks the fair, and who calls a fair off locks the fair before its invoices.
    """
    if event.subject_type == SUBJECT and event.fully_paid:
        order = db.session.get(ServiceOrder, event.subject_id)
        if order is not None:
            follow_money(order, by=event.by)
    elif event.subject_type == BOOKING and event.deposit_covered:
        booking = db.session.get(BoothBooking, event.subject_id)
        if booking is not None:
            fair_id = booking.fair_id
            after_commit(lambda: settle_now(fair_id))


@subscribe(BadgeReplaced)
def follow_badge(event: BadgeReplaced) -> None:
    """Who got another badge keeps the place: exhibitors print the one that is good."""
    for place in db.session.scalars(select(StaffPlace).where(StaffPlace.badge_id == event.old_id)).all():
        place.badge_id = event.new_id


@subscribe(KeyWithdrawn)
def sign_permits_anew(event: KeyWithdrawn) -> None:
    """A permit's serial stays; its code is signed by the key in use, so exhibitors print it again."""
    for permit in db.session.scalars(
        select(BuildPermit).where(BuildPermit.key_id == event.key_id, BuildPermit.state == PermitState.ISSUED)
    ).all():
        permit.key_id = event.new_id


@subscribe(FairRescheduled)
def move_slots(event: FairRescheduled) -> None:
    """Build-up moves with the opening; codes that are printed stay right."""
    query = select(BuildPermit).where(BuildPermit.fair_id == event.fair.id, BuildPermit.state == PermitState.ISSUED)
    by = shift(event.fair, event.move)
    for permit in db.session.scalars(query.order_by(BuildPermit.id)).all():
        begins, ends = _l("Build-up begins"), _l("Build-up ends")
        event.found.set("booths", begins, permit.reference, permit, "slot_from", permit.slot_from + by)
        event.found.set("booths", ends, permit.reference, permit, "slot_until", permit.slot_until + by)


@subscribe(FairCalledOff)
def end_site_work(event: FairCalledOff) -> None:
    """Orders and permits end; the invoices are seen to where money is."""
    orders = select(ServiceOrder).where(
        ServiceOrder.fair_id == event.fair.id, ServiceOrder.state.in_([OrderState.ORDERED, OrderState.CONFIRMED])
    )
    for order in db.session.scalars(orders.options(joinedload(ServiceOrder.exhibitor)).order_by(ServiceOrder.id)).all():
        event.found.add(
            "booths", "ServiceOrder.state", _l("Service order"), order.reference, order.state.label, OrderState.CANCELLED.label,
            act=lambda row=order: end(row, reason=event.reason, by=event.by), company_id=order.exhibitor.company_id,
        )  # fmt: skip
    permits = select(BuildPermit).where(BuildPermit.fair_id == event.fair.id, BuildPermit.state == PermitState.ISSUED)
    for permit in db.session.scalars(permits.order_by(BuildPermit.id)).all():
        event.found.add(
            "booths", "BuildPermit.state", _l("Build-up permit"), permit.reference, permit.state.label,
            PermitState.REVOKED.label, act=lambda row=permit: revoke_permit(row, event.reason, by=event.by),
        )  # fmt: skip
