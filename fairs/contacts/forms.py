"""Forms of imported lists."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.core.forms import Form, Text, UploadField
from fairs.invitations.states import SourceKind


class ContactsForm(Form):
    """A list of contacts, and who gave it."""

    source_kind = SelectField(_l("Who gave the list"))
    source_name = Text(_l("Name of the source"), length=200, required=True)
    file = UploadField(_l("File with the contacts"))

    def offer_kinds(self) -> None:
        """The kinds of sources that hand over lists; exhibitors nominate by their own page."""
        self.source_kind.choices = [(str(one), one.label) for one in SourceKind if one is not SourceKind.EXHIBITOR]


class SupportForm(Form):
    """A list of another office."""

    source_name = Text(_l("Office that gave the support"), length=200, required=True)
    file = UploadField(_l("File with the list"))
