"""A fair with exporters, importers, staff, invoices and rates, made through the services that the application uses."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from PIL import Image, ImageDraw

from fairs.accounts.models import RoleGrant, User
from fairs.accounts.queries import active_grants, actor_for
from fairs.accounts.service import create_token, create_user, grant_role, lend_role
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.rates import RateDraft, save_rate, set_usd
from fairs.contracts.rules import ContractDraft, LineDraft
from fairs.contracts.service import CHECKS, log_contract, verify_contract
from fairs.contracts.states import Answer, ContractState, Verification
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, join_company, save_company
from fairs.payments.invoicing import InvoiceDraft, issue_invoice
from fairs.payments.invoicing import LineDraft as InvoiceLineDraft
from fairs.payments.models import Invoice, Payment
from fairs.payments.service import ReceiptDraft, record_receipt
from tests.factories.checkin import new_fair

ALL_CHECKS = dict.fromkeys(CHECKS, True)


def vnd(amount: int) -> Money:
    """So many dong."""
    return Money(amount, "VND")


def scan(text: str = "", kind: str = "PNG") -> Upload:
    """A picture of a signed paper, different for each text."""
    picture = Image.new("RGB", (300, 420), "white")
    ImageDraw.Draw(picture).text((20, 20), f"CONTRACT {text or uuid4().hex}", fill="black")
    out = io.BytesIO()
    picture.save(out, kind)
    return Upload(f"scan.{kind.lower()}", out.getvalue())


@dataclass
class Office:
    """A fair of today with one exporter and one importer, and the means to make what a test needs."""

    fair: Fair
    exporter: Company
    importer: Company
    count: int = 0

    def company(self, name: str = "", country: str = "VN", **values: Any) -> Company:
        """Another company."""
        self.count += 1
        return save_company(CompanyDraft(name=name or f"Cơ sở {self.count}", country=country, **values), by=SYSTEM)

    def user(self, *roles: Role) -> User:
        """Another person, with these roles at the fair or without any."""
        self.count += 1
        user = create_user(
            f"u{self.count}-{uuid4().hex[:6]}@fairs.example", f"User {self.count}", by=SYSTEM, confirmed=True
        )
        for role in roles:
            grant_role(user, role, fair_id=None if role.is_system_wide else self.fair.id, by=SYSTEM)
        return user

    def member(self, company: Company) -> User:
        """Somebody who works for the company."""
        user = self.user()
        join_company(user.id, company, by=SYSTEM)
        return user

    def bearer(self, user: User) -> dict[str, str]:
        """Headers of a program that acts for the user."""
        return {"Authorization": f"Bearer {create_token(user, 'test', by=SYSTEM)}"}

    def invoice(
        self, net: int = 12_000_000, *, company: Company | None = None, support: int = 0, **values: Any
    ) -> Invoice:
        """An invoice for a booth, half of it due as a deposit in a week."""
        today = self.fair.today
        lines = [InvoiceLineDraft("booth", "Gian hàng A-001", "Booth A-001", vnd(net), 8)]
        if support:
            lines.append(
                InvoiceLineDraft(
                    "support", "Hỗ trợ theo Quyết định 1/QĐ", "Support under Decision 1/QD", vnd(-support), 8
                )
            )
        draft = {
            "fair_id": self.fair.id, "fair_code": self.fair.code, "company_id": (company or self.exporter).id,
            "subject_type": "Test", "subject_id": 1, "lines": lines, "deposit_percent": 50,
            "deposit_due_on": today + timedelta(days=7), "balance_due_on": today + timedelta(days=30), "issued_on": today,
        }  # fmt: skip
        return issue_invoice(InvoiceDraft(**{**draft, **values}), by=SYSTEM)

    def receipt(
        self, invoice: Invoice, amount: int, reference: str = "", *, by: Actor = SYSTEM, **values: Any
    ) -> Payment:
        """Money for an invoice, by transfer."""
        values = {
            "received_on": self.fair.today,
            "method": "transfer",
            "external_reference": reference or uuid4().hex,
            **values,
        }
        return record_receipt(invoice, ReceiptDraft(amount=vnd(amount), **values), by=by)

    def rate(self, currency: str = "USD", amount: str = "25000", *, days_ago: int = 0, source: str = "SBV") -> None:
        """A rate of some day before today."""
        day = self.fair.today - timedelta(days=days_ago)
        save_rate(RateDraft(currency, day, Decimal(amount), source), by=SYSTEM, confirmed=True)

    def draft(self, **values: Any) -> ContractDraft:
        """A right contract of two lines over 1,500.50 USD."""
        lines = (
            LineDraft("4420.11", "Hộp sơn mài", Decimal(100), "PCE", Decimal("1000.50")),
            LineDraft("6913", "Bình gốm", Decimal("12.5"), "KGM", Decimal(500)),
        )
        right: dict[str, Any] = {
            "exporter_id": self.exporter.id, "importer_id": self.importer.id, "state": "signed",
            "signed_on": self.fair.today, "incoterm": "FOB", "incoterm_place": "Hải Phòng", "currency": "USD",
            "value": Decimal("1500.50"), "lines": lines,
        }  # fmt: skip
        return ContractDraft(**{**right, **values})

    def contract(self, *, by: Actor = SYSTEM, evidence: Upload | None = None, **values: Any) -> Contract:
        """A logged contract with its scan."""
        return log_contract(self.fair, self.draft(**values), by=by, evidence=evidence or scan())

    def incomplete(self, **values: Any) -> Contract:
        """What was logged in a hurry at a ceremony: parties, value and photo, nothing else."""
        row: dict[str, Any] = {
            "fair_id": self.fair.id, "exporter_id": self.exporter.id, "importer_id": self.importer.id,
            "signed_on": self.fair.today, "state": ContractState.SIGNED, "verification": Verification.INCOMPLETE,
            "incoterm": "", "currency": "USD", "value_minor": 150_050,
        }  # fmt: skip
        with transaction():
            contract = Contract(reference=next_reference(self.fair.code, "C"), **{**row, **values})
            set_usd(contract)
            db.session.add(contract)
            db.session.flush()
            record("contracts.log", contract, by=SYSTEM)
        return contract

    def answer(self, contract: Contract, side: str, state: Answer, remark: str = "") -> Confirmation:
        """What a side says of the contract as it stands now."""
        with transaction():
            said = Confirmation(
                contract_id=contract.id, side=side, state=state, content_sha256=content_hash(contract),
                answered_name="Người đại diện", answered_at=now(), remark=remark,
            )  # fmt: skip
            db.session.add(said)
            db.session.flush()
            db.session.refresh(contract, ["confirmations"])
        return said

    def verified(self, *, by: Actor, **values: Any) -> Contract:
        """A contract that a second person has verified."""
        return verify_contract(self.contract(**values), self.fair, ALL_CHECKS, by=by)


def acting(user: User) -> Actor:
    """The user by a role of their own."""
    return actor_for(user)


def lent(lender: User, role: Role, to: User, fair: Fair) -> Actor:
    """``to`` acting in the lender's place."""
    own = next(grant for grant in active_grants(lender.id) if grant.role is role)
    grant: RoleGrant = lend_role(own, to, until=now() + timedelta(days=1), by=actor_for(lender))
    return actor_for(to, grant)


def office(*, starts_on: date | None = None) -> Office:
    """A running fair."""
    fair = new_fair(starts_on=starts_on)
    exporter = save_company(CompanyDraft(name="Gốm Bát Tràng mẫu", country="VN"), by=SYSTEM)
    importer = save_company(CompanyDraft(name="Mihon Trading KK", country="JP"), by=SYSTEM)
    return Office(fair, exporter, importer)
