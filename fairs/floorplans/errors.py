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
