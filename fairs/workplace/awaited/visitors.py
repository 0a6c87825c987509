"""Press that waits for its badge, and delegations that have not answered an invitation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.ceremonies.models import CeremonyInvitation
from fairs.ceremonies.permissions import RUN_CEREMONIES
from fairs.ceremonies.states import ReplyState
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import DECIDE_VISITORS
from fairs.visitors.states import VisitorState
from fairs.workplace.inbox import TODAY, Kind, Why

KINDS = (
    Kind(
        key="press",
        states=(VisitorState.PENDING,),
        model=Visitor,
        where=(Visitor.state == VisitorState.PENDING,),
        permission=DECIDE_VISITORS,
        counts_from=Visitor.created_at,
        days=2,
        icon="camera",
        reason=_l("Press to approve"),
        title=lambda n: ngettext(
            "%(num)s press badge waits for approval", "%(num)s press badges wait for approval", n
        ),
        who=lambda visitor: visitor.person.display_name,
        what=lambda visitor: " · ".join(filter(None, (visitor.company.name if visitor.company else "", visitor.reference))),
        button=_l("Decide"),
        page=lambda visitor: ("visitors.show", {"reference": visitor.reference}),
        list_page=("visitors.index", {"state": "pending"}),
        load=(joinedload(Visitor.person), joinedload(Visitor.company)),
    ),
    Kind(
        key="ceremony-reply",
        states=(ReplyState.INVITED, ReplyState.LATER),
        model=CeremonyInvitation,
        where=(
            CeremonyInvitation.state.in_((ReplyState.INVITED, ReplyState.LATER)), CeremonyInvitation.reply_by < TODAY,
        ),
        permission=RUN_CEREMONIES,
        counts_from=CeremonyInvitation.reply_by,
        days=0,
        icon="mail-question",
        reason=_l("Answer to an invitation is overdue"),
        title=lambda n: ngettext(
            "%(num)s delegation has not answered", "%(num)s delegations have not answered", n
        ),
        who=lambda row: row.delegation.organisation,
        what=lambda row: row.ceremony.name,
        button=_l("Answer by telephone"),
        page=lambda row: ("ceremonies.show", {"ceremony_id": row.ceremony_id}),
        list_page=("ceremonies.index", {}),
        load=(joinedload(CeremonyInvitation.delegation), joinedload(CeremonyInvitation.ceremony)),
    ),
)  # fmt: skip

NOBODY = {
    VisitorState: {
        VisitorState.REGISTERED: Why.FINAL,
        VisitorState.REFUSED: Why.FINAL,
        VisitorState.WITHDRAWN: Why.FINAL,
    },
    ReplyState: {
        ReplyState.DRAFT: Why.FINAL,  # moved on in the same act that makes it
        ReplyState.ACCEPTED: Why.PARTIES,
        ReplyState.DECLINED: Why.FINAL,
    },
}
