"""Forms of cards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.forms import Form, Text


class CloseForm(Form):
    """What a person did about a message."""

    note = Text(_l("What you did about it"), length=400, required=True)
