"""The page of the keys: which signs now, which are retired or withdrawn, and how many badges each has signed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.badges.forms import KeyForm
from fairs.badges.keys import key_of, keys_of, rotate_key, withdraw_key
from fairs.badges.permissions import MANAGE_KEYS
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError
from fairs.core.web import actor, go, requires

keys = Blueprint("badge_keys", __name__, url_prefix="/fairs/<fair_slug>/badge-keys")


@keys.get("")
@requires(MANAGE_KEYS)
def index() -> Any:
    """The fair's keys."""
    return _page(KeyForm(formdata=None))


def _page(form: KeyForm, withdrawn: int = 0) -> Any:
    page = render_template(
        "badges/keys.html", keys=keys_of(current_fair().id), form=form, withdrawn=withdrawn, typed=request.form.get("reason", "")
    )  # fmt: skip
    return page, 422 if form.errors else 200


@keys.post("/rotate")
@requires(MANAGE_KEYS)
def rotate() -> Any:
    """Sign with a new key from now on."""
    form = KeyForm()
    if form.validate():
        try:
            rotate_key(current_fair(), form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("A new key signs from now on. What was printed before stays valid."), "success")
            return go(url_for(".index"))
    return _page(form)


@keys.post("/<int:key_id>/withdraw")
@requires(MANAGE_KEYS)
def withdraw(key_id: int) -> Any:
    """Take a key out of use; its badges are listed for being issued anew."""
    key, form = key_of(current_fair().id, key_id), KeyForm()
    if form.validate():
        try:
            withdraw_key(key, form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The key is withdrawn. Issue its badges anew: choose all of them below."), "warning")
            return go(url_for("badges.index", key=key_id, state="active"))
    return _page(form, withdrawn=key_id)
