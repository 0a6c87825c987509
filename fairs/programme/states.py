"""How a target is meant, and how far a figure can be trusted."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class TargetKind(State):
    """How the plan words a target (``target_kind`` of ``domain/plan-2020-targets.csv``)."""

    EXACT = "exact", _l("Exactly"), "secondary", "equal"
    ABOUT = "about", _l("About"), "secondary", "tilde"
    RANGE = "range", _l("Range"), "secondary", "arrows-horizontal"
    RANGE_ABOUT = "range_about", _l("Range, about"), "secondary", "arrows-horizontal"
    MORE_THAN = "more_than", _l("More than"), "secondary", "math-greater"
    PLANNED = "planned", _l("Ceiling"), "secondary", "coins"
    IMPLIED = "implied", _l("Implied"), "secondary", "dots"
    UNQUANTIFIED = "unquantified", _l("Not quantified"), "secondary", "minus"

    @property
    def leaves_room(self) -> bool:
        """Whether the plan itself says "about"."""
        return self in {TargetKind.ABOUT, TargetKind.RANGE_ABOUT}


class FigureLabel(State):
    """Where a figure comes from. The first three are entered by hand, the last two computed from records."""

    ANNOUNCED = "announced", _l("Announced"), "secondary", "speakerphone"
    ESTIMATED = "estimated", _l("Estimated"), "yellow", "tilde"
    DECLARED = "declared", _l("Declared"), "blue", "writing"
    COUNTED = "counted", _l("As counted"), "green", "calculator"
    VERIFIED = "verified", _l("Verified"), "green", "rosette-discount-check"

    @property
    def by_hand(self) -> bool:
        """Whether a person may enter a figure with this label."""
        return self in BY_HAND


BY_HAND = frozenset({FigureLabel.ANNOUNCED, FigureLabel.ESTIMATED, FigureLabel.DECLARED})


class BudgetSource(State):
    """Who pays what stands on a budget line."""

    CITY = "city", _l("City budget"), "blue", "building-bank"
    COUNTERPART = "counterpart", _l("Counterpart funds of enterprises"), "teal", "building-store"
    OTHER = "other", _l("Other sources"), "secondary", "coins"
