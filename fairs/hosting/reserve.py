"""The reserve list: its order, and who moves up when a place becomes free."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from fairs.core.db import db
from fairs.hosting.models import Hosting, HostingSettings, ReserveMove
from fairs.hosting.room import Need, Room, need_of, proposed_needs
from fairs.hosting.states import HostingState


def rerank(fair_id: int) -> None:
    """Number the reserve list from 1 by score, the earlier application first; one statement. Inside transaction()."""
    better = aliased(Hosting)
    ahead = (
        select(func.count())
        .select_from(better)
        .where(
            better.fair_id == fair_id, better.state == HostingState.RESERVE,
            or_(better.score > Hosting.score, and_(better.score == Hosting.score, better.id < Hosting.id)),
        )
        .scalar_subquery()
    )  # fmt: skip
    db.session.flush()
    db.session.execute(
        update(Hosting)
        .where(Hosting.fair_id == fair_id, Hosting.state == HostingState.RESERVE)
        .values(rank=ahead + 1)
        .execution_options(synchronize_session=False)
    )
    for row in db.session.identity_map.values():
        if isinstance(row, Hosting) and row.fair_id == fair_id:
            db.session.expire(row, ["rank"])


def reserve_of(fair_id: int, *, limit: int = 500) -> Sequence[Hosting]:
    """The reserve list in its order."""
    return db.session.scalars(
        select(Hosting)
        .options(joinedload(Hosting.importer), joinedload(Hosting.company), joinedload(Hosting.person))
        .where(Hosting.fair_id == fair_id, Hosting.state == HostingState.RESERVE)
        .order_by(Hosting.score.desc(), Hosting.id)
        .limit(limit)
    ).all()


def next_that_fits(
    settings: HostingSettings, waiting: Sequence[Hosting], room: Room
) -> tuple[Hosting | None, list[Hosting]]:
    """The first of the reserve list for whom there is room besides all that is proposed already, and those passed over."""
    room.take_all(proposed_needs(settings.fair_id))
    passed: list[Hosting] = []
    for row in waiting:
        if room.fits(_need(settings, row)):
            return row, passed
        passed.append(row)
    return None, passed


def _need(settings: HostingSettings, row: Hosting) -> Need:
    return need_of(settings, row.tier, row.region)


def moves_of(fair_id: int, *, limit: int = 50) -> Sequence[ReserveMove]:
    """Who moved up or was passed over, the latest first."""
    return db.session.scalars(
        select(ReserveMove)
        .options(
            joinedload(ReserveMove.hosting).joinedload(Hosting.person), joinedload(ReserveMove.hosting).joinedload(Hosting.company),
            joinedload(ReserveMove.freed),
        )
        .where(ReserveMove.fair_id == fair_id)
        .order_by(ReserveMove.id.desc())
        .limit(limit)
    ).all()  # fmt: skip
