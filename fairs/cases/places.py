"""What somebody types on a phone, understood: a booth, a gate, an exhibitor, a badge; what is not understood stays as text."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from fairs.badges.models import Badge
from fairs.badges.queries import find_by_codes
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.checkin.models import Gate
from fairs.core.db import db
from fairs.core.text import fold, one_line
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth

_LONGEST_PLACE, _LONGEST_NAME = 120, 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a booth or a gate of the fair, else the words."""

    booth_id: int | None = None
    gate_id: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom: an exhibitor of the fair or the wearer of a badge, else the words."""

    exhibitor_id: int | None = None
    badge_id: int | None = None
    text: str = ""


def place_of(fair_id: int, typed: str) -> Place:
    """The booth or gate that was typed (``A017`` is booth A-017); other words are kept."""
    text = one_line(typed)[:_LONGEST_PLACE]
    if not text:
        return Place()
    booth = _booth(fair_id, text)
    if booth is not None:
        return Place(booth_id=booth)
    wanted = fold(text)
    gates = db.session.scalars(select(Gate).where(Gate.fair_id == fair_id))
    found = [gate.id for gate in gates if wanted in {fold(gate.code), fold(gate.name_vi), fold(gate.name_en)}]
    return Place(gate_id=found[0]) if len(found) == 1 else Place(text=text)


def _booth(fair_id: int, text: str) -> int | None:
    short = text.upper().replace("-", "").replace(" ", "")[:10]
    if not short:
        return None
    found = db.session.scalars(
        select(Booth.id).where(Booth.fair_id == fair_id, func.replace(Booth.code, "-", "") == short).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def concerned_of(fair_id: int, typed: str) -> Concerned:
    """The exhibitor (by booth, reference or name) or the badge (scanned, or by its reference) that was typed; else the words."""
    text = typed.strip()
    if not text:
        return Concerned()
    badge_id = _badge(fair_id, text)
    if badge_id is not None:
        return Concerned(badge_id=badge_id)
    text = one_line(text)[:_LONGEST_NAME]
    booth_id = _booth(fair_id, text)
    exhibitor_id = exhibitor_at(booth_id) if booth_id is not None else _exhibitor(fair_id, text)
    return Concerned(exhibitor_id=exhibitor_id) if exhibitor_id is not None else Concerned(text=text)


def _badge(fair_id: int, text: str) -> int | None:
    scanned = find_by_codes([text]).get(text)
    if scanned is not None and scanned.fair_id == fair_id:
        return scanned.id
    if "-P-" not in text.upper():
        return None
    return db.session.scalar(select(Badge.id).where(Badge.fair_id == fair_id, Badge.reference == text.upper()[:20]))


def _exhibitor(fair_id: int, text: str) -> int | None:
    folded = fold(text)
    found = db.session.scalars(
        select(Exhibitor.id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(
            Exhibitor.fair_id == fair_id, Exhibitor.state != ExhibitorState.DRAFT,
            or_(Exhibitor.reference == text.upper(), Company.folded.contains(folded, autoescape=True)),
        )
        .limit(2)
    ).all()  # fmt: skip
    return found[0] if len(found) == 1 else None


def exhibitor_at(booth_id: int) -> int | None:
    """Whose booth it is by a confirmed booking."""
    return db.session.scalar(
        select(BoothBooking.exhibitor_id).where(
            BoothBooking.booth_id == booth_id, BoothBooking.state == BookingState.CONFIRMED
        )
    )


def exhibitor_for_notice(exhibitor_id: int) -> Exhibitor:
    """The exhibitor with the company, to write to."""
    query = select(Exhibitor).where(Exhibitor.id == exhibitor_id).options(joinedload(Exhibitor.company))
    return db.session.scalars(query).one()
