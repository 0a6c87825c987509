"""What a newcomer should see of selling booths: price rules, a double booth, an offer, a waiting list, a request."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from fairs.booths.models import BookingRequest, BoothBooking
from fairs.booths.price_rules import RuleDraft, save_rule
from fairs.booths.queries import is_free
from fairs.booths.sales_models import WaitingEntry
from fairs.booths.service import book_for, offer_booths
from fairs.booths.states import BookingState, RequestState, WaitingState
from fairs.booths.waiting import fitting_group
from fairs.booths.withdrawal import TermsDraft, save_terms
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, Zone

#: Wishes that no free booth meets: heads of islands with three open sides are not in this hall.
_WISHES = ((1, 3, 0), (1, 3, 2), (2, 3, None), (1, 4, 1), (1, 3, None))


def load_booth_sales(fair: Fair, as_of: date) -> None:
    """Rules and terms are set after the bookings were made, which keep their price."""
    zones = db.session.scalars(select(Zone).where(Zone.fair_id == fair.id).order_by(Zone.code)).all()
    early = RuleDraft("Ưu đãi đặt sớm", "Early bird", 10, percent=-5, until=as_of + timedelta(days=14), track="paying")
    for draft in (
        early,
        RuleDraft("Khu vực gần cửa chính", "Zone at the main entrance", 20, percent=3, zone=zones[0]),
        RuleDraft("Phụ thu đầu dãy (3 mặt mở)", "Head of a row (3 open sides)", 30, percent=5, open_sides=3),
    ):
        save_rule(fair, draft, by=SYSTEM)
    save_terms(fair, TermsDraft(48, 30, [(90, 50), (60, 25)]), by=SYSTEM)
    waiting = list(
        db.session.scalars(
            select(Exhibitor)
            .where(Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.WAITLISTED)
            .order_by(Exhibitor.id)
        )
    )
    for exhibitor in waiting[:3]:
        exhibitor.state, exhibitor.decided_at = ExhibitorState.ACCEPTED, now() - timedelta(days=3)
    double, invited, heir = waiting[:3]
    db.session.flush()
    two = fitting_group(_free(fair), WaitingEntry(booth_count=2, open_sides=1))
    book_for(fair, two, double, fascia_name=double.company.name[:120], by=SYSTEM)
    one = fitting_group(_free(fair), WaitingEntry(booth_count=1, open_sides=2))
    until = fair.at(as_of + timedelta(days=2), time(18))
    offered = offer_booths(fair, invited, one, until=until, origin="waitlist", by=SYSTEM)[0]
    entry = WaitingEntry(
        fair_id=fair.id, exhibitor_id=invited.id, state=WaitingState.OFFERED, open_sides=2, booking_id=offered.id,
        created_at=now() - timedelta(days=6),
    )  # fmt: skip
    db.session.add(entry)
    for place, (exhibitor, (count, sides, zone)) in enumerate(zip([*waiting[3:7], heir], _WISHES, strict=True)):
        db.session.add(
            WaitingEntry(
                fair_id=fair.id, exhibitor_id=exhibitor.id, booth_count=count, open_sides=sides,
                zone_id=zones[zone].id if zone is not None else None, created_at=now() - timedelta(days=5 - place),
                source="staff" if place % 2 else "self",
            )
        )  # fmt: skip
        db.session.flush()
    given_up = db.session.scalars(
        select(BoothBooking)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .where(
            BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED, Exhibitor.track == "paying"
        )
        .order_by(BoothBooking.id.desc())
    ).first()
    if given_up is not None:
        db.session.add(
            BookingRequest(
                fair_id=fair.id, booking_id=given_up.id, kind="transfer", state=RequestState.OPEN,
                reason="Đơn vị đổi kế hoạch, nhượng lại gian hàng cho đơn vị cùng làng nghề.",
                other_exhibitor_id=heir.id, agreed_at=now() - timedelta(days=1), created_at=now() - timedelta(days=2),
            )
        )  # fmt: skip
    db.session.flush()


def _free(fair: Fair) -> list[Booth]:
    return list(
        db.session.scalars(
            select(Booth).join(Booth.type).where(Booth.fair_id == fair.id, is_free()).order_by(Booth.code.desc())
        )
    )
