"""The support on the guest's own page and on the staff's screen of the guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from fairs.core.i18n import format_date, format_money
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hosting_of
from fairs.hosting.settings import settings_of
from fairs.hosting.states import HostingState
from fairs.importers.journey import Action, Card
from fairs.importers.models import Importer

H = HostingState
_OPEN_FOR_GUEST = (H.GRANTED, H.CONFIRMED)


def support_card(importer: Importer, token: str) -> Card | None:
    """The card of the support: what is covered up to which amount, who decides by when, confirm or give back."""
    row = hosting_of(importer.id)
    if row is None:
        return None
    fair = importer.fair
    title, decider = _("Support of travel and hotel"), fair.importer_decider
    if row.state in (H.APPLIED, H.PROPOSED, H.RESERVE, H.APPROVED):
        # Nothing is promised before the decision is signed: an approval may still be taken back.
        text = (
            _("You are on the reserve list. We write to you when a place becomes free.")
            if row.state is H.RESERVE
            else _("You asked for support. We write to you when it is decided.")
        )
        state = _("Reserve list") if row.state is H.RESERVE else _("Being looked at")
        return Card("support", title, "luggage", "waiting", state, text, decider, settings_of(fair).decide_by)
    if row.state in (H.REFUSED, H.WITHDRAWN, H.EXPIRED):
        text = {
            H.REFUSED: row.reason or _("We cannot support your trip this time."),
            H.WITHDRAWN: _("You gave the support back. You are welcome at the fair all the same."),
            H.EXPIRED: _("You did not confirm in time, and the place went to somebody else."),
        }[row.state]
        return Card("support", title, "luggage", "later", row.state.label, text)
    late = row.reply_by is not None and fair.today > row.reply_by
    waits = row.state is H.GRANTED and not late
    url = url_for("hosting_own.confirm", token=token)
    return Card(
        "support", title, "luggage", "now" if waits else "done", row.state.label,
        _("Your trip is supported. Please confirm that you come.") if waits else _("Your trip is supported."),
        due=row.reply_by if waits else None, facts=facts_of(row),
        action=Action(_("I come: confirm"), url, post=True, icon="check") if waits else None,
        template="hosting/_card.html", context={"hosting": row, "token": token, "may_decline": row.state in _OPEN_FOR_GUEST},
    )  # fmt: skip


def facts_of(row: Hosting) -> list[tuple[Any, Any]]:
    """What is covered, for the guest."""
    found: list[tuple[Any, Any]] = []
    if row.tier.pays_travel:
        found.append((_("Travel"), _("what it costs, up to %(amount)s", amount=format_money(row.travel_cap))))
    if row.funded_nights and row.funded_from and row.funded_to:
        nights = _(
            "%(nights)s nights, %(first)s to %(last)s", nights=row.funded_nights, first=format_date(row.funded_from),
            last=format_date(row.funded_to),
        )  # fmt: skip
        found.append((_("Hotel"), nights))
        found.append((_("A night"), _("up to %(amount)s", amount=format_money(row.night_cap))))
    return found


def panel_context(importer: Importer, _form: Any) -> Mapping[str, Any] | None:
    """What the panel of the guest's screen shows; it stands there for everybody, with the way to ask for support."""
    return {"row": hosting_of(importer.id), "importer": importer}
