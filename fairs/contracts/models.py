"""Export contracts with their HS lines, evidence, revisions, confirmations and signatures, and the exchange rates that
make them comparable."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.contracts.states import ANSWER_TRANSITIONS, TRANSITIONS, Answer, ContractKind, ContractState, Verification
from fairs.core.db import ExactDecimal, Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company


class Contract(HasState, Record):
    """An export deal of one fair between an exporter and an importer.

    ``usd_minor`` (US cents) is computed by the rate of the signing date and frozen at verification, with the rate and
    its source beside it. ``logged_by_id``/``logged_for_id`` are kept for the rule of the second person.

    ``parent`` is the framework contract of a call-off, of whatever fair or year; ``merged_into`` the record that says the
    same deal. A contract that was cancelled keeps in ``cancelled_from`` how far it had come: what was verified and cancelled
    later is told apart. ``revision`` counts the corrections since verification, each kept as a ContractRevision.
    """

    __tablename__ = "contracts"
    __table_args__ = (
        Index("ix_contracts_fair_state", "fair_id", "state", "id"),
        Index("ix_contracts_pair", "exporter_id", "importer_id"),
        CheckConstraint("exporter_id <> importer_id", name="two_parties"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-C-000123
    number: Mapped[str] = mapped_column(String(80), default="")  # the parties' own number
    exporter_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    kind: Mapped[ContractKind] = mapped_column(StateType(ContractKind), default=ContractKind.SINGLE)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    booth_code: Mapped[str] = mapped_column(String(12), default="")
    signed_on: Mapped[date]
    state: Mapped[ContractState] = mapped_column(StateType(ContractState))
    verification: Mapped[Verification] = mapped_column(StateType(Verification), default=Verification.LOGGED)
    incoterm: Mapped[str] = mapped_column(String(3))  # empty only while incomplete
    incoterm_place: Mapped[str] = mapped_column(String(120), default="")
    currency: Mapped[str] = mapped_column(String(3))
    value_minor: Mapped[int] = mapped_column(BigInteger)
    payment_method: Mapped[str] = mapped_column(String(4), default="")  # a key of terms.PAYMENT_METHODS
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
    revision: Mapped[int] = mapped_column(default=1)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_from: Mapped[ContractState | None] = mapped_column(StateType(ContractState))
    cancel_reason: Mapped[str] = mapped_column(String(400), default="")
    usd_minor: Mapped[int | None] = mapped_column(BigInteger)
    rate_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))  # VND per unit of the contract's currency
    rate_usd_vnd: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))  # VND per USD
    rate_on: Mapped[date | None]
    rate_source: Mapped[str] = mapped_column(String(120), default="")

    exporter: Mapped[Company] = relationship(foreign_keys=[exporter_id])
    importer: Mapped[Company] = relationship(foreign_keys=[importer_id])
    evidence: Mapped[StoredFile | None] = relationship()
    parent: Mapped[Contract | None] = relationship(remote_side="Contract.id", foreign_keys=[parent_id])
    lines: Mapped[list[ContractLine]] = relationship(order_by="ContractLine.position", cascade="all, delete-orphan")
    confirmations: Mapped[list[Confirmation]] = relationship(order_by="Confirmation.id")
    signatures: Mapped[list[Signature]] = relationship(order_by="Signature.id")

    @property
    def value(self) -> Money:
        """The contract's value in its own currency."""
        return Money(self.value_minor, self.currency)

    @property
    def usd(self) -> Money | None:
        """The value in USD, once a rate of the date is known."""
        return None if self.usd_minor is None else Money(self.usd_minor, "USD")

    @property
    def is_verified_deal(self) -> bool:
        """Signed (or further), verified, standing and no copy of another record, whatever its framework contract is."""
        signed = self.state not in {ContractState.LEAD, ContractState.MOU, ContractState.CANCELLED}
        return signed and self.verification is Verification.VERIFIED and self.merged_into_id is None

    @property
    def counts(self) -> bool:
        """Whether it is part of the headline figure; as queries.headline() says it in SQL. A call-off is part of its
        framework contract where that one counts."""
        return self.is_verified_deal and not (self.parent is not None and self.parent.is_verified_deal)


class ContractLine(Record):
    """Goods under one HS heading; ``quantity`` in ``unit`` (UN/ECE), ``amount_minor`` for all of it.

    ``price`` is of one unit, in major units of the currency, where it was given. ``hs_edition`` is the edition of the
    Harmonised System that the code is read by: that of the day of signature. ``cites`` says that the goods need a permit of the
    convention on endangered species (horn, shell, some woods).
    """

    __tablename__ = "contract_lines"

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    position: Mapped[int]
    hs_code: Mapped[str] = mapped_column(String(10))
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(ExactDecimal(3))
    unit: Mapped[str] = mapped_column(String(5))
    price: Mapped[Decimal | None] = mapped_column(ExactDecimal(6))
    hs_edition: Mapped[int] = mapped_column(default=2022)
    cites: Mapped[bool] = mapped_column(default=False)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    @property
    def amount(self) -> Money:
        """The line's value."""
        return Money(self.amount_minor, self.currency)


class ContractRevision(Record):
    """A contract as it stood verified before a correction: content, rate and evidence, with its hash. Never changed."""

    __tablename__ = "contract_revisions"
    __table_args__ = (UniqueConstraint("contract_id", "number"),)

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))  # of the content as canonical JSON
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"), index=True)
    usd_minor: Mapped[int | None] = mapped_column(BigInteger)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(400))

    evidence: Mapped[StoredFile | None] = relationship()


class Confirmation(HasState, Record):
    """The question to a party whether the contract is right, and its answer; by QR code, by link or in its own account.

    ``content_sha256`` is the hash of what the party was shown: an answer belongs to that content only.
    """

    __tablename__ = "contract_confirmations"
    TRANSITIONS = ANSWER_TRANSITIONS

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    side: Mapped[str] = mapped_column(String(10))  # exporter | importer
    state: Mapped[Answer] = mapped_column(StateType(Answer), default=Answer.ASKED)
    content_sha256: Mapped[str] = mapped_column(String(64))
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_name: Mapped[str] = mapped_column(Personal("name", 120), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    remark: Mapped[str] = mapped_column(String(400), default="")


class Signature(Record):
    """A party's signature drawn on a screen, under the content with this hash."""

    __tablename__ = "contract_signatures"
    __table_args__ = (UniqueConstraint("contract_id", "side", "content_sha256"),)

    contract_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    side: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(Personal("name", 120))
    title: Mapped[str] = mapped_column(String(120), default="")
    content_sha256: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"), index=True)
    witnessed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # whose screen it was
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    file: Mapped[StoredFile] = relationship()


class ExchangeRate(Record):
    """VND for one unit of a currency on a day, with its source."""

    __tablename__ = "exchange_rates"
    __table_args__ = (UniqueConstraint("currency", "day"),)

    currency: Mapped[str] = mapped_column(String(3))
    day: Mapped[date]
    vnd: Mapped[Decimal] = mapped_column(ExactDecimal(6))
    source: Mapped[str] = mapped_column(String(120))
