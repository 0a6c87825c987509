"""Forms of badges."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.forms import Form, Text, UploadField


class ReasonForm(Form):
    """Why a badge is revoked or replaced. Guards read it at the gate."""

    reason = Text(_l("Reason"), length=200, required=True)


class PhotoForm(Form):
    """The portrait on a badge."""

    photo = UploadField(_l("Portrait (PNG, JPEG or WebP)"))


class KeyForm(Form):
    """Why a key is changed."""

    reason = Text(_l("Reason"), length=200, required=True)
