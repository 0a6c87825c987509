"""What can go wrong when a fair is closed."""

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NoSnapshot(Conflict):
    """A fair is marked as reported only when the figures that were reported are kept."""

    code = "no_snapshot"
    message = _l(
        "Keep the figures first (page Closing): a fair is marked as reported only when what was reported can be shown later."
    )


class Working(Conflict):
    """The same work is being done already."""

    code = "closing_working"
    message = _l("This is being made already. Please wait until it is finished.")
