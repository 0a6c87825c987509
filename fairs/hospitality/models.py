"""Flights of guests, the vehicles that fetch them, and what was printed for the drivers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.calendar.models import Fair
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.masking import Personal
from fairs.core.states import HasState
from fairs.hospitality.states import (
    FLIGHT_TRANSITIONS,
    RUN_TRANSITIONS,
    SEAT_TRANSITIONS,
    Direction,
    FlightState,
    RunKind,
    RunState,
    SeatState,
)
from fairs.importers.models import Importer

_LIVE = text("state <> 'cancelled'")
_ONE_WAY = text("state <> 'dropped' AND kind <> 'shuttle'")
_ON_RUN = text("state <> 'dropped' AND run_id IS NOT NULL")


class Flight(HasState, Record):
    """One leg into or out of Viet Nam: the last one of the journey to the fair, the first one of the journey home.

    One live flight of a guest in each direction. Airports are IATA codes; times are moments, shown in the airport's time zone.
    """

    __tablename__ = "flights"
    __table_args__ = (
        Index("ix_flights_fair_direction", "fair_id", "direction", "state", "arrives_at"),
        Index("ix_flights_fair_departs", "fair_id", "direction", "departs_at"),
        Index("ix_flights_number", "fair_id", "number"),
        Index("ix_flights_importer", "importer_id", "direction"),
        Index("uq_flights_live", "importer_id", "direction", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
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
    note: Mapped[str] = mapped_column(String(400), default="")
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    importer: Mapped[Importer] = relationship()

    @property
    def at_fair(self) -> datetime:
        """When it lands at the fair's place, or takes off there."""
        return self.arrives_at if self.direction is Direction.ARRIVAL else self.departs_at

    @property
    def airport(self) -> str:
        """The airport at the fair's place."""
        return self.to_airport if self.direction is Direction.ARRIVAL else self.from_airport

    @property
    def away(self) -> str:
        """The airport at the other end."""
        return self.from_airport if self.direction is Direction.ARRIVAL else self.to_airport


class TransferRun(HasState, Record):
    """One drive of one vehicle with its driver. ``airport`` is the IATA code for drives from and to an airport.

    ``link_hash`` is that of the driver's link, which lives until ``LINK_LIVES`` after ``leaves_at``. ``changed_at`` is the
    last change that the driver's list shows; ``printed_at`` that of the last version of the list.
    """

    __tablename__ = "transfer_runs"
    __table_args__ = (
        Index("ix_transfer_runs_fair", "fair_id", "state", "leaves_at"),
        Index("ix_transfer_runs_fit", "fair_id", "kind", "airport", "leaves_at"),
        CheckConstraint("capacity > 0", name="capacity"),
    )
    TRANSITIONS = RUN_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    reference: Mapped[str] = mapped_column(String(20), unique=True)  # GS26-T-0001
    kind: Mapped[RunKind] = mapped_column(StateType(RunKind))
    state: Mapped[RunState] = mapped_column(StateType(RunState), default=RunState.PLANNED)
    airport: Mapped[str] = mapped_column(String(3), default="")
    from_place: Mapped[str] = mapped_column(String(150), default="")
    to_place: Mapped[str] = mapped_column(String(150), default="")
    meeting_point: Mapped[str] = mapped_column(String(200), default="")
    leaves_at: Mapped[datetime] = mapped_column(UTCDateTime)
    capacity: Mapped[int] = mapped_column(default=16)
    vehicle: Mapped[str] = mapped_column(String(80), default="")
    plate: Mapped[str] = mapped_column(String(20), default="")
    driver_name: Mapped[str] = mapped_column(Personal("name", 120), default="")
    driver_phone: Mapped[str] = mapped_column(Personal("number", 30), default="")
    coordinator_phone: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    printed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    fair: Mapped[Fair] = relationship()


class TransferSeat(HasState, Record):
    """A guest who is driven: with a place in a run, or still without one. One each way; shuttles as many as wanted."""

    __tablename__ = "transfer_seats"
    __table_args__ = (
        Index("ix_transfer_seats_fair", "fair_id", "state", "kind"),
        Index("ix_transfer_seats_run", "run_id", "state"),
        Index("ix_transfer_seats_importer", "importer_id", "kind"),
        Index("uq_transfer_seats_way", "importer_id", "kind", unique=True, sqlite_where=_ONE_WAY, postgresql_where=_ONE_WAY),
        Index("uq_transfer_seats_run", "run_id", "importer_id", unique=True, sqlite_where=_ON_RUN, postgresql_where=_ON_RUN),
    )  # fmt: skip
    TRANSITIONS = SEAT_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    importer_id: Mapped[int] = mapped_column(ForeignKey("importers.id"))
    kind: Mapped[RunKind] = mapped_column(StateType(RunKind))
    state: Mapped[SeatState] = mapped_column(StateType(SeatState), default=SeatState.NEEDS_PLACE)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("transfer_runs.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when met, called or not found
    marked_by: Mapped[str] = mapped_column(String(250), default="")

    importer: Mapped[Importer] = relationship()
    run: Mapped[TransferRun | None] = relationship()


class ManifestVersion(Record):
    """The list of a run as it was given out: on paper (``print``) or confirmed by the driver on the phone (``driver``).

    ``head`` and ``rows`` are those of the list at that moment, so that the next one can say what is new, changed or gone.
    """

    __tablename__ = "manifest_versions"
    __table_args__ = (UniqueConstraint("run_id", "number"), Index("ix_manifest_versions_run", "run_id", "id"))

    run_id: Mapped[int] = mapped_column(ForeignKey("transfer_runs.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10), default="print")
    head: Mapped[dict[str, Any]] = mapped_column(JSON)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")

    run: Mapped[TransferRun] = relationship()
