"""Those who are to be invited."""

from __future__ import annotations

from fairs.invitations.states import InviteeState
from fairs.workplace.inbox import Kind, Why

KINDS: tuple[Kind, ...] = ()
NOBODY = {
    InviteeState: {
        InviteeState.NEW: Why.AUTOMATIC,
        InviteeState.INVITED: Why.IMPORTER,
        InviteeState.ACCEPTED: Why.IMPORTER,
        InviteeState.REGISTERED: Why.FINAL,
        InviteeState.DECLINED: Why.FINAL,
        InviteeState.DELEGATED: Why.FINAL,
        InviteeState.UNREACHABLE: Why.FINAL,
        InviteeState.STOPPED: Why.FINAL,
    },
}
