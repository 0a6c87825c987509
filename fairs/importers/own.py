"""The importer's own page: whose page a link opens, and what stands on it."""

from __future__ import annotations

import flask_babel
from flask import Response, g, render_template, session

from fairs.badges.states import BadgeState
from fairs.core.links import linked
from fairs.core.web import private_page
from fairs.importers.cards import decider_of
from fairs.importers.journey import cards_of, parts_of
from fairs.importers.models import Importer
from fairs.importers.queries import badge_of
from fairs.importers.states import ImporterState


def owner_of(token: str) -> Importer:
    """The importer whose own page the token opens, the page in their language; raises NotFound and LinkExpired."""
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    return importer


def own_answer(importer: Importer, token: str, *, status: int = 200) -> Response:
    """The page for the phone, ``status`` 422 where a form on it has errors. Making it changes nothing: mail scanners open links, too."""
    badge = badge_of(importer) if importer.state is ImporterState.APPROVED else None
    valid = badge is not None and badge.state is BadgeState.ACTIVE
    cards = cards_of(importer, token)
    page = render_template(
        "importers/own_page.html",
        importer=importer,
        token=token,
        badge_valid=valid,
        decider=decider_of(importer.fair),
        # On the fair's days the badge is what is needed first.
        urgent=sorted((card for card in cards if card.tone == "now"), key=lambda card: card.key != "badge"),
        cards=[card for card in cards if card.tone != "now"],
        parts=parts_of(importer, token),
    )
    gone = importer.state in {ImporterState.WITHDRAWN, ImporterState.REFUSED} or (badge is not None and not valid)
    answer = private_page(page, "drop" if gone else f"until={importer.fair.ends_on.isoformat()}")
    answer.status_code = status
    return answer
