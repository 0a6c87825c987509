"""The guest's own page of the hotel: where, when, who pays which night, what they wish. Opening it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask_babel
from flask import Blueprint, g, render_template, request, session, url_for
from flask_babel import gettext as _

from fairs.core.actor import Actor
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import current_locale, format_date
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.web import go, private_page, public
from fairs.importers.journey import Action, Card
from fairs.importers.models import Importer
from fairs.lodging.models import Stay
from fairs.lodging.own_forms import WishesForm
from fairs.lodging.panel import is_mutual, wished_by
from fairs.lodging.payers import costs_of
from fairs.lodging.queries import current_stay, stays_in_room
from fairs.lodging.states import LIVE, StayState
from fairs.lodging.wishes import accept_sharing, confirm_stay, mark_of, save_wishes

own = Blueprint("my_hotel", __name__, url_prefix="/i/<token>/hotel")
S = StayState


def _mine(token: str) -> tuple[Importer, Stay]:
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    stay = current_stay(importer.id)
    if stay is None:
        raise NotFound
    return importer, stay


def _by(importer: Importer) -> Actor:
    return Actor(None, importer.reference)


@own.get("")
@public
def show(token: str) -> Any:
    """Hotel, nights, who pays, wishes."""
    importer, stay = _mine(token)
    return _page(importer, stay, token, None)


def _page(importer: Importer, stay: Stay, token: str, form: WishesForm | None) -> Any:
    share_with = stay.shares_with.importer.reference if stay.shares_with is not None else ""
    shown = form or WishesForm(
        formdata=None,
        smoking=stay.smoking,
        accessible=stay.accessible,
        diet=stay.diet,
        wishes=stay.wishes,
        share_with=share_with,
    )
    page = render_template(
        "lodging/own_page.html", importer=importer, stay=stay, token=token, form=shown, State=S, costs=costs_of([stay]).get(stay.id),
        sharers=stays_in_room(stay), asked_by=wished_by(stay), is_mutual=is_mutual(stay), mark=mark_of(stay),
        may_wish=stay.state in LIVE,
    )  # fmt: skip
    answer = private_page(page, f"until={importer.fair.ends_on.isoformat()}")
    answer.status_code = 422 if shown.errors else 200
    return answer


@own.post("")
@public
@limiter.limit(PUBLIC_FORM)
def wishes(token: str) -> Any:
    """The guest says what they wish."""
    importer, stay = _mine(token)
    form = WishesForm()
    if form.validate():
        try:
            save_wishes(stay, form.wanted(), by=_by(importer))
            return go(url_for(".show", token=token, saved=1))
        except DomainError as error:
            form.add_error(error)
    return _page(importer, stay, token, form)


@own.post("/confirm")
@public
def confirm(token: str) -> Any:
    """The guest agrees to hotel, nights and payer as they were shown."""
    importer, stay = _mine(token)
    confirm_stay(stay, request.form.get("mark", ""), by=_by(importer))
    return go(url_for(".show", token=token))


@own.post("/share")
@public
def share(token: str) -> Any:
    """The guest would share a room with the one who asked."""
    importer, stay = _mine(token)
    asked = request.form.get("stay", "")
    other = next((one for one in wished_by(stay) if str(one.id) == asked), None)
    if other is None:
        raise NotFound
    accept_sharing(stay, other, by=_by(importer))
    return go(url_for(".show", token=token))


def hotel_card(importer: Importer, token: str) -> Card | None:
    """The hotel on the importer's own page."""
    stay = current_stay(importer.id)
    if stay is None:
        return None
    link = url_for("my_hotel.show", token=token)
    nights = f"{format_date(stay.arrives_on)} – {format_date(stay.leaves_on)}"
    if stay.state is S.WANTED:
        return Card(
            "hotel", _("Hotel"), "bed", "waiting", _("We are looking for a room for you"),
            text=_("You need not book anything. Tell us what you wish: sharing, smoking, food, a wheelchair."),
            facts=[(_("Nights"), nights)], decider=_("The hospitality team"), action=Action(_("Wishes"), link, icon="message"),
        )  # fmt: skip
    if stay.state is S.NO_SHOW:
        return Card(
            "hotel", _("Hotel"), "bed", "problem", _("You did not check in"),
            text=_("The rest of your nights was given back. Call us if you are in Hanoi."),
        )  # fmt: skip
    agreed = stay.confirmed_at is not None or stay.state is not S.BOOKED
    label = _("Hotel and wishes") if agreed else _("Look at it and confirm")
    return Card(
        "hotel", _("Hotel"), "bed", "done" if agreed else "now", stay.state.label, facts=_facts(stay, nights),
        text="" if agreed else _("Please look at the nights and who pays them, and confirm."),
        action=Action(label, link, icon="bed" if agreed else "check"),
    )  # fmt: skip


def _facts(stay: Stay, nights: str) -> Sequence[tuple[Any, Any]]:
    hotel = stay.hotel
    if hotel is None:
        return [(_("Nights"), nights)]
    costs = costs_of([stay]).get(stay.id)
    facts: list[tuple[Any, Any]] = [
        (_("Hotel"), hotel.name),
        (_("Address"), hotel.address_en or hotel.address_vi),
    ]
    if current_locale() != "vi" and hotel.address_vi:
        facts.append((_("For the taxi driver"), hotel.address_vi))
    if hotel.phone:
        facts.append((_("Telephone"), hotel.phone))
    facts += [(_("Nights"), nights), (_("Check-in from"), f"{hotel.check_in_from:%H:%M}")]
    if costs is not None:
        mine = sum(1 for one in costs.nights if one.guest)
        facts.append(
            (_("Who pays"), _("We pay all nights.") if not mine else _("You pay a part: see the page of the hotel."))
        )
    return facts
