"""Companies and people across fairs and years: the register that the plan's item 7e asks for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from fairs.core.clock import now
from fairs.core.db import Record, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.core.text import clean, fold


class ProductGroup(Record):
    """A group of craft products with its HS headings (``domain/product-groups.csv``)."""

    __tablename__ = "product_groups"

    code: Mapped[str] = mapped_column(String(10), unique=True)
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    hs_headings: Mapped[str] = mapped_column(String(200), default="")
    zone: Mapped[str] = mapped_column(String(5), default="")


class CraftVillage(Record):
    """A craft village with its addresses of 2020 and since 1 July 2025 (``domain/craft-villages-hanoi.csv``)."""

    __tablename__ = "craft_villages"

    name: Mapped[str] = mapped_column(String(120), unique=True)
    craft_vi: Mapped[str] = mapped_column(String(120))
    craft_en: Mapped[str] = mapped_column(String(120))
    group_code: Mapped[str] = mapped_column(String(10))
    commune_2020: Mapped[str] = mapped_column(String(120))
    district_2020: Mapped[str] = mapped_column(String(120))
    commune_2025: Mapped[str] = mapped_column(String(120))


class Company(Record):
    """A business, domestic or foreign. Nationality is the address on the contract (UFI definition).

    ``folded`` holds all names for search without accents. A household has no tax code until 2025 rules give one.
    """

    __tablename__ = "companies"
    __table_args__ = (Index("ix_companies_country", "country", "id"),)

    name: Mapped[str] = mapped_column(String(250))
    name_en: Mapped[str] = mapped_column(String(250), default="")
    country: Mapped[str] = mapped_column(String(2))
    tax_code: Mapped[str | None] = mapped_column(String(20), unique=True)
    address: Mapped[str] = mapped_column(String(400), default="")
    commune: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(Personal("number", 30), default="", index=True)
    email: Mapped[str] = mapped_column(Personal("email", 255), default="", index=True)
    website: Mapped[str] = mapped_column(String(255), default="")
    description_vi: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    group_codes: Mapped[str] = mapped_column(String(120), default="")
    village_id: Mapped[int | None] = mapped_column(ForeignKey("craft_villages.id"), index=True)
    is_craft: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str] = mapped_column(String(600), default="", index=True)

    village: Mapped[CraftVillage | None] = relationship()
    members: Mapped[list[Membership]] = relationship(back_populates="company")

    @validates("name", "name_en")
    def _fold(self, key: str, value: str) -> str:
        value = clean(value)
        names = {"name": self.name or "", "name_en": self.name_en or "", key: value}
        self.folded = fold(f"{names['name']} {names['name_en']}")[:600]
        return value

    @property
    def is_domestic(self) -> bool:
        """Whether its contract address is in Viet Nam."""
        return self.country == "VN"

    @property
    def groups(self) -> list[str]:
        """Codes of its product groups."""
        return [code for code in self.group_codes.split("|") if code]


class Person(Record):
    """A person. Native, passport (Latin) and badge names are kept apart."""

    __tablename__ = "people"

    native_name: Mapped[str] = mapped_column(Personal("name", 200))
    passport_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    badge_name: Mapped[str] = mapped_column(Personal("name", 200), default="")
    name_language: Mapped[str] = mapped_column(String(12), default="")
    email: Mapped[str] = mapped_column(Personal("email", 255), default="", index=True)
    phone: Mapped[str] = mapped_column(Personal("number", 30), default="", index=True)
    country: Mapped[str] = mapped_column(String(2), default="VN")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    folded: Mapped[str] = mapped_column(String(600), default="", index=True)
    locale: Mapped[str] = mapped_column(String(5), default="vi")

    company: Mapped[Company | None] = relationship()

    @validates("native_name", "passport_name", "badge_name")
    def _fold(self, key: str, value: str) -> str:
        value = clean(value)
        names = {"native_name": self.native_name or "", "passport_name": self.passport_name or ""}
        names[key] = value
        self.folded = fold(" ".join(names.values()))[:600]
        return value

    @property
    def display_name(self) -> str:
        """The name as shown: badge name when given, else the native one."""
        return self.badge_name or self.native_name


class Product(Record):
    """Something that a company makes: one record for its profile, the public catalogue, wish lists and contract lines.

    ``hs_code`` has four or six digits ("6912" or "6912.00"). The price is a span in ``currency`` for one ``unit``
    (UN/ECE code as in contracts) under ``incoterm``, where they are given. ``position`` counts from 1 within the company.
    """

    __tablename__ = "products"
    __table_args__ = (
        Index("ix_products_company", "company_id", "position", "id"),
        Index("ix_products_shown", "is_public", "position", "id"),
        Index("ix_products_group", "group_code", "is_public"),
        Index("ix_products_village", "village_id", "is_public"),
        CheckConstraint("price_max_minor IS NULL OR price_max_minor >= price_min_minor", name="price"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    description_vi: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    group_code: Mapped[str] = mapped_column(String(10))
    hs_code: Mapped[str] = mapped_column(String(10), default="")
    village_id: Mapped[int | None] = mapped_column(ForeignKey("craft_villages.id"))
    unit: Mapped[str] = mapped_column(String(5), default="PCE")
    minimum_order: Mapped[int | None]  # units
    capacity_month: Mapped[int | None]  # units a month
    price_min_minor: Mapped[int | None] = mapped_column(BigInteger)
    price_max_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    incoterm: Mapped[str] = mapped_column(String(3), default="")
    certificates: Mapped[str] = mapped_column(String(400), default="")
    is_public: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=1)
    folded: Mapped[str] = mapped_column(String(600), default="", index=True)

    company: Mapped[Company] = relationship()
    village: Mapped[CraftVillage | None] = relationship()
    photos: Mapped[list[ProductPhoto]] = relationship(
        back_populates="product", order_by="ProductPhoto.position, ProductPhoto.id", cascade="all, delete-orphan"
    )

    @validates("name_vi", "name_en")
    def _fold(self, key: str, value: str) -> str:
        value = clean(value)
        names = {"name_vi": self.name_vi or "", "name_en": self.name_en or "", key: value}
        self.folded = fold(f"{names['name_vi']} {names['name_en']}")[:600]
        return value

    @property
    def price_min(self) -> Money | None:
        """The lowest price of a unit."""
        return None if self.price_min_minor is None else Money(self.price_min_minor, self.currency)

    @property
    def price_max(self) -> Money | None:
        """The highest price of a unit; None where it has one price, or none at all."""
        return None if self.price_max_minor is None else Money(self.price_max_minor, self.currency)


class ProductPhoto(Record):
    """A photo of a product, made anew by us in two sizes; ``token`` is its part of the address."""

    __tablename__ = "product_photos"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    position: Mapped[int] = mapped_column(default=1)
    token: Mapped[str] = mapped_column(String(24), unique=True)
    large_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    thumb_id: Mapped[int] = mapped_column(ForeignKey("stored_files.id"))
    width: Mapped[int]
    height: Mapped[int]
    thumb_width: Mapped[int]
    thumb_height: Mapped[int]

    product: Mapped[Product] = relationship(back_populates="photos")
    large: Mapped[StoredFile] = relationship(foreign_keys=[large_id])
    thumb: Mapped[StoredFile] = relationship(foreign_keys=[thumb_id])


class Membership(Record):
    """A user who works for a company and may act for it."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id", "company_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    is_owner: Mapped[bool] = mapped_column(default=True)

    company: Mapped[Company] = relationship(back_populates="members")


class Invitation(Record):
    """An invitation of a colleague to act for a company; ``token_hash`` is of the link in the mail."""

    __tablename__ = "company_invitations"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    email: Mapped[str] = mapped_column(String(255), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    company: Mapped[Company] = relationship()

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.ended_at is None and self.expires_at > now()


class Consent(Record):
    """A consent given or withdrawn, with the text's version; silence is not consent (Law 91/2025/QH15)."""

    __tablename__ = "consents"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(30))
    text_version: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool]


class Filing(Record):
    """A public form that staff filed for somebody: where it came from, who typed it, the paper's scan, the slip.

    The slip's QR code carries the token, its PIN is told apart; both are kept hashed. ``subject_type`` and
    ``subject_id`` name the record that the slip opens.
    """

    __tablename__ = "filings"

    fair_id: Mapped[int | None] = mapped_column(ForeignKey("fairs.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(400), default="")
    typed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(128))
    failed_tries: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
