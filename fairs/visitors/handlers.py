"""What a fair's new days, or its end, mean for visitors and counters; the badges of a group as an attachment of mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.badges.faces import badges_pdf
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.calendar.effects import Effects
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.events import subscribe
from fairs.core.links import extend_links
from fairs.messages.render import Attachment, register_renderer
from fairs.visitors.groups import badges_of
from fairs.visitors.models import PublicCount, Visitor, VisitorGroup
from fairs.visitors.service import LINKS_LIVE_AFTER_FAIR, link_for


def _visitors(fair_id: int) -> Sequence[Visitor]:
    """Visitors with a badge that is valid, or was replaced by one that is: all whose person wears one now."""
    wearers = select(Badge.person_id).where(Badge.fair_id == fair_id, Badge.state == BadgeState.ACTIVE)
    query = select(Visitor).where(Visitor.fair_id == fair_id, Visitor.person_id.in_(wearers)).order_by(Visitor.id)
    return db.session.scalars(query.options(joinedload(Visitor.person), joinedload(Visitor.fair))).all()


def _tell(visitor: Visitor, found: Effects) -> None:
    person = visitor.person
    found.tell(
        "visitor", name=person.display_name, email=person.email, locale=person.locale, reference=visitor.reference,
        identity=f"person:{person.id}", page=lambda: f"/v/{link_for(visitor)}",
    )  # fmt: skip


@subscribe(FairRescheduled)
def move_visitors(event: FairRescheduled) -> None:
    """Visitors are told, their links live as long after the fair as before; what counters counted stays on its day."""
    fair, move = event.fair, event.move
    found = _visitors(fair.id)
    for visitor in found:
        _tell(visitor, event.found)
    if found:
        old, new = (fair.at(day, time(23, 59)) + LINKS_LIVE_AFTER_FAIR for day in (fair.ends_on, move.ends_on))
        mine = select(Visitor.id).where(Visitor.fair_id == fair.id)
        event.found.add(
            "pages", "AccessLink.visitors", _l("Visitors' links work until"), str(len(found)), old, max(old, new),
            act=lambda: extend_links(Visitor, mine, new),
        )  # fmt: skip
    counted = select(PublicCount.day, func.sum(PublicCount.entries)).where(PublicCount.fair_id == fair.id)
    for day, entries in db.session.execute(counted.group_by(PublicCount.day).order_by(PublicCount.day)):
        event.found.add("gates", "PublicCount.day", _l("Entries counted: %(n)s", n=entries), fair.code, day, day)


@subscribe(FairCalledOff)
def tell_visitors(event: FairCalledOff) -> None:
    """Everybody with a badge is told."""
    for visitor in _visitors(event.fair.id):
        _tell(visitor, event.found)


def group_badges(group_id: int) -> Attachment:
    """All badges of a group as one PDF, drawn when the mail is sent; raises NotFound when none is valid."""
    badges = badges_of(int(group_id))
    if not badges:
        raise NotFound
    group = db.session.get_one(VisitorGroup, int(group_id))
    return Attachment(f"{group.reference}.pdf", badges_pdf(badges), "application/pdf")


register_renderer("group-badges", group_badges)
