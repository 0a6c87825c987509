"""The badge as an attachment of mail; what a fair's new days, or its end, mean for badges and their wearers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from fairs.badges.models import Badge
from fairs.badges.queries import badges_by_id
from fairs.badges.states import BadgeState
from fairs.calendar.effects import Effects
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.events import subscribe
from fairs.directory.events import Renamed
from fairs.directory.models import Person
from fairs.messages.render import Attachment, register_renderer


def badge_attachment(badge_id: Any) -> Attachment:
    """The badge's PDF by its key, drawn when the mail is sent; raises NotFound."""
    from fairs.badges.faces import badges_pdf

    badges = badges_by_id([int(badge_id)])
    if not badges:
        raise NotFound
    return Attachment(f"{badges[0].reference}.pdf", badges_pdf(badges), "application/pdf")


register_renderer("badge", badge_attachment)


@subscribe(Renamed)
def tell_devices(event: Renamed) -> None:
    """Devices at the gates ask for what has changed: what they show of a badge is its wearer's name and company."""
    row = event.row
    mine = Badge.person_id == row.id if isinstance(row, Person) else Badge.company_id == row.id
    db.session.execute(update(Badge).where(mine).values(changed_at=now()))


def _wearers(fair: Fair, found: Effects) -> int:
    """Have everybody told who has a valid badge; gives back how many badges there are."""
    rows = db.session.execute(
        select(Badge.reference, Person.id, Person.native_name, Person.badge_name, Person.email, Person.locale)
        .join(Person, Person.id == Badge.person_id)
        .where(Badge.fair_id == fair.id, Badge.state == BadgeState.ACTIVE)
        .order_by(Badge.id)
    ).all()
    for reference, person_id, native_name, badge_name, email, locale in rows:
        found.tell(
            "badge", name=badge_name or native_name, email=email, locale=locale, reference=reference,
            identity=f"person:{person_id}",
        )  # fmt: skip
    return len(rows)


@subscribe(FairRescheduled)
def move_admission(event: FairRescheduled) -> None:
    """A badge is valid on the fair's days, whatever is printed on it: the code stays, the days move with the fair."""
    fair, move = event.fair, event.move
    count = _wearers(fair, event.found)
    new = [move.starts_on + timedelta(days=n) for n in range((move.ends_on - move.starts_on).days + 1)]
    for n in range(max(len(fair.days), len(new))):
        event.found.add(
            "badges", f"Badge.day.{n + 1}", _l("Badges are valid, day %(n)s", n=n + 1), str(count),
            fair.days[n] if n < len(fair.days) else None, new[n] if n < len(new) else None,
        )  # fmt: skip


@subscribe(FairCalledOff)
def end_admission(event: FairCalledOff) -> None:
    """No badge opens a gate any more: gates say that the fair is cancelled."""
    count = _wearers(event.fair, event.found)
    event.found.add(
        "badges", "Badge.day", _l("Badges are valid"), str(count), _l("on the fair's days"), _l("on no day")
    )
