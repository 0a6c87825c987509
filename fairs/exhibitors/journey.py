"""A company's way through a fair, from application to opening, as steps for its own page and its slip.

The first steps are known here; features above add theirs: ``register_stages(provider)``, e.g. booth and invoice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.core.clock import local_day
from fairs.core.i18n import format_date
from fairs.directory.products import count_products
from fairs.directory.slips import SlipDocument, Step
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState

S = ExhibitorState
StageProvider = Callable[[Exhibitor], Sequence[Step]]
DocumentProvider = Callable[[Exhibitor], Sequence[SlipDocument]]
_stages: list[StageProvider] = []
_documents: list[DocumentProvider] = []


def register_stages(provider: StageProvider) -> None:
    """Add the steps of a feature above, in the order of registration; twice changes nothing."""
    if provider not in _stages:
        _stages.append(provider)


def register_documents(provider: DocumentProvider) -> None:
    """Add files of a feature above (invoice, badge) to the slip's page."""
    if provider not in _documents:
        _documents.append(provider)


def documents(exhibitor: Exhibitor) -> list[SlipDocument]:
    """Files that belong to the participation."""
    return [document for provider in _documents for document in provider(exhibitor)]


def journey(exhibitor: Exhibitor) -> list[Step]:
    """All steps: what is done, then what is open by the day it is due. What the company has left undone needs attention."""
    first = [_application(exhibitor), _decision(exhibitor)]
    further = [_judged(step, exhibitor) for provider in _stages for step in provider(exhibitor)]
    if exhibitor.state is S.ACCEPTED:
        first.append(_products(exhibitor, waits=present_step(further) is not None))
    done = [step for step in further if step.state == "done"]
    still_open = [step for step in further if step.state != "done"]
    return first + done + sorted(still_open, key=lambda step: day_of(step, exhibitor) or date.min)


def day_of(step: Step, exhibitor: Exhibitor) -> date | None:
    """The day of a step at the fair."""
    if isinstance(step.when, datetime):
        return local_day(step.when, exhibitor.fair.time_zone)
    return step.when


def _judged(step: Step, exhibitor: Exhibitor) -> Step:
    day = day_of(step, exhibitor)
    is_late = step.state == "now" and bool(step.action) and day is not None and day < exhibitor.fair.today
    return replace(step, state="problem") if is_late else step


def _products(exhibitor: Exhibitor, *, waits: bool) -> Step:
    """The catalogue. It can be filled at any time, so booth and payment go first."""
    label, icon = _("Products"), "photo"
    number = count_products(exhibitor.company_id)
    url = url_for("my_products.index", company_id=exhibitor.company_id)
    if number:
        text = ngettext("%(num)s product is described.", "%(num)s products are described.", number)
        return Step(label, "done", text, url=url, icon=icon)
    text = _("Describe what you make: buyers find it on the page of the fair.")
    return Step(label, "next" if waits else "now", text, None, url, _("Add your products"), icon)


def present_step(steps: Sequence[Step]) -> Step | None:
    """The step that is to be done or waited for now."""
    return next((step for step in steps if step.state in {"now", "problem"}), None)


def _application(exhibitor: Exhibitor) -> Step:
    label = _("Application")
    here: dict[str, Any] = {"icon": "clipboard-text"}
    apply_url = url_for("my.apply", fair_slug=exhibitor.fair.slug, company=exhibitor.company_id)
    if exhibitor.state is S.DRAFT:
        text = _("Begun, not handed in yet. What you have typed is kept.")
        return Step(label, "now", text, None, apply_url, _("Continue the application"), **here)
    if exhibitor.state is S.WITHDRAWN:
        return Step(label, "problem", _("You have withdrawn it."), None, apply_url, _("Apply again"), **here)
    day = format_date(exhibitor.submitted_at)
    return Step(label, "done", _("Handed in on %(date)s.", date=day), exhibitor.submitted_at, **here)


def _decision(exhibitor: Exhibitor) -> Step:
    label = _("Decision")
    icon = "gavel"
    match exhibitor.state:
        case S.SUBMITTED | S.APPRAISED:
            text = _("The organiser decides by %(date)s. You need do nothing.", date=format_date(exhibitor.answer_by))
            return Step(label, "now", text, exhibitor.answer_by, icon=icon)
        case S.WAITLISTED:
            text = _("On the waiting list: as soon as a place is free, the organiser tells you.")
            return Step(label, "now", text, icon=icon)
        case S.ACCEPTED:
            day = format_date(exhibitor.decided_at)
            return Step(label, "done", _("Accepted on %(date)s.", date=day), exhibitor.decided_at, icon=icon)
        case S.REFUSED:
            text = _("Not accepted: %(reason)s", reason=exhibitor.decision_note)
            return Step(label, "problem", text, exhibitor.decided_at, icon=icon)
    return Step(label, "next", _("After you have handed in, the organiser decides."), icon=icon)
