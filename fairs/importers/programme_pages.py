"""Pages of the organiser: the guests' programme, and whom they call."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fairs.calendar.context import current_fair
from fairs.core.clock import local_day
from fairs.core.errors import DomainError
from fairs.core.i18n import format_time
from fairs.core.web import actor, go, requires
from fairs.importers.models import ProgrammeEntry
from fairs.importers.permissions import EDIT_GUEST_PROGRAMME, VIEW_IMPORTERS
from fairs.importers.programme import (
    call_off_entry,
    contact_of,
    entry_of,
    programme_of,
    save_contact,
    save_entry,
)
from fairs.importers.programme_forms import ContactForm, EntryForm

bp = Blueprint("guest_programme", __name__)


@bp.get("/fairs/<fair_slug>/importers/programme")
@requires(VIEW_IMPORTERS)
def index() -> str:
    """The programme in order of time, and the contacts."""
    return _page(ContactForm(formdata=None, obj=contact_of(current_fair().id)))


def _page(form: ContactForm) -> str:
    fair = current_fair()
    return render_template(
        "importers/programme.html", form=form, contact=contact_of(fair.id), entries=programme_of(fair.id),
        day_of=lambda entry: local_day(entry.starts_at, fair.time_zone), EDIT_GUEST_PROGRAMME=EDIT_GUEST_PROGRAMME,
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/importers/contacts")
@requires(EDIT_GUEST_PROGRAMME)
def contacts() -> Any:
    """Whom the guests call."""
    form = ContactForm()
    if form.validate_on_submit():
        try:
            save_contact(current_fair(), form.draft(), by=actor())
            flash(_("Saved. Guests see it on their page at once."), "success")
            return go(url_for("guest_programme.index"))
        except DomainError as error:
            form.add_error(error)
    return _page(form), 422


@bp.route("/fairs/<fair_slug>/importers/programme/new", methods=["GET", "POST"])
@requires(EDIT_GUEST_PROGRAMME)
def new() -> Any:
    """Add to the programme."""
    return _edit(None)


@bp.route("/fairs/<fair_slug>/importers/programme/<int:entry_id>", methods=["GET", "POST"])
@requires(EDIT_GUEST_PROGRAMME)
def edit(entry_id: int) -> Any:
    """Change an entry; what was called off takes place again once it is saved."""
    return _edit(entry_of(current_fair().id, entry_id))


def _edit(entry: ProgrammeEntry | None) -> Any:
    fair = current_fair()
    known: dict[str, Any] = {"day": fair.starts_on}
    if entry is not None:
        known = {name: getattr(entry, name) for name in _TEXTS}
        known["day"] = local_day(entry.starts_at, fair.time_zone)
        known["starts"], known["ends"] = format_time(entry.starts_at), format_time(entry.ends_at)
    form = EntryForm(data=known)
    if form.validate_on_submit():
        try:
            save_entry(fair, form.draft(), by=actor(), entry=entry)
            flash(_("Saved. Guests see it on their page at once."), "success")
            return go(url_for("guest_programme.index"))
        except DomainError as error:
            form.add_error(error)
    page = render_template("importers/programme_entry.html", form=form, entry=entry)
    return page, 422 if form.errors else 200


_TEXTS = ("title_vi", "title_en", "title_ja", "place", "note")


@bp.post("/fairs/<fair_slug>/importers/programme/<int:entry_id>/call-off")
@requires(EDIT_GUEST_PROGRAMME)
def call_off(entry_id: int) -> Response:
    """It does not take place: the page and the calendars of the guests say so."""
    call_off_entry(entry_of(current_fair().id, entry_id), by=actor())
    flash(_("Called off. It stays on the guests' page, struck through."), "success")
    return go(url_for("guest_programme.index"))
