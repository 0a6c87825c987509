"""The installation's own settings, changed by an administrator: department and mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField
from wtforms.validators import Length, ValidationError

from fairs.accounts.letters import locale_of
from fairs.accounts.models import User
from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.config import Config
from fairs.core import installation
from fairs.core.actor import Actor
from fairs.core.db import transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.forms import Form, Text, WholeNumber
from fairs.core.limits import GUESSING, limiter
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.messages.service import Notice, send
from fairs.workplace.permissions import MANAGE_INSTALLATION

bp = Blueprint("installation", __name__)


class InstallationForm(Form):
    """Department and mail."""

    department = Text(_l("Department, in Vietnamese"), required=True)
    department_en = Text(_l("Department, in English"), required=True)
    department_address = Text(_l("Address on invoices"), length=250)
    department_contact = Text(_l("Telephone or e-mail for questions about money"), length=200)
    mail_server = Text(_l("Mail server (SMTP)"), length=200)
    mail_port = WholeNumber(_l("Port"), least=1, most=65_535, required=True)
    mail_tls = BooleanField(_l("Encrypted connection (TLS)"))
    mail_username = Text(_l("User name at the mail server"))
    mail_password = PasswordField(_l("Password at the mail server"), [Length(max=200)])
    mail_sender = Text(_l("Sender of all mail"), length=255, required=True)

    def validate_mail_sender(self, field: Any) -> None:
        """An address that mail can come from."""
        try:
            normal_email(field.data or "")
        except InvalidInput as error:
            raise ValidationError(str(error)) from error

    def values(self) -> dict[str, Any]:
        """What is to be kept: an empty password means the one until now, and what the environment fixes is left out."""
        return {
            name: self._fields[name].data
            for name in installation.EDITABLE
            if name in self._fields and not (name == "mail_password" and not self._fields[name].data)
        }

    def leave_fixed(self) -> None:
        """Take out what the environment fixes: it is shown, not asked."""
        for name in installation.fixed_by_environment():
            del self[name]


def keep(values: dict[str, Any], *, by_user: User, by: Actor) -> None:
    """Keep the settings; who changed which is in the history, without the values of passwords."""
    with transaction():
        installation.change(values)
        shown = {name: value for name, value in values.items() if name != "mail_password"}
        record("workplace.change_installation", by_user, by=by, after=shown)


@bp.route("/admin/installation", methods=["GET", "POST"])
@requires(MANAGE_INSTALLATION)
def settings() -> Any:
    """Department and mail of this installation."""
    config: Config = current_app.extensions["fairs_config"]
    form = InstallationForm(obj=config)
    form.leave_fixed()
    if form.validate_on_submit():
        keep(form.values(), by_user=g.user, by=actor())
        flash(_("Saved."), "success")
        return go(url_for("installation.settings"))
    page = render_template("workplace/installation.html", form=form, config=config)
    return page, 422 if form.is_submitted() else 200


@bp.post("/admin/installation/test-mail")
@requires(MANAGE_INSTALLATION)
@limiter.limit(GUESSING)
def test_mail() -> Any:
    """Send a mail to oneself, to see whether the settings are right."""
    try:
        with transaction():
            send(Notice("accounts/test", g.user.name, g.user.email, locale_of(g.user)))
        flash(_("A mail is on its way to %(email)s.", email=g.user.email), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("installation.settings"))


register_nav(
    NavItem(
        "installation", _l("Installation"), icon="server-cog", endpoint="installation.settings",
        permission=MANAGE_INSTALLATION, order=960, for_fair=False,
    )
)  # fmt: skip
