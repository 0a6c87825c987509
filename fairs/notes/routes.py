"""Notes and calls about a company or a person."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.accounts.queries import matching_grant
from fairs.calendar.queries import all_fairs
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires, safe_next
from fairs.directory.models import Company, Person
from fairs.notes.errors import NotYours, TooLate
from fairs.notes.forms import NoteForm
from fairs.notes.models import Note
from fairs.notes.permissions import DELETE_NOTE, WRITE_NOTE
from fairs.notes.queries import note_by_id
from fairs.notes.service import add_note, correct_note, delete_note, finish_follow_up

bp = Blueprint("notes", __name__)


def page_of(subject: Company | Person) -> str:
    """The address of the page on which the notes of a company or person stand."""
    section = "companies" if isinstance(subject, Company) else "people"
    return f"{url_for('directory.companies')}/{section}/{subject.id}"


def _about(note: Note) -> Company | Person:
    found = note.company or note.person
    if found is None:
        raise NotFound
    return found


def _form(note: Note | None = None) -> NoteForm:
    form = NoteForm()
    mine = [fair for fair in all_fairs() if matching_grant(g.grants, WRITE_NOTE, fair.id) is not None]
    if note is not None and note.fair is not None and note.fair not in mine:
        mine.append(note.fair)
    form.offer(mine)
    return form


def _page(form: NoteForm, subject: Company | Person, note: Note | None = None) -> tuple[str, int]:
    name = subject.name if isinstance(subject, Company) else subject.display_name
    page = render_template("notes/form.html", form=form, note=note, name=name, back=page_of(subject))
    return page, 422 if form.is_submitted() else 200


@bp.route("/directory/companies/<int:company_id>/notes", methods=["GET", "POST"])
@requires(WRITE_NOTE)
def about_company(company_id: int) -> Any:
    """Write a note about a company."""
    return _add(db.session.get(Company, company_id))


@bp.route("/directory/people/<int:person_id>/notes", methods=["GET", "POST"])
@requires(WRITE_NOTE)
def about_person(person_id: int) -> Any:
    """Write a note about a person."""
    return _add(db.session.get(Person, person_id))


def _add(subject: Company | Person | None) -> Any:
    if subject is None:
        raise NotFound
    form = _form()
    if form.validate_on_submit():
        try:
            add_note(subject, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(page_of(subject))
    return _page(form, subject)


@bp.route("/notes/<int:note_id>", methods=["GET", "POST"])
@requires(WRITE_NOTE)
def edit(note_id: int) -> Any:
    """Correct one's own note within a day; others are led back to where it stands."""
    note = note_by_id(note_id)
    form = _form(note)
    refusal = NotYours() if note.author_id != g.user.id else None if note.can_be_corrected else TooLate()
    if refusal is not None and form.is_submitted():
        raise refusal
    if refusal is not None:
        flash(str(refusal), "warning")
        return go(page_of(_about(note)))
    if not form.is_submitted():
        form.show(note)
    elif form.validate():
        try:
            correct_note(note, form.draft(note), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(page_of(_about(note)))
    return _page(form, _about(note), note)


@bp.post("/notes/<int:note_id>/delete")
@requires(WRITE_NOTE)
def delete(note_id: int) -> Any:
    """Delete a note: its author, or an organiser of its fair."""
    note = note_by_id(note_id)
    back = page_of(_about(note))
    delete_note(note, by=actor(), for_others=may_delete(note.fair_id))
    flash(_("The note is deleted."), "success")
    return go(back)


def may_delete(fair_id: int | None) -> bool:
    """Whether the reader may delete the notes of others about this fair (about none: at any fair)."""
    return matching_grant(g.grants, DELETE_NOTE, fair_id) is not None


@bp.post("/notes/<int:note_id>/done")
@requires(WRITE_NOTE)
def done(note_id: int) -> Any:
    """Somebody has called back."""
    note = note_by_id(note_id)
    finish_follow_up(note, by=actor())
    flash(_("Done."), "success")
    return go(safe_next(request.form.get("next"), page_of(_about(note))))
