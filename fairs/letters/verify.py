"""The check of a letter by a consulate: by the QR code, or by number and code typed."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, g, render_template, url_for
from flask_babel import gettext as _

from fairs.core.errors import InvalidInput, NotFound
from fairs.core.limits import GUESSING, limiter
from fairs.core.text import fold
from fairs.core.web import go, private_page, public
from fairs.identity.service import SHOWN
from fairs.letters.forms import VerifyForm
from fairs.letters.models import Letter
from fairs.letters.queries import letter_by_code, normal_code
from fairs.letters.renewal import said_days
from fairs.letters.service import standing_of, unseal
from fairs.letters.states import Standing

bp = Blueprint("letter_check", __name__)
# A consulate with a pile of letters; a code has 80 bits.
OPENING = "30 per minute; 400 per hour"


def _english_else() -> None:
    g.default_locale = "en"
    flask_babel.refresh()


@bp.get("/verify/<code>")
@public
@limiter.limit(OPENING)
def show(code: str) -> Response:
    """Whether the letter is genuine and counts today. The name is shown in part, of the passport the last characters."""
    _english_else()
    letter = letter_by_code(code)
    if letter is None:
        raise NotFound(_("No letter has this code. Compare it with the paper, or ask the department."))
    page = render_template(
        "letters/verify.html", letter=letter, fair=letter.fair, standing=standing_of(letter), Standing=Standing,
        said_days=said_days(letter),
        name=partly(letter.name), tail=unseal(letter).number[-SHOWN:] if not letter.is_removed else "",
    )  # fmt: skip
    return private_page(page, "drop")


def partly(name: str) -> str:
    """A name of which the first word is shown and the first letters of the others: enough to compare with a paper."""
    first, *others = name.upper().split() or [""]
    return " ".join([first, *(word[0] + "•" * max(len(word) - 1, 1) for word in others)])


@bp.route("/verify/letter", methods=["GET", "POST"])
@public
@limiter.limit(GUESSING, methods=["POST"])
def find() -> Any:
    """Number and code as typed from the paper; both have to fit."""
    _english_else()
    form = VerifyForm()
    if form.validate_on_submit():
        letter = letter_by_code(form.code.data or "")
        if letter is not None and _same(letter, form.number.data or ""):
            return go(url_for(".show", code=normal_code(form.code.data or "")))
        form.add_error(
            InvalidInput(_("No letter has this number and this code. Compare both with the paper."), field="code")
        )
    page = render_template("letters/verify_form.html", form=form)
    answer = private_page(page, "drop")
    answer.status_code = 422 if form.errors else 200
    return answer


def _same(letter: Letter, typed: str) -> bool:
    return fold(typed).replace(" ", "") == fold(letter.number).replace(" ", "")
