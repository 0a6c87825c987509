"""What the demonstration's fairs have on paper: permits, plans, reports, and the move of Great Souvenirs 2020."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.calendar.models import Fair, FairRescheduling, Milestone
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db

NOTE = "Số liệu mẫu"
#: The steps of a fair, with the days before its opening (or after: negative) and a sample number.
PREPARED = (("permit", 75, "1203/SCT-QLTM"), ("plan", 66, "87/KH-SCT"))
FINISHED = (*PREPARED, ("rooms", 31, ""), ("report", -28, "318/BC-SCT"), ("follow_up_3", -95, ""), ("follow_up_6", -185, ""),
            ("follow_up_12", -368, ""))  # fmt: skip


def load_milestones(fairs: list[Fair], users: dict[str, User], *, finished: bool = False) -> None:
    """Record the steps of these fairs: all of a finished fair's, those of the preparation else. Inside transaction()."""
    organiser = Actor(users["organiser"].id, users["organiser"].name)
    for fair in fairs:
        for key, days, number in FINISHED if finished else PREPARED:
            if fair.kind != "trade" and (key == "rooms" or key.startswith("follow_up")):
                continue
            row = Milestone(
                fair_id=fair.id, key=key, done_on=fair.starts_on - timedelta(days=days), number=number, note=NOTE,
                by_id=organiser.user_id, by_name=organiser.label,
            )  # fmt: skip
            db.session.add(row)


def load_move_of_2020(souvenirs: Fair) -> None:
    """Great Souvenirs 2020 really moved from April to November, after the motor race beside it was put off."""
    before = date(2020, 4, 3), date(2020, 4, 5)
    db.session.add(
        FairRescheduling(
            fair_id=souvenirs.id, old_starts_on=before[0], old_ends_on=before[1], new_starts_on=souvenirs.starts_on,
            new_ends_on=souvenirs.ends_on, old_venue=souvenirs.venue_vi, new_venue=souvenirs.venue_vi,
            reason="Giải đua xe F1 tại Hà Nội bị hoãn do dịch COVID-19.", by_name=SYSTEM.name,
            created_at=datetime.combine(date(2020, 3, 13), time(16), ZoneInfo(souvenirs.time_zone)),
        )
    )  # fmt: skip
    record(
        "calendar.reschedule", souvenirs, by=SYSTEM, fair_id=souvenirs.id,
        before={"starts_on": before[0], "ends_on": before[1]},
        after={"starts_on": souvenirs.starts_on, "ends_on": souvenirs.ends_on},
    )  # fmt: skip
