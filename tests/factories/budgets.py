"""A fair with an approved budget, the people who spend of it, vouchers and sponsors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from fairs.accounts.models import User
from fairs.budgets.models import Commitment, FairBudget, FairLine, Sponsorship, Voucher
from fairs.budgets.queries import fair_line
from fairs.budgets.service import ItemDraft, approve_budget, new_version, save_item, submit_budget
from fairs.budgets.spending import (
    CommitmentDraft,
    VoucherDraft,
    VoucherPart,
    approve_voucher,
    commit,
    pay_voucher,
    submit_voucher,
    write_voucher,
)
from fairs.budgets.sponsoring import SponsorDraft, agree, promise
from fairs.budgets.states import Category, MoneySource
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.payments.credits import day_of_money
from tests.factories.deals import Office, acting, office, vnd

MILLION = 1_000_000


@dataclass
class Treasury:
    """An office with money to spend."""

    office: Office
    people: dict[Role, User] = field(default_factory=dict)

    @property
    def fair(self) -> Fair:
        return self.office.fair

    def staff(self, role: Role) -> User:
        """Somebody with the role, always the same person."""
        if role not in self.people:
            self.people[role] = self.office.user(role)
        return self.people[role]

    @property
    def finance(self) -> Actor:
        return acting(self.staff(Role.FINANCE))

    @property
    def organiser(self) -> Actor:
        return acting(self.staff(Role.ORGANISER))

    def draft(self, items: dict[str, int] | None = None, **values: Any) -> FairBudget:
        """A version with these amounts in millions; the rest as in force."""
        budget = new_version(self.fair, by=self.finance, **values)
        for code, amount in (items or {"A.1": 100, "B.1": 50}).items():
            known = next((one for one in budget.items if one.code == code), None)
            source = MoneySource.CITY if code.startswith("A") else MoneySource.FEES
            draft = ItemDraft(code, f"Dòng {code}", Category.VENUE, source, vnd(amount * MILLION), f"Line {code}")
            save_item(budget, draft, by=self.finance, item=known)
        return budget

    def submitted(self, items: dict[str, int] | None = None, **values: Any) -> FairBudget:
        return submit_budget(self.draft(items, **values), by=self.finance)

    def approved(self, items: dict[str, int] | None = None, **values: Any) -> FairBudget:
        """A version in force."""
        return self.approve(self.submitted(items, **values))

    def approve(self, budget: FairBudget) -> FairBudget:
        number = f"{budget.version}/QĐ-SCT"
        return approve_budget(budget, decision_number=number, decision_on=self.fair.today, by=self.organiser)

    def line(self, code: str = "A.1") -> FairLine:
        """The line as it is in the database."""
        found = fair_line(self.fair.id, code)
        db.session.refresh(found)
        return found

    def commitment(self, amount: int, code: str = "A.1") -> Commitment:
        draft = CommitmentDraft("Công ty dàn dựng mẫu", "Thi công", vnd(amount * MILLION), day_of_money(), "12/HĐ")
        return commit(self.line(code), draft, by=self.finance)

    def voucher(
        self,
        amount: int,
        code: str = "A.1",
        *,
        commitment: Commitment | None = None,
        by: Actor | None = None,
        **values: Any,
    ) -> Voucher:
        """A draft over so many millions."""
        parts = [VoucherPart(self.line(code).id, vnd(amount * MILLION), commitment.id if commitment else None)]
        draft = {
            "payee": "Công ty dàn dựng mẫu",
            "purpose": "Tạm ứng",
            "parts": parts,
            "written_on": day_of_money(),
            **values,
        }
        return write_voucher(self.fair, VoucherDraft(**draft), by=by or self.finance)

    def waiting(self, amount: int, code: str = "A.1", **values: Any) -> Voucher:
        """One that was submitted."""
        return submit_voucher(self.voucher(amount, code, **values), by=self.finance)

    def agreed(self, amount: int, code: str = "A.1", **values: Any) -> Voucher:
        """One that was approved."""
        return approve_voucher(self.waiting(amount, code, **values), by=self.organiser)

    def paid(self, amount: int, code: str = "A.1", *, on: date | None = None, **values: Any) -> Voucher:
        """One that was paid."""
        if on is not None:
            values.setdefault("written_on", on)
        row = self.agreed(amount, code, **values)
        return pay_voucher(row, on=on or day_of_money(), reference=uuid4().hex[:10], by=self.finance)

    def sponsor(
        self, amount: int = 30, *, in_kind: bool = False, agreed: bool = True, parts: int = 1, **values: Any
    ) -> Sponsorship:
        """A sponsor of so many millions, in equal parts."""
        draft = SponsorDraft(
            self.office.company().id, "Kim cương", vnd(amount * MILLION), in_kind, "Nước uống" if in_kind else "",
            instalments=() if in_kind else [(day_of_money(), vnd(amount * MILLION // parts))] * parts, **values,
        )  # fmt: skip
        made = promise(self.fair, draft, by=self.finance)
        return agree(made, number="5/HĐTT", on=day_of_money(), scan=None, by=self.finance) if agreed else made


def treasury(**values: Any) -> Treasury:
    """A running fair with finance and organiser."""
    return Treasury(office(**values))
