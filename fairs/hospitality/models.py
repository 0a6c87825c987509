"""Flights of guests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.core.storage import StoredFile
from fairs.hospitality.states import FLIGHT_TRANSITIONS, Direction, FlightState
from fairs.importers.models import Importer


class Flight(HasState, Record):
    """One leg into or out of Viet Nam: the last one of the journey to the fair, the first one of the journey home.

    One live flight of a guest in each direction. Airports are IATA codes; times are moments, shown in the airport's time zone.
    """

    __tablename__ = "flights"
    __table_args__ = (
        Index("ix_flights_fair_direction", "fair_id", "direction", "state", "arrives_at"),
        Index("ix_flights_importer", "importer_id", "direction"),
    )
    TRANSITIONS = FLIGHT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"))
    direction: Mapped[Direction] = mapped_column(StateType(Direction))
    state: Mapped[FlightState] = mapped_column(StateType(FlightState), default=FlightState.PLANNED)
    number: Mapped[str] = mapped_column(String(10))  # VN310
    from_airport: Mapped[str] = mapped_column(String(3))
    to_airport: Mapped[str] = mapped_column(String(3))
    departs_at: Mapped[datetime] = mapped_column(UTCDateTime)
    arrives_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ticket_number: Mapped[str] = mapped_column(String(20), default="", index=True)
    boarding_pass_id: Mapped[int | None] = mapped_column(ForeignKey("stored_files.id"))
    note: Mapped[str] = mapped_column(String(400), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    importer: Mapped[Importer] = relationship()
    boarding_pass: Mapped[StoredFile | None] = relationship()
