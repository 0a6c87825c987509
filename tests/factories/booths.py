"""A fair with a hall of booths, prices and exhibitors, made through the services that the application uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from fairs.accounts.models import User
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.booths.models import BoothBooking
from fairs.booths.service import BoothOrder, hold_booth, reserve
from fairs.calendar.models import Fair
from fairs.calendar.service import FairDraft, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, join_company, save_company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.generator import Layout
from fairs.floorplans.models import Booth, Hall
from fairs.floorplans.queries import booth_by_code, booth_types
from fairs.floorplans.reference import load_reference
from fairs.floorplans.service import HallDraft, ZoneDraft, create_hall, generate_booths, save_zone, set_price
from tests.factories.people import end_of

ZONE = "Asia/Ho_Chi_Minh"
PRICE = 12_000_000


@dataclass
class Ground:
    """A fair whose booking is open, with hall A: 24 booths in two islands of two rows of six, zones CER and SLK."""

    fair: Fair
    hall: Hall
    count: int = 0

    def booth(self, code: str = "A-001") -> Booth:
        """A booth by its code; A-001 stands at a corner, A-002 does not."""
        return booth_by_code(self.fair.id, code)

    def company(self, name: str = "", country: str = "VN") -> Company:
        """Another company."""
        self.count += 1
        return save_company(CompanyDraft(name=name or f"Cơ sở mẫu {self.count}", country=country), by=SYSTEM)

    def exhibitor(
        self,
        *,
        state: ExhibitorState = ExhibitorState.ACCEPTED,
        supported: bool = False,
        decision: str = "",
        company: Company | None = None,
        **values: Any,
    ) -> Exhibitor:
        """Another company's participation, accepted unless told otherwise."""
        company = company or self.company()
        self.count += 1
        with transaction():
            made = Exhibitor(
                fair_id=self.fair.id, company_id=company.id, reference=f"{self.fair.code}-E-{self.count:04d}", state=state,
                track="supported" if supported else "paying", decision_number=decision,
                contact_name=values.pop("contact_name", "Nguyễn Thị Mẫu"), submitted_at=now(),
                group_codes=values.pop("group_codes", "CER"), **values,
            )  # fmt: skip
            db.session.add(made)
        return made

    def user(self, *roles: Role, of: Exhibitor | Company | None = None) -> User:
        """A user with these roles at the fair, a member of a company, or a stranger."""
        user = create_user(f"{uuid4().hex[:8]}@fairs.example", "Người dùng", by=SYSTEM, confirmed=True)
        for role in roles:
            grant_role(
                user, role, fair_id=None if role.is_system_wide else self.fair.id, by=SYSTEM, ends_at=end_of(role)
            )
        if of is not None:
            company = of.company if isinstance(of, Exhibitor) else of
            join_company(user.id, company, by=SYSTEM)
        return user

    def bearer(self, user: User) -> dict[str, str]:
        """Headers of a program that acts for the user."""
        return {"Authorization": f"Bearer {create_token(user, 'test', by=SYSTEM)}"}

    def hold(self, code: str = "A-001", exhibitor: Exhibitor | None = None, **order: Any) -> BoothBooking:
        """A held booth."""
        return hold_booth(self.fair, self.booth(code), exhibitor or self.exhibitor(), BoothOrder(**order), by=SYSTEM)

    def reserve(self, code: str = "A-001", exhibitor: Exhibitor | None = None, by: Actor = SYSTEM) -> BoothBooking:
        """A reserved booth, with its invoice."""
        held = self.hold(code, exhibitor)
        return reserve(held, fascia_name=held.exhibitor.company.name, terms_accepted=True, by=by)


def new_ground(**settings: Any) -> Ground:
    """A fair in six weeks with booking open, one hall and a price of 12,000,000 VND, corners 10 % more."""
    load_reference()
    mark = uuid4().hex[:6]
    first = today(ZONE) + timedelta(days=42)
    draft = FairDraft(
        f"fair-{mark}", f"F{mark[:5].upper()}", "Hội chợ thử", "Test fair", first, first + timedelta(days=3)
    )
    fair = create_fair(draft, by=SYSTEM, **settings)
    for state in (FairState.PUBLISHED, FairState.BOOKING_OPEN):
        fair = change_state(fair, state, by=SYSTEM)
    save_zone(fair, ZoneDraft("CER", "Gốm sứ", "Ceramics", 1, ("CER",)), by=SYSTEM)
    save_zone(fair, ZoneDraft("SLK", "Lụa", "Silk", 2, ("SLK", "EMB")), by=SYSTEM)
    door = {"x": 1_000, "y": 2_350, "w": 300, "h": 50, "label": "Cửa chính"}
    hall = create_hall(fair, HallDraft("A", "Nhà A", "Hall A", 2_400, 2_400, doors=[door]), by=SYSTEM)
    generate_booths(hall, Layout(run=6, zones=(("CER", 1), ("SLK", 1))), by=SYSTEM)
    shell = next(kind for kind in booth_types() if kind.code == "SHELL9")
    set_price(fair, shell, Money(PRICE, "VND"), by=SYSTEM, corner_percent=10)
    return Ground(fair, hall)
