"""Handing booths over and taking them back: a checklist, photos, a signature; the state shows on the plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from fairs.core.pictures import CONTENT_TYPE, drawn_signature, web_pictures
from fairs.core.storage import StoredFile, Upload, keep
from fairs.core.text import clean, one_line
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.sitework.models import Handover, HandoverPhoto, HandoverVisit
from fairs.sitework.states import HandoverState

#: What is looked at; raw space has only the first two.
POINTS = {
    "floor": _l("Floor, marking, size"), "clean": _l("Clean, nothing left behind"), "walls": _l("Walls and partitions"),
    "fascia": _l("Fascia board, spelling"), "lights": _l("Lights"), "socket": _l("Socket"), "table": _l("Table or counter"),
    "chairs": _l("Chairs"), "carpet": _l("Carpet"),
}  # fmt: skip
RAW_POINTS = ("floor", "clean")
MOST_PHOTOS = 6  # of one look


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """One look at a booth as typed on the phone.

    ``faults`` are ``{point: note}`` of what is not in order; ``signature`` is a drawing as a data address, or empty when it
    was signed on paper; ``token`` makes a form that is sent twice count once.
    """

    returns: bool
    token: str
    faults: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    signer: str = ""
    signature: str = ""
    photos: Sequence[Upload] = ()


def points_of(booth: Booth) -> dict[str, object]:
    """What is looked at in this booth."""
    is_raw = booth.type.code.startswith("RAW")
    return {key: label for key, label in POINTS.items() if not is_raw or key in RAW_POINTS}


def booking_at(booth: Booth) -> BoothBooking | None:
    """The confirmed booking whose booth is handed over."""
    return db.session.scalar(
        select(BoothBooking)
        .where(BoothBooking.booth_id == booth.id, BoothBooking.state == BookingState.CONFIRMED)
        .options(joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company))
    )


def handover_of(booth: Booth, exhibitor_id: int) -> Handover | None:
    """The booth's hand-over to this exhibitor, with all looks and their photos."""
    return db.session.scalar(
        select(Handover)
        .where(Handover.booth_id == booth.id, Handover.exhibitor_id == exhibitor_id)
        .options(selectinload(Handover.visits).selectinload(HandoverVisit.photos).joinedload(HandoverPhoto.thumb))
    )


def states_of(fair_id: int) -> dict[int, HandoverState]:
    """The state by booth, of those that their present exhibitor has taken over."""
    rows = db.session.execute(
        select(Handover.booth_id, Handover.state)
        .join(
            BoothBooking,
            (BoothBooking.booth_id == Handover.booth_id) & (BoothBooking.exhibitor_id == Handover.exhibitor_id),
        )
        .where(Handover.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED)
    )
    return {row.booth_id: row.state for row in rows}


def counts(fair_id: int) -> tuple[dict[HandoverState, int], int]:
    """How many booths are in each state, and how many confirmed ones are not handed over yet."""
    states = list(states_of(fair_id).values())
    confirmed = db.session.scalar(
        select(func.count())
        .select_from(BoothBooking)
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED)
    )
    return {state: states.count(state) for state in HandoverState}, (confirmed or 0) - len(states)


def record_visit(booth: Booth, draft: VisitDraft, *, by: Actor) -> Handover:
    """Hand a booth over, settle its defects, or take it back: the faults decide what came of it. Sent twice it counts once.

    A booth is handed over with a signer's name. Raises NotFound (no confirmed booking), InvalidInput (signer, unknown points,
    photos, signature), Conflict (taken back before it was handed over) and InvalidTransition.
    """
    faults = _faults(booth, draft.faults)
    signer = one_line(draft.signer)[:200]
    if len(draft.photos) > MOST_PHOTOS:
        raise InvalidInput(_l("At most %(n)s photos at a time.", n=MOST_PHOTOS), field="photos")
    pictures = [(one.name, *web_pictures(one, field="photos")) for one in draft.photos]
    drawing = drawn_signature(draft.signature)
    if not signer:
        raise InvalidInput(_l("Who took part for the exhibitor? Write the name."), field="signer")
    with transaction():
        db.session.get_one(Booth, booth.id, with_for_update=True, populate_existing=True)
        booking = booking_at(booth)
        if booking is None:
            raise NotFound
        row = handover_of(booth, booking.exhibitor_id)
        known = db.session.scalar(select(HandoverVisit).where(HandoverVisit.token == draft.token[:40]))
        if known is not None:
            if row is None or known.handover_id != row.id:
                raise Conflict
            return row
        target = _outcome(draft.returns, bool(faults))
        if row is None:
            if draft.returns:
                raise Conflict(_l("This booth was not handed over yet."))
            row = Handover(
                fair_id=booth.fair_id,
                booth_id=booth.id,
                exhibitor_id=booking.exhibitor_id,
                state=target,
                changed_at=now(),
            )
            db.session.add(row)
        elif row.state is not target:
            row.move_to(target)
            row.changed_at = now()
        elif row.state is HandoverState.RETURNED:
            raise InvalidTransition
        db.session.flush()
        visit = HandoverVisit(
            handover_id=row.id, token=draft.token[:40], outcome=target, checks=faults, note=clean(draft.note)[:2000],
            signer=signer, by_id=by.user_id, by_name=by.label[:250],
            signature_id=keep("signature.png", drawing, "image/png").id if drawing else None,
        )  # fmt: skip
        db.session.add(visit)
        db.session.flush()
        for name, large, thumb in pictures:
            db.session.add(HandoverPhoto(
                visit_id=visit.id, large_id=keep(name, large.content, CONTENT_TYPE).id,
                thumb_id=keep(name, thumb.content, CONTENT_TYPE).id, thumb_width=thumb.width, thumb_height=thumb.height,
            ))  # fmt: skip
        db.session.flush()
        after = {"booth": booth.code, "state": target, "faults": sorted(faults), "signer": signer}
        record("sitework.hand_over", row, by=by, after=after)
        db.session.refresh(row, ["visits"])
        return row


def _outcome(returns: bool, has_faults: bool) -> HandoverState:
    if returns:
        return HandoverState.DAMAGED if has_faults else HandoverState.RETURNED
    return HandoverState.DEFECTS if has_faults else HandoverState.HANDED_OVER


def _faults(booth: Booth, faults: Mapping[str, str]) -> dict[str, str]:
    if set(faults) - set(points_of(booth)):
        raise InvalidInput(_l("Please choose from the list."), field="points")
    return {key: one_line(note)[:300] for key, note in faults.items()}


def photo_file(fair_id: int, photo_id: int, size: str) -> StoredFile:
    """A photo of a look at a booth of this fair; raises NotFound."""
    photo = db.session.scalar(
        select(HandoverPhoto)
        .join(HandoverVisit, HandoverVisit.id == HandoverPhoto.visit_id)
        .join(Handover, Handover.id == HandoverVisit.handover_id)
        .where(Handover.fair_id == fair_id, HandoverPhoto.id == min(photo_id, 2**62))
        .options(joinedload(HandoverPhoto.large), joinedload(HandoverPhoto.thumb))
    )
    if photo is None or size not in {"large", "thumb"}:
        raise NotFound
    return photo.large if size == "large" else photo.thumb


def signature_file(fair_id: int, visit_id: int) -> StoredFile:
    """The drawing of a signature; raises NotFound."""
    visit = db.session.scalar(
        select(HandoverVisit)
        .join(Handover, Handover.id == HandoverVisit.handover_id)
        .where(Handover.fair_id == fair_id, HandoverVisit.id == min(visit_id, 2**62))
        .options(joinedload(HandoverVisit.signature))
    )
    if visit is None or visit.signature is None:
        raise NotFound
    return visit.signature


def confirmed_booths(fair_id: int, codes: Collection[str] = ()) -> Sequence[BoothBooking]:
    """The confirmed bookings of a fair by booth."""
    query = (
        select(BoothBooking)
        .join(BoothBooking.booth)
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED)
        .options(joinedload(BoothBooking.booth), joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company))
        .order_by(Booth.code)
    )
    if codes:
        query = query.where(Booth.code.in_(list(codes)))
    return db.session.scalars(query).all()
