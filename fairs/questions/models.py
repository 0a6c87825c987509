"""Columns of a question that a fair asks, and of an answer to it; each feature that asks keeps tables of its own."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from fairs.core.db import ExactDecimal, UTCDateTime
from fairs.core.i18n import localized
from fairs.core.storage import StoredFile


class AskedColumns:
    """A question that a fair asks in a form of its own.

    ``kind``: text, lines, one, many, file, number or consent. ``track`` empty: asked of everybody. ``choices`` are
    ``{key, vi, en}``. One that has been answered is archived, not deleted.
    """

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(10))
    label_vi: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300), default="")
    help_vi: Mapped[str] = mapped_column(String(500), default="")
    help_en: Mapped[str] = mapped_column(String(500), default="")
    choices: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    least: Mapped[Decimal | None] = mapped_column(ExactDecimal(4))
    most: Mapped[Decimal | None] = mapped_column(ExactDecimal(4))
    unit: Mapped[str] = mapped_column(String(30), default="")
    is_required: Mapped[bool] = mapped_column(default=False)
    track: Mapped[str] = mapped_column(String(10), default="")
    position: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def label(self) -> str:
        """The question in the reader's language."""
        return localized(self, "label")

    @property
    def help(self) -> str:
        """The line below it in the reader's language."""
        return localized(self, "help")


class AnsweredColumns:
    """What somebody answers to a question, with the question as it was worded then."""

    kind: Mapped[str] = mapped_column(String(10))
    label_vi: Mapped[str] = mapped_column(String(300))
    label_en: Mapped[str] = mapped_column(String(300), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[Decimal | None] = mapped_column(ExactDecimal(4))
    unit: Mapped[str] = mapped_column(String(30), default="")
    chosen: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    agreed: Mapped[bool | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))

    @declared_attr
    def file(cls) -> Mapped[StoredFile | None]:
        """The file that was handed in."""
        return relationship()

    @property
    def label(self) -> str:
        """The question as it was answered, in the reader's language."""
        return localized(self, "label")


Asked = Any
"""A row with AskedColumns and an id: which table it stands in is the asking feature's affair."""
