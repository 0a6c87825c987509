"""Visitors registered by name: trade visitors, press, guests. Public visitors are counted without names."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Person
from fairs.printing.models import PrintStation
from fairs.questions.models import AnsweredColumns, AskedColumns
from fairs.visitors.states import TRANSITIONS, VisitorState


class VisitorGroup(Record):
    """People who come together: one list, many badges, one leader who gets and hands out all of them.

    The leader need not be one of the visitors: a secretary may register a delegation.
    """

    __tablename__ = "visitor_groups"
    __table_args__ = (Index("ix_visitor_groups_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-M-0001
    name: Mapped[str] = mapped_column(String(250))
    folded: Mapped[str] = mapped_column(String(500), index=True)  # name and leader, for the search
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    leader_name: Mapped[str] = mapped_column(Personal("name", 200))
    leader_email: Mapped[str] = mapped_column(Personal("email", 255), default="", index=True)
    leader_phone: Mapped[str] = mapped_column(Personal("number", 30), default="")
    country: Mapped[str] = mapped_column(String(2), default="VN")
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    source: Mapped[str] = mapped_column(String(20), default="web")
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    people: Mapped[int] = query_expression()  # how many are on it; only the list of groups asks

    fair: Mapped[Fair] = relationship()


class VisitorKiosk(Record):
    """A tablet at the entrance where visitors register themselves; whoever has its link can use it until it is revoked."""

    __tablename__ = "visitor_kiosks"
    __table_args__ = (Index("ix_visitor_kiosks_fair", "fair_id", "id"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    name: Mapped[str] = mapped_column(String(120))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("print_stations.id"))  # the printer beside it
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when somebody registered there last

    fair: Mapped[Fair] = relationship()
    station: Mapped[PrintStation | None] = relationship()


class Visitor(HasState, Record):
    """A person registered to visit a fair in a category; registering gives the badge at once, save to press.

    Press shows who they are (``press_card``, a number, or the card as a file) and waits for the organiser's word.
    """

    __tablename__ = "visitors"
    __table_args__ = (
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_visitors_fair_id_id", "fair_id", "id"),
        Index("ix_visitors_fair_category", "fair_id", "category", "id"),
        Index("ix_visitors_fair_state", "fair_id", "state", "created_at"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-V-00001
    category: Mapped[BadgeCategory] = mapped_column(StateType(BadgeCategory))
    state: Mapped[VisitorState] = mapped_column(StateType(VisitorState), default=VisitorState.REGISTERED)
    source: Mapped[str] = mapped_column(String(20), default="web")
    badge_id: Mapped[int | None] = mapped_column(ForeignKey("badges.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visitor_groups.id"), index=True)
    kiosk_id: Mapped[int | None] = mapped_column(ForeignKey("visitor_kiosks.id"), index=True)
    press_card: Mapped[str] = mapped_column(String(60), default="")
    press_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_note: Mapped[str] = mapped_column(String(400), default="")

    fair: Mapped[Fair] = relationship()
    group: Mapped[VisitorGroup | None] = relationship()
    press_file: Mapped[StoredFile | None] = relationship()
    person: Mapped[Person] = relationship()
    company: Mapped[Company | None] = relationship()
    badge: Mapped[Badge | None] = relationship()

    @property
    def person_folded(self) -> str:
        """For lists in the order of people's names."""
        return self.person.folded

    @property
    def short_number(self) -> str:
        """The number to say at the desk: the end of the reference, at least three digits, ``412``."""
        return self.reference.rsplit("-", 1)[-1].lstrip("0").zfill(3)


class VisitorQuestion(AskedColumns, Record):
    """A question that the fair asks its visitors; ``track`` is the category that is asked, empty: everybody."""

    __tablename__ = "visitor_questions"
    __table_args__ = (Index("ix_visitor_questions_fair", "fair_id", "position", "id"),)


class VisitorAnswer(AnsweredColumns, Record):
    """What a visitor answered."""

    __tablename__ = "visitor_answers"
    __table_args__ = (UniqueConstraint("visitor_id", "question_id"),)

    visitor_id: Mapped[int] = mapped_column(ForeignKey("visitors.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("visitor_questions.id"), index=True)

    question: Mapped[VisitorQuestion] = relationship()


class PublicCount(Record):
    """People who came in by a gate within an hour, counted without names; ``method`` says how, and how exact it is.

    ``hour`` is the hour it began, 0 to 23, by the fair's clock. Re-entries are in it: a counter knows no faces.
    """

    __tablename__ = "public_counts"
    __table_args__ = (
        UniqueConstraint("fair_id", "gate_id", "day", "hour"),
        CheckConstraint("entries >= 0", name="entries"),
    )

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gates.id"), index=True)
    day: Mapped[date]
    hour: Mapped[int]
    entries: Mapped[int]
    method: Mapped[str] = mapped_column(String(300), default="")
