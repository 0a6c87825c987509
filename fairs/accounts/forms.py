"""Forms of accounts: team, lending, tokens, one's own name."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.core.forms import REQUIRED, DayField, Form, Text
from fairs.core.permissions import Role


def _choices(*, system_wide: bool) -> list[tuple[str, Any]]:
    return [(str(role), role.label) for role in Role if role.is_system_wide is system_wide]


class TeamForm(Form):
    """Give somebody a role for this fair."""

    email = Text(_l("E-mail"), length=255, required=True)
    name = Text(_l("Name"))
    role = SelectField(_l("Role"), [REQUIRED], choices=lambda: _choices(system_wide=False))
    until = DayField(_l("Last day"))


class UserForm(Form):
    """A new user of the whole system."""

    email = Text(_l("E-mail"), length=255, required=True)
    name = Text(_l("Name"), required=True)
    role = SelectField(_l("Role"), choices=lambda: [("", _l("No system-wide role")), *_choices(system_wide=True)])


class LendForm(Form):
    """Lend one of one's own roles until a day."""

    grant = SelectField(_l("Role"), [REQUIRED], coerce=int)
    email = Text(_l("E-mail of the person who stands in"), length=255, required=True)
    until = DayField(_l("Until the end of"), required=True)
    note = Text(_l("Reason"))


class TokenForm(Form):
    """A new API token."""

    name = Text(_l("What is it for?"), length=100, required=True)


class ProfileForm(Form):
    """One's own name and language."""

    name = Text(_l("Your name"), required=True)
    locale = SelectField(_l("Language"), choices=[("vi", "Tiếng Việt"), ("en", "English")])
