"""Claims with papers, lines, meetings, survey, waivers, suspected duplicates; lists for the bank; charges."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

import fairs.payments.models  # noqa: F401  the refunds of its lists belong to the same mappers
from fairs.calendar.models import Fair
from fairs.claims.states import (
    CHARGE_TRANSITIONS,
    TRANSITIONS,
    WAIVER_TRANSITIONS,
    ChargeKind,
    ChargeState,
    ClaimState,
    Decision,
    LineKind,
    Proof,
    WaiverState,
)
from fairs.core.db import ExactDecimal, Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Person
from fairs.funding.states import CLASH_TRANSITIONS, ClashState
from fairs.hosting.models import Hosting
from fairs.importers.models import Importer
from fairs.payments.transfer_models import HasAccount


class ClaimRules(Record):
    """What a fair asks of its supported guests. Without a row the defaults hold.

    ``days_to_claim`` after the last day a claim expires; ``remind_before`` so many days before that the guest is reminded.
    """

    __tablename__ = "claim_rules"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    check_in_days: Mapped[int] = mapped_column(default=2)
    meetings: Mapped[int] = mapped_column(default=5)
    days_to_claim: Mapped[int] = mapped_column(default=30)
    remind_before: Mapped[int] = mapped_column(default=7)
    review_days: Mapped[int] = mapped_column(default=10)  # promised to the guest


class ClaimTransfer(Record):
    """Claims that were put into one file for the bank. ``request_key`` names the form: one that comes twice makes one list."""

    __tablename__ = "claim_transfers"

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-KL26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    request_key: Mapped[str] = mapped_column(String(60), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    payments: Mapped[list[ClaimPayment]] = relationship(order_by="ClaimPayment.id", back_populates="transfer")


class Claim(HasState, HasAccount, Record):
    """The reimbursement of one supported guest. Amounts are in ``currency``, that of the support.

    ``travel_minor`` and ``lodging_minor`` are what the review found payable to the guest; ``hotel_minor`` is what the
    organiser pays the hotel for this guest. Who took which step is kept for the rule of the second person.
    """

    __tablename__ = "claims"
    __table_args__ = (
        Index("ix_claims_fair_state", "fair_id", "state", "id"),
        Index("ix_claims_fair_due", "fair_id", "due_on"),
        Index("ix_claims_purge", "purge_on"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    hosting_id: Mapped[int] = mapped_column(ForeignKey("hostings.id"), unique=True)
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"), unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-K-0001
    state: Mapped[ClaimState] = mapped_column(StateType(ClaimState), default=ClaimState.LOCKED)
    due_on: Mapped[date]
    reminded_on: Mapped[date | None]
    currency: Mapped[str] = mapped_column(String(3))
    nothing_to_claim: Mapped[bool] = mapped_column(default=False)  # the guest has paid nothing that is refunded
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # staff in the guest's place
    entered_by_ids: Mapped[list[int]] = mapped_column(JSON, default=list)  # staff who typed in papers for the guest
    travel_minor: Mapped[int | None] = mapped_column(BigInteger)
    lodging_minor: Mapped[int | None] = mapped_column(BigInteger)
    hotel_minor: Mapped[int | None] = mapped_column(BigInteger)
    payable_minor: Mapped[int | None] = column_property(travel_minor + lodging_minor)  # NULL until the review
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reviewed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    review_note: Mapped[str] = mapped_column(Text, default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paid_on: Mapped[date | None]
    bank_reference: Mapped[str] = mapped_column(String(100), default="")
    receipt_number: Mapped[str | None] = mapped_column(String(30), unique=True)  # GS26-KR26-00001
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was sent back, refused, has expired
    closed_on: Mapped[date | None]
    purge_on: Mapped[date | None]
    purged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    fair: Mapped[Fair] = relationship()
    hosting: Mapped[Hosting] = relationship()
    importer: Mapped[Importer] = relationship()
    company: Mapped[Company] = relationship()
    person: Mapped[Person] = relationship()
    files: Mapped[list[ClaimFile]] = relationship(order_by="ClaimFile.id", back_populates="claim")
    lines: Mapped[list[ClaimLine]] = relationship(order_by="ClaimLine.id", back_populates="claim")
    meetings: Mapped[list[ClaimMeeting]] = relationship(order_by="ClaimMeeting.id")
    waivers: Mapped[list[ClaimWaiver]] = relationship(order_by="ClaimWaiver.id", back_populates="claim")
    clashes: Mapped[list[ClaimClash]] = relationship(order_by="ClaimClash.id", back_populates="claim")
    survey: Mapped[ClaimSurvey | None] = relationship()
    payments: Mapped[list[ClaimPayment]] = relationship(order_by="ClaimPayment.id", back_populates="claim")
    charges: Mapped[list[Charge]] = relationship(order_by="Charge.id", back_populates="claim")

    @property
    def payable(self) -> Money | None:
        """What the guest gets; None until it is reviewed."""
        if self.travel_minor is None or self.lodging_minor is None:
            return None
        return Money(self.travel_minor + self.lodging_minor, self.currency)

    @property
    def account_shown(self) -> str:
        """The account as pages show it: of the number the last four characters only."""
        account = self.account
        if not account:
            return ""
        number = account["number"]
        short = f"•••• {number[-4:]}" if len(number) > 4 else "••••"
        return " · ".join(part for part in (account["holder"], short, account["bank"], account.get("bic", "")) if part)


class ClaimFile(Record):
    """A paper of a claim. Its bytes are sealed; ``sha256`` is of what was handed in and stays when the bytes are removed."""

    __tablename__ = "claim_files"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[Proof] = mapped_column(StateType(Proof))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    content_type: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    facts: Mapped[str] = mapped_column(String(200), default="")  # flight, days: what is known without the paper
    sealed_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    by_guest: Mapped[bool] = mapped_column(default=True)
    purged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    claim: Mapped[Claim] = relationship(back_populates="files")
    sealed: Mapped[StoredFile | None] = relationship()


class ClaimLine(Record):
    """An amount that the guest paid: a ticket, or a night of the folio.

    At the review the rate of ``paid_on`` is frozen: ``rate_vnd`` dong for one unit of the line's currency, ``rate_on`` the
    day of that rate, ``rate_base_vnd`` dong for one unit of the claim's currency where that is not the dong.
    """

    __tablename__ = "claim_lines"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[LineKind] = mapped_column(StateType(LineKind))
    text: Mapped[str] = mapped_column(String(200), default="")
    number: Mapped[str] = mapped_column(String(60), default="", index=True)  # of the ticket or folio
    night: Mapped[date | None]  # the day on which the night begins
    paid_on: Mapped[date]  # the receipt's date
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    decision: Mapped[Decision] = mapped_column(StateType(Decision), default=Decision.OPEN)
    accepted_minor: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(400), default="")
    rate_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))
    rate_base_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))
    rate_on: Mapped[date | None]
    rate_source: Mapped[str] = mapped_column(String(120), default="")

    claim: Mapped[Claim] = relationship(back_populates="lines")

    @property
    def amount(self) -> Money:
        """What was paid, as on the receipt."""
        return Money(self.amount_minor, self.currency)

    @property
    def accepted(self) -> Money:
        """What the review left of it; all of it before the review."""
        return self.amount if self.accepted_minor is None else Money(self.accepted_minor, self.currency)


class ClaimMeeting(Record):
    """A meeting that was held: entered by staff, or by the guest and confirmed by staff."""

    __tablename__ = "claim_meetings"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    held_on: Mapped[date]
    with_whom: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(String(200), default="")
    by_guest: Mapped[bool] = mapped_column(default=False)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ClaimSurvey(Record):
    """What the guest answered after the fair."""

    __tablename__ = "claim_surveys"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), unique=True)
    satisfaction: Mapped[int]  # 1 to 5
    placed_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    expected_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    missing: Mapped[str] = mapped_column(Text, default="")
    come_again: Mapped[bool] = mapped_column(default=True)

    @property
    def placed(self) -> Money:
        """Orders placed at the fair."""
        return Money(self.placed_minor, self.currency)

    @property
    def expected(self) -> Money:
        """Orders expected within a year."""
        return Money(self.expected_minor, self.currency)


class ClaimWaiver(HasState, Record):
    """An item of the checklist that shall not be asked for: by one person with a reason, decided by a second."""

    __tablename__ = "claim_waivers"
    __table_args__ = (Index("ix_claim_waivers_fair_state", "fair_id", "state"),)
    TRANSITIONS = WAIVER_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    item: Mapped[Proof] = mapped_column(StateType(Proof))
    state: Mapped[WaiverState] = mapped_column(StateType(WaiverState), default=WaiverState.ASKED)
    reason: Mapped[str] = mapped_column(String(400))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    claim: Mapped[Claim] = relationship(back_populates="waivers")


class ClaimClash(HasState, Record):
    """A paper or ticket number that was used elsewhere: explained by who handed it in, decided by a second person."""

    __tablename__ = "claim_clashes"
    __table_args__ = (
        UniqueConstraint("claim_id", "what", "other"),
        Index("ix_claim_clashes_fair_state", "fair_id", "state"),
    )
    TRANSITIONS = CLASH_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    what: Mapped[str] = mapped_column(String(80))  # the ticket's number, or the file's hash
    other: Mapped[str] = mapped_column(String(20))  # the other claim or grant
    state: Mapped[ClashState] = mapped_column(StateType(ClashState), default=ClashState.WAITING)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    claim: Mapped[Claim] = relationship(back_populates="clashes")


class ClaimPayment(HasAccount, Record):
    """One order to the bank: the amount and the account as they were when the list was made. A failed one keeps its reason."""

    __tablename__ = "claim_payments"
    __table_args__ = (
        Index(
            "uq_claim_payments_live", "claim_id", unique=True, sqlite_where=text("failed_at IS NULL"),
            postgresql_where=text("failed_at IS NULL"),
        ),
    )  # fmt: skip

    transfer_id: Mapped[int] = mapped_column(ForeignKey("claim_transfers.id"), index=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_because: Mapped[str] = mapped_column(String(400), default="")

    transfer: Mapped[ClaimTransfer] = relationship(back_populates="payments")
    claim: Mapped[Claim] = relationship(back_populates="payments")

    @property
    def amount(self) -> Money:
        """What the bank is told to pay."""
        return Money(self.amount_minor, self.currency)


_LIVE_CHARGE = text("state IN ('proposed', 'owed')")


class Charge(HasState, Record):
    """What a guest owes us: for a room or ticket that was not used, or because something was paid that was not due."""

    __tablename__ = "claim_charges"
    __table_args__ = (
        Index("ix_claim_charges_fair_state", "fair_id", "state", "id"),
        Index(
            "uq_claim_charges_live", "claim_id", unique=True, sqlite_where=_LIVE_CHARGE, postgresql_where=_LIVE_CHARGE
        ),
    )
    TRANSITIONS = CHARGE_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[ChargeKind] = mapped_column(StateType(ChargeKind))
    state: Mapped[ChargeState] = mapped_column(StateType(ChargeState), default=ChargeState.PROPOSED)
    number: Mapped[str | None] = mapped_column(String(30), unique=True)  # of the letter: GS26-KC26-00001
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    bank_reference: Mapped[str] = mapped_column(String(100), default="")
    end_reason: Mapped[str] = mapped_column(String(400), default="")

    claim: Mapped[Claim] = relationship(back_populates="charges")

    @property
    def amount(self) -> Money:
        """What is owed."""
        return Money(self.amount_minor, self.currency)
