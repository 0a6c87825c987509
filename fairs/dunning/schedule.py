"""Which step comes next for an instalment, and on which day: pure arithmetic on the schedule and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fairs.dunning.models import DunningStep
from fairs.dunning.states import StepKind, StepState


@dataclass(frozen=True, slots=True)
class Schedule:
    """Days before the due day (notice) or after it; None leaves a step out.

    By default a friendly notice five days before, a reminder after 3 days, a warning after 10, a call after 14, the proposal to
    release the booth after 21.
    """

    notice: int | None = 5
    reminder: int | None = 3
    warning: int | None = 10
    call: int | None = 14
    release: int | None = 21
    auto_release: bool = False

    def days(self, step: StepKind) -> int | None:
        """Days from the due day to the step; below zero before it."""
        if step is StepKind.NOTICE:
            return None if self.notice is None else -self.notice
        value: int | None = getattr(self, str(step))
        return value

    def steps(self, *, can_release: bool) -> list[StepKind]:
        """The steps of the schedule in their order; an instalment for which no booth can be released has no such step."""
        return [
            step for step in StepKind if self.days(step) is not None and (can_release or step is not StepKind.RELEASE)
        ]


@dataclass(frozen=True, slots=True)
class Next:
    """The next step and the first day on which it is taken."""

    step: StepKind
    day: date


def next_step(
    schedule: Schedule, due_on: date, issued_on: date, steps: Sequence[DunningStep], today: date, *, can_release: bool
) -> Next | None:
    """What comes next for an instalment that is not paid; None while a person is awaited, or when nothing more comes.

    A step is never sooner after the one before than the schedule sets them apart: whoever is late already when reminders
    begin, or gets a new due day, is still asked step by step. A promise or deferral stops everything until its day is over.
    """
    if any(one.state is StepState.OPEN for one in steps):
        return None
    wanted = schedule.steps(can_release=can_release)
    done = [one for one in steps if one.state is StepState.DONE]
    last = max(done, key=lambda one: list(StepKind).index(one.step), default=None)
    after = list(StepKind).index(last.step) if last is not None else -1
    for step in wanted:
        if list(StepKind).index(step) <= after:
            continue
        if step is StepKind.NOTICE and not _notice_in_time(schedule, due_on, issued_on, today):
            continue
        return Next(step, _day(schedule, step, due_on, last, steps))
    if last is not None and last.step is StepKind.CALL and last.pause_until is not None:
        return Next(StepKind.CALL, last.pause_until + timedelta(days=1))  # the promise was not kept
    return None


def _notice_in_time(schedule: Schedule, due_on: date, issued_on: date, today: date) -> bool:
    """A friendly notice is for the days before; who got the invoice just now needs none."""
    day = due_on - timedelta(days=schedule.notice or 0)
    return today <= due_on and issued_on <= day - timedelta(days=2)


def _day(
    schedule: Schedule, step: StepKind, due_on: date, last: DunningStep | None, steps: Sequence[DunningStep]
) -> date:
    days = schedule.days(step) or 0
    found = due_on + timedelta(days=days)
    if last is not None and last.done_on is not None and last.step is not StepKind.NOTICE:
        apart = max(1, days - (schedule.days(last.step) or 0))
        found = max(found, last.done_on + timedelta(days=apart))
    paused = [one.pause_until for one in steps if one.pause_until is not None]
    return max([found, *(until + timedelta(days=1) for until in paused)])
