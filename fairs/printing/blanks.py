"""Numbered blanks: printed before the fair, given out where a name cannot be printed, bound to a person by two scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.face import BadgeFace
from fairs.badges.faces import blank_faces
from fairs.badges.models import Badge
from fairs.badges.queries import badge_by_code
from fairs.badges.service import ReadyCode, in_force, ready_codes, replace_badge, signing_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.errors import FairCancelled
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.text import one_line
from fairs.printing.errors import BlankTaken, BlankVoid, UnknownBlank, WrongBlank
from fairs.printing.models import Blank, BlankBatch
from fairs.printing.queries import blank_by_code, blanks_of
from fairs.printing.states import BlankState

MOST_BLANKS = 2000  # of a batch: drawn while one waits
_HIGHEST = 999_999


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """A batch as typed. ``first_number`` None: after the highest there is."""

    category: BadgeCategory
    quantity: int
    first_number: int | None = None
    note: str = ""


def make_batch(fair: Fair, draft: BatchDraft, *, by: Actor) -> BlankBatch:
    """Numbered blanks with codes of the fair's key. Raises FairCancelled, InvalidInput naming ``quantity`` or ``first_number``."""
    if not 1 <= draft.quantity <= MOST_BLANKS:
        raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=MOST_BLANKS), field="quantity")
    with transaction():
        key = signing_key(fair)  # locks the fair: two batches at once get different numbers
        if fair.is_cancelled:
            raise FairCancelled
        highest = db.session.scalar(select(func.max(Blank.number)).where(Blank.fair_id == fair.id)) or 0
        first = draft.first_number if draft.first_number is not None else highest + 1
        last = first + draft.quantity - 1
        if first < 1 or last > _HIGHEST:
            raise InvalidInput(_l("Numbers go from 1 to %(most)s.", most=_HIGHEST), field="first_number")
        used = select(Blank.number).where(Blank.fair_id == fair.id, Blank.number.between(first, last)).limit(1)
        if db.session.scalar(used) is not None:
            raise InvalidInput(
                _l("Some of these numbers are used. The next free one is %(n)s.", n=highest + 1), field="first_number"
            )
        batch = BlankBatch(
            fair_id=fair.id, category=draft.category, first_number=first, quantity=draft.quantity, key_id=key.id,
            note=one_line(draft.note)[:200],
        )  # fmt: skip
        db.session.add(batch)
        db.session.flush()
        db.session.add_all(
            Blank(
                fair_id=fair.id, batch_id=batch.id, number=first + n, state=BlankState.UNUSED, serial=code.serial,
                short_code=code.short_code, fingerprint=code.fingerprint,
            )
            for n, code in enumerate(ready_codes(key, draft.quantity))
        )  # fmt: skip
        db.session.flush()
        after = {"category": batch.category, "first": first, "last": last}
        record("printing.make_blanks", batch, by=by, after=after)
        return batch


def batch_faces(batch: BlankBatch) -> list[BadgeFace]:
    """What the usable blanks of a batch show, by number."""
    fair = db.session.get_one(Fair, batch.fair_id)
    rows = ((f"№ {one.number:06d}", one.serial, one.short_code) for one in blanks_of(batch, state=BlankState.UNUSED))
    return blank_faces(fair, batch.category, batch.key, rows)


def void_blanks(batch: BlankBatch, first: int, last: int, reason: str, *, by: Actor) -> int:
    """Take unused blanks out of use: lost, misprinted, left over. Gives back how many. Raises InvalidInput."""
    said = one_line(reason)[:200]
    if not said:
        raise InvalidInput(_l("Please fill this in."), field="reason")
    if not batch.first_number <= first <= last <= batch.last_number:
        raise InvalidInput(
            _l("Between %(least)s and %(most)s.", least=batch.first_number, most=batch.last_number), field="first"
        )
    with transaction():
        rows = db.session.scalars(
            select(Blank)
            .where(Blank.batch_id == batch.id, Blank.number.between(first, last), Blank.state == BlankState.UNUSED)
            .order_by(Blank.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            row.move_to(BlankState.VOID)
            row.void_reason = said
        if rows:
            after = {"first": first, "last": last, "count": len(rows), "reason": said}
            record("printing.void_blanks", batch, by=by, after=after)
        return len(rows)


def bind_blank(
    blank_code: str, badge_code: str, *, at: datetime | None = None, by: Actor, fair_id: int | None = None
) -> Badge:
    """Make a blank's code the code of a person's badge; gives back that badge. The two codes may come in either order.

    The person's badge is revoked at ``at`` and names the new one. Said again it changes nothing. Raises UnknownBlank, UnknownCode,
    OtherFair (also for a blank of another fair than ``fair_id``), BlankVoid, BlankTaken (with who has it), WrongBlank, Conflict.
    """
    blank = blank_by_code(blank_code)
    if blank is None:
        blank, badge_code = blank_by_code(badge_code), blank_code
    if blank is None:
        raise UnknownBlank
    if fair_id is not None and blank.fair_id != fair_id:
        raise OtherFair
    other = blank_by_code(badge_code)
    if other is not None and other.badge_id is None:
        raise UnknownCode(_l("Both codes are blanks. Scan the person's own badge or code as well."))
    with transaction():
        # The fair first, as issuing does; then the blank: of two desks the second finds it bound.
        fair = db.session.get_one(Fair, blank.fair_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(Blank, blank.id, with_for_update=MINE, populate_existing=True)
        old = in_force(badge_by_code(fair.id, badge_code))
        if row.state is BlankState.VOID:
            raise BlankVoid
        if row.badge_id is not None:
            return _bound_already(row, old)
        if fair.is_cancelled:
            raise FairCancelled
        if old.state is not BadgeState.ACTIVE:
            raise Conflict(_l("The badge of this person is revoked."))
        if row.batch.category is not old.category:
            raise WrongBlank(
                _l(
                    "This blank is for “%(blank)s”, the badge says “%(badge)s”.", blank=row.batch.category.label,
                    badge=old.category.label,
                )
            )  # fmt: skip
        moment = min(at, now()) if at is not None else now()
        code = ReadyCode(row.serial, row.short_code, row.fingerprint, row.batch.key_id)
        reason = str(_l("Replaced by blank %(number)s", number=f"{row.number:06d}"))
        new = replace_badge(old, reason, by=by, code=code, at=moment)
        new.printed_at = moment
        row.move_to(BlankState.BOUND)
        row.badge_id, row.bound_at = new.id, moment
        db.session.flush()
        record("printing.bind", row, by=by, after={"badge": new.reference, "number": row.number, "old": old.reference})
        return new


def _bound_already(row: Blank, asked: Badge) -> Badge:
    has = in_force(db.session.get_one(Badge, row.badge_id))
    if has.id == asked.id:
        return has
    raise BlankTaken(
        _l(
            "Blank %(number)s is bound to %(name)s (%(reference)s).", number=f"{row.number:06d}",
            name=has.person.display_name, reference=has.reference,
        )
    )  # fmt: skip
