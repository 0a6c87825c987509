"""A fair whose booths have a price, rules and budget lines, supported applications and their decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.documents.models import Selection, SelectionItem
from fairs.documents.service import Signature, enter_signature, submit_selection
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.selection import SupportTerms, propose_for_support
from fairs.floorplans.models import BoothPrice, BoothType
from fairs.floorplans.reference import load_reference as load_booth_types
from fairs.funding.models import Grant, SupportRule
from fairs.funding.reference import load_rules
from fairs.funding.service import GrantDraft, propose_grant
from fairs.programme.budget import LineDraft, save_budget_line
from fairs.programme.models import BudgetLine, PlanItem, Programme
from fairs.programme.states import BudgetSource
from tests.factories.exhibitors import Office, actor_of, new_office

PRICE = 10_000_000
_numbers = count(1)


def scan_of(text: str = "") -> Upload:
    """A signed paper, each one different."""
    return Upload("quyet-dinh.pdf", f"%PDF-1.4\n{text or next(_numbers)}\n%%EOF".encode())


@dataclass
class SupportPlace:
    """An office with money."""

    office: Office
    terms: SupportTerms

    @property
    def fair(self) -> Fair:
        return self.office.fair

    @property
    def by(self) -> Actor:
        return actor_of(self.office.staff())

    @property
    def other(self) -> Actor:
        """A second person."""
        return actor_of(self.office.staff(Role.FINANCE))

    def line(self) -> BudgetLine:
        """The budget line as it is in the database."""
        return db.session.get_one(BudgetLine, self.terms.line.id, populate_existing=True)

    def supported(self, **values: Any) -> Exhibitor:
        """An application for a supported place."""
        return self.office.submitted(track="supported", **values)

    def proposed(self, exhibitor: Exhibitor | None = None, **values: Any) -> SelectionItem:
        """Proposed for support."""
        return propose_for_support(exhibitor or self.supported(), self.terms, by=self.by, **values)

    def submitted(self, number: int = 1) -> Selection:
        """A selection that was handed in."""
        for _ in range(number):
            selection = self.proposed().selection
        return submit_selection(selection, by=self.by)

    def sign(self, selection: Selection, number: str = "12/QĐ-SCT", **values: Any) -> Selection:
        """The signature as entered."""
        day: date = values.pop("day", self.fair.today)
        scan = values.pop("scan", None) or scan_of()
        return enter_signature(selection, Signature(number, day, "Giám đốc", scan, **values), by=self.by)

    def signed(self, number: str = "12/QĐ-SCT", many: int = 1) -> Selection:
        """A decision in force."""
        return self.sign(self.submitted(many), number)

    def other_grant(self, exhibitor: Exhibitor, code: str = "TP-OVS") -> Grant:
        """A grant from another fund for the company of an application."""
        money, company = Money(1_000_000, "VND"), exhibitor.company
        draft = GrantDraft(rule(code), self.terms.line, 100, money, money, "Delegate", 1, company.name, company=company)
        return propose_grant(self.fair, draft, by=self.by)

    def grant(self, selection: Selection | None = None) -> Grant:
        """The first grant (of a selection)."""
        query = select(Grant).order_by(Grant.id)
        if selection is not None:
            query = query.where(Grant.selection_id == selection.id)
        return db.session.scalars(query.execution_options(populate_existing=True)).first()  # type: ignore[return-value]


def budget(ceiling: int = 100_000_000, year: int = 0) -> BudgetLine:
    """A line of a plan's item."""
    from fairs.core.actor import SYSTEM

    with transaction():
        programme = Programme(
            year=year or 3000 + next(_numbers), name_vi="Kế hoạch", name_en="Plan", decision_number="1/QĐ"
        )
        item = PlanItem(number="4a", code="4a", position=1, name_vi="Hội chợ", name_en="Fair", programme=programme)
        db.session.add_all([programme, item])
        db.session.flush()
        return save_budget_line(item, LineDraft(BudgetSource.CITY, Money(ceiling, "VND")), by=SYSTEM)


def price(fair: Fair, amount: int = PRICE) -> None:
    """A price for the standard booth."""
    load_booth_types()
    shell = db.session.scalars(select(BoothType).where(BoothType.code == "SHELL9")).one()
    with transaction():
        db.session.add(BoothPrice(fair_id=fair.id, type_id=shell.id, amount_minor=amount, currency="VND"))


def rule(code: str = "KC-DOM-JOIN") -> SupportRule:
    """The newest version of a rule; KC-DOM-JOIN pays 80 percent of the rent of a booth."""
    load_rules()
    return db.session.scalars(select(SupportRule).where(SupportRule.code == code, SupportRule.is_newest)).one()


def support_place(*, ceiling: int = 100_000_000, percent: int = 80, office: Office | None = None) -> SupportPlace:
    """A fair that supports exhibitors by a rule of 80 percent."""
    office = office or new_office()
    price(office.fair)
    return SupportPlace(office, SupportTerms(rule(), percent, budget(ceiling)))
