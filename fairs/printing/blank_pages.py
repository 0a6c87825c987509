"""Numbered blanks: batches, their PDF, taking some out of use; binding one to a person at the desk or on a phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.badges.layout_service import layout_for
from fairs.badges.queries import badge_by_code
from fairs.calendar.context import current_fair
from fairs.core.errors import Conflict, DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.printing.blanks import batch_faces, bind_blank, make_batch, void_blanks
from fairs.printing.forms import BatchForm, CodeForm, VoidForm
from fairs.printing.models import BlankBatch
from fairs.printing.permissions import BIND_BLANK, MANAGE_BLANKS
from fairs.printing.queries import batch_by_id, batches_of, blank_by_code, last_bound

blanks = Blueprint("blanks", __name__, url_prefix="/fairs/<fair_slug>/printing/blanks")


@blanks.route("", methods=["GET", "POST"], endpoint="index")
@requires(MANAGE_BLANKS)
def batches() -> Any:
    """The batches of the fair, and making another."""
    fair, form = current_fair(), BatchForm()
    if form.validate_on_submit():
        try:
            batch = make_batch(fair, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Blanks %(first)s to %(last)s are ready to be printed.", first=batch.first_number, last=batch.last_number), "success")  # fmt: skip
            return go(url_for(".index"))
    page = render_template("printing/blanks.html", form=form, batches=batches_of(fair.id))
    return page, 422 if form.errors else 200


def _batch(batch_id: int) -> BlankBatch:
    batch = batch_by_id(current_fair().id, batch_id)
    if batch is None:
        raise NotFound
    return batch


@blanks.get("/<int:batch_id>.pdf")
@requires(MANAGE_BLANKS)
def pdf(batch_id: int) -> Response:
    """The usable blanks of a batch, a page each."""
    from fairs.badges.pdf import render_badges  # heavy: loaded by who prints

    batch = _batch(batch_id)
    faces = batch_faces(batch)
    if not faces:
        raise Conflict(_("All blanks of this batch are bound or void."))
    answer = Response(render_badges(faces, layout_for(batch.fair_id, batch.category)), mimetype="application/pdf")
    name = f"{current_fair().slug}-blanks-{batch.first_number:06d}.pdf"
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return answer


@blanks.route("/<int:batch_id>/void", methods=["GET", "POST"])
@requires(MANAGE_BLANKS)
def void(batch_id: int) -> Any:
    """Take blanks of a batch out of use."""
    batch, form = _batch(batch_id), VoidForm()
    if not form.is_submitted():
        form.first.data, form.last.data = batch.first_number, batch.last_number
    elif form.validate():
        try:
            count = void_blanks(batch, form.first.data, form.last.data, form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(ngettext("%(num)s blank is void now.", "%(num)s blanks are void now.", count), "success")
            return go(url_for(".index"))
    page = render_template("printing/void.html", form=form, batch=batch)
    return page, 422 if form.errors else 200


@blanks.route("/bind", methods=["GET", "POST"])
@requires(BIND_BLANK)
def bind() -> Any:
    """Two scans: the blank and the person's own badge or code, in either order."""
    g.is_scanner = True
    fair, form = current_fair(), CodeForm()
    first, bound = form.first.data or "", None
    if form.validate_on_submit():
        try:
            if first:
                bound = bind_blank(first, form.code.data or "", by=actor(), fair_id=fair.id)
            else:
                _check_one(fair.id, form.code.data or "")
                first, form = form.code.data or "", CodeForm(formdata=None)
        except DomainError as error:
            error.field = "code"
            form.add_error(error)
    page = render_template(
        "printing/bind.html", form=CodeForm(formdata=None) if bound else form, first="" if bound else first, bound=bound,
        what=_what(fair.id, first) if first and bound is None else "", last=last_bound(fair.id),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _check_one(fair_id: int, text: str) -> None:
    """Raise UnknownCode or OtherFair for a code that is neither a blank nor a badge of this fair."""
    blank = blank_by_code(text)
    if blank is None or blank.fair_id != fair_id:
        badge_by_code(fair_id, text)


def _what(fair_id: int, text: str) -> str:
    """What the first scan was, in words."""
    blank = blank_by_code(text)
    if blank is not None:
        category = blank.batch.category.label
        said: str = _("Blank %(number)s · %(category)s", number=f"{blank.number:06d}", category=category)
        return said
    try:
        badge = badge_by_code(fair_id, text)
    except DomainError:
        return ""
    return f"{badge.person.display_name} · {badge.reference}"
