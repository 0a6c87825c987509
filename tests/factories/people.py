"""People with accounts and roles, and fairs for them to work at."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from fairs.accounts.models import User
from fairs.accounts.security import hashed
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.calendar.changes import cancel_fair, preview_cancel
from fairs.calendar.models import Fair
from fairs.calendar.service import FairDraft, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.closing.snapshots import take_snapshot
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.permissions import Role

PASSWORD = "a sentence is easy to remember"
_numbers = count(1)
_ORDER = [FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING, FairState.CLOSED, FairState.REPORTED]


def end_of(role: Role) -> datetime | None:
    """Until when a test's person holds the role: an auditor's access always has an end."""
    return now() + timedelta(days=30) if role is Role.AUDITOR else None


def make_fair(code: str = "", state: FairState = FairState.BOOKING_OPEN, *, in_days: int = 40) -> Fair:
    """A fair of four days in ``state`` that opens in some days."""
    code = code or f"T{next(_numbers)}X"
    starts_on = today("Asia/Ho_Chi_Minh") + timedelta(days=in_days)
    draft = FairDraft(
        slug=f"fair-{code.lower()}", code=code, name_vi=f"Hội chợ {code}", name_en=f"Fair {code}", starts_on=starts_on,
        ends_on=starts_on + timedelta(days=3), venue_vi="Cung triển lãm", venue_en="Exhibition hall",
    )  # fmt: skip
    fair = create_fair(draft, by=SYSTEM)
    if state is FairState.CANCELLED:
        fair = change_state(fair, FairState.PUBLISHED, by=SYSTEM)
        _found, seen = preview_cancel(fair, "", by=SYSTEM)
        cancel_fair(fair, reason="Dịch bệnh", typed_code=fair.code, seen=seen, by=SYSTEM)
    elif state is not FairState.DRAFT:
        for step in _ORDER[: _ORDER.index(state) + 1]:
            fair = report_fair(fair) if step is FairState.REPORTED else change_state(fair, step, by=SYSTEM)
    return fair


def report_fair(fair: Fair) -> Fair:
    """Keep the figures of a closed fair and mark it as reported."""
    take_snapshot(fair, kind="report", by=SYSTEM)
    return change_state(fair, FairState.REPORTED, by=SYSTEM)


def make_user(
    name: str = "",
    role: Role | None = None,
    fair: Fair | None = None,
    *,
    password: bool = False,
    locale: str | None = None,
) -> User:
    """A person with a confirmed account and perhaps a role; with a password (PASSWORD) only where it is typed."""
    name = name or f"Person {next(_numbers)}"
    email = f"{name.lower().replace(' ', '.')}@people.example"
    user = create_user(
        email, name, by=SYSTEM, confirmed=True, locale=locale, password_hash=hashed(PASSWORD) if password else None
    )
    if role is not None:
        grant_role(user, role, fair_id=fair.id if fair else None, by=SYSTEM, ends_at=end_of(role))
    return user


def acting(user: User) -> Actor:
    """The user as an actor without a role."""
    return Actor(user.id, user.name)


def bearer(user: User) -> dict[str, str]:
    """Headers of a program that works in the user's name."""
    return {"Authorization": f"Bearer {create_token(user, 'test', by=SYSTEM)}"}
