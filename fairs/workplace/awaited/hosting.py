"""Support of importers: applications to look through, proposals to approve, decisions to write, guests to remind."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from fairs.core.i18n import format_money
from fairs.documents.permissions import MANAGE_DOCUMENTS
from fairs.hosting.models import Hosting
from fairs.hosting.permissions import APPROVE_HOSTING, PROPOSE_HOSTING
from fairs.hosting.states import HostingState
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why

H = HostingState
LOOK_WITHIN, APPROVE_WITHIN, WRITE_WITHIN = 7, 3, 7
"""Days in which an application is looked through, a proposal approved, and an approval put on paper."""

_LOAD = (joinedload(Hosting.person), joinedload(Hosting.company))


def _page(row: Hosting) -> tuple[str, dict[str, Any]]:
    return "hosting.show", {"reference": row.reference}


def _who(row: Hosting) -> str:
    return f"{row.person.display_name} · {row.company.name}"


def _score(row: Hosting) -> str:
    return f"{row.tier.label} · {row.score} · {row.reference}"


def _amount(row: Hosting) -> str:
    return f"{row.tier.label} · {format_money(row.amount)} · {row.reference}"


KINDS = (
    Kind(
        key="hosting_application", states=(H.APPLIED,), model=Hosting, where=(Hosting.state == H.APPLIED,),
        permission=PROPOSE_HOSTING, counts_from=Hosting.created_at, days=LOOK_WITHIN, icon="hand-stop",
        reason=_l("Asks for support"),
        title=lambda n: ngettext("%(num)s importer asks for support", "%(num)s importers ask for support", n),
        who=_who, what=_score, button=_l("Look at it"), page=_page, list_page=("hosting.index", {"state": "applied"}), load=_LOAD,
    ),
    Kind(
        key="hosting_proposal", states=(H.PROPOSED,), model=Hosting,
        where=(
            Hosting.state == H.PROPOSED,
            or_(Hosting.proposed_by_id.is_(None), Hosting.proposed_by_id.not_in(INVOLVED)),
            or_(Hosting.proposed_for_id.is_(None), Hosting.proposed_for_id.not_in(INVOLVED)),
        ),
        permission=APPROVE_HOSTING, counts_from=Hosting.proposed_at, days=APPROVE_WITHIN, icon="user-up",
        reason=_l("Support to approve"),
        title=lambda n: ngettext("%(num)s support waits to be approved", "%(num)s supports wait to be approved", n),
        who=_who, what=_amount, button=_l("Approve"), page=_page, list_page=("hosting.index", {"state": "proposed"}), load=_LOAD,
    ),
    Kind(
        key="hosting_paper", states=(H.APPROVED,), model=Hosting, where=(Hosting.state == H.APPROVED,),
        permission=MANAGE_DOCUMENTS, counts_from=Hosting.approved_at, days=WRITE_WITHIN, icon="signature",
        reason=_l("Approved support without a decision"),
        title=lambda n: ngettext(
            "%(num)s approved support has no signed decision", "%(num)s approved supports have no signed decision", n
        ),
        who=_who, what=_amount, button=_l("See the draft"), page=_page, list_page=("hosting.index", {"state": "approved"}),
        load=_LOAD,
    ),
    Kind(
        key="hosting_reply", states=(H.GRANTED,), model=Hosting, where=(Hosting.state == H.GRANTED, Hosting.reply_by <= TODAY),
        permission=PROPOSE_HOSTING, counts_from=Hosting.reply_by, days=0, icon="phone-call",
        reason=_l("Support that nobody confirmed"),
        title=lambda n: ngettext("%(num)s guest has not confirmed", "%(num)s guests have not confirmed", n),
        who=_who, what=_amount, button=_l("Call the guest"), page=_page, list_page=("hosting.index", {"state": "granted"}),
        load=_LOAD,
    ),
)  # fmt: skip

NOBODY = {
    HostingState: {
        H.RESERVE: Why.AUTOMATIC,  # moves up when a place becomes free
        H.CONFIRMED: Why.AUTOMATIC,  # the claim accounts for it
        H.SETTLED: Why.FINAL,
        H.REFUSED: Why.FINAL,
        H.WITHDRAWN: Why.FINAL,
        H.EXPIRED: Why.FINAL,
    },
}
