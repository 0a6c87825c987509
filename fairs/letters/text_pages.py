"""The texts of letters: edit, preview with a guest's data, compare versions, go back, take another fair's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.importers.models import Importer
from fairs.importers.queries import importer_by_reference
from fairs.letters import queries
from fairs.letters.forms import WordingForm, label_of
from fairs.letters.models import LetterText
from fairs.letters.paper import preview_pdf
from fairs.letters.permissions import ISSUE_LETTER, VIEW_LETTERS
from fairs.letters.states import LetterKind
from fairs.letters.texts import STANDARD, WORDS, LetterWording, checked
from fairs.letters.wording import changes_between, restore_version, save_wording

bp = Blueprint("letter_texts", __name__, url_prefix="/fairs/<fair_slug>/letter-texts/<letter_kind>")


def _kind(name: str) -> LetterKind:
    if name not in set(LetterKind):
        raise NotFound
    return LetterKind(name)


@bp.route("", methods=["GET", "POST"])
@requires(ISSUE_LETTER)
def edit(letter_kind: str) -> Any:
    """Change the text: the change is its next version. The button for a preview keeps nothing."""
    fair, kind = current_fair(), _kind(letter_kind)
    row, wording = queries.wording_of(fair.id, kind)
    form = WordingForm(data=wording.as_dict())
    if form.validate_on_submit():
        try:
            if request.form.get("do") == "preview":
                return _preview(fair, kind, checked(form.wording()), request.form.get("guest", ""))
            row = save_wording(fair, kind, form.wording(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Version %(n)s counts from now on.", n=row.version), "success")
            return go(url_for(".edit", letter_kind=kind))
    page = render_template(
        "letters/text.html", form=form, kind=kind, kinds=list(LetterKind), row=row, words=WORDS,
        versions=queries.versions_of(fair.id, kind), guest=request.form.get("guest", ""),
        others=[one for one in queries.fairs_with_text(kind, _readable()) if one.id != fair.id],
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _readable() -> list[int] | None:
    """The fairs whose letters the reader may see; None stands for all."""
    grants = [one for one in g.grants if one.role in VIEW_LETTERS.roles]
    return None if any(one.fair_id is None for one in grants) else [one.fair_id for one in grants]


def _guest(fair: Fair, reference: str) -> Importer | None:
    """The guest of a preview: the one named, else the first with support or approval."""
    if reference.strip():
        return importer_by_reference(fair.id, reference.strip().upper()[:20])
    for who in ("granted", ""):
        query = queries.guests_matching(fair.id, queries.GuestFilter(who=who)).order_by(Importer.id).limit(1)
        found = db.session.scalars(query).first()
        if found is not None:
            return found
    return None


def _preview(fair: Fair, kind: LetterKind, wording: LetterWording, reference: str) -> Any:
    try:
        guest = _guest(fair, reference)
    except NotFound:
        guest = None
    if guest is None:
        flash(
            _(
                "The preview needs an approved importer. Write the number of one, such as %(code)s-I-0001.",
                code=fair.code,
            ),
            "warning",
        )
        return go(url_for(".edit", letter_kind=kind))
    signer = next(iter(queries.signatories_of(fair.id)), None)
    answer = Response(preview_pdf(guest, kind, wording, signer), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename="preview.pdf")
    return answer


@bp.get("/versions/<int:version>")
@requires(VIEW_LETTERS)
def version(letter_kind: str, version: int) -> Any:
    """A version, and what is different in it from the one before (or from ``?against=``)."""
    fair, kind = current_fair(), _kind(letter_kind)
    row = queries.version_of(fair.id, kind, version)
    wanted = request.args.get("against", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else version - 1
    other = queries.version_of(fair.id, kind, number) if number >= 1 else None
    before = (LetterWording.of(other.texts) if other is not None else STANDARD[kind]).as_dict()
    after = LetterWording.of(row.texts).as_dict()
    parts = [
        (label_of(name), changes_between(before[name], after[name]), before[name] != after[name]) for name in after
    ]
    return render_template(
        "letters/version.html", row=row, kind=kind, parts=parts, against=other.version if other is not None else 0,
        versions=queries.versions_of(fair.id, kind), ISSUE_LETTER=ISSUE_LETTER,
    )  # fmt: skip


@bp.get("/versions/<int:version>/preview.pdf")
@requires(ISSUE_LETTER)
def version_preview(letter_kind: str, version: int) -> Any:
    """A version with the data of a guest (``?guest=`` the number of an importer)."""
    fair, kind = current_fair(), _kind(letter_kind)
    row = queries.version_of(fair.id, kind, version)
    return _preview(fair, kind, LetterWording.of(row.texts), request.args.get("guest", ""))


@bp.post("/versions/<int:version>/restore")
@requires(ISSUE_LETTER)
def restore(letter_kind: str, version: int) -> Any:
    """Let an earlier version count again, as the newest one."""
    return _take(_kind(letter_kind), queries.version_of(current_fair().id, _kind(letter_kind), version))


@bp.post("/copy")
@requires(ISSUE_LETTER)
def copy(letter_kind: str) -> Any:
    """Take the text of another fair, as the newest version here."""
    kind = _kind(letter_kind)
    wanted = request.form.get("fair", "")
    found = next((one for one in queries.fairs_with_text(kind, _readable()) if one.slug == wanted), None)
    if found is None:
        flash(_("Please choose a fair."), "warning")
        return go(url_for(".edit", letter_kind=kind))
    return _take(kind, queries.versions_of(found.id, kind, limit=1)[0])


def _take(kind: LetterKind, source: LetterText) -> Any:
    try:
        row = restore_version(current_fair(), source, by=actor())
    except DomainError as error:
        flash(str(error), "warning")
    else:
        flash(_("Version %(n)s counts from now on.", n=row.version), "success")
    return go(url_for(".edit", letter_kind=kind))
