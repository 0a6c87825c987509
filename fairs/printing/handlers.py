"""What a withdrawn key means for blanks that lie at the desks, and a badge printed without a station for the queue."""

from __future__ import annotations

from sqlalchemy import func, select

from fairs.badges.events import BadgesPrinted, KeyWithdrawn
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.printing.blanks import void_blanks
from fairs.printing.models import Blank, BlankBatch
from fairs.printing.service import settle_elsewhere
from fairs.printing.states import BlankState


@subscribe(KeyWithdrawn)
def void_its_blanks(event: KeyWithdrawn) -> None:
    """Anybody who has the key could print the same: unused blanks that it signed are out of use."""
    left = select(func.count()).where(Blank.batch_id == BlankBatch.id, Blank.state == BlankState.UNUSED)
    for batch in db.session.scalars(
        select(BlankBatch).where(BlankBatch.key_id == event.key_id, left.scalar_subquery() > 0).order_by(BlankBatch.id)
    ):
        void_blanks(batch, batch.first_number, batch.last_number, event.reason, by=event.by)


@subscribe(BadgesPrinted)
def settle_what_waits(event: BadgesPrinted) -> None:
    """A badge that somebody printed in their own browser does not come out of a station once more."""
    settle_elsewhere(event.ids, by=event.by)
