"""Export contracts with their HS lines and evidence, and the exchange rates that make them comparable."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.contracts.states import TRANSITIONS, ContractState, Verification
from fairs.core.db import ExactDecimal, Record, StateType, UTCDateTime
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company


class Contract(HasState, Record):
    """An export deal of one fair between an exporter and an importer.

    ``usd_minor`` (US cents) is computed by the rate of the signing date and frozen at verification, with the rate and
    its source beside it. ``logged_by_id``/``logged_for_id`` are kept for the rule of the second person.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        Index("ix_contracts_fair_state", "fair_id", "state", "id"),
        Index("ix_contracts_pair", "exporter_id", "importer_id"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-C-000123
    number: Mapped[str] = mapped_column(String(80), default="")  # the parties' own number
    exporter_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    booth_code: Mapped[str] = mapped_column(String(12), default="")
    signed_on: Mapped[date]
    state: Mapped[ContractState] = mapped_column(StateType(ContractState))
    verification: Mapped[Verification] = mapped_column(StateType(Verification), default=Verification.LOGGED)
    incoterm: Mapped[str] = mapped_column(String(3))
    incoterm_place: Mapped[str] = mapped_column(String(120), default="")
    currency: Mapped[str] = mapped_column(String(3))
    value_minor: Mapped[int] = mapped_column(BigInteger)
    payment_terms: Mapped[str] = mapped_column(String(200), default="")
    delivery: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    reported_by: Mapped[str] = mapped_column(String(10), default="clerk")  # clerk | exporter | importer
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    logged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    logged_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    return_reason: Mapped[str] = mapped_column(String(400), default="")
    usd_minor: Mapped[int | None] = mapped_column(BigInteger)
    rate_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))  # VND per unit of the contract's currency
    rate_usd_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))  # VND per USD
    rate_on: Mapped[date | None]
    rate_source: Mapped[str] = mapped_column(String(120), default="")

    exporter: Mapped[Company] = relationship(foreign_keys=[exporter_id])
    importer: Mapped[Company] = relationship(foreign_keys=[importer_id])
    evidence: Mapped[StoredFile | None] = relationship()
    lines: Mapped[list[ContractLine]] = relationship(order_by="ContractLine.position", cascade="all, delete-orphan")

    @property
    def value(self) -> Money:
        """The contract's value in its own currency."""
        return Money(self.value_minor, self.currency)

    @property
    def usd(self) -> Money | None:
        """The value in USD, once a rate of the date is known."""
        return None if self.usd_minor is None else Money(self.usd_minor, "USD")

    @property
    def counts(self) -> bool:
        """Whether it is part of the headline figure: signed (or further) and verified."""
        signed = self.state not in {ContractState.LEAD, ContractState.MOU, ContractState.CANCELLED}
        return signed and self.verification is Verification.VERIFIED


class ContractLine(Record):
    """Goods under one HS heading; ``quantity`` in ``unit`` (UN/ECE), ``amount_minor`` for all of it."""

    __tablename__ = "contract_lines"

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[int]
    hs_code: Mapped[str] = mapped_column(String(10))
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal(3))
    unit: Mapped[str] = mapped_column(String(5))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def amount(self) -> Money:
        """The line's value."""
        return Money(self.amount_minor, self.currency)


class ExchangeRate(Record):
    """VND for one unit of a currency on a day, with its source."""

    __tablename__ = "exchange_rates"
    __table_args__ = (UniqueConstraint("currency", "day"),)

    currency: Mapped[str] = mapped_column(String(3))
    day: Mapped[date]
    vnd: Mapped[Decimal] = mapped_column(ExactDecimal(6))
    source: Mapped[str] = mapped_column(String(120))


class SalesReturn(Record):
    """What a booth sold on a day at a retail fair, as its exhibitor declared: nobody has audited it.

    A day without a row was not declared; nobody fills it in.
    """

    __tablename__ = "sales_returns"
    __table_args__ = (UniqueConstraint("booth_id", "day"), Index("ix_sales_returns_fair_day", "fair_id", "day"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    day: Mapped[date]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(10), default="web")  # web | paper | phone

    @property
    def amount(self) -> Money:
        """What was sold."""
        return Money(self.amount_minor, self.currency)
