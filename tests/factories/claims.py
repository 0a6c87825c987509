"""Claims of guests in any state, made by the services that the application uses."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image

from fairs.accounts.models import User
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.claims.models import Claim, ClaimPayment
from fairs.claims.proofs import (
    AccountDraft,
    LineDraft,
    SurveyDraft,
    add_file,
    add_line,
    add_meeting,
    answer_survey,
    give_account,
)
from fairs.claims.review import LineReview, approve, review
from fairs.claims.service import guest_actor, open_claim, save_rules, submit
from fairs.claims.states import Decision, LineKind, Proof
from fairs.claims.transfers import make_transfer
from fairs.contracts.models import ExchangeRate
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.hosting.models import Hosting
from fairs.importers.service import link_for
from tests.factories.guests import granted_guest
from tests.factories.importers import Reception, reception

IBAN = "DE89370400440532013000"
PASSES = (Proof.BOARDING_IN, Proof.BOARDING_OUT, Proof.TICKET)


def vnd(amount: int) -> Money:
    """Dong."""
    return Money(amount, "VND")


def picture(mark: int = 0) -> bytes:
    """A small picture, another one for each mark."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (mark % 256, mark // 256 % 256, 7)).save(out, "PNG")
    return out.getvalue()


def account(**changes: str) -> AccountDraft:
    """An account as typed."""
    values = {"holder": "Mihon Hanako", "number": "DE89 3704 0044 0532 0130 00", "bank": "Muster Bank",
              "bic": "DEUTDEFF", "bank_address": "Frankfurt", **changes}  # fmt: skip
    return AccountDraft(**values)


@dataclass
class Desk:
    """A fair that has just ended, with guests who were there."""

    place: Reception
    _marks: int = field(default=0)
    _people: dict[str, Actor] = field(default_factory=dict)

    @property
    def fair(self) -> Fair:
        """The fair."""
        return self.place.fair

    def user(self, *roles: Role) -> User:
        """Another member of staff."""
        return self.place.user(*roles)

    def person(self, role: Role = Role.HOSPITALITY, name: str = "") -> Actor:
        """One member of staff for each role (and name), the same each time."""
        key = f"{role}{name}"
        if key not in self._people:
            user = self.user(role)
            self._people[key] = Actor(user.id, user.name)
        return self._people[key]

    def mark(self) -> int:
        """Another number."""
        self._marks += 1
        return self._marks

    def claim(self, *, days: int = 2, **values: Any) -> Claim:
        """A guest's claim, locked; the guest was there on ``days`` days."""
        hosting = self.guest(**values)
        self.visits(hosting, days)
        return open_claim(hosting)

    def guest(self, **values: Any) -> Hosting:
        """A guest who was granted support, registered before the fair."""
        last, today = self.fair.ends_on, self.fair.today
        move(self.fair, today + timedelta(days=40))
        hosting = granted_guest(self.place, **values)
        move(self.fair, last)
        with transaction():
            nights = hosting.funded_nights
            hosting.funded_from = self.fair.starts_on - timedelta(days=1)
            hosting.funded_to = hosting.funded_from + timedelta(days=nights or 4)
        return hosting

    def visits(self, hosting: Hosting, days: int) -> None:
        """The guest was checked in on the first ``days`` days."""
        badge_id = hosting.importer.badge_id
        assert badge_id is not None
        with transaction():
            for day in self.fair.days[:days]:
                db.session.add(
                    Visit(fair_id=self.fair.id, day=day, person_id=hosting.person_id, badge_id=badge_id,
                          category=BadgeCategory.IMPORTER, counts=True, country="JP", first_in_at=now())
                )  # fmt: skip

    def opened(self, **values: Any) -> Claim:
        """A claim whose obligations are met."""
        claim = self.claim(**values)
        by = guest_actor(claim)
        answer_survey(claim, SurveyDraft(4, Money(500_000, "USD"), Money(900_000, "USD"), "Nothing"), by=by)
        add_meeting(claim, self.fair.starts_on, "Hop tac xa May tre", by=self.person())
        return claim

    def ticket(self, claim: Claim, amount: Money | None = None, **values: Any) -> None:
        """A ticket that the guest paid; 18 million dong."""
        draft: dict[str, Any] = {
            "number": f"131{self.mark():07d}{claim.id}", "paid_on": self.fair.starts_on - timedelta(days=20), **values,
        }  # fmt: skip
        add_line(claim, LineDraft(LineKind.TRAVEL, amount or vnd(18_000_000), **draft), by=guest_actor(claim))

    def night(self, claim: Claim, night: date, amount: Money) -> None:
        """A night of the guest's folio."""
        draft = LineDraft(LineKind.NIGHT, amount, self.fair.ends_on, "F-1", "Room", night)
        add_line(claim, draft, by=guest_actor(claim))

    def papers(self, claim: Claim, *kinds: Proof) -> None:
        """A picture for each paper."""
        for kind in kinds or PASSES:
            add_file(claim, kind, Upload(f"{kind}.png", picture(self.mark() + claim.id * 50)), by=guest_actor(claim))

    def complete(self, amount: Money | None = None, **values: Any) -> Claim:
        """A claim with all that it needs, not handed in yet."""
        claim = self.opened(**values)
        self.ticket(claim, amount)
        self.papers(claim)
        give_account(claim, account(), by=guest_actor(claim))
        return claim

    def submitted(self, amount: Money | None = None, **values: Any) -> Claim:
        """A claim that was handed in."""
        claim = self.complete(amount, **values)
        return submit(claim, by=guest_actor(claim))

    def reviewed(self, amount: Money | None = None, **values: Any) -> Claim:
        """A claim of which every line was accepted."""
        return self.accept(self.submitted(amount, **values))

    def accept(self, claim: Claim) -> Claim:
        """Accept every line."""
        return review(claim, {line.id: LineReview(Decision.ACCEPTED) for line in claim.lines}, by=self.person())

    def approved(self, amount: Money | None = None, **values: Any) -> Claim:
        """A claim that waits to be paid."""
        return approve(self.reviewed(amount, **values), by=self.person(Role.FINANCE))

    def sent(self, claim: Claim | None = None) -> ClaimPayment:
        """An order to the bank."""
        claim = claim or self.approved()
        made = make_transfer(self.fair, [claim.reference], key=f"key-{claim.id}", by=self.person(Role.FINANCE))
        return made.payments[0]

    def sent_again(self, claim: Claim) -> ClaimPayment:
        """A second order to the bank, after the first has failed."""
        made = make_transfer(self.fair, [claim.reference], key=f"again-{claim.id}", by=self.person(Role.FINANCE))
        return made.payments[0]

    def rate(self, currency: str, day: date, dong: int | str, source: str = "Vietcombank") -> None:
        """An exchange rate of a day."""
        with transaction():
            db.session.add(ExchangeRate(currency=currency, day=day, vnd=Decimal(dong), source=source))

    def page(self, claim: Claim) -> str:
        """The guest's own page of the claim."""
        with transaction():
            return f"/i/{link_for(claim.importer)}/claim"


def move(fair: Fair, last: date) -> None:
    """The fair has its four days until ``last``."""
    with transaction():
        row = db.session.get_one(Fair, fair.id)
        row.starts_on, row.ends_on = last - timedelta(days=3), last


def claims_desk(*, ended: int = 3, meetings: int = 1) -> Desk:
    """A fair whose last day was ``ended`` days ago; two check-ins and one meeting are asked for."""
    place = reception()
    move(place.fair, place.fair.today - timedelta(days=ended))
    save_rules(place.fair, {"meetings": meetings, "check_in_days": 2}, by=SYSTEM)
    return Desk(place)
