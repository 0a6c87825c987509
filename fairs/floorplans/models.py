"""Halls, zones, booth types, booths, prices; the draft of a hall's plan and its published versions. Lengths are centimetres, the origin is the hall's upper left corner."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record
from fairs.core.i18n import localized
from fairs.core.money import Money
from fairs.core.storage import StoredFile


class Hall(Record):
    """A hall (or outdoor ground). ``doors`` and ``columns`` are lists of rectangles ``{x, y, w, h, label?}`` in cm.

    ``exits`` are doors for emergencies with ``clear``: so much floor before them stays free. ``aisle_cm`` is the least width
    of an aisle.
    """

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
    exits: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    aisle_cm: Mapped[int] = mapped_column(default=200)

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
    """A booth on the published plan. Whether it is free is a matter of its bookings, which this feature does not know."""

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


class PlanDraft(Record):
    """What is being changed on the plan of a hall, beside the published plan (the booths, the hall's doors and columns).

    ``booths`` maps keys to booths: the id of a published booth, or ``n…`` for a new one. None of the four: as published.
    ``revision`` counts every change, so that nobody overwrites what a colleague did meanwhile. ``backdrop`` says how the picture
    lies under the plan: ``{x, y, mm, opacity, w, h}``, with ``mm`` for the millimetres of one of its w × h pixels.
    """

    __tablename__ = "plan_drafts"
    __table_args__ = (UniqueConstraint("hall_id"),)

    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    revision: Mapped[int] = mapped_column(default=0)
    booths: Mapped[dict[str, dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    doors: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    columns: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    exits: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    changed_by: Mapped[str] = mapped_column(String(250), default="")
    backdrop_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    backdrop: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    picture: Mapped[StoredFile | None] = relationship()


class PlanStep(Record):
    """One change of a draft, to be taken back: ``changes`` are ``{key, before, after}``."""

    __tablename__ = "plan_steps"
    __table_args__ = (Index("ix_plan_steps_draft", "draft_id", "is_undone", "id"),)

    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_drafts.id"))
    is_undone: Mapped[bool] = mapped_column(default=False)
    label: Mapped[str] = mapped_column(String(40))
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class PlanVersion(Record):
    """A plan of a hall as it was published; ``created_at`` is when. ``difference`` is what changed by it, booth by booth, ``room``
    which of doors, columns and exits.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("hall_id", "number"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    number: Mapped[int]
    published_by: Mapped[str] = mapped_column(String(250))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    difference: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    room: Mapped[list[str]] = mapped_column(JSON, default=list)

    hall: Mapped[Hall] = relationship()


class PlanImport(Record):
    """A sheet of booths that was handed in and looked at, but not yet taken into the drafts. Kept for a day at most.

    ``rows`` are (number in the sheet, cells); ``problems`` those of reading it: (row, head, message).
    """

    __tablename__ = "plan_imports"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    replaces: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
    problems: Mapped[list[list[Any]]] = mapped_column(JSON)
