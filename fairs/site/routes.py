"""Pages that everybody sees: the fairs of the year, a fair, privacy; and the way after signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import cancellation_of, reschedulings_of
from fairs.core.i18n import localized
from fairs.core.public_cache import shared_page
from fairs.core.text import fold
from fairs.core.web import public, requires
from fairs.directory import consents
from fairs.directory.permissions import OWN_COMPANY
from fairs.directory.queries import product_groups
from fairs.exhibitors.queries import count_public, public_exhibitors, takes_applications
from fairs.site import catalogue_pages, engines
from fairs.site.catalogue import CatalogueFilter, count_shown, page_of_products
from fairs.site.catalogue_pages import exhibitor_cards, product_cards
from fairs.site.head import event_data, head_of
from fairs.site.past import past_figures
from fairs.site.queries import fairs_by_time, is_untouched, start_fairs

bp = Blueprint("site", __name__)
blueprints = [bp, catalogue_pages.bp, engines.bp]


@bp.app_context_processor
def places() -> dict[str, Any]:
    """The places of the public pages' head, by who looks."""
    user = g.get("user")
    items = [("/", _("Fairs"))]
    person_items = []
    if user is not None:
        own = {"url": "/my", "label": _("My fairs"), "icon": "building-store"}
        work = {"url": "/start", "label": _("To my work"), "icon": "layout-dashboard"}
        person_items = [work, own] if g.get("grants") else [own]
        items += [("/start", _("To my work"))] if g.get("grants") else [("/my", _("My fairs"))]
        if not g.get("grants") and "payments.my_invoices" in current_app.view_functions:
            items.append((url_for("payments.my_invoices"), _("Invoices")))
    nav = [{"url": url, "label": label, "active": request.path == url} for url, label in items]
    return {"public_nav": nav, "person_items": person_items}


@bp.get("/")
@public
@shared_page
def home() -> str | Response:
    """The fairs of the year. A new installation goes to its set-up."""
    if "setup.first_run" in current_app.view_functions and is_untouched():
        return redirect(url_for("setup.first_run"))
    fairs = fairs_by_time()
    return render_template(
        "site/home.html",
        current=[{"fair": fair, "actions": fair_actions(fair), "place": place_of(fair)} for fair in fairs.current],
        past=fairs.past,
        groups=product_groups(),
        head=head_of(
            _("Trade fairs of the craft villages of Hanoi"),
            _("Where makers of gifts, ceramics, lacquer, silk and bamboo meet buyers from the whole world.")
            + " "
            + ", ".join(fair.name for fair in fairs.current),
        ),
    )


def place_of(fair: Fair) -> str:
    """Venue and city, the city once: many venues carry it in their name."""
    return (
        fair.venue
        if fold(fair.city) in fold(fair.venue)
        else ", ".join(part for part in (fair.venue, fair.city) if part)
    )


def fair_actions(fair: Fair) -> list[dict[str, Any]]:
    """What each kind of visitor can do at this fair now: visit, buy, exhibit. Without an address it says why not."""
    known = current_app.view_functions
    closed = fair.is_over

    def address(endpoint: str, **values: Any) -> str:
        return url_for(endpoint, fair_slug=fair.slug, **values) if endpoint in known and not closed else ""

    applies = takes_applications(fair)
    wait = _("The fair is cancelled.") if fair.is_cancelled else _("The fair is over.") if closed else ""
    return [
        {
            "key": "visit", "label": _("Visit"), "icon": "ticket", "who": _("Visitors"),
            "text": _("Free registration, your badge comes by e-mail."), "url": address("visitors.visit"), "why": wait,
        },
        {
            "key": "buy", "label": _("Buy"), "icon": "world", "who": _("Importers and buyers"),
            "text": _("Register as a trade buyer and meet producers."), "url": address("importers.register"), "why": wait,
        },
        {
            "key": "exhibit", "label": _("Exhibit"), "icon": "building-store", "who": _("Companies and craft households"),
            "text": _("Apply, choose your booth on the plan, pay the deposit."),
            "url": url_for("my.apply", fair_slug=fair.slug) if applies else "",
            "why": wait or _("Applications are not open now."),
        },
    ]  # fmt: skip


@bp.get("/f/<fair_slug>/")
@public
@shared_page
def fair() -> str:
    """One fair: when, where, what to do there, how it works, what is shown and by whom, what earlier ones achieved."""
    # Staff of the fair may look at a draft here before it is published; outsiders have been turned away already.
    shown = current_fair()
    first = public_exhibitors(shown.id)
    goods = page_of_products(shown.id, CatalogueFilter(), limit=4)
    actions = fair_actions(shown)
    moves = reschedulings_of(shown.id)
    return render_template(
        "site/fair.html",
        actions=actions,
        place=place_of(shown),
        exhibitors=exhibitor_cards(list(first.items)[:4]),
        exhibitor_count=count_public(shown.id),
        products=product_cards(shown, goods.items),
        product_count=count_shown(shown.id),
        has_plan="booths.plan" in current_app.view_functions,
        terms=localized(shown, "terms"),
        summary=localized(shown, "summary"),
        moves=moves,
        cancellation=cancellation_of(shown.id) if shown.is_cancelled else None,
        travel=localized(shown, "travel"),
        editions=past_figures(shown),
        head=head_of(
            shown.name,
            localized(shown, "summary") or shown.name,
            crumbs=[(shown.name, request.path)],
            data=[event_data(shown, actions, moves)],
            kind="event",
        ),
    )


@bp.get("/start")
@requires(OWN_COMPANY)
def start() -> Response:
    """After signing in: staff to their fair, or with several to the inbox of all; everybody else to their own page."""
    if g.grants:
        fairs = start_fairs(g.grants)
        if len(fairs) == 1:
            return redirect(url_for("workplace.overview", fair_slug=fairs[0].slug))
        return redirect(url_for("workplace.everywhere" if fairs else "calendar.index"))
    return redirect(url_for("my.start"))


@bp.get("/account/check-mail")
@public
def check_mail() -> str:
    """After signing up: a mail is on its way."""
    return render_template("site/check_mail.html")


@bp.get("/privacy")
@public
@shared_page
def privacy() -> str:
    """Who keeps which data, why and how long, and the texts of all consents."""
    return render_template(
        "site/privacy.html", texts=consents.ALL, version=consents.VERSION, version_date=consents.VERSION_DATE,
        head=head_of(_("Privacy and legal notice"), _("Who keeps which data, why and how long.")),
    )  # fmt: skip
