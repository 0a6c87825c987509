"""Why a code opens nothing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import NotFound


class UnknownCode(NotFound):
    """The text is no code of ours, or its signature is wrong."""

    code = "unknown_code"
    message = _l("This code is unknown.")


class OtherFair(NotFound):
    """A badge of another fair."""

    code = "other_fair"
    message = _l("This badge belongs to another fair.")
