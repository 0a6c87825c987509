"""What an exhibitor prepares, as steps of the way to the fair: services, staff, manual, build-up, return."""

from __future__ import annotations

from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import exists, func, select

from fairs.core.db import db
from fairs.core.i18n import format_date, format_datetime, format_time
from fairs.directory.slips import Step
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.sitework.catalogue import items_of
from fairs.sitework.manual import checklist
from fairs.sitework.models import Handover, ServiceOrder
from fairs.sitework.permits import permit_of
from fairs.sitework.staff import staff_of, taken
from fairs.sitework.standing import Standing, quota, settings_of, standing_of
from fairs.sitework.states import HandoverState, OrderState


def steps(exhibitor: Exhibitor) -> list[Step]:
    """Nothing before a booth is reserved; afterwards everything that has a day."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        return []
    standing = standing_of(exhibitor)
    if not standing.bookings or exhibitor.fair.is_cancelled:
        return []
    return [
        *_services(exhibitor), _staff(exhibitor, standing), *_manual(exhibitor), _permit(exhibitor, standing),
        _return(exhibitor),
    ]  # fmt: skip


def _page(exhibitor: Exhibitor, name: str) -> str:
    return url_for(f"my_site.{name}", fair_slug=exhibitor.fair.slug, reference=exhibitor.reference)


def _services(exhibitor: Exhibitor) -> list[Step]:
    fair, label, icon = exhibitor.fair, _("Services"), "plug"
    ordered = db.session.scalar(
        select(func.count())
        .select_from(ServiceOrder)
        .where(ServiceOrder.exhibitor_id == exhibitor.id, ServiceOrder.state != OrderState.CANCELLED)
    )
    page = _page(exhibitor, "services")
    if ordered:
        return [Step(label, "done", _("Ordered. More can be added."), None, page, icon=icon)]
    items = [item for item in items_of(fair.id, active=True) if item.is_open(fair)]
    if not items:
        return []
    due = [item.due_on(fair) for item in items if item.due_on(fair) >= fair.today]
    if not due:
        return [
            Step(
                label,
                "next",
                _("Power, furniture, cleaning: now with a surcharge for late orders."),
                None,
                page,
                icon=icon,
            )
        ]
    text = _("Power, furniture, cleaning, if you need them; later with a surcharge.")
    return [Step(label, "next", text, min(due), page, _("Order services"), icon)]


def _staff(exhibitor: Exhibitor, standing: Standing) -> Step:
    settings = settings_of(exhibitor.fair_id)
    named, most = taken(staff_of(exhibitor.id)), quota(standing, settings)
    label, icon, page = _("Staff badges"), "id-badge-2", _page(exhibitor, "people")
    text = _("%(n)s of %(most)s people are named.", n=named, most=most)
    if named or exhibitor.fair.is_over:
        return Step(label, "done", text, None, page, icon=icon)
    due = exhibitor.fair.starts_on - timedelta(days=settings.staff_due_days)
    text = _("Name the people at your booth: %(most)s badges are yours.", most=most)
    return Step(label, "now", text, due, page, _("Name people"), icon)


def _manual(exhibitor: Exhibitor) -> list[Step]:
    entries = checklist(exhibitor)
    if not entries:
        return []
    label, icon, page = _("Exhibitor manual"), "list-check", _page(exhibitor, "manual")
    still_open = sorted((one for one in entries if not one.is_done), key=lambda one: one.due_on)
    text = _("%(done)s of %(total)s items are done.", done=len(entries) - len(still_open), total=len(entries))
    if not still_open or exhibitor.fair.is_over:
        return [Step(label, "done", text, None, page, icon=icon)]
    following = _("Next: %(title)s.", title=still_open[0].item.title)
    text = f"{text} {following}"
    return [Step(label, "now", text, still_open[0].due_on, page, _("Open the checklist"), icon)]


def _permit(exhibitor: Exhibitor, standing: Standing) -> Step:
    label, icon, page = _("Build-up"), "crane", _page(exhibitor, "permit")
    begins = exhibitor.fair.starts_on - timedelta(days=exhibitor.fair.build_up_days)
    permit = permit_of(exhibitor.id)
    if permit is not None:
        text = _("%(begins)s to %(ends)s; the permit is ready.", begins=format_datetime(permit.slot_from),
                 ends=format_time(permit.slot_until))  # fmt: skip
        return Step(label, "done", text, permit.slot_from, page, icon=icon)
    if not standing.is_clear:
        text = _("From %(day)s; the permit is given when everything is paid.", day=format_date(begins))
        return Step(label, "next", text, begins, page, icon=icon)
    if exhibitor.fair.today >= exhibitor.fair.starts_on:
        return Step(label, "done", _("The fair has opened."), None, page, icon=icon)
    return Step(label, "now", _("Everything is paid: choose your time."), begins, page, _("Get the permit"), icon)


def _return(exhibitor: Exhibitor) -> Step:
    label, icon = _("Return of the booth"), "arrow-back-up"
    mine = Handover.exhibitor_id == exhibitor.id
    returned = exists().where(mine, Handover.state == HandoverState.RETURNED)
    waiting = exists().where(mine, Handover.state != HandoverState.RETURNED)
    if db.session.scalar(select(returned & ~waiting)):
        return Step(label, "done", _("Taken back in order."), icon=icon)
    day = exhibitor.fair.ends_on
    return Step(label, "next", _("Empty and clean, after the fair closes; leave when nothing is owed."), day, icon=icon)
