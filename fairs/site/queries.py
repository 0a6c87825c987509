"""What the public pages read: fairs to come and past, the exhibitors of a fair with their booths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from fairs.accounts.models import RoleGrant
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.queries import public_fairs
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.floorplans.models import Booth


@dataclass(frozen=True, slots=True)
class FairsByTime:
    """Public fairs: those to come or running (the next first) and those over (the latest first)."""

    current: Sequence[Fair]
    past: Sequence[Fair]


def fairs_by_time() -> FairsByTime:
    """All public fairs, in two lists."""
    fairs = public_fairs()
    over = [fair for fair in fairs if _is_over(fair)]
    return FairsByTime([fair for fair in fairs if not _is_over(fair)], over[::-1])


def _is_over(fair: Fair) -> bool:
    return fair.is_over or (fair.ends_on < fair.today and fair.state is not FairState.RUNNING)


def is_untouched() -> bool:
    """Whether nobody has set this installation up: no fair and no administrator."""
    if db.session.scalar(select(Fair.id).limit(1)) is not None:
        return False
    return db.session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ADMIN).limit(1)) is None


def confirmed_booths(exhibitor_ids: Iterable[int]) -> dict[int, list[str]]:
    """Codes of the confirmed booths by exhibitor: what everybody may know."""
    rows = db.session.execute(
        select(BoothBooking.exhibitor_id, Booth.code)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .where(BoothBooking.exhibitor_id.in_(list(exhibitor_ids)), BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
    )
    found: dict[int, list[str]] = {}
    for exhibitor_id, code in rows:
        found.setdefault(exhibitor_id, []).append(code)
    return found


def start_fairs(grants: Sequence[RoleGrant]) -> list[Fair]:
    """The fairs at which a person with these roles has to do: all that are not reported yet, else the latest."""
    everywhere = any(grant.fair_id is None for grant in grants)
    held = {grant.fair_id for grant in grants}
    query = select(Fair).order_by(Fair.starts_on, Fair.id)
    fairs = [fair for fair in db.session.scalars(query) if everywhere or fair.id in held]
    return [fair for fair in fairs if fair.state is not FairState.REPORTED] or fairs[-1:]
