"""Fairs with gates, badges and staff, made through the services that the application uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from fairs.accounts.models import User
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.badges.models import Badge
from fairs.badges.service import code_of, issue_badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.calendar.service import FairDraft, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate
from fairs.checkin.rules import Direction
from fairs.checkin.service import GateDraft, ScanInput, create_gate
from fairs.core.actor import SYSTEM
from fairs.core.clock import now, today
from fairs.core.permissions import Role
from fairs.directory.models import Company, Person
from fairs.directory.service import CompanyDraft, PersonDraft, save_company, save_person
from tests.factories.people import end_of

ZONE = "Asia/Ho_Chi_Minh"


@dataclass
class Entrance:
    """A fair with one gate, and the means to make whatever else a test needs."""

    fair: Fair
    gate: Gate
    count: int = field(default=0)

    def person(self, name: str = "", **values: Any) -> Person:
        """Another person."""
        self.count += 1
        return save_person(PersonDraft(native_name=name or f"Nguyễn Văn {self.count}", **values), by=SYSTEM)

    def company(self, name: str = "", country: str = "VN", **values: Any) -> Company:
        """Another company."""
        self.count += 1
        return save_company(CompanyDraft(name=name or f"Công ty {self.count}", country=country, **values), by=SYSTEM)

    def badge(
        self, category: BadgeCategory = BadgeCategory.TRADE, *, person: Person | None = None, **values: Any
    ) -> Badge:
        """Another person's badge."""
        return issue_badge(self.fair, person or self.person(), category, by=SYSTEM, **values)

    def user(self, *roles: Role, fair: Fair | None = None) -> User:
        """Another member of staff with these roles at the fair, or a stranger without any."""
        self.count += 1
        user = create_user(
            f"user{self.count}-{uuid4().hex[:6]}@fairs.example", f"User {self.count}", by=SYSTEM, confirmed=True
        )
        for role in roles:
            grant_role(
                user,
                role,
                fair_id=None if role.is_system_wide else (fair or self.fair).id,
                by=SYSTEM,
                ends_at=end_of(role),
            )
        return user

    def bearer(self, *roles: Role) -> dict[str, str]:
        """Headers of a program that acts with these roles."""
        return {"Authorization": f"Bearer {create_token(self.user(*roles), 'test', by=SYSTEM)}"}


def new_fair(*, starts_on: date | None = None, days: int = 4, is_draft: bool = False, **settings: Any) -> Fair:
    """A fair that runs today unless told otherwise."""
    first = starts_on or today(ZONE)
    mark = uuid4().hex[:6]
    fair = create_fair(
        FairDraft(
            f"fair-{mark}", f"F{mark[:5].upper()}", "Hội chợ thử", "Test fair", first, first + timedelta(days=days - 1)
        ),
        by=SYSTEM,
        **settings,
    )
    for state in () if is_draft else (FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING):
        fair = change_state(fair, state, by=SYSTEM)
    return fair


def entrance(*, direction: str = "in", **settings: Any) -> Entrance:
    """A running fair with a gate called main."""
    fair = new_fair(**settings)
    return Entrance(fair, create_gate(fair, "main", GateDraft("Cổng chính", "Main gate", direction), by=SYSTEM))


def scan_of(
    code: Badge | str, *, at: datetime | None = None, direction: str = "in", scan_id: str | None = None, **values: Any
) -> ScanInput:
    """A scan of a badge, or of any text."""
    text = code if isinstance(code, str) else code_of(code)
    return ScanInput(scan_id or str(uuid4()), text, at or now(), Direction(direction), **values)


def scan_json(scan: ScanInput, gate: Gate) -> dict[str, Any]:
    """A scan as the API takes it."""
    return {
        "id": scan.id, "device": "d1", "seq": scan.seq, "code": scan.code, "gate": gate.code,
        "direction": str(scan.direction), "scanned_at": scan.scanned_at.isoformat(),
    }  # fmt: skip
