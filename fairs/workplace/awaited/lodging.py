"""Rooms of guests."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.i18n import format_date
from fairs.importers.models import Importer
from fairs.lodging.models import RoomBlock, RoomNight, Stay
from fairs.lodging.permissions import ARRANGE_ROOMS
from fairs.lodging.states import LIVE, StayIssue, StayState
from fairs.workplace.inbox import TODAY, Kind, Link, Why

PLACE_WITHIN = 5
"""Days in which a guest whose support is granted gets a room."""
_GUEST = (joinedload(Stay.importer).joinedload(Importer.person), joinedload(Stay.importer).joinedload(Importer.company))


def _before_the_end(fair: Fair) -> bool:
    return not fair.is_cancelled and not fair.is_over


def _screen(stay: Stay) -> Link:
    return "guests.show", {"reference": stay.importer.reference, "_anchor": "panel-nights"}


def _nights(stay: Stay) -> str:
    return f"{format_date(stay.arrives_on)} – {format_date(stay.leaves_on)} · {stay.importer.company.name}"


KINDS = (
    Kind(
        key="room-wanted",
        states=(StayState.WANTED,),
        model=Stay,
        where=(Stay.state == StayState.WANTED,),
        permission=ARRANGE_ROOMS,
        counts_from=Stay.created_at,
        days=PLACE_WITHIN,
        icon="bed-off",
        reason=_l("Guest without a room"),
        title=lambda n: ngettext("%(num)s guest waits for a room", "%(num)s guests wait for a room", n),
        who=lambda stay: stay.importer.person.display_name,
        what=_nights,
        button=_l("Give a room"),
        page=_screen,
        list_page=("hotels.stays", {"state": "wanted"}),
        at=_before_the_end,
        load=_GUEST,
    ),
    Kind(
        key="nights-issue",
        states=(),
        model=Stay,
        where=(Stay.issue != StayIssue.NONE, Stay.state.in_(LIVE)),
        permission=ARRANGE_ROOMS,
        counts_from=Stay.changed_at,
        days=2,
        icon="calendar-exclamation",
        reason=_l("Nights to look at"),
        title=lambda n: ngettext("the nights of %(num)s guest do not fit", "the nights of %(num)s guests do not fit", n),
        who=lambda stay: stay.importer.person.display_name,
        what=lambda stay: f"{stay.issue.label} · {_nights(stay)}",
        button=_l("Look at the nights"),
        page=_screen,
        list_page=("hotels.stays", {"issue": "yes"}),
        at=_before_the_end,
        load=_GUEST,
    ),
    Kind(
        key="no-show",
        states=(StayState.NO_SHOW,),
        model=Stay,
        where=(Stay.state == StayState.NO_SHOW, Stay.settled_at.is_(None)),
        permission=ARRANGE_ROOMS,
        counts_from=Stay.changed_at,
        days=7,
        icon="user-x",
        reason=_l("No-show to settle with the hotel"),
        title=lambda n: ngettext("%(num)s no-show is to be settled", "%(num)s no-shows are to be settled", n),
        who=lambda stay: stay.importer.person.display_name,
        what=_nights,
        button=_l("Settle with the hotel"),
        page=_screen,
        list_page=("hotels.stays", {"state": "no_show"}),
        load=_GUEST,
    ),
    Kind(
        key="room-release",
        states=(),
        model=RoomBlock,
        where=(
            RoomBlock.remind_on <= TODAY, RoomBlock.release_on >= TODAY,
            exists().where(
                RoomNight.block_id == RoomBlock.id, RoomNight.quantity > RoomNight.taken, RoomNight.night >= TODAY
            ),
        ),
        permission=ARRANGE_ROOMS,
        counts_from=RoomBlock.release_on,
        days=0,
        icon="arrow-back-up",
        reason=_l("Free rooms to give back"),
        title=lambda n: ngettext(
            "%(num)s room block with free rooms nears its release date",
            "%(num)s room blocks with free rooms near their release date", n,
        ),
        who=lambda block: block.hotel.name,
        what=lambda block: f"{block.room_type} · " + _("until %(date)s", date=format_date(block.release_on)),
        button=_l("Look at the block"),
        page=lambda block: ("hotels.block", {"block_id": block.id}),
        list_page=("hotels.index", {}),
        load=(joinedload(RoomBlock.hotel),),
    ),
)  # fmt: skip
NOBODY = {
    StayState: {
        StayState.BOOKED: Why.AUTOMATIC,
        StayState.CHECKED_IN: Why.AUTOMATIC,
        StayState.LEFT: Why.FINAL,
        StayState.CANCELLED: Why.FINAL,
    },
}
