"""What importers see of a registration that staff filed for them (the slip), and what a fair's new days mean for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.badges.states import BadgeState
from fairs.calendar.effects import Effects, moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.links import extend_links
from fairs.directory.slips import (
    FilingForm,
    SlipDocument,
    SlipStatus,
    Step,
    StepState,
    register_filing_form,
    register_slip,
)
from fairs.importers.models import Importer
from fairs.importers.permissions import REGISTER_IMPORTER
from fairs.importers.queries import badge_of
from fairs.importers.service import LINKS_LIVE_AFTER_FAIR, link_for
from fairs.importers.states import ImporterState

S = ImporterState


def importer_slip(importer_id: int) -> SlipStatus | None:
    """The registration as its owner sees it with slip and PIN."""
    importer = db.session.get(Importer, importer_id)
    if importer is None:
        return None
    fair, badge = importer.fair, badge_of(importer)
    valid = badge is not None and badge.state is BadgeState.ACTIVE and importer.state is S.APPROVED
    next_step = {
        S.UNCONFIRMED: _("Confirm your e-mail address with the link in our mail."),
        S.SUBMITTED: _("Nothing to do: we tell you the decision."),
        S.APPROVED: _("Come to the fair and show your badge at the gate."),
        S.REFUSED: _("Ask us if you think that this is a mistake."),
        S.WITHDRAWN: _("Nothing to do."),
    }[importer.state]
    return SlipStatus(
        title=_("Registration as an importer"),
        name=importer.person.display_name,
        reference=importer.reference,
        state=importer.state,
        next_step=_("The fair is cancelled.") if fair.is_cancelled else next_step,
        fair_name=fair.name,
        fair_days=(fair.starts_on, fair.ends_on),
        place=fair.venue,
        locale=importer.locale,
        steps=_steps(importer, valid),
        facts=((_("Company"), importer.company.name), (_("Name"), importer.person.native_name)),
        documents=(SlipDocument(_("Badge"), "badge", badge.id),) if badge is not None and valid else (),
        staff_url=url_for("importers.show", fair_slug=fair.slug, reference=importer.reference),
    )


def _steps(importer: Importer, has_badge: bool) -> tuple[Step, ...]:
    decided: StepState = "next"
    if importer.state is S.SUBMITTED:
        decided = "now"
    elif importer.state is S.APPROVED:
        decided = "done"
    elif importer.state is S.REFUSED:
        decided = "problem"
    return (
        Step(_("Registered"), "done", when=importer.created_at, icon="user-plus"),
        Step(
            _("Decision"),
            decided,
            text=importer.decision_note if importer.state is S.REFUSED else importer.fair.importer_decider,
            when=importer.decided_at or importer.decide_by,
            icon="clock",
        ),
        Step(_("Badge"), "done" if has_badge else "next", icon="id-badge-2"),
    )


_TOLD = (S.SUBMITTED, S.APPROVED)


def _registrations(fair_id: int) -> Sequence[Importer]:
    query = select(Importer).where(Importer.fair_id == fair_id, Importer.state.in_(_TOLD)).order_by(Importer.id)
    return db.session.scalars(query.options(joinedload(Importer.person), joinedload(Importer.fair))).all()


def _tell(importer: Importer, found: Effects) -> None:
    person = importer.person
    found.tell(
        "importer", name=person.display_name, email=person.email, locale=importer.locale, reference=importer.reference,
        identity=f"person:{person.id}", page=lambda: f"/i/{link_for(importer)}",
    )  # fmt: skip


@subscribe(FairRescheduled)
def move_answers(event: FairRescheduled) -> None:
    """The promised day of an answer moves with the fair, links of mails live as long after it as before."""
    fair, move = event.fair, event.move
    found = _registrations(fair.id)
    for importer in found:
        if importer.state is S.SUBMITTED and importer.decide_by is not None:
            day = moved_day(fair, move, importer.decide_by)
            event.found.set("applications", _l("Importer answered by"), importer.reference, importer, "decide_by", day)
        _tell(importer, event.found)
    if found:
        old, new = (fair.at(day, time(23, 59)) + LINKS_LIVE_AFTER_FAIR for day in (fair.ends_on, move.ends_on))
        mine = select(Importer.id).where(Importer.fair_id == fair.id, Importer.state.in_(_TOLD))
        event.found.add(
            "pages", "AccessLink.importers", _l("Importers' links work until"), str(len(found)), old, max(old, new),
            act=lambda: extend_links(Importer, mine, new),
        )  # fmt: skip


@subscribe(FairCalledOff)
def tell_importers(event: FairCalledOff) -> None:
    """Everybody whose registration stands is told."""
    for importer in _registrations(event.fair.id):
        _tell(importer, event.found)


register_slip("Importer", importer_slip)
register_filing_form(
    FilingForm(
        "importer", _l("Registration of an importer"), _l("A buyer from abroad who called, wrote or stands at the desk."),
        "world", "importers.new", REGISTER_IMPORTER, order=30,
    )
)  # fmt: skip
