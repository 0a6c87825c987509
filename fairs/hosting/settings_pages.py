"""Pages on which the organiser says by what the fair supports importers: amounts, ceilings, weights of the score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.db import transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.money import Money
from fairs.core.text import one_line
from fairs.core.web import actor, go, requires
from fairs.funding.ceilings import Bound, ceilings_of, name_of, save_ceilings
from fairs.hosting.applying import rescore
from fairs.hosting.forms import SettingsForm, bound_of
from fairs.hosting.permissions import PROPOSE_HOSTING, SET_HOSTING, VIEW_HOSTING
from fairs.hosting.queries import undecided_of
from fairs.hosting.scoring import Criterion, total_of, weights_of
from fairs.hosting.settings import check_weights, locked_settings, save_settings, save_weights, settings_of

bp = Blueprint("hosting_settings", __name__, url_prefix="/fairs/<fair_slug>/hosting-settings")


def _page(form: SettingsForm | None = None, error: DomainError | None = None) -> str:
    fair = current_fair()
    settings = settings_of(fair)
    if form is None:
        form = SettingsForm(formdata=None)
    form.fill(settings, fair.today)
    rows = [(row, name_of(row)) for row in ceilings_of(fair.id)]
    typed: Mapping[str, str] = request.form if error is not None else {}
    return render_template(
        "hosting/settings.html", form=form, settings=settings, rows=rows, error=error, typed=typed, SET=SET_HOSTING,
        decision=next((row.decision_number for row, _name in rows if row.decision_number), ""),
    )  # fmt: skip


@bp.get("")
@requires(VIEW_HOSTING)
def index() -> str:
    """Amounts and ceilings as they are."""
    return _page()


@bp.post("")
@requires(SET_HOSTING)
def save() -> Any:
    """Other amounts, rules, lines and days, for what is proposed from now on."""
    fair, form = current_fair(), SettingsForm()
    form.fill(settings_of(fair), fair.today)
    if form.validate_on_submit():
        try:
            save_settings(fair, form.draft(fair), by=actor())
            rescore(fair)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved. What is proposed already keeps its amounts."), "success")
            return go(url_for("hosting_settings.index"))
    return _page(form), 422


@bp.post("/ceilings")
@requires(SET_HOSTING)
def ceilings() -> Any:
    """Other ceilings; below what is used they are refused."""
    fair = current_fair()
    try:
        with transaction():
            locked_settings(fair)  # makes the ceilings of a fair that has none yet
            bounds = []
            for row in ceilings_of(fair.id):
                places = bound_of(request.form.get(f"places-{row.id}", ""), f"places-{row.id}")
                text = request.form.get(f"money-{row.id}", "").strip()
                bounds.append(Bound(row.id, places, _money(text, row.currency, f"money-{row.id}")))
            number = one_line(request.form.get("decision_number", ""))[:60]
            save_ceilings(fair.id, bounds, decision_number=number, by=actor())
    except DomainError as error:
        return _page(error=error), 422
    flash(_("The ceilings are saved."), "success")
    return go(url_for("hosting_settings.index", _anchor="ceilings"))


def _money(text: str, currency: str, name: str) -> Money | None:
    if not text:
        return None
    try:
        found = Money.parse(text, currency)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=name) from error
    if found.amount_minor < 0:
        raise InvalidInput(_("An amount is not negative."), field=name)
    return found


# --- weights ---------------------------------------------------------------------------------------------------------


def _weights_page(error: DomainError | None = None) -> str:
    settings = settings_of(current_fair())
    weights = {one: str(weight) for one, weight in weights_of(settings).items()}
    if error is not None:
        weights = {one: request.form.get(one.value, "")[:10] for one in Criterion}
    return render_template(
        "hosting/weights.html", weights=weights, error=error, PROPOSE=PROPOSE_HOSTING, SET=SET_HOSTING, rows=_ranking(weights_of(settings)), preview=False,
    )  # fmt: skip


def _ranking(weights: Mapping[Criterion, int]) -> list[dict[str, Any]]:
    """The order of the open applications by these weights, beside the order they have now; from kept points alone."""
    rows = undecided_of(current_fair().id)
    before = {row.id: place for place, row in enumerate(rows, 1)}
    scored = sorted(
        ((total_of(row.score_parts, weights), row) for row in rows), key=lambda pair: (-pair[0], pair[1].id)
    )
    return [
        {"row": row, "score": score, "place": place, "change": before[row.id] - place}
        for place, (score, row) in enumerate(scored[:60], 1)
    ]


@bp.get("/weights")
@requires(VIEW_HOSTING)
def weights() -> str:
    """The weight of each criterion, and the ranking that they make."""
    return _weights_page()


@bp.get("/weights/preview")
@requires(VIEW_HOSTING)
def preview() -> Any:
    """How the ranking would be with the weights of the address, by those in force where it names none; nothing is changed."""
    try:
        named = any(one.value in request.args for one in Criterion)
        found = check_weights(request.args) if named else weights_of(settings_of(current_fair()))
    except InvalidInput as error:
        return render_template("hosting/_ranking.html", rows=[], error=error, preview=True), 422
    return render_template("hosting/_ranking.html", rows=_ranking(found), error=None, preview=True)


@bp.post("/weights")
@requires(SET_HOSTING)
def save_new_weights() -> Any:
    """Other weights: every application that is not proposed yet gets its new score."""
    fair = current_fair()
    try:
        found = check_weights(request.form)
        with transaction():
            save_weights(fair, found, by=actor())
            number = rescore(fair)
    except DomainError as error:
        return _weights_page(error), 422
    flash(_("Saved. %(number)s applications have a new score.", number=number), "success")
    return go(url_for("hosting_settings.weights"))
