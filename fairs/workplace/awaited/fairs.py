"""The fair itself: each step of its lifecycle is taken by its organiser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists

from fairs.calendar.models import Fair
from fairs.calendar.permissions import EDIT_FAIR
from fairs.calendar.states import FairState
from fairs.closing.models import FairSnapshot
from fairs.core.i18n import format_date
from fairs.workplace.inbox import Kind, Why

REPORT_WITHIN = 30
"""Days after the fair by which its result is reported (Decree 81/2018, article 29)."""


def _step(
    state: FairState, key: str, icon: str, days: int, reason: Any, title: Callable[[int], str], button: Any, *,
    ends: bool = False, at: Callable[[Fair], bool] | None = None, also: tuple[Any, ...] = (),
) -> Kind:  # fmt: skip
    """What its organiser has to do in a state, so many days after the fair's first (``ends``: last) day."""
    return Kind(
        key=key,
        states=(state,),
        model=Fair,
        where=(Fair.state == state, *also),
        permission=EDIT_FAIR,
        counts_from=Fair.ends_on if ends else Fair.starts_on,
        days=days,
        icon=icon,
        reason=reason,
        title=title,
        who=lambda fair: fair.name,
        what=lambda fair: f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}",
        button=button,
        page=lambda _fair: ("calendar.settings", {}),
        list_page=("calendar.settings", {}),
        at=lambda fair: fair.state is state and (at is None or at(fair)),
    )


KINDS = (
    _step(
        FairState.DRAFT, "draft", "pencil", 0, _l("Not published yet"),
        lambda n: ngettext("%(num)s fair is not published yet", "%(num)s fairs are not published yet", n), _l("Publish"),
    ),
    _step(
        FairState.PUBLISHED, "booking", "layout-grid", 0, _l("Booking is not open yet"),
        lambda n: ngettext("%(num)s fair has not opened booking", "%(num)s fairs have not opened booking", n), _l("Open booking"),
    ),
    # From the eve on, for gates scan from the first minute.
    _step(
        FairState.BOOKING_OPEN, "open", "player-play", 0, _l("Opens now"),
        lambda n: ngettext("%(num)s fair is to be opened", "%(num)s fairs are to be opened", n), _l("Open the fair"),
        at=lambda fair: fair.today >= fair.starts_on - timedelta(days=1),
    ),
    _step(
        FairState.RUNNING, "close", "lock", 1, _l("Past its last day"),
        lambda n: ngettext("%(num)s fair is past its last day", "%(num)s fairs are past their last day", n),
        _l("Close the fair"), ends=True, at=lambda fair: fair.today > fair.ends_on,
    ),
    _step(
        FairState.CLOSED, "report", "report", REPORT_WITHIN, _l("Report to the city"),
        lambda n: ngettext("%(num)s report to the city is to be handed in", "%(num)s reports to the city are to be handed in", n),
        _l("Mark as reported"), ends=True, also=(exists().where(FairSnapshot.fair_id == Fair.id),),  # before: see closing.py
    ),
)  # fmt: skip

NOBODY = {FairState: {FairState.REPORTED: Why.FINAL, FairState.CANCELLED: Why.FINAL}}
