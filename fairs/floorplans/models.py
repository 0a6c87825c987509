"""Halls, zones, booth types, booths and prices. Lengths are centimetres, the origin is the hall's upper left corner."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record
from fairs.core.i18n import localized
from fairs.core.money import Money


class Hall(Record):
    """A hall (or outdoor ground). ``doors`` and ``columns`` are lists of rectangles ``{x, y, w, h, label?}`` in cm."""

    __tablename__ = "halls"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(10))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    width_cm: Mapped[int]
    depth_cm: Mapped[int]
    doors: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    booths: Mapped[list[Booth]] = relationship(back_populates="hall")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class Zone(Record):
    """A product zone of a fair; ``group_codes`` are the product groups that belong there, joined with |."""

    __tablename__ = "zones"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    code: Mapped[str] = mapped_column(String(10))
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    tint: Mapped[int] = mapped_column(default=1)  # 1–8: a tint of the theme
    group_codes: Mapped[str] = mapped_column(String(200), default="")

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class BoothType(Record):
    """A kind of booth (``domain/booth-types.csv``)."""

    __tablename__ = "booth_types"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    includes_vi: Mapped[str] = mapped_column(String(400), default="")
    includes_en: Mapped[str] = mapped_column(String(400), default="")
    is_sold: Mapped[bool] = mapped_column(default=True)  # False: special display areas that nobody books
    counts_in_net_space: Mapped[bool] = mapped_column(default=True)

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


class BoothPrice(Record):
    """The price of a booth type at a fair: per booth, or per m² for raw space; corner surcharge in percent.

    In the fair's currency, and where there is one in US dollars too, that one is for companies from abroad.
    """

    __tablename__ = "booth_prices"
    __table_args__ = (UniqueConstraint("fair_id", "type_id", "currency"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    type_id: Mapped[int] = mapped_column(ForeignKey("booth_types.id"))
    basis: Mapped[str] = mapped_column(String(10), default="booth")  # booth | m2
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    corner_percent: Mapped[int] = mapped_column(default=0)

    type: Mapped[BoothType] = relationship()

    @property
    def amount(self) -> Money:
        """Price per booth or per m²."""
        return Money(self.amount_minor, self.currency)


class Booth(Record):
    """A booth on the plan. Whether it is free is a matter of its bookings, which this feature does not know."""

    __tablename__ = "booths"
    __table_args__ = (UniqueConstraint("fair_id", "code"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"), index=True)
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("zones.id"), index=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("booth_types.id"))
    code: Mapped[str] = mapped_column(String(12))  # hall and number: B-017
    x_cm: Mapped[int]
    y_cm: Mapped[int]
    w_cm: Mapped[int]
    h_cm: Mapped[int]
    open_sides: Mapped[int] = mapped_column(default=1)
    is_blocked: Mapped[bool] = mapped_column(default=False)
    block_reason: Mapped[str] = mapped_column(String(200), default="")

    hall: Mapped[Hall] = relationship(back_populates="booths")
    zone: Mapped[Zone | None] = relationship()
    type: Mapped[BoothType] = relationship()

    @property
    def area_cm2(self) -> int:
        """Floor area in square centimetres."""
        return self.w_cm * self.h_cm

    @property
    def area_m2(self) -> float:
        """Floor area in square metres."""
        return self.area_cm2 / 10_000
