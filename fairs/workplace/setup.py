"""First run of an empty installation: department and mail, administrator, first fair."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, current_app, flash, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import login_user
from sqlalchemy import select
from wtforms import PasswordField
from wtforms.validators import ValidationError

from fairs.accounts.models import User
from fairs.accounts.security import hashed
from fairs.accounts.service import create_user, grant_role
from fairs.calendar.forms import NewFairForm
from fairs.calendar.models import Fair
from fairs.calendar.service import create_fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.forms import REQUIRED, Text
from fairs.core.i18n import current_locale
from fairs.core.limits import GUESSING, limiter
from fairs.core.permissions import Role
from fairs.core.sequences import next_number
from fairs.core.web import go, public
from fairs.directory.reference import load_reference as load_directory_reference
from fairs.floorplans.reference import load_reference as load_booth_types
from fairs.funding.reference import load_rules
from fairs.workplace.installation import InstallationForm, keep

bp = Blueprint("setup", __name__)
LEAST_PASSWORD = 10


class FirstRunForm(InstallationForm, NewFairForm):
    """Department, administrator, mail and the first fair on one page."""

    code_word = Text(_l("Set-up code"), length=40, required=True)
    admin_name = Text(_l("Your name"), required=True)
    admin_email = Text(_l("Your e-mail"), length=255, required=True)
    admin_password = PasswordField(_l("Your password"), [REQUIRED])

    def validate_admin_password(self, field: Any) -> None:
        """At least ten characters (NIST SP 800-63B: length, no composition rules)."""
        if len(field.data or "") < LEAST_PASSWORD:
            raise ValidationError(_l("At least %(least)d characters.", least=LEAST_PASSWORD))


def is_fresh() -> bool:
    """Whether nobody has an account yet and there is no fair: only then the first-run page opens."""
    return db.session.scalar(select(User.id).limit(1)) is None and db.session.scalar(select(Fair.id).limit(1)) is None


def setup_code() -> str:
    """The code printed where the server was started: who reads it may set the installation up, no passer-by."""
    return str(current_app.extensions["fairs_config"].secret("setup_code"))[:8]


@bp.route("/setup", methods=["GET", "POST"])
@public
@limiter.limit(GUESSING, methods=["POST"])
def first_run() -> Any:
    """The first-run page."""
    if not is_fresh():
        raise NotFound
    config = current_app.extensions["fairs_config"]
    form = FirstRunForm(obj=config)
    form.leave_fixed()
    if form.validate_on_submit():
        try:
            if not secrets.compare_digest(form.code_word.data.encode(), setup_code().encode()):
                raise WrongSetupCode(field="code_word")
            user, fair = set_up(form)
            login_user(user)
            session["locale"] = current_locale()
            flash(_("Welcome. Next: hall, prices, team."), "success")
            return go(url_for("workplace.overview", fair_slug=fair.slug))
        except NotFound:
            raise
        except DomainError as error:
            if error.field == "email":
                error.field = "admin_email"
            form.add_error(error)
    page = render_template("workplace/first_run.html", form=form, config=config)
    return page, 422 if form.is_submitted() else 200


class WrongSetupCode(DomainError):
    """The set-up code is not the one that was printed."""

    code = "wrong_setup_code"
    status = 403
    message = _l("This is not the code that was printed where the server was started.")


def set_up(form: FirstRunForm) -> tuple[User, Fair]:
    """Make the administrator and the first fair, and load the reference tables; all or nothing.

    Raises NotFound when somebody else was faster.
    """
    with transaction():
        next_number("set-up")  # whoever comes second waits here until the first one is done, and then sees it
        if not is_fresh():
            raise NotFound
        load_directory_reference()
        load_booth_types()
        load_rules()
        user = create_user(
            form.admin_email.data,
            form.admin_name.data,
            by=SYSTEM,
            password_hash=hashed(form.admin_password.data),
            confirmed=True,
            locale=current_locale(),
        )
        keep(form.values(), by_user=user, by=SYSTEM)
        fair = create_fair(form.to_draft(), by=SYSTEM)
        grant_role(user, Role.ADMIN, fair_id=None, by=SYSTEM)
        return user, fair
