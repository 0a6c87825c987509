"""Letters, their texts in versions, who signs them, and who asks for one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.directory.models import Person
from fairs.importers.models import Importer
from fairs.letters.states import LETTER_TRANSITIONS, WISH_TRANSITIONS, LetterKind, LetterState, WishState

_IN_FORCE_SQL = text("state = 'issued'")


class LetterText(Record):
    """A version of the text of a kind of letter at a fair, in both languages. Never changed; the newest counts."""

    __tablename__ = "letter_texts"
    __table_args__ = (UniqueConstraint("fair_id", "kind", "version"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[LetterKind] = mapped_column(StateType(LetterKind))
    version: Mapped[int]
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)  # LetterTexts by language, and the symbol
    origin: Mapped[str] = mapped_column(String(60), default="")  # the version it repeats: "GS25 3"; empty: written here
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")


class Signatory(Record):
    """Somebody who signs letters of a fair, with the title in both languages (one line each) and, maybe, the signature."""

    __tablename__ = "signatories"
    __table_args__ = (Index("ix_signatories_fair", "fair_id", "position"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    picture: Mapped[StoredFile | None] = relationship()


class Letter(HasState, Record):
    """A letter as it was issued. Its PDF is drawn from what is kept here whenever it is asked for, the same each time.

    ``sealed`` (``core.crypto``) holds what the passport says and the code of the check; it is removed with the passport.
    ``code_hash`` finds the letter by the code. ``facts`` is what the text speaks of besides, as it was on that day.
    ``serial`` counts by kind and year without gaps; ``number`` is it with the symbol.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        Index(
            "uq_letters_in_force", "importer_id", "kind", unique=True, sqlite_where=_IN_FORCE_SQL,
            postgresql_where=_IN_FORCE_SQL,
        ),
        Index("ix_letters_fair_state", "fair_id", "state", "valid_until"),
        Index("ix_letters_fair_outdated", "fair_id", "state", "outdated_at"),
        Index("ix_letters_fair_kind", "fair_id", "kind", "id"),
        Index("ix_letters_fair_country", "fair_id", "country", "id"),
        Index("ix_letters_number", "number"),
    )  # fmt: skip
    TRANSITIONS = LETTER_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[LetterKind] = mapped_column(StateType(LetterKind))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-L-0001
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(60))  # 123/TM-SCT
    state: Mapped[LetterState] = mapped_column(StateType(LetterState), default=LetterState.ISSUED)
    issued_on: Mapped[date]
    valid_until: Mapped[date]
    stay_from: Mapped[date]
    stay_to: Mapped[date]
    name: Mapped[str] = mapped_column(Personal("name", 200))  # as in the passport on that day
    country: Mapped[str] = mapped_column(String(2))  # of the company
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("letter_texts.id"))
    signer_name: Mapped[str] = mapped_column(String(200))
    signer_title_vi: Mapped[str] = mapped_column(String(200))
    signer_title_en: Mapped[str] = mapped_column(String(200))
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"), index=True)
    outdated_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # the fair moved: it says other days or another place
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(400), default="")  # why it was replaced or revoked
    by_name: Mapped[str] = mapped_column(String(250), default="")

    fair: Mapped[Fair] = relationship()
    importer: Mapped[Importer] = relationship()
    person: Mapped[Person] = relationship()
    text: Mapped[LetterText] = relationship()
    signature: Mapped[StoredFile | None] = relationship()
    replaced_by: Mapped[Letter | None] = relationship(remote_side="Letter.id")

    @property
    def is_removed(self) -> bool:
        """Whether what the passport says was removed: the letter cannot be drawn any more."""
        return self.sealed is None


class LetterWish(HasState, Record):
    """An importer asks for a letter on their own page. One for each importer."""

    __tablename__ = "letter_wishes"
    __table_args__ = (Index("ix_letter_wishes_fair_state", "fair_id", "state", "asked_at"),)
    TRANSITIONS = WISH_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"), unique=True)
    kind: Mapped[LetterKind] = mapped_column(StateType(LetterKind), default=LetterKind.VISA)
    state: Mapped[WishState] = mapped_column(StateType(WishState), default=WishState.OPEN)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    embassy: Mapped[str] = mapped_column(String(200), default="")  # where the visa will be applied for
    reason: Mapped[str] = mapped_column(String(400), default="")  # why there is no letter

    importer: Mapped[Importer] = relationship()
