"""The parties' deals on their ways: a step for the exhibitor, a card on the importer's own page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.contracts.models import Contract
from fairs.contracts.own_deals import answer_in, deals_of
from fairs.contracts.states import Answer, ContractState
from fairs.directory.slips import Step
from fairs.exhibitors.journey import register_stages
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.journey import Action, Card, register_card
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState


def _asked(deals: Sequence[Contract], side: str) -> list[Contract]:
    """Deals that the side is asked to confirm, oldest first."""
    standing = (one for one in reversed(deals) if one.state is not ContractState.CANCELLED)
    return [one for one in standing if (row := answer_in(one, side)) is not None and row.state is Answer.ASKED]


def deals_stage(exhibitor: Exhibitor) -> Sequence[Step]:
    """Confirm what was reported, once there are deals."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        return []
    deals = deals_of(exhibitor.fair_id, [exhibitor.company_id])
    if not deals:
        return []
    label, icon, slug = _("Deals"), "file-certificate", exhibitor.fair.slug
    asked = _asked(deals, "exporter")
    if not asked:
        text = ngettext("%(num)s deal is reported.", "%(num)s deals are reported.", len(deals))
        return [Step(label, "done", text, url=url_for("my_deals.index", fair_slug=slug), icon=icon)]
    text = ngettext(
        "%(num)s deal waits for you to confirm it.", "%(num)s deals wait for you to confirm them.", len(asked)
    )
    one = url_for("my_deals.show", fair_slug=slug, reference=asked[0].reference)
    where = one if len(asked) == 1 else url_for("my_deals.index", fair_slug=slug)
    return [Step(label, "now", text, None, where, _("Confirm the deal"), icon)]


def deals_card(importer: Importer, token: str) -> Card | None:
    """The importer's deals: to confirm, reported, or how to report one while the fair is on."""
    deals = deals_of(importer.fair_id, [importer.company_id])
    fair = importer.fair
    page = url_for("guest_deals.index", token=token)
    if not deals:
        if importer.state is not ImporterState.APPROVED or fair.days_to_opening > 0 or fair.is_over:
            return None
        text = _("Have you agreed on something? Report it here in a minute.")
        return Card(
            "deals",
            _("Deals"),
            "file-certificate",
            "later",
            _("None yet"),
            text=text,
            action=Action(_("Report a deal"), page),
        )
    asked = _asked(deals, "importer")
    if asked:
        text = ngettext(
            "%(num)s deal waits for you to confirm it.", "%(num)s deals wait for you to confirm them.", len(asked)
        )
        first = url_for("guest_deals.show", token=token, reference=asked[0].reference)
        return Card(
            "deals", _("Deals"), "file-certificate", "now", _("To confirm"), text=text,
            action=Action(_("Confirm the deal"), first if len(asked) == 1 else page),
        )  # fmt: skip
    state = ngettext("%(num)s deal is reported.", "%(num)s deals are reported.", len(deals))
    return Card("deals", _("Deals"), "file-certificate", "done", state, action=Action(_("See your deals"), page))


def register() -> None:
    """Add both to their ways; twice changes nothing."""
    register_stages(deals_stage)
    register_card("deals", 95, deals_card)
