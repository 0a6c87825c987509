"""What an exhibitor prepares and what happens at the booth: services, staff, manual, permits, hand-over, gate-out.

Days are counted before the opening, so that they move with the fair.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.badges.models import Badge, BadgeKey
from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Person
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.sitework.states import (
    HANDOVER_TRANSITIONS,
    ORDER_TRANSITIONS,
    PERMIT_TRANSITIONS,
    STAFF_TRANSITIONS,
    HandoverState,
    OrderState,
    PermitState,
    StaffState,
)

_STANDING_SQL = text("state IN ('requested', 'named')")
_ISSUED_SQL = text("state = 'issued'")


class SiteSettings(Record):
    """A fair's rules of site work; a fair without a row has the defaults. Days before the opening."""

    __tablename__ = "site_settings"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    staff_per_9m2: Mapped[int] = mapped_column(default=2)
    staff_due_days: Mapped[int] = mapped_column(default=7)
    most_contractors: Mapped[int] = mapped_column(default=10)  # people who build, per exhibitor


class ServiceItem(Record):
    """A service that exhibitors can order. ``stock`` None: as many as are wanted. Prices are net.

    Ordered at the plain price until ``due_days`` before the opening, then with ``late_percent`` more until ``close_days``
    before it.
    """

    __tablename__ = "service_items"
    __table_args__ = (
        Index("ix_service_items_fair", "fair_id", "position", "id"),
        CheckConstraint("stock IS NULL OR stock >= 0", name="stock"),
        CheckConstraint("due_days >= close_days", name="days"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    position: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(12))  # see sitework.catalogue.KINDS
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    unit_vi: Mapped[str] = mapped_column(String(40))
    unit_en: Mapped[str] = mapped_column(String(40))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    vat_percent: Mapped[int | None]  # none: the fair's, or by the table of rates on the day of the invoice
    stock: Mapped[int | None]
    due_days: Mapped[int] = mapped_column(default=21)
    late_percent: Mapped[int] = mapped_column(default=0)
    close_days: Mapped[int] = mapped_column(default=3)
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def unit(self) -> str:
        """The unit in the reader's language."""
        return localized(self, "unit")

    @property
    def price(self) -> Money:
        """Net price of a unit, ordered in time."""
        return Money(self.price_minor, self.currency)

    def due_on(self, fair: Fair) -> date:
        """The last day of the plain price."""
        return fair.starts_on - timedelta(days=self.due_days)

    def closes_on(self, fair: Fair) -> date:
        """The last day on which it can be ordered at all."""
        return fair.starts_on - timedelta(days=self.close_days)

    def surcharge(self, fair: Fair) -> int:
        """The percentage that is added today."""
        return self.late_percent if fair.today > self.due_on(fair) else 0

    def is_open(self, fair: Fair) -> bool:
        """Whether it can be ordered today."""
        return self.is_active and fair.today <= self.closes_on(fair) and not fair.is_over


class ServiceOrder(HasState, Record):
    """What an exhibitor ordered at once, with its invoice."""

    __tablename__ = "service_orders"
    __table_args__ = (Index("ix_service_orders_fair_state", "fair_id", "state", "id"),)
    TRANSITIONS = ORDER_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))  # where it is delivered
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-S-00001
    state: Mapped[OrderState] = mapped_column(StateType(OrderState), default=OrderState.ORDERED)
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"), index=True)
    note: Mapped[str] = mapped_column(String(400), default="")
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_by: Mapped[str] = mapped_column(String(250), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str] = mapped_column(String(200), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
    booth: Mapped[Booth] = relationship()
    lines: Mapped[list[ServiceLine]] = relationship(order_by="ServiceLine.id", back_populates="order")

    @property
    def code(self) -> str:
        """The booth's code; lists are sorted by it."""
        return self.booth.code

    @property
    def total(self) -> Money | None:
        """Net sum of the lines; None while there is none."""
        if not self.lines:
            return None
        return Money(sum(line.net.amount_minor for line in self.lines), self.lines[0].currency)


class ServiceLine(Record):
    """One service of an order; price and surcharge as they were when it was ordered."""

    __tablename__ = "service_lines"

    order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("service_items.id"), index=True)
    quantity: Mapped[int]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    late_percent: Mapped[int] = mapped_column(default=0)
    vat_percent: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))

    order: Mapped[ServiceOrder] = relationship(back_populates="lines")
    item: Mapped[ServiceItem] = relationship()

    @property
    def plain(self) -> Money:
        """Net amount without the surcharge."""
        return Money(self.price_minor * self.quantity, self.currency)

    @property
    def net(self) -> Money:
        """Net amount with the surcharge for late orders."""
        return self.plain + self.plain.share(self.late_percent)


class StaffPlace(HasState, Record):
    """A person who works at an exhibitor's booths. ``is_extra``: beyond the quota, allowed by the organiser.

    ``is_contractor``: builds the stand; outside the quota, with a badge that gates take on days of build-up and dismantling.
    """

    __tablename__ = "exhibitor_staff"
    __table_args__ = (
        Index("uq_exhibitor_staff_standing", "exhibitor_id", "person_id", unique=True, sqlite_where=_STANDING_SQL,
              postgresql_where=_STANDING_SQL),
        Index("ix_exhibitor_staff_fair_state", "fair_id", "state", "id"),
    )  # fmt: skip
    TRANSITIONS = STAFF_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[StaffState] = mapped_column(StateType(StaffState), default=StaffState.NAMED)
    is_extra: Mapped[bool] = mapped_column(default=False)
    is_contractor: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(400), default="")  # why one more, or why not
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"), index=True)

    exhibitor: Mapped[Exhibitor] = relationship()
    person: Mapped[Person] = relationship()
    badge: Mapped[Badge | None] = relationship()


class ManualItem(Record):
    """Something that exhibitors read, confirm or hand in before the opening."""

    __tablename__ = "manual_items"
    __table_args__ = (Index("ix_manual_items_fair", "fair_id", "position", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    position: Mapped[int] = mapped_column(default=1)
    section_vi: Mapped[str] = mapped_column(String(120))
    section_en: Mapped[str] = mapped_column(String(120))
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    text_vi: Mapped[str] = mapped_column(Text, default="")
    text_en: Mapped[str] = mapped_column(Text, default="")
    due_days: Mapped[int] = mapped_column(default=14)
    audience: Mapped[str] = mapped_column(String(12), default="all")  # see sitework.manual.AUDIENCES
    needs_file: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return localized(self, "title")

    @property
    def section(self) -> str:
        """The section in the reader's language."""
        return localized(self, "section")

    @property
    def body(self) -> str:
        """The text in the reader's language."""
        return localized(self, "text")

    def due_on(self, fair: Fair) -> date:
        """The day by which it is to be done."""
        return fair.starts_on - timedelta(days=self.due_days)


class ManualTick(Record):
    """That an exhibitor has done an item, with the file where one is asked for. Taking it back removes the row."""

    __tablename__ = "manual_ticks"
    __table_args__ = (UniqueConstraint("item_id", "exhibitor_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("manual_items.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    done_by: Mapped[str] = mapped_column(String(250), default="")

    file: Mapped[StoredFile | None] = relationship()


class ManualReminder(Record):
    """That an exhibitor was reminded of an item, once at each stage (soon, late)."""

    __tablename__ = "manual_reminders"
    __table_args__ = (UniqueConstraint("item_id", "exhibitor_id", "stage"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("manual_items.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    stage: Mapped[str] = mapped_column(String(10))


class BuildPermit(HasState, Record):
    """A permit to build up, given out when everything is paid. ``serial`` is all that its code says, as on a badge."""

    __tablename__ = "build_permits"
    __table_args__ = (
        Index("uq_build_permits_issued", "exhibitor_id", unique=True, sqlite_where=_ISSUED_SQL, postgresql_where=_ISSUED_SQL),
        Index("ix_build_permits_fair_state", "fair_id", "state", "id"),
    )  # fmt: skip
    TRANSITIONS = PERMIT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-U-0001
    state: Mapped[PermitState] = mapped_column(StateType(PermitState), default=PermitState.ISSUED)
    serial: Mapped[bytes] = mapped_column(LargeBinary(12), unique=True)
    short_code: Mapped[str] = mapped_column(String(24), unique=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("badge_keys.id"))
    slot_from: Mapped[datetime] = mapped_column(UTCDateTime)
    slot_until: Mapped[datetime] = mapped_column(UTCDateTime)
    vehicles: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoke_reason: Mapped[str] = mapped_column(String(200), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
    key: Mapped[BadgeKey] = relationship()


class Handover(HasState, Record):
    """A booth that an exhibitor has taken over, until it is returned."""

    __tablename__ = "handovers"
    __table_args__ = (
        UniqueConstraint("booth_id", "exhibitor_id"),
        Index("ix_handovers_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = HANDOVER_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    booth_id: Mapped[int] = mapped_column(ForeignKey("booths.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    state: Mapped[HandoverState] = mapped_column(StateType(HandoverState))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    booth: Mapped[Booth] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
    visits: Mapped[list[HandoverVisit]] = relationship(order_by="HandoverVisit.id", back_populates="handover")


class HandoverVisit(Record):
    """One look at the booth: the checklist, photos, and who signed. Never changed, only added.

    ``checks`` are ``{point: note}`` of the points that were not in order. ``token`` keeps a form that was sent twice from
    counting twice.
    """

    __tablename__ = "handover_visits"

    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"), index=True)
    token: Mapped[str] = mapped_column(String(40), unique=True)
    outcome: Mapped[HandoverState] = mapped_column(StateType(HandoverState))
    checks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    signer: Mapped[str] = mapped_column(Personal("name", 200), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    handover: Mapped[Handover] = relationship(back_populates="visits")
    signature: Mapped[StoredFile | None] = relationship()
    photos: Mapped[list[HandoverPhoto]] = relationship(order_by="HandoverPhoto.id")


class HandoverPhoto(Record):
    """A photo of a look at the booth, made anew in two sizes."""

    __tablename__ = "handover_photos"

    visit_id: Mapped[int] = mapped_column(ForeignKey("handover_visits.id"), index=True)
    large_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumb_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumb_width: Mapped[int]
    thumb_height: Mapped[int]

    large: Mapped[StoredFile] = relationship(foreign_keys=[large_id])
    thumb: Mapped[StoredFile] = relationship(foreign_keys=[thumb_id])


class GateOut(Record):
    """That an exhibitor's goods left: with nothing owed, or because a named person let them through. Never changed."""

    __tablename__ = "gate_outs"
    __table_args__ = (Index("ix_gate_outs_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    vehicle: Mapped[str] = mapped_column(String(40), default="")
    owed: Mapped[str] = mapped_column(String(100), default="")  # what was owed then, in words; empty: nothing
    override_reason: Mapped[str] = mapped_column(String(400), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    exhibitor: Mapped[Exhibitor] = relationship()
