"""Build-up permits and the gate out: a signed code that says nothing, judged by what is owed at the moment of the check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.badges.codes import BadCode, new_serial, short_code, sign, typed
from fairs.badges.errors import UnknownCode
from fairs.badges.queries import badge_by_signature
from fairs.badges.service import private_key, signing_key
from fairs.booths.queries import live_booking
from fairs.calendar.errors import FairCancelled
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import format_money
from fairs.core.sequences import next_reference
from fairs.core.text import clean, one_line
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.queries import booth_by_code
from fairs.sitework.errors import NotPaid
from fairs.sitework.models import BuildPermit, GateOut
from fairs.sitework.staff import follow_permit
from fairs.sitework.standing import Standing, standing_of
from fairs.sitework.states import PermitState

OPENS, CLOSES = time(7), time(22)  # of each day of build-up


@dataclass(frozen=True, slots=True)
class Slot:
    """Half a day of build-up."""

    key: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What the gate says of a code. ``reason`` is why not; ``permit`` is the one that was read."""

    permit: BuildPermit | None
    standing: Standing | None
    reason: object = ""

    @property
    def is_valid(self) -> bool:
        """Whether the vehicle may come in."""
        return self.permit is not None and not self.reason


def slots(fair: Fair) -> list[Slot]:
    """Half days from the first day of build-up to the evening before the opening; one at least."""
    found = []
    for day in fair.days_of_build_up or [fair.starts_on - timedelta(days=1)]:
        for begins, ends in ((OPENS, time(13)), (time(13), CLOSES)):
            start = fair.at(day, begins)
            found.append(Slot(f"{start:%Y%m%d%H}", start, fair.at(day, ends)))
    return found


def permit_of(exhibitor_id: int) -> BuildPermit | None:
    """The exhibitor's permit in force."""
    return db.session.scalar(
        select(BuildPermit)
        .where(BuildPermit.exhibitor_id == exhibitor_id, BuildPermit.state == PermitState.ISSUED)
        .options(joinedload(BuildPermit.key))
    )


def issue_permit(exhibitor: Exhibitor, *, slot: str, vehicles: str, by: Actor) -> BuildPermit:
    """The exhibitor's permit; a changed slot or vehicle keeps its code. Raises NotPaid, InvalidInput and FairCancelled."""
    with transaction():
        # The fair first, as booking does: signing locks it, and the other order could deadlock.
        fair = db.session.get_one(Fair, exhibitor.fair_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        if fair.is_cancelled:
            raise FairCancelled
        if not standing_of(row).is_clear:
            raise NotPaid
        chosen = next((one for one in slots(fair) if one.key == slot), None)
        if chosen is None:
            raise InvalidInput(_l("Please choose from the list."), field="slot")
        begins, ends = chosen.begins.astimezone(UTC), chosen.ends.astimezone(UTC)
        permit = permit_of(row.id)
        if permit is None:
            key = signing_key(fair)
            serial = new_serial(private_key(key))
            permit = BuildPermit(
                fair_id=fair.id, exhibitor_id=row.id, reference=next_reference(fair.code, "U"), state=PermitState.ISSUED,
                serial=serial, short_code=short_code(serial), key_id=key.id, slot_from=begins, slot_until=ends,
            )  # fmt: skip
            db.session.add(permit)
        permit.slot_from, permit.slot_until, permit.vehicles = begins, ends, one_line(vehicles)[:200]
        db.session.flush()
        after = {"slot": chosen.key, "vehicles": permit.vehicles}
        record("sitework.permit", permit, by=by, after=after)
        follow_permit(row.id, by=by)
        return permit


def code_of(permit: BuildPermit) -> str:
    """The text of the permit's QR code; signing is deterministic, so it need not be kept."""
    return sign(permit.serial, private_key(permit.key))


def revoke_permit(permit: BuildPermit, reason: str, *, by: Actor) -> None:
    """End a permit; one that has ended stays so."""
    with transaction():
        row = db.session.get_one(BuildPermit, permit.id, with_for_update=True, populate_existing=True)
        if row.state is PermitState.ISSUED:
            row.move_to(PermitState.REVOKED)
            row.revoked_at, row.revoke_reason = now(), reason[:200]
            record("sitework.revoke_permit", row, by=by, after={"reason": row.revoke_reason})
            db.session.flush()
            follow_permit(row.exhibitor_id, by=by)


def why_not(standing: Standing) -> object:
    """Why an exhibitor may not build up; empty when everything is confirmed and paid."""
    if not standing.bookings:
        return _l("The booth was given back.")
    if standing.owed:
        return _l("%(amount)s is still owed.", amount=amount_of(standing))
    return "" if standing.is_clear else _l("A booth is not confirmed yet.")


def amount_of(standing: Standing) -> str:
    """What is owed, in words of the reader."""
    return " + ".join(format_money(money) for money in standing.debts)


def check_code(fair: Fair, text: str) -> Checked:
    """What a scanned or typed code means at the gate now; never raises for a code that is not one."""
    permit = _permit_by_code(fair, text)
    if permit is None:
        return Checked(None, None, _l("This is no permit of this fair."))
    standing = standing_of(permit.exhibitor)
    if permit.state is PermitState.REVOKED:
        return Checked(permit, standing, permit.revoke_reason or _l("This permit was revoked."))
    if fair.is_cancelled:
        return Checked(permit, standing, _l("The fair is cancelled."))
    # Judged anew each time: no job need have run since the money went back or the booth was given up.
    return Checked(permit, standing, why_not(standing))


def _permit_by_code(fair: Fair, text: str) -> BuildPermit | None:
    query = select(BuildPermit).where(BuildPermit.fair_id == fair.id).options(
        joinedload(BuildPermit.exhibitor).joinedload(Exhibitor.company)
    )  # fmt: skip
    plain = text.strip()
    if not plain or len(plain) > 1000:
        return None
    found = db.session.scalar(query.where(BuildPermit.reference == plain.upper()[:20]))
    if found is not None or len(plain) <= 40:
        try:
            return found or db.session.scalar(query.where(BuildPermit.short_code == typed(plain)))
        except BadCode:
            return None
    try:
        return db.session.scalar(query.where(BuildPermit.serial == badge_by_signature(fair.id, plain)))
    except UnknownCode:
        return None


# --- the gate out ---------------------------------------------------------------------------------------------------


def leaving(fair: Fair, text: str) -> Exhibitor | None:
    """Whose goods these are: by a permit's code or reference, the code of a booth, or the exhibitor's reference."""
    permit = _permit_by_code(fair, text)
    if permit is not None:
        return permit.exhibitor
    plain = one_line(text).upper()
    exhibitor = db.session.scalar(
        select(Exhibitor)
        .where(Exhibitor.fair_id == fair.id, Exhibitor.reference == plain[:20])
        .options(joinedload(Exhibitor.company))
    )
    if exhibitor is not None:
        return exhibitor
    try:
        booking = live_booking(booth_by_code(fair.id, plain[:12]).id)
    except NotFound:
        return None
    return booking.exhibitor if booking is not None else None


def let_out(
    exhibitor: Exhibitor, *, vehicle: str, by: Actor, may_override: bool = False, override_reason: str = ""
) -> GateOut:
    """Record that goods leave. While money is owed only by a person who may, with a reason. Raises NotPaid, InvalidInput."""
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        standing = standing_of(row)
        owed = amount_of(standing)
        if owed and not may_override:
            raise NotPaid(_l("%(amount)s is still owed.", amount=owed))
        reason = clean(override_reason)[:400]
        if owed and not reason:
            raise InvalidInput(_l("Say why they may leave although money is owed."), field="reason")
        out = GateOut(
            fair_id=row.fair_id, exhibitor_id=row.id, vehicle=one_line(vehicle)[:40], owed=owed[:100],
            override_reason=reason if owed else "", by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(out)
        db.session.flush()
        action = "sitework.override_gate_out" if owed else "sitework.gate_out"
        record(action, out, by=by, after={"exhibitor": row.reference, "owed": owed, "reason": out.override_reason})
        return out


def last_outs(fair_id: int, limit: int = 20) -> Sequence[GateOut]:
    """Who left last."""
    return db.session.scalars(
        select(GateOut)
        .where(GateOut.fair_id == fair_id)
        .options(joinedload(GateOut.exhibitor).joinedload(Exhibitor.company))
        .order_by(GateOut.id.desc())
        .limit(limit)
    ).all()
