"""States of a badge, and the categories of people who wear one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.domain import rows
from fairs.core.states import State


class BadgeState(State):
    """Whether a badge opens a gate."""

    ACTIVE = "active", _l("Valid"), "green", "check"
    REVOKED = "revoked", _l("Revoked"), "red", "ban"


TRANSITIONS: dict[BadgeState, frozenset[BadgeState]] = {
    BadgeState.ACTIVE: frozenset({BadgeState.REVOKED}),
    BadgeState.REVOKED: frozenset(),
}


class LayoutState(State):
    """Whether a version of a layout may still change."""

    DRAFT = "draft", _l("Draft"), "yellow", "pencil"
    PUBLISHED = "published", _l("Published"), "green", "check"


class BadgeCategory(State):
    """Categories of ``domain/visitor-categories.csv``; the tone is the badge's colour."""

    TRADE = "trade", _l("Trade visitor"), "#1f5f8b", "briefcase"
    IMPORTER = "importer", _l("Importer"), "#9d2a2a", "world"
    HOSTED = "hosted", _l("Hosted importer"), "#7a1f5c", "star"
    PUBLIC = "public", _l("Visitor"), "#5d6b73", "user"
    VIP = "vip", _l("VIP"), "#8a6d1b", "crown"
    SPEAKER = "speaker", _l("Speaker"), "#2e6f57", "microphone"
    PRESS = "press", _l("Press"), "#3d4f8a", "camera"
    EXHIBITOR = "exhibitor", _l("Exhibitor"), "#2f6b3a", "building-store"
    COEXHIBITOR = "coexhibitor", _l("Co-exhibitor"), "#4c7a34", "building-store"
    ORGANISER = "organiser", _l("Organiser"), "#333333", "flag"
    CONTRACTOR = "contractor", _l("Contractor"), "#a85a13", "tool"
    SERVICE = "service", _l("Service"), "#6b5b4b", "broom"

    @property
    def counts_as_visitor(self) -> bool:
        """Whether the table counts them; what a fair decided otherwise is in ``badges.categories.counting``."""
        return self not in _NOT_COUNTED


_NOT_COUNTED = frozenset(
    BadgeCategory(row["code"].lower()) for row in rows("visitor-categories") if row["counts_as_visitor"] == "no"
)
