"""Support of importers."""

from __future__ import annotations

from fairs.hosting.states import HostingState
from fairs.workplace.inbox import Kind, Why

KINDS: tuple[Kind, ...] = ()
NOBODY = {
    HostingState: {
        HostingState.APPLIED: Why.AUTOMATIC,
        HostingState.PROPOSED: Why.AUTOMATIC,
        HostingState.RESERVE: Why.AUTOMATIC,
        HostingState.APPROVED: Why.AUTOMATIC,
        HostingState.GRANTED: Why.IMPORTER,
        HostingState.CONFIRMED: Why.AUTOMATIC,
        HostingState.SETTLED: Why.FINAL,
        HostingState.REFUSED: Why.FINAL,
        HostingState.WITHDRAWN: Why.FINAL,
        HostingState.EXPIRED: Why.FINAL,
    },
}
