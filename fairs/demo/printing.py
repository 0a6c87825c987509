"""Print stations, a few jobs in every state that wants somebody, and blanks at the desk of the running fair."""

from __future__ import annotations

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.printing.blanks import BatchDraft, bind_blank, make_batch
from fairs.printing.leases import lease_next, report_failed, report_printed
from fairs.printing.models import Blank
from fairs.printing.service import enqueue
from fairs.printing.stations import StationDraft, open_station, save_station


def load_printing(fair: Fair, users: dict[str, User]) -> int:
    """Two stations, eight badges on their way, fifty blanks of which one is bound; gives back the number of jobs."""
    by = Actor(users["desk"].id, users["desk"].name)
    hall = StationDraft("Quầy A – máy in thẻ", "Sảnh A, cửa chính")
    guests = StationDraft(
        "Quầy khách mời", "Phòng VIP", categories=("importer", "hosted", "vip", "speaker"), asks=False
    )
    main = open_station(save_station(fair, hall, by=by), by=by)
    open_station(save_station(fair, guests, by=by), by=by)
    badges = db.session.scalars(
        select(Badge)
        .where(
            Badge.fair_id == fair.id, Badge.state == BadgeState.ACTIVE, Badge.printed_at.is_(None),
            Badge.category == BadgeCategory.TRADE,
        )
        .order_by(Badge.id.desc())
        .limit(9)
    ).all()  # fmt: skip
    jobs = enqueue(badges[:8], by=by)
    for n in range(3):
        lease = lease_next(main, by=by)
        if lease is None:
            break
        if n == 1:
            report_failed(main, lease.job, lease.number, reason="paper_out", note="Hết phôi thẻ khổ 96 × 134", by=by)
        else:
            report_printed(main, lease.job, lease.number, by=by)
    batch = make_batch(fair, BatchDraft(BadgeCategory.TRADE, 50, note="Dự phòng khi máy in hỏng"), by=by)
    if len(badges) > 8:
        blank = db.session.scalars(
            select(Blank).where(Blank.batch_id == batch.id).order_by(Blank.number).limit(1)
        ).one()
        bind_blank(blank.short_code, badges[8].short_code, by=by, fair_id=fair.id)
    return len(jobs)
