"""Why a code opens nothing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, NotFound


class UnknownCode(NotFound):
    """The text is no code of ours, or its signature is wrong."""

    code = "unknown_code"
    message = _l("This code is unknown.")


class OtherFair(NotFound):
    """A badge of another fair."""

    code = "other_fair"
    message = _l("This badge belongs to another fair.")


class ReprintNeedsReason(Conflict):
    """The badge was printed before, and nobody said why it is to be printed again."""

    code = "reprint_needs_reason"
    message = _l("This badge was printed before: say why it is printed again.")


class Stale(Conflict):
    """Somebody saved the layout since it was opened; ``mark`` is that of what is there now."""

    code = "layout_stale"
    message = _l("Somebody saved this layout meanwhile. Load it again, or save yours as a copy.")


class LayoutIncomplete(Conflict):
    """A layout with problems cannot be published; ``problems`` lists them."""

    code = "layout_incomplete"
    message = _l("This layout has problems. It can be published when none is left.")
