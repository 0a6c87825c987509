"""The texts of the papers: one version after the other, each fair its own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _

from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.documents.forms import TextsForm
from fairs.documents.kinds import COMMON, LOCALES, PARTS, SelectionKind, all_kinds, kind_of
from fairs.documents.permissions import MANAGE_DOCUMENTS, VIEW_DOCUMENTS
from fairs.documents.queries import texts_of, versions_of
from fairs.documents.service import save_texts

bp = Blueprint("document_texts", __name__, url_prefix="/fairs/<fair_slug>/document-texts")


def part_names() -> dict[str, str]:
    """What each text is called."""
    return {
        "submission": _("Submission"), "decision": _("Decision"), "amendment": _("Amending decision"),
        "revocation": _("Revoking decision"),
    }  # fmt: skip


@bp.get("")
@requires(VIEW_DOCUMENTS)
def index() -> str:
    """All texts of all kinds with the version that counts."""
    rows = [
        (kind, [(part, [(locale, texts_of(kind, part, locale, g.fair.id)[0]) for locale in LOCALES]) for part in PARTS])
        for kind in all_kinds()
    ]
    return render_template(
        "documents/texts.html", rows=rows, part_names=part_names(), MANAGE_DOCUMENTS=MANAGE_DOCUMENTS
    )


def _kind(key: str, part: str, locale: str) -> SelectionKind:
    if part not in PARTS or locale not in LOCALES:
        raise NotFound
    return kind_of(key)


@bp.route("/<kind>/<part>/<paper_locale>", methods=["GET", "POST"])
@requires(MANAGE_DOCUMENTS)
def edit(kind: str, part: str, paper_locale: str) -> Any:
    """Change a text: the change is its next version."""
    known = _kind(kind, part, paper_locale)
    version, texts = texts_of(known, part, paper_locale, g.fair.id)
    form = TextsForm(data=texts.as_dict())
    if form.validate_on_submit():
        try:
            row = save_texts(known, part, paper_locale, form.texts(), fair_id=g.fair.id, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Version %(n)s counts from now on.", n=row.version), "success")
            return go(url_for("document_texts.index"))
    page = render_template(
        "documents/text.html", form=form, kind=known, part=part, locale_of_text=paper_locale, version=version,
        versions=versions_of(kind, part, paper_locale, g.fair.id), part_names=part_names(),
        placeholders=sorted({*COMMON, *known.placeholders}),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200
