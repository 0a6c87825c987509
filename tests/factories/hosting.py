"""A fair that supports importers: rules, budget lines, amounts by region, ceilings, and guests who ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.documents.models import Selection
from fairs.documents.service import Signature, enter_signature, submit_selection
from fairs.funding.ceilings import Bound, ceilings_of, save_ceilings
from fairs.funding.models import SupportRule
from fairs.funding.rules import RuleDraft, add_rule
from fairs.funding.states import Purpose
from fairs.hosting.applying import apply_for_support
from fairs.hosting.models import Hosting
from fairs.hosting.regions import Region
from fairs.hosting.service import approve_hosting, propose_hosting
from fairs.hosting.settings import SettingsDraft, save_settings
from fairs.hosting.states import SupportTier
from fairs.programme.models import BudgetLine
from tests.factories.guests import approved_importer
from tests.factories.importers import Reception, reception
from tests.factories.support import budget, scan_of

TRAVEL, NIGHT, NIGHTS = 10_000_000, 1_000_000, 4
BOTH = TRAVEL + NIGHT * NIGHTS
_numbers = count(1)


@dataclass
class HostingPlace:
    """A fair with money for guests. ``first`` proposes, ``second`` approves."""

    reception: Reception
    line: BudgetLine
    first: Actor
    second: Actor

    @property
    def fair(self) -> Fair:
        return self.reception.fair

    def applied(self, tier: SupportTier = SupportTier.BOTH, **changes: Any) -> Hosting:
        """An approved importer who asks for support."""
        return apply_for_support(approved_importer(self.reception, **changes), tier, by=SYSTEM)

    def proposed(self, tier: SupportTier = SupportTier.BOTH, **changes: Any) -> Hosting:
        return propose_hosting(self.applied(tier, **changes), tier, by=self.first)

    def approved(self, tier: SupportTier = SupportTier.BOTH, **changes: Any) -> Hosting:
        return approve_hosting(self.proposed(tier, **changes), by=self.second)

    def granted(self, tier: SupportTier = SupportTier.BOTH, **changes: Any) -> Hosting:
        row = self.approved(tier, **changes)
        self.sign(row)
        return fresh(row)

    def sign(self, row: Hosting) -> Selection:
        """The decision in whose draft the guest stands, signed."""
        selection = db.session.get_one(Selection, fresh(row).selection_id)
        selection = submit_selection(selection, by=self.first)
        return self.enter(selection)

    def enter(self, selection: Selection) -> Selection:
        number = f"{next(_numbers)}/QĐ-SCT"
        signature = Signature(number, self.fair.today, "Giám đốc", scan_of(), confirmed=True)
        return enter_signature(selection, signature, by=self.first)

    def bound(
        self, places: Mapping[str, int | None] | None = None, money: Mapping[str, int | None] | None = None
    ) -> None:
        """Ceilings by ``all``, a tier or a region; those not named stay as they are."""
        bounds = []
        for row in ceilings_of(self.fair.id):
            key = row.key or "all"
            most = (places or {}).get(key, row.places)
            minor = (money or {}).get(key, row.money_minor)
            bounds.append(Bound(row.id, most, Money(minor, row.currency) if minor is not None else None))
        save_ceilings(self.fair.id, bounds, decision_number="9/QĐ", by=self.first)


def fresh(row: Hosting) -> Hosting:
    """The support as it is in the database."""
    return db.session.get_one(Hosting, row.id, populate_existing=True)


def hosting_rules() -> tuple[SupportRule, SupportRule]:
    """A rule for travel and one for rooms, as the department would enter them."""
    found = []
    for code, purpose in (("HB-AIR", Purpose.TRAVEL), ("HB-ROOM", Purpose.LODGING)):
        rule = db.session.scalar(select(SupportRule).where(SupportRule.code == code, SupportRule.is_newest))
        draft = RuleDraft(
            code, purpose, "Hỗ trợ", "Support", "TT 71/2018/TT-BTC", "", f"{purpose.value}", f"{purpose.value}", 100
        )
        found.append(rule or add_rule(draft, by=SYSTEM))
    return found[0], found[1]


def hosting_place(
    *, ceiling: int = 1_000_000_000, auto_promote: bool = False, at: Reception | None = None, **settings: Any
) -> HostingPlace:
    """A fair that supports importers with 10 million for travel from anywhere and four nights of a million each."""
    ground = at or reception()
    travel, lodging = hosting_rules()
    line = budget(ceiling)
    caps = {region.value: Money(TRAVEL, "VND") for region in Region}
    draft = SettingsDraft(
        caps, Money(NIGHT, "VND"), NIGHTS, decision_number="9/QĐ-SCT", travel_rule=travel, lodging_rule=lodging, travel_line=line,
        lodging_line=line, groups=("CER", "LAC"), countries=("JP",), auto_promote=auto_promote, **settings,
    )  # fmt: skip
    with transaction():
        save_settings(ground.fair, draft, by=SYSTEM)
    first, second = ground.user(Role.ORGANISER), ground.user(Role.FINANCE)
    return HostingPlace(ground, line, Actor(first.id, first.name), Actor(second.id, second.name))
