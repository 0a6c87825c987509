"""Slips: what a person without account or e-mail sees of the record that staff filed for them.

A feature says once how its record looks to its owner: ``register_slip("Importer", importer_slip)``, where
``importer_slip(subject_id)`` gives a SlipStatus or None. The pages ``/r/<token>`` and the printed slip do the rest.
``register_filing_form`` puts the staff form on the page "File for somebody" of a fair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from flask import session, url_for

from fairs.core.permissions import Permission
from fairs.core.states import State
from fairs.directory.filings import FiledSlip
from fairs.directory.models import Filing

_SESSION_KEY = "printed_slip"
StepState = Literal["done", "now", "next", "problem"]


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of somebody's way. ``url`` and ``action`` are the one button, for those who may press it."""

    label: Any
    state: StepState
    text: Any = ""
    when: date | datetime | None = None
    url: str = ""
    action: Any = ""
    icon: str = "point"


@dataclass(frozen=True, slots=True)
class SlipDocument:
    """A file that belongs to the record, made by ``messages.render.register_renderer(kind, …)``."""

    label: Any
    kind: str
    reference: Any


@dataclass(frozen=True, slots=True)
class SlipStatus:
    """A record as its owner sees it. All texts are in the reader's language already or lazily translated."""

    title: Any
    name: str
    reference: str
    state: State
    next_step: Any
    fair_name: str = ""
    fair_days: tuple[date, date] | None = None
    place: str = ""
    locale: str = "vi"
    steps: Sequence[Step] = ()
    facts: Sequence[tuple[Any, Any]] = ()
    documents: Sequence[SlipDocument] = ()
    links: Sequence[tuple[Any, str]] = field(default_factory=tuple)
    staff_url: str = ""


@dataclass(frozen=True, slots=True)
class FilingForm:
    """A form that staff can file for somebody; ``endpoint`` takes the fair's slug."""

    key: str
    label: Any
    text: Any
    icon: str
    endpoint: str
    permission: Permission
    order: int = 50


SlipView = Callable[[int], SlipStatus | None]
_views: dict[str, SlipView] = {}
_forms: dict[str, FilingForm] = {}


def register_slip(subject_type: str, view: SlipView) -> None:
    """Let slips of ``subject_type`` (the model's class name) open: ``view(subject_id)``."""
    _views[subject_type] = view


def register_filing_form(form: FilingForm) -> None:
    """Offer a form on the page "File for somebody"."""
    _forms[form.key] = form


def filing_forms() -> list[FilingForm]:
    """All offered forms in their order."""
    return sorted(_forms.values(), key=lambda form: (form.order, form.key))


def slip_status(filing: Filing) -> SlipStatus | None:
    """What the filing's record looks like to its owner now; None when there is no such record any more."""
    view = _views.get(filing.subject_type)
    return view(filing.subject_id) if view is not None else None


def slip_url(slip: FiledSlip) -> str:
    """Where the slip is shown, to be redirected to after filing.

    Token and PIN are kept hashed, so until the next slip they stand in the clerk's own signed session cookie.
    """
    session[_SESSION_KEY] = [slip.filing.id, slip.token, slip.pin]
    return url_for("directory.slip", filing_id=slip.filing.id)


def printed_slip(filing_id: int) -> tuple[str, str] | None:
    """Token and PIN of the slip that this session made last, if it is the one of ``filing_id``."""
    kept = session.get(_SESSION_KEY)
    return (str(kept[1]), str(kept[2])) if kept and kept[0] == filing_id else None
