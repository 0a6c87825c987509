"""What exhibitors give to the directory (slip, the form staff file), and what they are told when a fair moves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.effects import Effects, moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.directory.permissions import FILE_ON_BEHALF
from fairs.directory.queries import group_names
from fairs.directory.slips import FilingForm, SlipStatus, register_filing_form, register_slip
from fairs.documents.events import DecisionSigned
from fairs.documents.kinds import register_kind
from fairs.documents.queries import open_item_of
from fairs.documents.service import remove_subject
from fairs.exhibitors.events import ExhibitorWithdrawn
from fairs.exhibitors.journey import documents, journey, present_step
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.selection import SUBJECT, move_exhibitors
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.support_kind import SUPPORT
from fairs.floorplans.events import BoothsWillChange
from fairs.funding.service import release_all_of


def exhibitor_slip(exhibitor_id: int) -> SlipStatus | None:
    """The application as the household sees it that has no account."""
    exhibitor = db.session.get(Exhibitor, exhibitor_id)
    if exhibitor is None:
        return None
    fair, company = exhibitor.fair, exhibitor.company
    steps = journey(exhibitor)
    now_step = present_step(steps)
    names = group_names()
    facts = [
        (_("Product groups"), ", ".join(names.get(code, code) for code in exhibitor.groups)),
        (_("Contact person"), exhibitor.contact_name),
        (_("Telephone"), exhibitor.contact_phone),
    ]
    return SlipStatus(
        title=_("Application to exhibit"),
        name=company.name,
        reference=exhibitor.reference,
        state=exhibitor.state,
        next_step=_("The fair is cancelled.")
        if fair.is_cancelled
        else now_step.text
        if now_step is not None
        else _("Everything is done. See you at the fair."),
        fair_name=fair.name,
        fair_days=(fair.starts_on, fair.ends_on),
        place=fair.venue,
        locale=exhibitor.locale,
        steps=steps,
        facts=[(label, value) for label, value in facts if value],
        documents=documents(exhibitor),
        links=[(_("Page of the fair"), f"/f/{fair.slug}/")],
        staff_url=url_for("exhibitors.show", fair_slug=fair.slug, reference=exhibitor.reference),
    )


@subscribe(DecisionSigned)
def accept_supported(event: DecisionSigned) -> None:
    """Supported exhibitors are accepted by their signed decision."""
    move_exhibitors(event)


@subscribe(ExhibitorWithdrawn)
def release_support(event: ExhibitorWithdrawn) -> None:
    """Who withdraws leaves the selection that is being prepared; what was promised is free again."""
    exhibitor = event.exhibitor
    item = open_item_of(SUPPORT_KIND, SUBJECT, exhibitor.id)
    if item is not None and item.selection.is_editable:
        remove_subject(item, by=event.by, reason=event.reason)
    release_all_of(SUBJECT, exhibitor.id, reason=event.reason or _("The company withdrew."), by=event.by)


_WAITS = (ExhibitorState.SUBMITTED, ExhibitorState.APPRAISED)
_TOLD = (*_WAITS, ExhibitorState.WAITLISTED, ExhibitorState.ACCEPTED)


def _applications(fair_id: int) -> Sequence[Exhibitor]:
    query = select(Exhibitor).where(Exhibitor.fair_id == fair_id, Exhibitor.state.in_(_TOLD))
    return db.session.scalars(query.options(joinedload(Exhibitor.company)).order_by(Exhibitor.id)).all()


def _tell(fair: Fair, exhibitor: Exhibitor, found: Effects) -> None:
    company, person = exhibitor.company, exhibitor.contact_person_id
    address = f"/my/{fair.slug}?company={company.id}"
    found.tell(
        "exhibitor", name=exhibitor.contact_name or company.name, email=exhibitor.contact_email or company.email,
        locale=exhibitor.locale, reference=exhibitor.reference, company_id=company.id,
        identity=f"person:{person}" if person else f"company:{company.id}",
        page=(lambda: address) if exhibitor.source == "web" else None,
    )  # fmt: skip


@subscribe(FairRescheduled)
def move_answers(event: FairRescheduled) -> None:
    """The promised day of an answer moves with the fair; everybody whose application stands is told."""
    for exhibitor in _applications(event.fair.id):
        if exhibitor.state in _WAITS and exhibitor.decide_by is not None:
            day = moved_day(event.fair, event.move, exhibitor.decide_by)
            event.found.set(
                "applications", _l("Application answered by"), exhibitor.reference, exhibitor, "decide_by", day
            )
        _tell(event.fair, exhibitor, event.found)


@subscribe(FairCalledOff)
def tell_exhibitors(event: FairCalledOff) -> None:
    """Everybody whose application stands is told."""
    for exhibitor in _applications(event.fair.id):
        _tell(event.fair, exhibitor, event.found)


@subscribe(BoothsWillChange)
def keep_wishes(event: BoothsWillChange) -> None:
    """A wish for a booth that leaves the plan becomes one for its zone; without a zone, or with that wish made, it goes."""
    if not event.dropped:
        return
    query = select(BoothWish).where(BoothWish.booth_id.in_(event.dropped)).options(joinedload(BoothWish.booth))
    for wish in db.session.scalars(query.order_by(BoothWish.id)).all():
        zone_id = wish.booth.zone_id if wish.booth is not None else None
        same = select(BoothWish.id).where(BoothWish.exhibitor_id == wish.exhibitor_id, BoothWish.zone_id == zone_id)
        if zone_id is None or db.session.scalar(same.limit(1)) is not None:
            db.session.delete(wish)
        else:
            wish.booth_id, wish.zone_id = None, zone_id
        db.session.flush()


register_kind(SUPPORT)
register_slip("Exhibitor", exhibitor_slip)
register_filing_form(
    FilingForm(
        "exhibitor",
        _l("Application to exhibit"),
        _l("A company or craft household wants a booth."),
        "building-store",
        "exhibitors.file",
        FILE_ON_BEHALF,
        10,
    )
)
