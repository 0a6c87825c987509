"""Kiosks: tablets at the entrance where visitors register themselves, by a link that staff make and revoke."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.links import close_links, linked, new_link
from fairs.core.text import one_line
from fairs.printing.errors import StationClosed
from fairs.printing.models import PrintStation
from fairs.printing.service import enqueue
from fairs.visitors.errors import KioskRevoked
from fairs.visitors.models import Visitor, VisitorKiosk
from fairs.visitors.queries import badge_in_force
from fairs.visitors.service import Origin, VisitorDraft, visit_online

MOST_KIOSKS = 40


def create_kiosk(fair: Fair, name: str, station: PrintStation | None, *, by: Actor) -> tuple[VisitorKiosk, str]:
    """A kiosk and the token of its link, which is never seen again. Raises InvalidInput (``name``, ``station``)."""
    name = one_line(name)[:120]
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name")
    if station is not None and station.fair_id != fair.id:
        raise InvalidInput(_l("Please choose from the list."), field="station")
    with transaction():
        row = db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        if len(kiosks_of(row.id)) >= MOST_KIOSKS:
            raise Conflict(_l("A fair has at most %(n)s kiosks.", n=MOST_KIOSKS))
        kiosk = VisitorKiosk(fair_id=row.id, name=name, station_id=station.id if station else None)
        kiosk.fair = row
        db.session.add(kiosk)
        db.session.flush()
        record("visitors.kiosk", kiosk, by=by, fair_id=row.id, after={"name": name})
        return kiosk, _link(kiosk)


def new_kiosk_link(kiosk: VisitorKiosk, *, by: Actor) -> str:
    """Another link; the earlier one opens nothing any more. Raises Conflict for a revoked kiosk."""
    with transaction():
        row = db.session.get_one(VisitorKiosk, kiosk.id, with_for_update=MINE, populate_existing=True)
        if row.revoked_at is not None:
            raise Conflict(_l("This kiosk is revoked. Set up a new one."))
        close_links(row)
        record("visitors.kiosk_link", row, by=by, fair_id=row.fair_id)
        return _link(row)


def _link(kiosk: VisitorKiosk) -> str:
    fair = kiosk.fair
    return new_link(kiosk, expires_at=fair.at(fair.ends_on, time(23, 59)))


def revoke_kiosk(kiosk: VisitorKiosk, *, by: Actor) -> None:
    """Its link opens nothing any more; who registered there stays registered. Doing it twice changes nothing."""
    with transaction():
        row = db.session.get_one(VisitorKiosk, kiosk.id, with_for_update=MINE, populate_existing=True)
        if row.revoked_at is None:
            # The link stays known, so that the tablet says what happened instead of "not found".
            row.revoked_at = now()
            record("visitors.kiosk_revoke", row, by=by, fair_id=row.fair_id)


def kiosk_by_token(token: str) -> VisitorKiosk:
    """Whose link it is; raises NotFound, LinkExpired and KioskRevoked."""
    kiosk = linked(token, VisitorKiosk)
    if kiosk.revoked_at is not None:
        raise KioskRevoked
    return kiosk


def register_at_kiosk(kiosk: VisitorKiosk, draft: VisitorDraft) -> tuple[Visitor | None, bool]:
    """Take what somebody typed at the tablet: (the registration, whether its badge is being printed).

    None for who is registered already: the page then says that the badge waits at the desk, and shows no code of theirs.
    Raises as visit_online, and KioskRevoked.
    """
    with transaction():
        row = db.session.get_one(VisitorKiosk, kiosk.id, with_for_update=MINE, populate_existing=True)
        if row.revoked_at is not None:
            raise KioskRevoked
        row.seen_at = now()
        visitor = visit_online(row.fair, replace(draft), origin=Origin("kiosk", kiosk=row))
        badge = badge_in_force(visitor.badge) if visitor is not None else None
        return visitor, _print(row, badge)


def _print(kiosk: VisitorKiosk, badge: Badge | None) -> bool:
    station = kiosk.station
    if badge is None or badge.state is not BadgeState.ACTIVE or station is None or not station.is_present:
        return False
    try:
        return bool(enqueue([badge], station=station, by=Actor(None, kiosk.name)))
    except StationClosed:
        return False


def kiosks_of(fair_id: int, *, revoked: bool = False) -> Sequence[VisitorKiosk]:
    """The fair's kiosks, those in use or (``revoked``) all, with their stations."""
    query = select(VisitorKiosk).options(joinedload(VisitorKiosk.station)).where(VisitorKiosk.fair_id == fair_id)
    if not revoked:
        query = query.where(VisitorKiosk.revoked_at.is_(None))
    return db.session.scalars(query.order_by(VisitorKiosk.revoked_at.is_not(None), VisitorKiosk.id)).all()


def kiosk_of(fair_id: int, kiosk_id: int) -> VisitorKiosk:
    """A kiosk of this fair; raises NotFound."""
    found = db.session.get(VisitorKiosk, kiosk_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def registered_at(fair_id: int) -> dict[int, int]:
    """How many registered at each kiosk."""
    rows = db.session.execute(
        select(Visitor.kiosk_id, func.count())
        .where(Visitor.fair_id == fair_id, Visitor.kiosk_id.is_not(None))
        .group_by(Visitor.kiosk_id)
    )
    return {kiosk_id: number for kiosk_id, number in rows if kiosk_id is not None}
