"""Asking for payments step by step, each once; calls and releases are a person's. The invoice is locked before its steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.booths.notices import reader_locale
from fairs.booths.rows import kept_fair
from fairs.booths.service import cancel_booking
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean
from fairs.dunning.errors import DecidedMeanwhile, NotOverdue
from fairs.dunning.letters import send_letter
from fairs.dunning.models import DunningStep, DunningTerms
from fairs.dunning.queries import Asked, asked_of, asked_of_invoice, can_release, is_unpaid, schedule_of
from fairs.dunning.schedule import Schedule
from fairs.dunning.states import CALL_OUTCOMES, Outcome, StepKind, StepState
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import Direction, NoteKind
from fairs.payments.models import Instalment, Invoice


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What came of a call; ``until`` is the day promised, or the one to try again."""

    outcome: Outcome
    note: str = ""
    until: date | None = None


def run_due(fair: Fair, config: Config) -> int:
    """Take every step that is due at a fair today; gives how many were taken.

    Each is a transaction of its own, letter and all: whoever stops in the middle loses nothing, the next run goes on, and
    a second run at the same time finds the step taken.
    """
    _tidy(fair)
    due = db.session.scalars(
        select(Instalment)
        .join(Invoice, Invoice.id == Instalment.invoice_id)
        .where(Invoice.fair_id == fair.id, is_unpaid())
        .order_by(Instalment.id)
    ).all()
    ready = [
        asked.part.instalment.id
        for asked in asked_of(fair, due)
        if asked.next is not None and asked.next.day <= fair.today
    ]
    taken = sum(take_step(instalment_id, config) for instalment_id in ready)
    if schedule_of(fair.id).auto_release:
        _release_by_itself(fair)
    return taken


def _locked(instalment_id: int) -> tuple[Fair, Asked]:
    """What is owed on an instalment now, its invoice locked. Inside transaction()."""
    instalment = db.session.get_one(Instalment, instalment_id)
    invoice = db.session.get_one(Invoice, instalment.invoice_id, with_for_update=MINE, populate_existing=True)
    db.session.refresh(invoice, ["instalments"])
    for part in invoice.instalments:
        db.session.refresh(part)
    fair = db.session.get_one(Fair, invoice.fair_id)
    return fair, next(one for one in asked_of_invoice(fair, invoice) if one.part.instalment.id == instalment_id)


def take_step(instalment_id: int, config: Config) -> bool:
    """Take the step of an instalment that is due today, if there is one; a letter goes with it in the same transaction."""
    with transaction():
        fair, asked = _locked(instalment_id)
        coming = asked.next
        if coming is None or coming.day > fair.today or not _is_owed(asked):
            return False
        step = next((one for one in asked.steps if one.step is coming.step), None)
        if step is None:
            step = DunningStep(
                fair_id=fair.id, invoice_id=asked.invoice.id, instalment_id=instalment_id, step=coming.step,
                state=StepState.OPEN, due_on=asked.part.instalment.due_on, open_minor=0, currency=asked.part.open.currency,
                begun_on=fair.today,
            )  # fmt: skip
            db.session.add(step)
        else:
            step.move_to(StepState.OPEN)
            step.outcome, step.pause_until, step.done_on = None, None, None
        step.due_on, step.open_minor = asked.part.instalment.due_on, asked.part.open.amount_minor
        if coming.step.is_mail:
            step.message_id = send_letter(fair, asked, coming.step, config)
            step.move_to(StepState.DONE)
            step.done_on = fair.today
        db.session.flush()
        after = {"invoice": asked.invoice.number, "step": coming.step, "open": asked.part.open}
        record("dunning.step", step, by=SYSTEM, after=after)
        return True


def _is_owed(asked: Asked) -> bool:
    return bool(asked.part.open) and asked.invoice.open_amount.amount_minor > 0


def _tidy(fair: Fair) -> None:
    """Settle what waits for a person in vain: the money came, the day moved, the booking is confirmed."""
    waiting = select(DunningStep.instalment_id).where(
        DunningStep.fair_id == fair.id, DunningStep.state == StepState.OPEN
    )
    for instalment_id in db.session.scalars(waiting.order_by(DunningStep.id)).all():
        with transaction():
            now_at, asked = _locked(instalment_id)
            for step in asked.steps:
                if step.state is StepState.OPEN and not _still_needed(now_at, asked, step):
                    lapse(step)


def _still_needed(fair: Fair, asked: Asked, step: DunningStep) -> bool:
    if not _is_owed(asked) or not asked.part.is_overdue:
        return False
    return step.step is not StepKind.RELEASE or can_release(fair, asked.part.instalment, asked.booking)


def lapse(step: DunningStep, *, by: Actor = SYSTEM) -> None:
    """A step that waits is not needed any more. Inside transaction()."""
    step.move_to(StepState.LAPSED)
    step.pause_until = None
    record("dunning.lapse", step, by=by)


def _release_by_itself(fair: Fair) -> None:
    """The fair's switch is on: booths go, but never without a reminder or warning that was sent."""
    waiting = select(DunningStep).where(
        DunningStep.fair_id == fair.id, DunningStep.state == StepState.OPEN, DunningStep.step == StepKind.RELEASE
    )
    for step in db.session.scalars(waiting.order_by(DunningStep.id)).all():
        sent = select(DunningStep.id).where(
            DunningStep.instalment_id == step.instalment_id, DunningStep.state == StepState.DONE,
            DunningStep.step.in_((StepKind.REMINDER, StepKind.WARNING)),
        )  # fmt: skip
        if db.session.scalar(sent.limit(1)) is None:
            continue
        if step.pause_until is not None and step.pause_until >= fair.today:
            continue
        try:
            release(step, reason="", by=SYSTEM)
        except (NotOverdue, DecidedMeanwhile):
            continue  # the next run tidies up


def _open_step(step: DunningStep, kind: StepKind) -> tuple[Fair, Asked, DunningStep]:
    fair, asked = _locked(step.instalment_id)
    row = db.session.get_one(DunningStep, step.id, with_for_update=True, populate_existing=True)
    if row.state is not StepState.OPEN or row.step is not kind:
        raise DecidedMeanwhile
    if not _still_needed(fair, asked, row):
        raise NotOverdue
    return fair, asked, row


def record_call(step: DunningStep, draft: CallDraft, *, by: Actor) -> DunningStep:
    """Keep what came of a call, as a note of the company too. A promise stops everything until its day is over; nobody
    reached: the call is to be tried again on ``until``, else tomorrow. Raises InvalidInput, DecidedMeanwhile, NotOverdue."""
    if draft.outcome not in CALL_OUTCOMES:
        raise InvalidInput(field="outcome")
    if draft.outcome is Outcome.PROMISED and draft.until is None:
        raise InvalidInput(_l("Write until which day the payment was promised."), field="until")
    with transaction():
        fair, asked, row = _open_step(step, StepKind.CALL)
        if draft.until is not None and draft.until < fair.today:
            raise InvalidInput(_l("This day has passed."), field="until")
        row.outcome, row.note = draft.outcome, clean(draft.note)[:400]
        row.by_id, row.by_name = by.user_id, by.label[:250]
        if draft.outcome is Outcome.NOT_REACHED:
            # It waits on; the last day on which it rests is the one before the next try.
            row.pause_until = draft.until - timedelta(days=1) if draft.until is not None else fair.today
        else:
            row.pause_until = draft.until if draft.outcome is Outcome.PROMISED else None
            row.move_to(StepState.DONE)
            row.done_on = fair.today
        record("dunning.call", row, by=by, after={"outcome": row.outcome, "until": draft.until, "note": row.note})
        said = [str(row.outcome.label), asked.invoice.number, row.note]
        text = " · ".join(part for part in said if part)
        note = NoteDraft(NoteKind.CALL, text, Direction.OUT, fair_id=fair.id)
        add_note(asked.invoice.company, note, by=by)
        return row


def defer(step: DunningStep, until: date, *, reason: str, by: Actor) -> DunningStep:
    """Do not release yet: the proposal comes again after ``until``. Raises InvalidInput, DecidedMeanwhile, NotOverdue."""
    if not clean(reason):
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        fair, _asked, row = _open_step(step, StepKind.RELEASE)
        if not fair.today <= until <= fair.ends_on:
            raise InvalidInput(_l("Choose a day from today to the end of the fair."), field="until")
        row.outcome, row.pause_until, row.note = Outcome.DEFERRED, until, clean(reason)[:400]
        row.by_id, row.by_name = by.user_id, by.label[:250]
        record("dunning.defer", row, by=by, after={"until": until, "reason": row.note})
        return row


def release(step: DunningStep, *, reason: str, by: Actor) -> DunningStep:
    """Release the booth whose deposit did not come: the booking ends, the invoice by its credit note, those who wait for a
    booth are served, the exhibitor is told. Raises InvalidInput, DecidedMeanwhile, NotOverdue (the money came)."""
    if not clean(reason) and by is not SYSTEM:
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        kept_fair(step.fair_id)
        fair, asked, row = _open_step(step, StepKind.RELEASE)
        assert asked.booking is not None  # noqa: S101  it is needed still, so there is one
        row.outcome = Outcome.RELEASED_BY_ITSELF if by is SYSTEM else Outcome.RELEASED
        row.move_to(StepState.DONE)
        row.done_on, row.pause_until, row.note = fair.today, None, clean(reason)[:400]
        row.by_id, row.by_name = by.user_id, by.label[:250]
        record(
            "dunning.release", row, by=by, after={"booking": asked.booking.reference, "invoice": asked.invoice.number}
        )
        cancel_booking(asked.booking, reason=clean(reason) or _reason(asked), by=by)
        return row


def _reason(asked: Asked) -> str:
    """Why a booth went without a person's word, in the exhibitor's language."""
    assert asked.booking is not None  # noqa: S101  it is being released
    with force_locale(reader_locale(asked.booking.exhibitor)):
        return str(_l("The deposit was not paid, in spite of our reminders."))


def save_schedule(fair: Fair, schedule: Schedule, *, by: Actor) -> DunningTerms:
    """Set the fair's schedule. Raises InvalidInput naming the field: days between 0 (notice) or 1 and 180, each step later than
    the one before; a release by itself needs a reminder or warning before it."""
    later = 0
    for name in ("reminder", "warning", "call", "release"):
        days = getattr(schedule, name)
        if days is None:
            continue
        if not later < days <= 180:
            raise InvalidInput(_l("Each step is later than the one before, at most 180 days."), field=name)
        later = days
    if schedule.notice is not None and not 1 <= schedule.notice <= 60:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=60), field="notice")
    if schedule.auto_release and (schedule.release is None or (schedule.reminder is None and schedule.warning is None)):
        message = _l("No booth goes by itself without a day for it, and a reminder or a warning before it.")
        raise InvalidInput(message, field="auto_release")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        row = db.session.scalar(select(DunningTerms).where(DunningTerms.fair_id == fair.id))
        before = schedule_of(fair.id)
        row = row or DunningTerms(fair_id=fair.id)
        row.notice_days, row.reminder_days, row.warning_days = schedule.notice, schedule.reminder, schedule.warning
        row.call_days, row.release_days, row.auto_release = schedule.call, schedule.release, schedule.auto_release
        db.session.add(row)
        db.session.flush()
        record("dunning.schedule", row, by=by, before=_plain(before), after=_plain(schedule))
        return row


def _plain(schedule: Schedule) -> dict[str, int | bool | None]:
    return {
        "notice": schedule.notice, "reminder": schedule.reminder, "warning": schedule.warning, "call": schedule.call,
        "release": schedule.release, "auto_release": schedule.auto_release,
    }  # fmt: skip
