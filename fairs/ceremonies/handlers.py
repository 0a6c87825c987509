"""What a fair's new days, or that it is called off, mean for its ceremonies and who is invited to them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.effects import Effects, moved_day, moved_moment
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.ceremonies.models import Ceremony, CeremonyInvitation, CeremonySeat
from fairs.ceremonies.service import LINKS_LIVE_AFTER_CEREMONY, let_answer_until, link_for
from fairs.ceremonies.states import ReplyState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.links import extend_links


def _to_come(fair_id: int) -> Sequence[Ceremony]:
    query = select(Ceremony).where(Ceremony.fair_id == fair_id, Ceremony.starts_at > now())
    return db.session.scalars(query.order_by(Ceremony.starts_at, Ceremony.id)).all()


def _tell(ceremonies: Sequence[Ceremony], found: Effects) -> None:
    """Every delegation that was invited and has not said no is told."""
    query = select(CeremonyInvitation).where(
        CeremonyInvitation.ceremony_id.in_([ceremony.id for ceremony in ceremonies]),
        CeremonyInvitation.state.not_in([ReplyState.DRAFT, ReplyState.DECLINED]),
    )
    parts = joinedload(CeremonyInvitation.delegation), joinedload(CeremonyInvitation.ceremony)
    for invitation in db.session.scalars(query.options(*parts).order_by(CeremonyInvitation.id)).all():
        _tell_delegation(invitation, found)


def _tell_delegation(invitation: CeremonyInvitation, found: Effects) -> None:
    delegation = invitation.delegation
    found.tell(
        "delegation", name=delegation.contact_name or delegation.organisation, email=delegation.contact_email,
        locale=delegation.language, reference=delegation.organisation, identity=f"delegation:{delegation.id}",
        page=lambda: f"/ceremony/{link_for(invitation)}",
    )  # fmt: skip


@subscribe(FairRescheduled)
def move_ceremonies(event: FairRescheduled) -> None:
    """Ceremonies and the last days for their answers move with the opening; answers and seats stay."""
    fair, move, found = event.fair, event.move, event.found
    ceremonies = _to_come(fair.id)
    for ceremony in ceremonies:
        begins = moved_moment(fair, move, ceremony.starts_at)
        found.set("ceremonies", _l("Ceremony begins"), ceremony.name, ceremony, "starts_at", begins)
        day = moved_day(fair, move, ceremony.reply_by)
        found.add(
            "ceremonies", "Ceremony.reply_by", _l("Last day for answers"), ceremony.name, ceremony.reply_by, day,
            act=lambda row=ceremony, day=day: let_answer_until(row, day),
        )  # fmt: skip
        mine = select(CeremonyInvitation.id).where(CeremonyInvitation.ceremony_id == ceremony.id)
        found.add(
            "pages", "AccessLink.ceremonies", _l("Links of invitations work until"), ceremony.name,
            ceremony.starts_at + LINKS_LIVE_AFTER_CEREMONY, max(ceremony.starts_at, begins) + LINKS_LIVE_AFTER_CEREMONY,
            act=lambda mine=mine, begins=begins: extend_links(CeremonyInvitation, mine, begins + LINKS_LIVE_AFTER_CEREMONY),
        )  # fmt: skip
    _tell(ceremonies, found)


@subscribe(FairCalledOff)
def end_ceremonies(event: FairCalledOff) -> None:
    """No ceremony without its fair: seats are nobody's any more, and answers are not taken."""
    ceremonies = _to_come(event.fair.id)
    seats = select(CeremonySeat.ceremony_id, func.count()).where(
        CeremonySeat.ceremony_id.in_([ceremony.id for ceremony in ceremonies])
    )
    given = dict(db.session.execute(seats.group_by(CeremonySeat.ceremony_id)).all())
    for ceremony in ceremonies:
        what = _l("Ceremony, %(n)s seats given", n=given.get(ceremony.id, 0))
        event.found.add(
            "ceremonies", "Ceremony.starts_at", what, ceremony.name, ceremony.starts_at, _l("does not take place")
        )
    _tell(ceremonies, event.found)
