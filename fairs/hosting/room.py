"""How much room there is: whether one more fits into the ceilings and budget lines, tried without keeping anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.funding.ceilings import check_room, concerns, copies_of
from fairs.funding.models import Grant, SupportCeiling
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting, HostingSettings
from fairs.hosting.states import HostingState, SupportTier
from fairs.programme.errors import BudgetExceeded
from fairs.programme.models import BudgetLine

SUBJECT = "Hosting"


@dataclass(frozen=True, slots=True)
class Need:
    """What one support takes: a place of its tier and region, and money of budget lines."""

    tier: SupportTier
    region: str
    lines: tuple[tuple[int, int], ...]  # key of the line, minor units

    @property
    def money_minor(self) -> int:
        """All its money."""
        return sum(amount for _line, amount in self.lines)


def need_of(settings: HostingSettings, tier: SupportTier, region: str) -> Need:
    """What a support of this tier and region would take by the settings; lines that are not chosen yet are left out."""
    lines = Counter[int]()
    if tier.pays_travel and settings.travel_line_id is not None:
        lines[settings.travel_line_id] += settings.cap_of(region)
    if tier.pays_hotel and settings.lodging_line_id is not None:
        lines[settings.lodging_line_id] += settings.night_cap_minor * settings.nights
    return Need(tier, region, tuple(sorted(lines.items())))


@dataclass
class Room:
    """Ceilings and budget lines as they would be after what was taken from this copy."""

    ceilings: list[SupportCeiling]
    left: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, fair: Fair, settings: HostingSettings) -> Room:
        """As it is now; two statements."""
        keys = [key for key in (settings.travel_line_id, settings.lodging_line_id) if key is not None]
        lines = db.session.scalars(select(BudgetLine).where(BudgetLine.id.in_(keys)))
        return cls(copies_of(fair.id), {line.id: line.left.amount_minor for line in lines})

    def check(self, need: Need) -> None:
        """Raise CeilingReached or BudgetExceeded when it does not fit any more."""
        for row in self._concerned(need):
            check_room(row, 1, need.money_minor)
        for line_id, amount in need.lines:
            if line_id in self.left and amount > self.left[line_id]:
                left = Money(self.left[line_id], self.ceilings[0].currency if self.ceilings else "VND")
                raise BudgetExceeded(
                    _(
                        "The budget line has %(left)s left; %(amount)s are needed.", left=format_money(left),
                        amount=format_money(Money(amount, left.currency)),
                    )
                )  # fmt: skip

    def take(self, need: Need) -> None:
        """Count it as given, whether it fits or not."""
        for row in self._concerned(need):
            row.places_used += 1
            row.committed_minor += need.money_minor
        for line_id, amount in need.lines:
            if line_id in self.left:
                self.left[line_id] -= amount

    def take_all(self, needs: Iterable[Need]) -> None:
        """The same for many."""
        for need in needs:
            self.take(need)

    def fits(self, need: Need) -> bool:
        """Whether it would fit."""
        try:
            self.check(need)
        except DomainError:
            return False
        return True

    def _concerned(self, need: Need) -> list[SupportCeiling]:
        return [row for row in self.ceilings if concerns(row, need.tier.value, need.region)]


def proposed_needs(fair_id: int) -> list[Need]:
    """What the proposals of a fair that nobody has approved yet would take; one statement."""
    rows = db.session.execute(
        select(Grant.subject_id, Grant.tier, Grant.region, Grant.budget_line_id, Grant.amount_minor)
        .join(Hosting, Hosting.id == Grant.subject_id)
        .where(
            Grant.fair_id == fair_id, Grant.subject_type == SUBJECT, Grant.state == GrantState.PROPOSED,
            Hosting.state == HostingState.PROPOSED,
        )
        .order_by(Grant.subject_id, Grant.id)
    )  # fmt: skip
    found: dict[int, Need] = {}
    for subject, tier, region, line_id, amount in rows:
        before = found[subject].lines if subject in found else ()
        found[subject] = Need(SupportTier(tier), region, (*before, (line_id, amount)))
    return list(found.values())
