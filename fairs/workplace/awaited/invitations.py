"""Those who are to be invited: nominations to look at, addresses to correct; campaigns that wait or do not move on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.invitations.models import Campaign, Invitee
from fairs.invitations.permissions import INVITE
from fairs.invitations.states import CampaignState, InviteeState
from fairs.workplace.inbox import TODAY, Kind, Link, Why


def _who(invitee: Invitee) -> str:
    return f"{invitee.person.display_name} · {invitee.company.name}"


def _invitee(invitee: Invitee) -> Link:
    return "invitations.show", {"invitee_id": invitee.id}


def _campaign(campaign: Campaign) -> Link:
    return "campaigns.show", {"campaign_id": campaign.id}


_PEOPLE = (joinedload(Invitee.person), joinedload(Invitee.company), joinedload(Invitee.source))

KINDS: tuple[Kind, ...] = (
    Kind(
        key="nominated",
        states=(InviteeState.NEW,),
        model=Invitee,
        where=(Invitee.is_nominated.is_(True), Invitee.state == InviteeState.NEW),
        permission=INVITE,
        counts_from=Invitee.created_at,
        days=7,
        icon="user-up",
        reason=_l("Nominated, not invited yet"),
        title=lambda n: ngettext(
            "%(num)s nominated buyer is to be invited", "%(num)s nominated buyers are to be invited", n
        ),
        who=_who,
        what=lambda invitee: invitee.source.name,
        button=_l("Invite"),
        page=_invitee,
        list_page=("invitations.index", {"state": "new", "source": "nominated"}),
        load=_PEOPLE,
    ),
    Kind(
        key="unreachable",
        states=(InviteeState.UNREACHABLE,),
        model=Invitee,
        where=(Invitee.state == InviteeState.UNREACHABLE,),
        permission=INVITE,
        counts_from=Invitee.problem_at,
        days=7,
        icon="mail-off",
        reason=_l("Mail does not arrive"),
        title=lambda n: ngettext("%(num)s invitee cannot be reached", "%(num)s invitees cannot be reached", n),
        who=_who,
        what=lambda invitee: invitee.problem,
        button=_l("Correct the address"),
        page=_invitee,
        list_page=("invitations.index", {"state": "unreachable"}),
        load=_PEOPLE,
    ),
    Kind(
        key="campaign",
        states=(CampaignState.DRAFT, CampaignState.PAUSED),
        model=Campaign,
        where=(Campaign.state.in_((CampaignState.DRAFT, CampaignState.PAUSED)),),
        permission=INVITE,
        counts_from=Campaign.reply_by,
        days=0,
        icon="player-pause",
        reason=_l("Campaign to start or to go on with"),
        title=lambda n: ngettext("%(num)s campaign waits", "%(num)s campaigns wait", n),
        who=lambda campaign: campaign.name,
        what=lambda campaign: campaign.problem or str(campaign.state.label),
        button=_l("Look"),
        page=_campaign,
        list_page=("campaigns.index", {}),
    ),
    Kind(
        key="campaign-stuck",
        states=(CampaignState.RUNNING,),
        model=Campaign,
        where=(Campaign.state == CampaignState.RUNNING, Campaign.worked_on < TODAY),
        permission=INVITE,
        counts_from=Campaign.worked_on,
        days=0,
        icon="alert-triangle",
        reason=_l("Campaign does not move on"),
        title=lambda n: ngettext("%(num)s campaign does not move on", "%(num)s campaigns do not move on", n),
        who=lambda campaign: campaign.name,
        what=lambda campaign: str(campaign.state.label),
        button=_l("Look"),
        page=_campaign,
        list_page=("campaigns.index", {}),
    ),
)
NOBODY = {
    InviteeState: {
        InviteeState.INVITED: Why.IMPORTER,
        InviteeState.ACCEPTED: Why.IMPORTER,
        InviteeState.REGISTERED: Why.FINAL,
        InviteeState.DECLINED: Why.FINAL,
        InviteeState.DELEGATED: Why.FINAL,
        InviteeState.STOPPED: Why.FINAL,
    },
    CampaignState: {
        CampaignState.DONE: Why.FINAL,
        CampaignState.CANCELLED: Why.FINAL,
    },
}
