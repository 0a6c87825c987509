"""Requests of people about their own data; the law sets the days."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from fairs.privacy.models import PrivacyRequest
from fairs.privacy.permissions import HANDLE_REQUESTS
from fairs.privacy.states import RequestState
from fairs.workplace.inbox import INVOLVED, Kind, Link, Why, always


def _who(row: PrivacyRequest) -> str:
    return row.person.display_name


def _what(row: PrivacyRequest) -> str:
    return str(row.kind.label)


def _page(row: PrivacyRequest) -> Link:
    return "privacy.show", {"request_id": row.id}


KINDS = (
    Kind(
        key="data-request",
        states=(RequestState.RECEIVED,),
        model=PrivacyRequest,
        where=(PrivacyRequest.state == RequestState.RECEIVED,),
        permission=HANDLE_REQUESTS,
        counts_from=PrivacyRequest.due_on,
        days=0,
        icon="shield-lock",
        reason=_l("Request about personal data"),
        title=lambda n: ngettext(
            "%(num)s request about personal data is to be answered",
            "%(num)s requests about personal data are to be answered",
            n,
        ),
        who=_who,
        what=_what,
        button=_l("Answer"),
        page=_page,
        list_page=("privacy.index", {}),
        at=always,
        load=(joinedload(PrivacyRequest.person),),
    ),
    Kind(
        key="data-erasure",
        states=(RequestState.PROPOSED,),
        model=PrivacyRequest,
        where=(
            PrivacyRequest.state == RequestState.PROPOSED,
            or_(PrivacyRequest.proposed_by_id.is_(None), PrivacyRequest.proposed_by_id.not_in(INVOLVED)),
            or_(PrivacyRequest.proposed_for_id.is_(None), PrivacyRequest.proposed_for_id.not_in(INVOLVED)),
        ),
        permission=HANDLE_REQUESTS,
        counts_from=PrivacyRequest.due_on,
        days=0,
        icon="eraser",
        reason=_l("Erasure to carry out"),
        title=lambda n: ngettext("%(num)s erasure is to be carried out", "%(num)s erasures are to be carried out", n),
        who=_who,
        what=_what,
        button=_l("Look"),
        page=_page,
        list_page=("privacy.index", {}),
        at=always,
        load=(joinedload(PrivacyRequest.person),),
    ),
)

NOBODY = {
    RequestState: {
        RequestState.PREPARING: Why.AUTOMATIC,
        RequestState.DONE: Why.FINAL,
        RequestState.REFUSED: Why.FINAL,
        RequestState.TAKEN_BACK: Why.FINAL,
    },
}
