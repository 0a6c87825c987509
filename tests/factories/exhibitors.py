"""A fair that takes applications, people with accounts, companies: made through the services of the application."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from fairs.accounts.models import User
from fairs.accounts.service import create_user, grant_role
from fairs.calendar.models import Fair
from fairs.calendar.service import FairDraft, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import today
from fairs.core.permissions import Role
from fairs.directory.models import Company
from fairs.directory.reference import load_reference
from fairs.directory.service import CompanyDraft, join_company, save_company
from fairs.exhibitors.appraisal import AppraisalDraft, appraise, checklist_of
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import (
    Consents,
    ContactDraft,
    ProductsDraft,
    save_contact,
    save_products,
    start_application,
    submit_application,
)
from tests.factories.people import end_of

_numbers = count(1)
AGREED = Consents(registration=True)


def actor_of(user: User) -> Actor:
    """The user as the one who acts."""
    return Actor(user.id, user.name)


def new_user(name: str = "Nguyễn Thị Mẫu", locale: str = "en") -> User:
    """A confirmed account."""
    return create_user(f"person{next(_numbers)}@example.com", name, by=SYSTEM, confirmed=True, locale=locale)


@dataclass
class Office:
    """A fair with booking open, and who has to do with it."""

    fair: Fair
    users: dict[Role, User] = field(default_factory=dict)

    def staff(self, role: Role = Role.ORGANISER) -> User:
        """Somebody with ``role`` at this fair, always the same person."""
        if role not in self.users:
            self.users[role] = new_user(f"Cán bộ {role.value}")
            grant_role(
                self.users[role],
                role,
                fair_id=None if role.is_system_wide else self.fair.id,
                by=SYSTEM,
                ends_at=end_of(role),
            )
        return self.users[role]

    def company(self, user: User | None = None, **values: Any) -> Company:
        """A company; ``user`` is in charge of it."""
        draft = CompanyDraft(
            **{"name": f"Cơ sở gốm mẫu {next(_numbers)}", "country": "VN", "group_codes": ("CER",), **values}
        )
        made = save_company(draft, by=SYSTEM)
        if user is not None:
            join_company(user.id, made, by=actor_of(user))
        return made

    def draft(self, user: User | None = None, *, track: str = "paying", **company: Any) -> Exhibitor:
        """An application that could be handed in."""
        user = user or new_user()
        by = actor_of(user)
        exhibitor = start_application(self.fair, self.company(user, **company), by=by, locale="en")
        save_products(exhibitor, ProductsDraft(("CER",), "Bình hoa men rạn", "", track), by=by)
        return save_contact(exhibitor, ContactDraft("Nguyễn Thị Mẫu", user.email, "0912345678"), by=by)

    def submitted(self, user: User | None = None, **values: Any) -> Exhibitor:
        """An application that was handed in."""
        user = user or new_user()
        return submit_application(self.draft(user, **values), AGREED, by=actor_of(user))

    def appraised(self, exhibitor: Exhibitor | None = None, answer: str = "yes") -> Exhibitor:
        """An application (this one, or a new one) whose every point was answered alike."""
        row = exhibitor or self.submitted()
        answers = {point.key: answer for point in checklist_of(self.fair.id)}
        appraise(row, AppraisalDraft(answers, "accept"), by=SYSTEM)
        return row


def new_office(*, state: FairState = FairState.BOOKING_OPEN, **settings: Any) -> Office:
    """A fair in six weeks, with product groups and villages known."""
    load_reference()
    number = next(_numbers)
    opening = today("Asia/Ho_Chi_Minh") + timedelta(days=42)
    names = {"name_vi": f"Hội chợ mẫu {number}", "name_en": f"Sample fair {number}"}
    draft = FairDraft(
        slug=f"sample-{number}", code=f"SF{number}", starts_on=opening, ends_on=opening + timedelta(days=3), **names
    )
    fair = create_fair(draft, by=SYSTEM, **settings)
    order = [FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING, FairState.CLOSED]
    if state is not FairState.DRAFT:
        for step in order[: order.index(state) + 1]:
            fair = change_state(fair, step, by=SYSTEM)
    return Office(fair)
