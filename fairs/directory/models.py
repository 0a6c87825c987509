"""Companies and people across fairs and years: the register that the plan's item 7e asks for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from fairs.core.clock import now
from fairs.core.db import Record, UTCDateTime
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
    phone: Mapped[str] = mapped_column(String(30), default="", index=True)
    email: Mapped[str] = mapped_column(String(255), default="", index=True)
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

    native_name: Mapped[str] = mapped_column(String(200))
    passport_name: Mapped[str] = mapped_column(String(200), default="")
    badge_name: Mapped[str] = mapped_column(String(200), default="")
    name_language: Mapped[str] = mapped_column(String(12), default="")
    email: Mapped[str] = mapped_column(String(255), default="", index=True)
    phone: Mapped[str] = mapped_column(String(30), default="", index=True)
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
