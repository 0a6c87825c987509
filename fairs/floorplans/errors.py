"""What can go wrong with floor plans."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class BoothsOverlap(InvalidInput):
    """Two booths would stand on the same floor."""

    code = "booths_overlap"
    message = _l("These booths would overlap.")


class OutsideHall(InvalidInput):
    """Something would stand outside the hall's walls."""

    code = "outside_hall"
    message = _l("This would stand outside the hall.")


class NothingFits(InvalidInput):
    """The layout leaves no room for a single booth."""

    code = "nothing_fits"
    message = _l("Not a single booth fits: make the aisles narrower or the hall larger.")


class CodeTaken(Conflict):
    """Another hall or zone of this fair has this code."""

    code = "code_taken"
    message = _l("This code is taken at this fair.")


class DraftChanged(Conflict):
    """A colleague changed the draft meanwhile; nothing of theirs is overwritten."""

    code = "draft_changed"
    message = _l("A colleague has changed this plan meanwhile. Load it again; what you did is kept and added.")


class NothingChanged(Conflict):
    """The draft is as the published plan."""

    code = "nothing_changed"
    message = _l("The draft is the same as the published plan: there is nothing to publish.")


class PlanHasErrors(InvalidInput):
    """The plan cannot be published like this; ``problems`` in the details names the booths."""

    code = "plan_has_errors"
    message = _l("The plan has errors that have to be mended before it is published.")


class StillNamed(Conflict):
    """Records of other features speak of a booth that would be dropped."""

    code = "still_named"
    message = _l("Other records speak of this booth.")


class NothingToUndo(Conflict):
    """There is no step to take back, or none to do again."""

    code = "nothing_to_undo"
    message = _l("There is nothing left to take back or to do again.")
